"""Files of ids: hashes of the ids of each interaction type, so that a first append does not read them all.

    ids/7.hashes    of the type that bears the catalog number 7 (`record.hash_file`)

A file tells all ids of the versions up to the one that its stamp names; what came since is read from the
record, by the version that each row bears. A file may have ids that are gone. It is made anew beside the
writer when much has come since, and not used where it is damaged, of another workspace or version, or hashed
by another DuckDB.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

import duckdb

from satsuma.kernel.errors import CancelledError
from satsuma.record.hash_file import DamagedError, Hashes, HashFile, open_file, write_file
from satsuma.record.hashes import HashRuns
from satsuma.record.sql import scalar

FOLDER = "ids"

_BOUND_PART = 8


class IdFiles:
    """Those of one workspace. For the writer only; their thread takes nothing that the writer holds."""

    def __init__(self, directory: Path, workspace_id: str, rows_min: int) -> None:
        """Wire it.

        Args:
            directory: Of the workspace.
            workspace_id: Whose it is.
            rows_min: So many ids at the least are held in memory before a file is made.
        """
        self._folder = directory / FOLDER
        self._workspace_id = workspace_id
        self._rows_min = rows_min
        self._stop = Event()
        self._thread: Thread | None = None
        self._writing: int | None = None
        self._written: HashFile | None = None
        # By type, how many ids were in memory when no file could be written: it is not tried at once again.
        self._failed: dict[int, int] = {}
        self.rows_read = 0
        """How many ids were read from the record so far."""

    def find(self, connection: duckdb.DuckDBPyConnection, number: int) -> HashFile | None:
        """The file of a type, if there is one that the connection's state goes on from."""
        found = open_file(self._path(number))
        return found if found is not None and self._is_suitable(connection, found.stamp) else None

    def go_on(self, ids: dict[int, HashRuns], version: int, at: int) -> None:
        """Between two versions: take over a file that was made, and begin another where that is due.

        Args:
            ids: By number of the type, as of the version; changed in place.
            version, at: The last one, and its instant (microseconds UTC).
        """
        if self._thread is not None:
            if self._thread.is_alive():
                return
            self._take_over(ids)
        for number, runs in ids.items():
            if self._is_due(number, runs):
                self._begin(ids, number, version, at)
                return

    def close(self, ids: dict[int, HashRuns], version: int, at: int) -> None:
        """Make the files that are due, for the next start."""
        for _ in range(len(ids) + 1):
            if self._thread is not None:
                self._thread.join()
            self.go_on(ids, version, at)

    def forget(self) -> None:
        """End what is under way, and throw all files away."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        self._thread, self._writing, self._written = None, None, None
        self._stop.clear()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _is_due(self, number: int, runs: HashRuns) -> bool:
        written = 0 if runs.file is None else len(runs.file)
        return runs.in_memory > max(self._rows_min, written // _BOUND_PART, 2 * self._failed.get(number, 0))

    def _begin(self, ids: dict[int, HashRuns], number: int, version: int, at: int) -> None:
        runs = ids[number] = ids[number].seal()
        stamp = self._stamp(version, at)
        self._writing = number
        self._thread = Thread(
            target=self._run, args=(number, stamp, runs), name="satsuma-id-file", daemon=True
        )
        self._thread.start()

    def _take_over(self, ids: dict[int, HashRuns]) -> None:
        self._thread = None
        number = self._writing
        if number is not None and number in ids:
            self._failed[number] = 0 if self._written is not None else ids[number].in_memory
            ids[number] = ids[number].unseal(self._written)
        self._writing, self._written = None, None

    def _run(self, number: int, stamp: Mapping[str, object], runs: HashRuns) -> None:
        # What is not written now is held in memory, or read again at the next start.
        with suppress(OSError, DamagedError, CancelledError):
            self._folder.mkdir(exist_ok=True)
            write_file(self._path(number), stamp, self._until_stopped(runs))
            self._written = open_file(self._path(number))

    def _until_stopped(self, runs: HashRuns) -> Iterator[Hashes]:
        for piece in runs.sealed_pieces():
            if self._stop.is_set():
                raise CancelledError("the file of ids was given up")
            yield piece

    def _path(self, number: int) -> Path:
        return self._folder / f"{number}.hashes"

    def _stamp(self, version: int, at: int) -> Mapping[str, object]:
        return {
            "workspace": self._workspace_id,
            "version": version,
            "at": at,
            "hashed_by": f"duckdb {duckdb.__version__}",
        }

    def _is_suitable(self, connection: duckdb.DuckDBPyConnection, stamp: Mapping[str, object]) -> bool:
        version, at = stamp.get("version"), stamp.get("at")
        if not isinstance(version, int) or not isinstance(at, int) or stamp != self._stamp(version, at):
            return False
        statement = 'SELECT epoch_us("at") FROM versions WHERE version = ?'
        return bool(scalar(connection, statement, [version]) == at)


def version_of(file: HashFile) -> int:
    """The version up to which a file tells all ids."""
    return int(file.stamp["version"])

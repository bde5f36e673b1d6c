"""Restoring: a workspace made from a backup, in a directory that is empty or not there yet.

Everything is checked before the workspace is there: lengths and checksums, that the database can be read and
is of the version that the manifest tells, with as many rows, and that this Satsuma knows its tables. An index
is made anew when the workspace is opened: none is in a backup, and none can be in an empty directory.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from satsuma.kernel.errors import ConflictError, DataError, NotFoundError, WorkspaceError
from satsuma.record import files, migrations, versions
from satsuma.record.backup import BLOCK_BYTES, FORMAT, MANIFEST
from satsuma.record.files import DATABASE_FILE, Settings
from satsuma.record.lock import LOCK_FILE, Holder, Lock
from satsuma.record.migrations import Migration
from satsuma.record.sql import quote, scalar

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Restored:
    """A workspace that was made from a backup; `at` is in microseconds UTC."""

    path: Path
    version: int
    at: int


def restore(
    file: Path,
    directory: Path,
    *,
    migrations_above: Sequence[Migration] = (),
    settings: Settings | None = None,
    progress: Progress = lambda _: None,
) -> Restored:
    """Make a workspace from a backup.

    Args:
        file: The backup.
        directory: Where; empty, or not there yet.
        migrations_above: Those of the layers above the record.
        settings: How much of the machine to use.
        progress: Told the part that is done, 0 to 1; what it raises ends the work with nothing left behind.

    Raises:
        NotFoundError: There is no such file.
        ConflictError: The directory is not empty.
        DataError: The file is no backup, or damaged (`data.backup`).
        WorkspaceTooNewError: A later Satsuma wrote it.
        WorkspaceError: The directory cannot be written to.
    """
    if not file.is_file():
        raise NotFoundError(f"no file {file}", code="not_found.file", hint="check the name")
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise ConflictError(
            f"{directory} is no empty directory", code="conflict.directory", hint="restore to a new one"
        )
    existed = directory.exists()
    files.make_directory(directory)
    try:
        lock = Lock.take(directory, Holder.this_process())
        try:
            return _restore(file, directory, migrations_above, settings or Settings(), progress)
        finally:
            lock.release()
    except BaseException as error:
        _remove(directory, keep=existed)
        if isinstance(error, zipfile.BadZipFile | zlib.error | EOFError | ValueError | KeyError | TypeError):
            raise _damaged(file, str(error) or type(error).__name__) from error
        if isinstance(error, OSError):
            raise WorkspaceError(
                f"{directory} cannot be written: {error}",
                code="workspace.unwritable",
                hint="check who may write there, and how much room there is",
            ) from error
        raise


def _remove(directory: Path, *, keep: bool) -> None:
    """Remove what was made; nothing else is in the directory, for it was empty."""
    for path in directory.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    if not keep:
        directory.rmdir()


def _restore(
    file: Path,
    directory: Path,
    migrations_above: Sequence[Migration],
    settings: Settings,
    progress: Progress,
) -> Restored:
    making = files.unfinished(directory)
    with zipfile.ZipFile(file) as archive:
        manifest = _manifest(archive, file)
        told: dict[str, dict[str, Any]] = manifest["files"]
        total, done = max(sum(int(one["bytes"]) for one in told.values()), 1), 0
        for name, one in told.items():
            if name != Path(name).name or name == LOCK_FILE:
                raise _damaged(file, f"it names the file {name!r}, which is none of a workspace")
            to = making if name == DATABASE_FILE else directory / name
            for read in _extract(archive, name, to, one, file):
                done += read
                progress(done / total)
    if DATABASE_FILE not in told:
        raise _damaged(file, "it has no database")
    _check(making, manifest, file, (*migrations.RECORD, *migrations_above), settings)
    files.finish(directory, making)
    progress(1.0)
    return Restored(directory, manifest["version"], manifest["at"])


def _manifest(archive: zipfile.ZipFile, file: Path) -> dict[str, Any]:
    if MANIFEST not in archive.namelist():
        raise _damaged(file, "it has no manifest")
    found: dict[str, Any] = json.loads(archive.read(MANIFEST))
    if found["format"] != FORMAT:
        raise _damaged(file, f"it has format {found['format']}, expected {FORMAT}")
    return found


def _extract(
    archive: zipfile.ZipFile,
    name: str,
    to: Path,
    told: dict[str, Any],
    file: Path,
) -> Iterator[int]:
    """Write a file as it was packed, and give how many bytes were written each time."""
    digest, read = hashlib.sha256(), 0
    # A database gets the mode that new files get; of the others some are secret.
    mode = 0o666 if name == DATABASE_FILE else 0o600
    descriptor = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    with archive.open(name) as entry, os.fdopen(descriptor, "wb") as writing:
        while block := entry.read(BLOCK_BYTES):
            digest.update(block)
            writing.write(block)
            read += len(block)
            yield len(block)
        writing.flush()
        os.fsync(writing.fileno())
    if (read, digest.hexdigest()) != (told["bytes"], told["sha256"]):
        raise _damaged(file, f"{name} in it is not what was written")


def _check(
    database: Path, manifest: dict[str, Any], file: Path, known: Sequence[Migration], settings: Settings
) -> None:
    """Hold a database against its manifest."""
    connection = files.connect(database, settings)
    try:
        meta = files.read_meta(connection, database)
        migrations.check_known(connection, known)
        last = versions.last(connection)
        found = (meta["workspace_id"], None if last is None else (last.version, last.at))
        if found != (manifest["workspace"], (manifest["version"], manifest["at"])):
            raise _damaged(file, "its database is not of the version that it tells")
        for table, rows in manifest["rows"].items():
            schema, name = table.split(".", 1)
            if scalar(connection, f"SELECT count(*) FROM {quote(schema)}.{quote(name)}") != rows:
                raise _damaged(file, f"the table {name} has not as many rows as were written")
    except duckdb.Error as error:
        raise _damaged(file, str(error)) from error
    finally:
        connection.close()
    shutil.rmtree(database.parent / files.SPILL_DIRECTORY, ignore_errors=True)


def _damaged(file: Path, why: str) -> DataError:
    return DataError(
        f"{file} is no backup of a workspace, or is damaged: {why}",
        code="data.backup",
        hint="take another backup",
        details={"path": str(file)},
    )

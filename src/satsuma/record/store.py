"""The record of one workspace: opened by one process, changed version by version, read at any time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from satsuma.catalog.model import Catalog
from satsuma.kernel.errors import Error, InvariantError, UsageError, WorkspaceDamagedError
from satsuma.record import (
    actors,
    checkpoints,
    files,
    index_changes,
    migrations,
    quarantine,
    queries,
    resolve,
    versions,
    views,
)
from satsuma.record.arrow import Column, texts
from satsuma.record.change import Change
from satsuma.record.checkpoints import Checkpoints
from satsuma.record.files import Settings
from satsuma.record.id_files import IdFiles
from satsuma.record.lock import Holder, Lock, unusable
from satsuma.record.memory import Memory
from satsuma.record.migrations import Migration
from satsuma.record.readers import Readers, on_one_version
from satsuma.record.rewriting import rewrite
from satsuma.record.sql import interruptible
from satsuma.record.state import State, first_version, last_state
from satsuma.record.transaction import entity_of
from satsuma.record.verifying_ids import KnownIds

__all__ = ["Record", "State"]


class Record:
    """The customer-interaction database of one workspace; close it, or use it in a `with`."""

    def __init__(
        self,
        directory: Path,
        connection: duckdb.DuckDBPyConnection,
        lock: Lock,
        *,
        workspace_id: str,
        state: State,
        memory: Memory,
        settings: Settings,
    ) -> None:
        self.directory, self.workspace_id = directory, workspace_id
        self.lock = lock
        self._connection = connection
        self.checkpoints = Checkpoints(connection, files.database_of(directory), settings)
        self.settings = settings
        self._readers = Readers()
        self._state, self._memory = state, memory
        self._changing = self._closed = False

    @classmethod
    def create(
        cls,
        path: str | Path,
        *,
        workspace_id: str,
        catalog: Catalog,
        at: int,
        actor: str,
        settings: Settings | None = None,
        migrations_above: Sequence[Migration] = (),
        holder: Holder | None = None,
    ) -> Self:
        """Make a workspace in a directory (made if need be) and open it, at version 0.

        Args:
            path: The directory.
            workspace_id: Tells this workspace from all others, for ever.
            catalog: What is known from the start.
            at: The instant of version 0, microseconds UTC.
            actor: Name of who makes it.
            settings: How much of the machine to use.
            migrations_above: Those of the layers above the record.
            holder: Who the lock file shall name; default this process.

        Raises:
            ConflictError: There is a workspace already.
            WorkspaceError: The directory cannot be made.
            WorkspaceLockedError: Another process is making one there.
        """
        directory = Path(path)
        files.make_directory(directory)
        settings = settings or Settings()
        lock = Lock.take(directory, holder or Holder.this_process())
        try:
            making = files.unfinished(directory)
            connection = files.connect(making, settings)
            try:
                migrations.prepare(connection)
                connection.execute("INSERT INTO meta VALUES ('workspace_id', ?)", [workspace_id])
                migrations.migrate(connection, (*migrations.RECORD, *migrations_above), at)
                first_version(connection, catalog, at, actor)
            finally:
                connection.close()
            files.finish(directory, making)
            return cls._opened(directory, lock, settings, migrations_above)
        except BaseException:
            lock.release()
            raise

    @classmethod
    def open(
        cls,
        path: str | Path,
        *,
        settings: Settings | None = None,
        migrations_above: Sequence[Migration] = (),
        holder: Holder | None = None,
    ) -> Self:
        """Open the workspace of a directory, bringing older tables to the present form.

        Raises:
            WorkspaceLockedError: Another process holds it, or this one has it open.
            WorkspaceDamagedError: There is none, or its file cannot be read.
            WorkspaceTooNewError: A later Satsuma wrote it.
            WorkspaceError: The directory cannot be written to, or its disk fails (`workspace.unwritable`).
        """
        directory = Path(path)
        files.database_of(directory)
        lock = Lock.take(directory, holder or Holder.this_process())
        try:
            return cls._opened(directory, lock, settings or Settings(), migrations_above)
        except BaseException as error:
            lock.release()
            if isinstance(error, OSError):
                raise unusable(directory, error) from error
            raise

    @classmethod
    def _opened(
        cls, directory: Path, lock: Lock, settings: Settings, migrations_above: Sequence[Migration]
    ) -> Self:
        database = files.database_of(directory)
        connection = checkpoints.connect(database, settings)
        try:
            meta = files.read_meta(connection, database)
            workspace = meta["workspace_id"]
            return cls(
                directory,
                connection,
                lock,
                workspace_id=workspace,
                state=last_state(connection, directory, (*migrations.RECORD, *migrations_above)),
                memory=Memory.load(connection, IdFiles(directory, workspace, settings.index_tail_rows)),
                settings=settings,
            )
        except (Error, OSError):
            connection.close()
            raise
        except (duckdb.Error, KeyError) as error:
            connection.close()
            text = f"{database} cannot be read as a workspace: {error}"
            raise WorkspaceDamagedError(text, hint="restore the workspace from a backup") from error

    @property
    def state(self) -> State:
        """Version, instant and catalog of the last committed version, together."""
        return self._state

    @property
    def version(self) -> int:
        """The number of the last committed version."""
        return self._state.version

    @property
    def now(self) -> int:
        """The instant of the last committed version, microseconds UTC."""
        return self._state.now

    @property
    def catalog(self) -> Catalog:
        """The catalog of the last committed version."""
        return self._state.catalog

    def known_ids(self) -> KnownIds:
        """What tells which interaction ids are stored; to be asked for between two versions."""
        return KnownIds(dict(self._memory.ids), self._memory.id_files)

    @contextmanager
    def begin(
        self,
        *,
        at: int,
        actor: str,
        kind: str = "data",
        detail: str | None = None,
        before_commit: Callable[[Change], None] | None = None,
    ) -> Iterator[Change]:
        """Make one version: all that is written through the change becomes durable together, or none of it.

        Leaving the context commits; an exception, or `change.abort()`, undoes everything.

        Args:
            at: The version's instant, microseconds UTC; not below the last version's.
            actor: Name of who makes it.
            kind: What sort of version it is, for the list of versions (`data`, `clock`, ...).
            detail: More about it, for people and programs.
            before_commit: Called last, for instance by a test that wants to fail there.

        Raises:
            UsageError: `at` is below the last version's instant.
            WorkspaceError: The file could not be written; nothing of the version remains.
        """
        self._check_writable(at)
        connection, state = self._connection, self._state
        self._changing = True
        try:
            connection.execute("BEGIN TRANSACTION")
            memory = self._memory.copy()
            change = Change(
                connection,
                version=state.version + 1,
                at=at,
                actor=actors.ensure_known(connection, actor, memory.actors),
                catalog=state.catalog,
                memory=memory,
            )
            with interruptible():
                yield change
            if change.aborted:
                self._undo()
                return
            if change.catalog is not state.catalog:
                views.rebuild(connection, change.catalog, state.catalog)
            change.memory.counters.store(connection)
            index_changes.store(change)
            versions.add(connection, change, kind, detail)
            if before_commit is not None:
                before_commit(change)
            connection.execute("COMMIT")
            change.memory.commit()
            is_named = change.renamed or change.touches.defined or change.catalog is not state.catalog
            named = change.version if is_named else state.named
            self._memory, self._state = change.memory, State(change.version, at, change.catalog, named)
        except duckdb.Error as error:
            self._undo()
            raise files.write_failed(error) from error
        except BaseException:
            self._undo()
            raise
        finally:
            self._changing = False
        self.checkpoints.fold()
        self._memory.keep_ids(self.version, self.now)

    @contextmanager
    def reading(self) -> Iterator[tuple[duckdb.DuckDBPyConnection, int]]:
        """A connection that sees one committed version whatever is written meanwhile, and its number.

        All reading goes through here, and readers who may not see everything have another in its place.
        """
        with self._readers.reading():
            self._check_open()
            with on_one_version(self._connection) as found:
                yield found

    @contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The connection alone."""
        with self.reading() as (cursor, _):
            yield cursor

    @contextmanager
    def snapshot(self) -> Iterator[tuple[duckdb.DuckDBPyConnection, State]]:
        """A connection on one committed version, as `cursor` gives, and that version's state."""
        while True:
            state = self._state
            with self.reading() as (cursor, version):
                # A version may have been committed between the two lines above.
                if version == state.version:
                    yield cursor, state
                    return

    def query(
        self, statement: str, parameters: Sequence[object] | dict[str, object] | None = None
    ) -> pa.Table:
        """The answer of one read-only SQL statement over the views that `record.views` describes.

        Raises:
            UsageError: Not one statement that only reads, or DuckDB refuses it.
        """
        with self.cursor() as cursor:
            return queries.run(cursor, statement, parameters)

    def number_of(self, entity: str, keys: Iterable[str]) -> NDArray[np.int64]:
        """For each key, or alias, the number of its record; -1 where there is none."""
        with self.cursor() as cursor:
            return resolve.numbers_of_keys(cursor, entity_of(self.catalog, entity), texts(keys))

    def keys_of(self, entity: str, numbers: NDArray[np.uint32]) -> Column:
        """For each number the key of its record; null where it is gone."""
        with self.cursor() as cursor:
            return resolve.keys_of_numbers(cursor, entity_of(self.catalog, entity), numbers)

    def versions(self, since: int = 0) -> list[versions.Version]:
        """The versions above `since`, ascending."""
        with self.cursor() as cursor:
            return versions.since(cursor, since)

    def quarantine(
        self, target: str | None = None, *, limit: int | None = None, after: int = -1, replayed: bool = False
    ) -> list[quarantine.Quarantined]:
        """Rows that were refused and still wait, oldest first (see `record.quarantine.waiting`)."""
        with self.cursor() as cursor:
            return quarantine.waiting(cursor, target, limit=limit, after=after, replayed=replayed)

    def checkpoint(self, *, patience_seconds: float = 10.0) -> None:
        """Fold the write-ahead log into the file; waits for readers, who may need what was replaced since.

        Raises:
            ConflictError: Somebody was still reading when the patience ended.
        """
        self._check_writable(self._state.now)
        with self._readers.alone(patience_seconds=patience_seconds):
            self.checkpoints.make()

    def rewrite(self, *, patience_seconds: float = 60.0) -> None:
        """Make the file anew, so that no byte of removed rows stays in it; nobody reads or writes meanwhile.

        Raises:
            ConflictError: Somebody was still reading when the patience ended.
        """
        self._check_writable(self._state.now)
        with self._readers.alone(patience_seconds=patience_seconds):
            self._changing = True
            try:
                self._memory.forget_ids()
                self.checkpoints.close()
                try:
                    rewrite(self.directory, self.settings)
                finally:
                    database = files.database_of(self.directory)
                    self._connection = checkpoints.connect(database, self.settings)
                    self.checkpoints = Checkpoints(self._connection, database, self.settings)
            except duckdb.Error as error:
                raise files.write_failed(error) from error
            finally:
                self._changing = False

    def close(self) -> None:
        """Close the file and let the workspace go; a second call does nothing."""
        if self._closed:
            return
        if self._changing:
            raise InvariantError("the record was closed inside a change")
        self._closed = True
        self._memory.keep_ids(self.version, self.now, to_the_end=True)
        self.checkpoints.close()
        self.lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _undo(self) -> None:
        self._memory.rollback()
        # Where DuckDB has ended the transaction itself, the error on its way up says why.
        with suppress(duckdb.Error):
            self._connection.execute("ROLLBACK")

    def _check_open(self) -> None:
        if self._closed:
            text = f"the workspace {self.directory} is closed"
            raise UsageError(text, code="usage.closed", hint="open it again")

    def _check_writable(self, at: int) -> None:
        self._check_open()
        if self._changing:
            raise InvariantError("a second change was begun before the first had ended")
        self._state.check_later(at)

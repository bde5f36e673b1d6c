"""Files: the workspace directory and its DuckDB file, made whole or not at all, and opened with care."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import duckdb

from satsuma.kernel.errors import (
    ConflictError,
    Error,
    InvariantError,
    WorkspaceDamagedError,
    WorkspaceError,
    WorkspaceTooNewError,
)
from satsuma.record.migrations import check_format
from satsuma.record.sql import scalar

DATABASE_FILE = "satsuma.duckdb"
SPILL_DIRECTORY = "spill"
_UNFINISHED = ".unfinished"


@dataclass(frozen=True, slots=True)
class Settings:
    """How much of the machine the record may use; None leaves it to DuckDB.

    Attributes:
        memory_limit_bytes: What queries and loads may hold in memory before they spill to disk.
        threads: How many threads work on one statement.
        checkpoint_wal_bytes: How far the write-ahead log grows before the next version waits for it to be
            folded into the file: about 0.1 s, and 6 ms of processor time for each megabyte. A larger log
            means longer waits, though fewer, and a longer restart after a crash.
        index_tail_rows: So many rows that came since the index's files, or those of ids, were made are held
            in memory, at the least, before files are made anew beside the writer.
    """

    memory_limit_bytes: int | None = None
    threads: int | None = None
    checkpoint_wal_bytes: int | None = 64 * 2**20
    index_tail_rows: int = 65_536

    def options(self) -> dict[str, str | bool | int | float | list[str]]:
        """As DuckDB takes them."""
        found: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        }
        if self.memory_limit_bytes is not None:
            found["memory_limit"] = f"{self.memory_limit_bytes}B"
        if self.threads is not None:
            found["threads"] = self.threads
        if self.checkpoint_wal_bytes is not None:
            found["checkpoint_threshold"] = f"{self.checkpoint_wal_bytes}B"
        return found


def database_of(directory: Path) -> Path:
    """The DuckDB file of an existing workspace.

    Raises:
        WorkspaceDamagedError: There is no workspace in that directory.
    """
    database = directory / DATABASE_FILE
    if not database.is_file():
        raise WorkspaceDamagedError(
            f"{directory} is not a workspace: it has no file {DATABASE_FILE}",
            code="workspace.damaged.missing",
            hint="check the path, or make a new workspace there",
        )
    return database


def unfinished(directory: Path) -> Path:
    """Where a new database is made before it takes its name; leftovers of a crash are removed.

    Raises:
        ConflictError: The directory holds a workspace already.
    """
    if (directory / DATABASE_FILE).exists():
        raise ConflictError(
            f"{directory} is a workspace already",
            code="conflict.workspace",
            hint="open it, or choose another path",
        )
    return beside(directory / DATABASE_FILE)


def beside(database: Path) -> Path:
    """Where a new database is made beside the place that it will take; leftovers of a crash are removed."""
    making = database.with_name(database.name + _UNFINISHED)
    for leftover in (making, making.with_name(making.name + ".wal")):
        leftover.unlink(missing_ok=True)
    return making


def finish(directory: Path, making: Path) -> None:
    """Give a database that is closed and whole its name, durably; it takes the place of what had the name."""
    making.rename(directory / DATABASE_FILE)
    sync_directory(directory)


def sync_directory(directory: Path) -> None:
    """Make the names in a directory durable."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_directory(directory: Path) -> None:
    """Make the directory of a workspace, and those above it, where there is none.

    Raises:
        WorkspaceError: It cannot be made.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WorkspaceError(
            f"the directory {directory} cannot be made: {error.strerror}",
            code="workspace.unwritable",
            hint="check the path, and who may write there",
        ) from error


def connect(database: Path, settings: Settings) -> duckdb.DuckDBPyConnection:
    """Open the file; statements can reach no other file and no network from then on.

    Raises:
        WorkspaceDamagedError, WorkspaceTooNewError: DuckDB cannot read it.
    """
    try:
        connection = duckdb.connect(str(database), config=settings.options())
    except duckdb.Error as error:
        text = str(error)
        if "newer version of DuckDB" in text or "newer DuckDB" in text:
            raise WorkspaceTooNewError(
                f"a newer DuckDB wrote {database}: {text}",
                hint="install the version of Satsuma that wrote it",
            ) from error
        raise WorkspaceDamagedError(
            f"{database} cannot be read: {text}", hint="restore the workspace from a backup"
        ) from error
    # DuckDB 2.0 shares subplans that differ in which of two joins of one table they read, and so gives wrong
    # rows without an error: tests/oracle/cases/subplans-that-look-alike.json is such a query.
    connection.execute("SET disabled_optimizers = 'common_subplan'")
    connection.execute("SET python_enable_replacements = false")
    connection.execute(f"SET temp_directory = '{_escaped(database.parent / SPILL_DIRECTORY)}'")
    connection.execute("SET enable_external_access = false")
    return connection


def read_meta(connection: duckdb.DuckDBPyConnection, database: Path) -> dict[str, str]:
    """The facts about the file; refuses one that is not ours, not whole or too new."""
    try:
        if not scalar(connection, "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'meta'"):
            raise WorkspaceDamagedError(
                f"{database} is a DuckDB file, but not a workspace",
                hint="check the path; a workspace is made by 'satsuma init' or satsuma.open",
            )
        meta: dict[str, str] = dict(connection.execute("SELECT key, value FROM meta").fetchall())
        check_format(meta["format"])
    except Error:
        raise
    except (duckdb.Error, KeyError, ValueError) as error:
        raise WorkspaceDamagedError(
            f"{database} cannot be read as a workspace: {error}", hint="restore the workspace from a backup"
        ) from error
    return meta


def write_failed(error: duckdb.Error) -> Error:
    """What a version that DuckDB could not make or write ends with."""
    # What happens to the file while a transaction commits comes as an error of the transaction.
    wrote_nothing = isinstance(error, duckdb.TransactionException) and "Could not write file" in str(error)
    causes = duckdb.IOException | duckdb.OutOfMemoryException | duckdb.FatalException
    if wrote_nothing or isinstance(error, causes):
        return WorkspaceError(
            f"the version could not be written: {error}",
            code="workspace.write_failed",
            hint="make room on the disk or in memory, close the workspace and open it again",
        )
    return InvariantError(f"the version could not be made: {error}")


def _escaped(path: Path) -> str:
    return str(path).replace("'", "''")

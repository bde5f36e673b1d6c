"""Rewriting: the database file made anew from the rows that it holds, so that no byte of removed rows stays.

DuckDB marks rows as deleted and frees blocks, but leaves their bytes in the file and in the write-ahead log.
A copy of the database writes only what is there; it takes the place of the old file in one step.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from satsuma.kernel.errors import InvariantError
from satsuma.record import files
from satsuma.record.files import Settings
from satsuma.record.sql import quote

_OLD, _NEW = "old", "new"

PENDING = "erasure_pending"
"""In `meta` from an erasing until the file has been made anew."""


def rewrite(directory: Path, settings: Settings) -> None:
    """Make the file of a workspace anew. It must not be open, and its lock must be held.

    A crash leaves the old file or the new one, each whole.
    """
    database = files.database_of(directory)
    making = files.beside(database)
    connection = duckdb.connect(":memory:", config=settings.options())
    try:
        connection.execute(f"ATTACH '{_text(database)}' AS {_OLD} (READ_WRITE)")
        # What the log holds becomes part of the file; the log goes.
        connection.execute(f"CHECKPOINT {_OLD}")
        connection.execute(f"ATTACH '{_text(making)}' AS {_NEW}")
        connection.execute(f"COPY FROM DATABASE {_OLD} TO {_NEW}")
        _compare(connection)
        connection.execute(f"DELETE FROM {_NEW}.meta WHERE key = ?", [PENDING])
        connection.execute(f"CHECKPOINT {_NEW}")
    finally:
        connection.close()
    log = database.with_name(database.name + ".wal")
    if log.exists() and log.stat().st_size:
        raise InvariantError(f"{log} still holds changes after the file was closed")
    log.unlink(missing_ok=True)
    files.finish(directory, making)


def _compare(connection: duckdb.DuckDBPyConnection) -> None:
    tables = connection.execute(
        "SELECT database_name, schema_name, table_name FROM duckdb_tables()"
        " WHERE database_name IN (?, ?) ORDER BY ALL",
        [_OLD, _NEW],
    ).fetchall()
    counts: dict[str, dict[tuple[str, str], int]] = {_OLD: {}, _NEW: {}}
    for database, schema, table in tables:
        name = f"{quote(database)}.{quote(schema)}.{quote(table)}"
        [(count,)] = connection.execute(f"SELECT count(*) FROM {name}").fetchall()
        counts[database][schema, table] = count
    if counts[_OLD] != counts[_NEW]:
        raise InvariantError("the copy of the database has not the rows that the database has")


def _text(path: Path) -> str:
    return str(path).replace("'", "''")

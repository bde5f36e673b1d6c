"""Backup: one version of a workspace in one file, made while it is read and written.

The file is a zip of a database that was copied, table by table, as one reader sees it; of files that cannot
be made anew; and of a manifest with their lengths and checksums. What can be made from the record is not in
it. It comes to its place whole, or not at all.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import duckdb
import pyarrow as pa

from satsuma.kernel.errors import ConflictError, WorkspaceError
from satsuma.record import files
from satsuma.record.files import DATABASE_FILE, Settings
from satsuma.record.sql import quote
from satsuma.record.state import State
from satsuma.record.store import Record

MANIFEST = "manifest.json"
FORMAT = 1
BLOCK_BYTES = 1 << 20

_COPYING = 0.8
"""The part of the work that copying is; the rest is packing."""

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Backup:
    """A file that holds a workspace.

    Attributes:
        version, at: What it holds; `at` in microseconds UTC.
        rows: Of all tables.
        bytes: Its size.
    """

    path: Path
    version: int
    at: int
    rows: int
    bytes: int


def back_up(
    record: Record, path: Path, *, also: Sequence[str] = (), progress: Progress = lambda _: None
) -> Backup:
    """Write the last version of a record to a file; versions go on being made meanwhile.

    Args:
        record: The record.
        path: The file, which must not exist.
        also: Names of files of the workspace's directory that belong to it, where they are there.
        progress: Told the part that is done, 0 to 1; what it raises ends the work with nothing left behind.

    Raises:
        ConflictError: The file exists.
        WorkspaceError: It cannot be written.
    """
    if path.exists():
        raise ConflictError(f"{path} exists already", code="conflict.file", hint="choose another name")
    making = path.with_name(path.name + ".unfinished")
    database = path.with_name(path.name + ".unfinished.duckdb")
    try:
        _clean(making, database)
        with record.snapshot() as (cursor, state):
            rows = _copy(cursor, database, lambda part: progress(part * _COPYING))
        manifest = {
            "format": FORMAT,
            "workspace": record.workspace_id,
            "version": state.version,
            "at": state.now,
            "rows": rows,
        }
        packed = [(DATABASE_FILE, database)]
        packed += [(name, record.directory / name) for name in also if (record.directory / name).exists()]
        _pack(making, packed, manifest, lambda part: progress(_COPYING + part * (1 - _COPYING)))
        making.rename(path)
        files.sync_directory(path.parent)
    except (OSError, duckdb.IOException) as error:
        raise WorkspaceError(
            f"the backup {path} cannot be written: {error}",
            code="workspace.backup",
            hint="check who may write there, and how much room there is",
        ) from error
    finally:
        _clean(making, database)
    progress(1.0)
    return _made(path, state, rows)


def _made(path: Path, state: State, rows: dict[str, int]) -> Backup:
    return Backup(path, state.version, state.now, sum(rows.values()), path.stat().st_size)


def _clean(*paths: Path) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
        path.with_name(path.name + ".wal").unlink(missing_ok=True)


def _copy(cursor: duckdb.DuckDBPyConnection, path: Path, progress: Progress) -> dict[str, int]:
    """Copy all that a cursor sees to a new database; gives how many rows each table has."""
    tables = cursor.execute(
        "SELECT schema_name, table_name, sql FROM duckdb_tables() WHERE NOT internal AND NOT temporary"
        " AND database_name = current_database() ORDER BY ALL"
    ).fetchall()
    counts = {
        f"{schema}.{table}": int(
            cursor.execute(f"SELECT count(*) FROM {quote(schema)}.{quote(table)}").fetchall()[0][0]
        )
        for schema, table, _ in tables
    }
    total, done = max(sum(counts.values()), 1), 0

    def counted(batches: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
        nonlocal done
        for batch in batches:
            done += batch.num_rows
            progress(done / total)
            yield batch

    copy = duckdb.connect(str(path), config=Settings().options())
    try:
        _make_schemas(cursor, copy)
        for schema, table, statement in tables:
            copy.execute(statement)
            name = f"{quote(schema)}.{quote(table)}"
            batches = cursor.sql(f"SELECT * FROM {name}").to_arrow_reader(122_880)
            copy.register("_rows", pa.RecordBatchReader.from_batches(batches.schema, counted(batches)))
            copy.execute(f"INSERT INTO {name} SELECT * FROM _rows")
            copy.unregister("_rows")
        _make_views(cursor, copy)
        copy.execute("CHECKPOINT")
    finally:
        copy.close()
    return counts


def _make_schemas(cursor: duckdb.DuckDBPyConnection, copy: duckdb.DuckDBPyConnection) -> None:
    rows = cursor.execute(
        "SELECT schema_name FROM duckdb_schemas() WHERE NOT internal AND database_name = current_database()"
    ).fetchall()
    for (schema,) in rows:
        copy.execute(f"CREATE SCHEMA IF NOT EXISTS {quote(schema)}")


def _make_views(cursor: duckdb.DuckDBPyConnection, copy: duckdb.DuckDBPyConnection) -> None:
    rows = cursor.execute(
        "SELECT sql FROM duckdb_views() WHERE NOT internal AND database_name = current_database()"
        " ORDER BY view_oid"
    ).fetchall()
    # Those that others read come first: a view is made after what it reads.
    waiting = [statement for (statement,) in rows]
    while waiting:
        left = [statement for statement in waiting if not _can_make(copy, statement)]
        if len(left) == len(waiting):
            copy.execute(left[0])
        waiting = left


def _can_make(copy: duckdb.DuckDBPyConnection, statement: str) -> bool:
    try:
        copy.execute(statement)
    except (duckdb.CatalogException, duckdb.BinderException):
        return False
    return True


def _pack(
    path: Path, packed: Sequence[tuple[str, Path]], manifest: dict[str, object], progress: Progress
) -> None:
    """Write files and a manifest that tells of them as one file, durably."""
    total, done = max(sum(source.stat().st_size for _, source in packed), 1), 0
    told: dict[str, dict[str, object]] = {}
    # It holds what people keep for themselves, and secrets.
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w+b") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            for name, source in packed:
                digest = hashlib.sha256()
                with source.open("rb") as reading, _entry(archive, name) as entry:
                    while block := reading.read(BLOCK_BYTES):
                        digest.update(block)
                        entry.write(block)
                        done += len(block)
                        progress(done / total)
                told[name] = {"bytes": source.stat().st_size, "sha256": digest.hexdigest()}
            with _entry(archive, MANIFEST) as entry:
                entry.write(json.dumps({**manifest, "files": told}, indent=2).encode())
        file.flush()
        os.fsync(file.fileno())


def _entry(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    return archive.open(zipfile.ZipInfo(name), "w", force_zip64=True)

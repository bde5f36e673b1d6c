"""A record with an importer, files in every format, and what a record holds, to be compared."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from satsuma.catalog.model import Catalog
from satsuma.commit.writer import Writer
from satsuma.kernel.clock import ManualClock
from satsuma.membership.follow import Whole
from satsuma.record.layout import entity_table, history_table, interaction_table
from satsuma.record.sql import quote
from satsuma.record.store import Record
from satsuma.sync.importer import Importer

START = "2026-06-01T00:00:00Z"


class Shop:
    """An open record with what imports into it."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.clock = ManualClock(max(ManualClock(START).now(), record.now))
        self.writer = Writer(record, self.clock, lambda _: (), Whole(_never))
        self.importer = Importer(record, self.writer, actor="tester", locked=lambda _: frozenset())

    def query(self, statement: str) -> list[dict[str, Any]]:
        return self.record.query(statement).to_pylist()


def _never(*_: object) -> Any:
    raise AssertionError("there are no segments to evaluate")


@contextmanager
def shop(folder: Path, catalog: Catalog | None = None) -> Iterator[Shop]:
    """The record in a folder, made where there is none."""
    if (folder / "satsuma.duckdb").exists():
        record = Record.open(folder)
    else:
        at = ManualClock(START).now()
        record = Record.create(
            folder, workspace_id="ws", catalog=catalog or Catalog(timezone="UTC"), at=at, actor="tester"
        )
    with record:
        yield Shop(record)


def contents(record: Record) -> dict[str, list[tuple[Any, ...]]]:
    """All that a record holds of its customers, leaving aside in how many versions it came."""
    found = {}
    with record.cursor() as cursor:

        def rows(name: str, statement: str) -> None:
            found[name] = cursor.execute(f"{statement} ORDER BY ALL").fetchall()

        for entity in record.catalog.entities.values():
            rows(entity.name, f"SELECT * FROM {quote(entity_table(entity))}")
            history = quote(history_table(entity))
            rows(f"{entity.name} history", f"SELECT * EXCLUDE (_version, _import) FROM {history}")
        for kind in record.catalog.interactions.values():
            table = quote(interaction_table(kind))
            rows(kind.name, f"SELECT * EXCLUDE (_version, _import) FROM {table}")
        rows("quarantine", "SELECT kind, target, source, position, code, message, row FROM quarantine")
    return found


def write_csv(path: Path, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for row in rows:
            writer.writerow(["" if row.get(name) is None else _text(row[name]) for name in columns])
    return path


def write_jsonl(path: Path, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> Path:
    lines = [json.dumps({name: row.get(name) for name in columns}, default=_text) for row in rows]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def write_parquet(path: Path, schema: pa.Schema, rows: Sequence[Mapping[str, Any]]) -> Path:
    pq.write_table(pa.Table.from_pylist([dict(row) for row in rows], schema), path, row_group_size=7)
    return path


def write_arrow(path: Path, schema: pa.Schema, rows: Sequence[Mapping[str, Any]]) -> Path:
    table = pa.Table.from_pylist([dict(row) for row in rows], schema)
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
        writer.write_table(table, max_chunksize=3)
    return path


def _text(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case float():
            return repr(value)
        case _ if hasattr(value, "isoformat"):
            return str(value.isoformat())
        case _:
            return str(value)

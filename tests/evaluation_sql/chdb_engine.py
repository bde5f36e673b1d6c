"""ClickHouse, in this process (chDB), holding the tables of a record under their stored names.

One session at a time: chDB has one engine per process.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb
from chdb.session import Session

from satsuma.catalog.model import Catalog
from satsuma.evaluation.sql import compile_members, dialect
from satsuma.language import bound

_TYPES = {
    "UINTEGER": ("UInt32", "{c}"),
    "UBIGINT": ("UInt64", "{c}"),
    "TINYINT": ("Int8", "{c}"),
    "BIGINT": ("Int64", "{c}"),
    "DOUBLE": ("Float64", "{c}"),
    "BOOLEAN": ("Bool", "{c}"),
    "VARCHAR": ("String", "{c}"),
    "DECIMAL(18,4)": ("Decimal(18, 4)", "{c}"),
    "TIMESTAMP": ("Int64", "epoch_us({c})"),
    "DATE": ("Int32", "({c} - DATE '1970-01-01')::INTEGER"),
    "VARCHAR[]": ("Array(String)", "coalesce({c}, [])"),
    "UINTEGER[]": ("Array(UInt32)", "{c}"),
}
"""How a column of each DuckDB type is held, and what it is made of."""


def _session() -> Any:
    """A session; the library ships no types."""
    return Session()  # type: ignore[no-untyped-call]


class ChdbRecord:
    """The tables of a DuckDB record in ClickHouse, until closed."""

    def __init__(self, record: duckdb.DuckDBPyConnection, catalog: Catalog) -> None:
        self.catalog = catalog
        self._folder = tempfile.TemporaryDirectory()
        self._session = _session()
        self._session.query("CREATE DATABASE IF NOT EXISTS record ENGINE = Memory")
        self._session.query("USE record")
        # Times compared with times of a zone that changes its clocks make long queries.
        self._session.query("SET max_query_size = 4194304")
        tables = record.execute("SELECT table_name FROM duckdb_tables() WHERE NOT temporary").fetchall()
        for (name,) in tables:
            self._load(record, name)

    def _load(self, record: duckdb.DuckDBPyConnection, table: str) -> None:
        described = record.execute(
            "SELECT column_name, data_type, is_nullable FROM duckdb_columns() WHERE table_name = ?", [table]
        ).fetchall()
        columns, made = [], []
        for name, duckdb_type, is_nullable in described:
            held, source = _TYPES[duckdb_type]
            optional = is_nullable and not held.startswith("Array")
            columns.append(f"`{name}` {f'Nullable({held})' if optional else held}")
            quoted = '"' + name.replace('"', '""') + '"'
            made.append(f"{source.format(c=quoted)} AS {quoted}")
        file = Path(self._folder.name) / f"{table}.parquet"
        record.execute(f"COPY (SELECT {', '.join(made)} FROM \"{table}\") TO '{file}' (FORMAT parquet)")
        self._session.query(f"CREATE TABLE record.`{table}` ({', '.join(columns)}) ENGINE = Memory")
        self._session.query(f"INSERT INTO record.`{table}` SELECT * FROM file('{file}', Parquet)")

    def members(self, definition: bound.Definition, *, now: int) -> list[int]:
        """Numbers of the records that meet a definition, ascending."""
        clickhouse = dialect("clickhouse")
        query = compile_members(definition, catalog=self.catalog, now=now, dialect=clickhouse)
        return self.numbers(clickhouse.print(query))

    def numbers(self, query: str) -> list[int]:
        """The first column of a query's answer, ascending."""
        return sorted(int(line) for line in str(self._session.query(query, "TSV")).split())

    def close(self) -> None:
        """Drops everything."""
        self._session.query("DROP DATABASE IF EXISTS record")
        self._session.close()
        self._folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

"""ClickHouse, in this process (chDB), holding the tables of records under their stored names.

One session per process, opened when first needed, with a database for each record: to start the engine and to
end it takes longer than most tests.
"""

from __future__ import annotations

import atexit
import tempfile
from functools import cache
from itertools import count
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


_COLUMNS = """
    SELECT table_name, column_name, data_type, is_nullable
    FROM duckdb_columns() JOIN duckdb_tables() USING (table_oid, table_name)
    WHERE NOT temporary
    ORDER BY table_name, column_index
"""

_made = count(1)
"""Of the databases made so far."""


@cache
def _session() -> Any:
    """The session; the library ships no types."""
    session: Any = Session()  # type: ignore[no-untyped-call]
    atexit.register(session.close)
    # Times compared with times of a zone that changes its clocks make long queries.
    session.query("SET max_query_size = 4194304")
    return session


def query_of(definition: bound.Definition, catalog: Catalog, now: int) -> str:
    """The query for the numbers of the records that meet a definition."""
    clickhouse = dialect("clickhouse")
    return clickhouse.print(compile_members(definition, catalog=catalog, now=now, dialect=clickhouse))


class ChdbRecord:
    """The tables of a DuckDB record in ClickHouse, until closed."""

    def __init__(self, record: duckdb.DuckDBPyConnection, catalog: Catalog) -> None:
        self.catalog = catalog
        self._database = f"record_{next(_made)}"
        self._session = _session()
        self._session.query(f"CREATE DATABASE {self._database} ENGINE = Memory")
        columns: dict[str, list[tuple[str, str, bool]]] = {}
        for table, name, duckdb_type, is_nullable in record.execute(_COLUMNS).fetchall():
            columns.setdefault(table, []).append((name, duckdb_type, is_nullable))
        with tempfile.TemporaryDirectory() as folder:
            for table, described in columns.items():
                self._load(record, table, described, Path(folder) / f"{table}.parquet")

    def _load(
        self,
        record: duckdb.DuckDBPyConnection,
        table: str,
        described: list[tuple[str, str, bool]],
        file: Path,
    ) -> None:
        columns, made = [], []
        for name, duckdb_type, is_nullable in described:
            held, source = _TYPES[duckdb_type]
            optional = is_nullable and not held.startswith("Array")
            columns.append(f"`{name}` {f'Nullable({held})' if optional else held}")
            quoted = '"' + name.replace('"', '""') + '"'
            made.append(f"{source.format(c=quoted)} AS {quoted}")
        here = f"{self._database}.`{table}`"
        self._session.query(f"CREATE TABLE {here} ({', '.join(columns)}) ENGINE = Memory")
        if record.execute(f'SELECT 1 FROM "{table}" LIMIT 1').fetchone() is None:
            return
        record.execute(f"COPY (SELECT {', '.join(made)} FROM \"{table}\") TO '{file}' (FORMAT parquet)")
        self._session.query(f"INSERT INTO {here} SELECT * FROM file('{file}', Parquet)")

    def members(self, definition: bound.Definition, *, now: int) -> list[int]:
        """Numbers of the records that meet a definition, ascending."""
        return self.numbers(query_of(definition, self.catalog, now))

    def numbers(self, query: str) -> list[int]:
        """The first column of a query's answer, ascending."""
        self._session.query(f"USE {self._database}")
        return sorted(int(line) for line in str(self._session.query(query, "TSV")).split())

    def close(self) -> None:
        """Drops everything."""
        self._session.query(f"DROP DATABASE IF EXISTS {self._database}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

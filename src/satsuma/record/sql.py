"""SQL helpers: one place that quotes identifiers, binds values and moves Arrow tables in and out of DuckDB.

Identifiers are quoted here and nowhere else. Values are always bound; instants are bound as microseconds UTC
and made timestamps by `INSTANT`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import duckdb
import pyarrow as pa

from satsuma.catalog.model import Attribute, ValueType
from satsuma.record.arrow import Field
from satsuma.record.layout import columns

INSTANT = "make_timestamp(?::BIGINT)"
"""A bound instant: microseconds UTC in, TIMESTAMP out."""

ARROW_TYPES: Mapping[str, pa.DataType] = {
    "VARCHAR": pa.string(),
    "BIGINT": pa.int64(),
    "DOUBLE": pa.float64(),
    "DECIMAL(18,4)": pa.decimal128(18, 4),
    "BOOLEAN": pa.bool_(),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
    "VARCHAR[]": pa.list_(pa.string()),
}
"""The Arrow type of each stored column's DuckDB type."""


def quote(identifier: str) -> str:
    """An identifier as SQL, whatever characters it has."""
    return '"' + identifier.replace('"', '""') + '"'


def quoted(identifiers: Iterable[str], prefix: str = "") -> str:
    """Identifiers as a SQL list, each after `prefix` (such as `b.`)."""
    return ", ".join(prefix + quote(identifier) for identifier in identifiers)


def stored_columns(attributes: Iterable[Attribute]) -> list[str]:
    """The names of the columns that hold the values of attributes, in order."""
    return [name for attribute in attributes for name, _ in columns(attribute)]


def stored_fields(attributes: Iterable[Attribute]) -> list[Field]:
    """The Arrow fields of the columns that hold the values of attributes, in order."""
    return [
        pa.field(name, ARROW_TYPES[duckdb_type])
        for attribute in attributes
        for name, duckdb_type in columns(attribute)
    ]


def references(attributes: Iterable[Attribute], entity: str) -> list[Attribute]:
    """Those attributes that refer to an entity."""
    return [a for a in attributes if a.type is ValueType.REFERENCE and a.to == entity]


def fetch(
    connection: duckdb.DuckDBPyConnection, statement: str, parameters: Sequence[object] = ()
) -> pa.Table:
    """The whole answer of a query as an Arrow table."""
    found: pa.Table = connection.sql(statement, params=list(parameters)).to_arrow_table()
    return found


def scalar(connection: duckdb.DuckDBPyConnection, statement: str, parameters: Sequence[object] = ()) -> Any:
    """The first value of the first row of a query; None where there is no row."""
    # All of it is fetched: DuckDB lends nothing to a connection that has an answer half read.
    found = connection.execute(statement, list(parameters)).fetchall()
    return found[0][0] if found else None


def alter(connection: duckdb.DuckDBPyConnection, table: str, what: str) -> None:
    """Alter a table: `what` is SQL, in which identifiers are quoted."""
    connection.execute(f"ALTER TABLE {quote(table)} {what}")


@contextmanager
def lent(connection: duckdb.DuckDBPyConnection, **tables: pa.Table) -> Iterator[None]:
    """Arrow tables that statements may read under the given names while the context lasts.

    Names begin with an underscore, which no stored table's name does.
    """
    for name, table in tables.items():
        connection.register(name, table)
    try:
        yield
    except BaseException:
        # What failed may have lost the transaction, whose end then takes the names back; nothing else can.
        # The error on its way up says why.
        with suppress(duckdb.Error):
            _take_back(connection, tables)
        raise
    _take_back(connection, tables)


def _take_back(connection: duckdb.DuckDBPyConnection, names: Iterable[str]) -> None:
    for name in names:
        connection.unregister(name)


@contextmanager
def interruptible() -> Iterator[None]:
    """Make a `KeyboardInterrupt` again of what DuckDB raises when one comes while a statement runs."""
    try:
        yield
    except RuntimeError as error:
        if str(error) == "Query interrupted":
            raise KeyboardInterrupt from error
        raise

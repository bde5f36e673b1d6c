"""Sorting: the rows of a table of the record in order, however many, in pieces that are sorted in memory.

DuckDB sorts all rows of a query at once and, where memory does not hold them, writes them to its folder for
that. Read piece by piece, by ranges of what they are sorted by first, they take a gigabyte or two.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from satsuma.record.layout import MEMBER, OCCURRED_AT
from satsuma.record.sql import INSTANT

PIECE_ROWS = 1 << 23
"""More rows than these are sorted in pieces, of about so many each."""

_RANGES = 4096
"""Rows are counted in so many ranges of equal width, of which pieces are made."""


@dataclass(frozen=True, slots=True)
class Key:
    """What rows are sorted by first.

    Attributes:
        column: As it is stored.
        number: As a whole number.
        bound: A bound whole number as the column's type.
    """

    column: str
    number: str
    bound: str


BY_MEMBER = Key(MEMBER, f"{MEMBER}::BIGINT", "?::UINTEGER")
BY_TIME = Key(OCCURRED_AT, f"epoch_us({OCCURRED_AT})", INSTANT)


def in_order(
    cursor: duckdb.DuckDBPyConnection,
    table: str,
    selected: Sequence[str],
    by: Key,
    then: Sequence[str],
    batch_rows: int,
) -> Iterator[Any]:
    """The rows of a table as Arrow batches, in order.

    Args:
        table: As SQL.
        selected: Expressions.
        then: What rows are sorted by where `by` is the same.
    """
    order = ", ".join([by.column, *then])
    for low, high in _pieces(cursor, table, by):
        statement = (
            f"SELECT {', '.join(selected)} FROM {table}"
            f" WHERE {by.column} >= {by.bound} AND {by.column} <= {by.bound} ORDER BY {order}"
        )
        yield from cursor.sql(statement, params=[low, high]).to_arrow_reader(batch_rows)


def _pieces(cursor: duckdb.DuckDBPyConnection, table: str, by: Key) -> Iterator[tuple[int, int]]:
    """Ranges of the key, both ends included, ascending, which together have all rows."""
    bounds = f"SELECT count(*), min({by.number}), max({by.number}) FROM {table}"
    ((rows, low, high),) = cursor.execute(bounds).fetchall()
    if not rows:
        return
    width = (high - low) // _RANGES + 1
    first, held = low, 0
    if rows > PIECE_ROWS:
        counted = (
            f"SELECT ({by.number} - ?) // ? AS place, count(*) FROM {table} GROUP BY place ORDER BY place"
        )
        for place, n in cursor.execute(counted, [low, width]).fetchall():
            if held and held + n > PIECE_ROWS:
                yield first, low + place * width - 1
                first, held = low + place * width, 0
            held += n
    yield first, high

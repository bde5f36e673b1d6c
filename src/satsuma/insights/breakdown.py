"""Breakdown: how the members of a segment spread over the values of an attribute, against everyone else."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from satsuma.catalog.model import Attribute, Entity, ValueType
from satsuma.insights.plain import plain
from satsuma.kernel.errors import UsageError
from satsuma.record.layout import NUMBER, column, entity_table
from satsuma.record.sql import lent, quote

VALUES_MAX = 25
BINS = 12


@dataclass(frozen=True, slots=True)
class Bar:
    """One value, or range of values from `low` up to, but without, `high`; None of all for no value.

    Attributes:
        members, others: How many of the members, and of everyone else of the audience, have it.
    """

    value: object
    low: object
    high: object
    members: int
    others: int


@dataclass(frozen=True, slots=True)
class Breakdown:
    """The bars, and how many members and others there are."""

    attribute: Attribute
    bars: tuple[Bar, ...]
    members: int
    others: int


def breakdown(
    cursor: duckdb.DuckDBPyConnection, entity: Entity, attribute: Attribute, members: NDArray[np.uint32]
) -> Breakdown:
    """Spread of an attribute; numbers and times in ranges of one width, others by value, most frequent first.

    Raises:
        UsageError: A location is not spread out.
    """
    if attribute.type is ValueType.LOCATION:
        raise UsageError(f"{attribute.name!r} is a location, which has no breakdown", code="usage.attribute")
    table, name = quote(entity_table(entity)), f"e.{quote(column(attribute))}"
    inside = f"(SELECT e.{quote(NUMBER)} AS number, {name} AS value, m.member IS NOT NULL AS inside"
    rows_of = f"{inside} FROM {table} e LEFT JOIN _members m ON m.member = e.{quote(NUMBER)})"
    with lent(cursor, _members=pa.table({"member": pa.array(members, pa.uint32())})):
        counts = cursor.execute(
            f"SELECT count(*) FILTER (inside), count(*) FILTER (NOT inside) FROM {rows_of}"
        ).fetchall()[0]
        ordered = attribute.type.is_ordered
        bars = _ranges(cursor, rows_of, attribute) if ordered else _values(cursor, rows_of, attribute)
        missing = cursor.execute(
            "SELECT count(*) FILTER (inside), count(*) FILTER (NOT inside)"
            f" FROM {rows_of} WHERE value IS NULL"
        ).fetchall()[0]
    if any(missing):
        bars.append(Bar(None, None, None, *missing))
    return Breakdown(attribute, tuple(bars), *counts)


def _values(cursor: duckdb.DuckDBPyConnection, rows_of: str, attribute: Attribute) -> list[Bar]:
    if attribute.type is ValueType.CHOICES:
        rows_of = f"(SELECT number, unnest(value) AS value, inside FROM {rows_of})"
    rows = cursor.execute(
        "SELECT value, count(*) FILTER (inside) AS members, count(*) FILTER (NOT inside)"
        f" FROM {rows_of} WHERE value IS NOT NULL GROUP BY value"
        " ORDER BY members DESC, count(*) DESC, value LIMIT ?",
        [VALUES_MAX],
    ).fetchall()
    return [Bar(plain(value), None, None, inside, outside) for value, inside, outside in rows]


def _ranges(cursor: duckdb.DuckDBPyConnection, rows_of: str, attribute: Attribute) -> list[Bar]:
    number = _as_number(attribute.type)
    low, high, distinct = cursor.execute(
        f"SELECT min({number}), max({number}), count(DISTINCT value) FROM {rows_of} WHERE value IS NOT NULL"
    ).fetchall()[0]
    if low is None:
        return []
    if distinct <= BINS:
        rows = cursor.execute(
            "SELECT value, count(*) FILTER (inside), count(*) FILTER (NOT inside)"
            f" FROM {rows_of} WHERE value IS NOT NULL GROUP BY value ORDER BY value"
        ).fetchall()
        return [Bar(plain(value), None, None, inside, outside) for value, inside, outside in rows]
    width = (high - low) / BINS
    rows = cursor.execute(
        f"SELECT least(CAST(floor(({number} - ?) / ?) AS BIGINT), ?) AS bin, min(value), max(value),"
        " count(*) FILTER (inside), count(*) FILTER (NOT inside)"
        f" FROM {rows_of} WHERE value IS NOT NULL GROUP BY bin ORDER BY bin",
        [low, width, BINS - 1],
    ).fetchall()
    return [Bar(None, plain(least), plain(most), inside, outside) for _, least, most, inside, outside in rows]


def _as_number(type_: ValueType) -> str:
    if type_ is ValueType.TIMESTAMP:
        return "CAST(epoch_us(value) AS DOUBLE)"
    if type_ is ValueType.DATE:
        return "CAST(epoch_us(CAST(value AS TIMESTAMP)) AS DOUBLE)"
    return "CAST(value AS DOUBLE)"

"""Stored values read anew: each distinct one as another attribute would take it, had it just arrived.

The rules are those of arriving values (`record.intake`). What was stored as a text, a key or a choice arrives
as that text; a choice for a set arrives as a list of one; all else, for a text, as its usual writing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute

from satsuma.catalog.model import Attribute, ValueType
from satsuma.kernel.zones import Zone
from satsuma.record.arrow import ints_of, table_of
from satsuma.record.intake.columns import Column, Part
from satsuma.record.intake.fit import fit_attribute
from satsuma.record.intake.fitted import Fitted
from satsuma.record.layout import column
from satsuma.record.sql import fetch, lent, quote, scalar

# The stubs know narrower overloads than the functions have.
pc: Any = pyarrow.compute

_BAD_SHOWN_MAX = 5


@dataclass(frozen=True, slots=True)
class Bad:
    """A stored value that does not fit.

    Attributes:
        count: How often it is stored.
        text: The value, for a message.
        expected: What would fit.
    """

    count: int
    text: str
    expected: str


@dataclass(frozen=True, slots=True)
class Piece:
    """Some of the distinct stored values of an attribute, read anew.

    Attributes:
        values: As they are stored.
        arrays: As the stored columns of the other attribute, null where bad or missing there.
        bad: The bad ones.
        worst: Of the bad ones those that are stored most often, a few for each reason.
    """

    values: Any
    arrays: Sequence[Any]
    bad: Any
    worst: Sequence[Bad]


def read_anew(
    connection: duckdb.DuckDBPyConnection,
    tables: Sequence[str],
    was: Attribute,
    attribute: Attribute,
    in_zone: Zone,
) -> Iterator[Piece]:
    """Every distinct value of `was` as one of `attribute`; of sets, every distinct member.

    Args:
        connection: Of the tables.
        tables: Those with values of `was`. How often a value is stored is counted in the first.
        was, attribute: What the values are, and what they are read as.
        in_zone: Local times are read in it.
    """
    for batch in _distinct(connection, tables, was).to_batches():
        values: Any = batch.column("value")
        came = _as_arriving(values, was.type, attribute.type)
        fitted = fit_attribute(Column(attribute.name, (Part(came),), {}), attribute, in_zone, len(values))
        is_bad = np.zeros(len(values), dtype=np.bool_)
        for fault in fitted.faults:
            is_bad[fault.rows] = True
        worst = _worst(values, batch.column("n"), fitted)
        yield Piece(values, fitted.arrays, values.filter(pa.array(is_bad)), worst)


def count_rows(
    connection: duckdb.DuckDBPyConnection, table: str, attribute: Attribute, values: Sequence[Any]
) -> tuple[int, int]:
    """How many rows of a table have one of some values (of sets: some members), and how many have any."""
    name = quote(column(attribute))
    has = f"{name} IN (SELECT value FROM _values)"
    if attribute.type is ValueType.CHOICES:
        has = f"list_has_any({name}, (SELECT list(value) FROM _values))"
    with lent(connection, _values=table_of({"value": pa.chunked_array(list(values))})):
        count = scalar(connection, f"SELECT count(*) FROM {quote(table)} WHERE {has}")
    return int(count), int(scalar(connection, f"SELECT count({name}) FROM {quote(table)}"))


def told(bad: Sequence[Bad]) -> str:
    """The values that are stored most often, by what was expected of them."""
    by_reason: dict[str, list[str]] = {}
    for one in sorted(bad, key=lambda one: (-one.count, one.text))[:_BAD_SHOWN_MAX]:
        by_reason.setdefault(one.expected, []).append(one.text)
    return "; ".join(
        f"found {', '.join(texts)}, expected {expected}" for expected, texts in by_reason.items()
    )


def decimal_text(value: Decimal) -> str:
    """A stored decimal as text: without zeros at the end, and without exponent.

    >>> decimal_text(Decimal("12.5000")), decimal_text(Decimal("100.0000")), decimal_text(Decimal("0.0000"))
    ('12.5', '100', '0')
    """
    return f"{value.normalize():f}"


def _distinct(connection: duckdb.DuckDBPyConnection, tables: Sequence[str], attribute: Attribute) -> pa.Table:
    name = quote(column(attribute))
    value = f"unnest({name})" if attribute.type is ValueType.CHOICES else name
    every = " UNION ALL ".join(
        f"SELECT {value} AS value, {int(place == 0)} AS counted FROM {quote(table)}"
        for place, table in enumerate(tables)
    )
    return fetch(
        connection,
        f"SELECT value, sum(counted)::BIGINT AS n FROM ({every}) WHERE value IS NOT NULL GROUP BY value",
    )


def _as_arriving(values: Any, was: ValueType, becomes: ValueType) -> Any:
    match was, becomes:
        case ValueType.CHOICE, ValueType.CHOICES:
            lists: Any = pa.ListArray
            return lists.from_arrays(pa.array(np.arange(len(values) + 1, dtype=np.int32)), values)
        case ValueType.DECIMAL, ValueType.TEXT:
            return pa.array([decimal_text(value) for value in values.to_pylist()], pa.string())
        case _, ValueType.TEXT:
            return pc.cast(values, pa.string())
        case _:
            return values


def _worst(values: Any, counts: Any, fitted: Fitted) -> list[Bad]:
    found = []
    shown = Column("", (Part(values),), {})
    for fault in fitted.faults:
        rows = pa.array(fault.rows)
        bad = pa.table({"row": rows, "n": counts.take(rows), "value": values.take(rows)})
        order = [("n", "descending"), ("value", "ascending")]
        worst = bad.take(pc.select_k_unstable(bad, k=_BAD_SHOWN_MAX, sort_keys=order))
        texts = shown.found(ints_of(worst, "row"))
        counted = ints_of(worst, "n").tolist()
        expected = fault.refusal.expected
        found += [Bad(count, text, expected) for count, text in zip(counted, texts, strict=True)]
    return found

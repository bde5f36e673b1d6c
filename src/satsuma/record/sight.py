"""Sight: which records of an audience somebody may see, by current attributes such as a unit or an owner.

`record.limited` makes a connection on which nothing else is there. What belongs to the past of a record
(observations, memberships, consent) goes with it: whoever sees a contact now sees all of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import duckdb
import numpy as np
from numpy.typing import NDArray
from sqlglot import exp

from satsuma.catalog.model import Attribute, Catalog, Entity, ValueType
from satsuma.kernel.text import fold
from satsuma.record.arrow import ints_of, table_of
from satsuma.record.layout import NUMBER, column, entity_table, folded_column
from satsuma.record.sql import fetch, lent, quote, scalar

TESTED = frozenset({ValueType.TEXT, ValueType.CHOICE, ValueType.CHOICES})
"""Types of attributes by which sight can be limited."""


@dataclass(frozen=True, slots=True)
class Among:
    """An attribute, by its catalog number, has one of these values; texts without regard to case."""

    attribute: int
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class Sight:
    """Those records of an audience (the entity's number) are in sight that pass every test."""

    audience: int
    tests: tuple[Among, ...]

    def of(self, catalog: Catalog) -> Entity | None:
        """The audience; None where it is no longer in the catalog."""
        return next((one for one in catalog.entities.values() if one.number == self.audience), None)


def condition(sight: Sight, audience: Entity) -> str:
    """The tests as SQL over a row of the audience's table, never null; what is gone admits nobody."""
    by_number = {one.number: one for one in audience.attributes.values()}
    parts = [_among(by_number.get(test.attribute), test.values) for test in sight.tests]
    return " AND ".join(parts) or "true"


def _among(attribute: Attribute | None, values: frozenset[str]) -> str:
    if attribute is None or attribute.type not in TESTED or not values:
        return "false"
    if attribute.type is ValueType.TEXT:
        return f"coalesce({quote(folded_column(attribute))} IN ({_listed(map(fold, values))}), false)"
    stored = quote(column(attribute))
    if attribute.type is ValueType.CHOICES:
        return f"coalesce(list_has_any({stored}, [{_listed(values)}]), false)"
    return f"coalesce({stored} IN ({_listed(values)}), false)"


def _listed(values: Iterable[str]) -> str:
    return ", ".join(exp.Literal.string(value).sql("duckdb") for value in sorted(set(values)))


def seen(
    connection: duckdb.DuckDBPyConnection, sight: Sight, audience: Entity, numbers: NDArray[np.uint32]
) -> NDArray[np.uint32]:
    """Those of some numbers that are in sight, ascending, each once; on a connection that is not limited."""
    if not len(numbers):
        return numbers.astype(np.uint32)
    with lent(connection, _asked=table_of({"number": np.unique(numbers).astype(np.uint32)})):
        found = fetch(
            connection,
            f"SELECT {NUMBER} FROM {quote(entity_table(audience))} WHERE {condition(sight, audience)}"
            f" AND {NUMBER} BETWEEN ? AND ? AND {NUMBER} IN (SELECT number FROM _asked) ORDER BY {NUMBER}",
            [int(numbers.min()), int(numbers.max())],
        )
    return ints_of(found, NUMBER)


def is_any_hidden(
    connection: duckdb.DuckDBPyConnection, sight: Sight, audience: Entity, numbers: NDArray[np.uint32]
) -> bool:
    """Whether some of these numbers are of records that are there, and out of sight."""
    if not len(numbers):
        return False
    with lent(connection, _asked=table_of({"number": numbers})):
        found = scalar(
            connection,
            f"SELECT 1 FROM {quote(entity_table(audience))} WHERE NOT ({condition(sight, audience)})"
            f" AND {NUMBER} BETWEEN ? AND ? AND {NUMBER} IN (SELECT number FROM _asked) LIMIT 1",
            [int(numbers.min()), int(numbers.max())],
        )
    return found is not None

"""Records in pages: searched, filtered by segment or list, sorted; and one record with all its values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from satsuma.catalog.model import Attribute, Catalog, Entity, ValueType
from satsuma.insights.plain import label_of, selected, values_of
from satsuma.kernel.errors import NotFoundError, UsageError
from satsuma.kernel.names import key_given
from satsuma.kernel.suggest import did_you_mean
from satsuma.kernel.text import fold
from satsuma.record.layout import (
    FIRST_OBSERVED_AT,
    KEY,
    LAST_OBSERVED_AT,
    NUMBER,
    column,
    entity_table,
    folded_column,
)
from satsuma.record.resolve import numbers_of_keys
from satsuma.record.sql import lent, quote, scalar


@dataclass(frozen=True, slots=True)
class Row:
    """One record of a list; `values` by attribute, those without a value left out."""

    key: str
    label: str
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rows:
    """A page: the records, how many there are on all pages, and whether more follow."""

    rows: tuple[Row, ...]
    total: int
    has_more: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records are wanted.

    Attributes:
        search: In the key or any text attribute, without regard to case.
        among: Only these numbers; None for all.
        sort: `id` or an attribute; ties by key, those without a value last.
        after: Only keys above this one, where sorted by `id`.
        offset: So many are left out first.
    """

    search: str | None = None
    among: NDArray[np.uint32] | None = None
    sort: str = "id"
    descending: bool = False
    after: str | None = None
    offset: int = 0
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Whole:
    """One record: since when it is known, when it was last observed (microseconds UTC), its other keys."""

    entity: str
    number: int
    key: str
    label: str
    values: dict[str, Any]
    first_observed_at: int | None
    last_observed_at: int | None
    aliases: tuple[str, ...]


def entity_named(catalog: Catalog, name: str) -> Entity:
    """The entity of a name.

    Raises:
        NotFoundError: There is none.
    """
    found = catalog.entities.get(name)
    if found is None:
        hint = did_you_mean(name, catalog.entities)
        raise NotFoundError(f"no entity {name!r}", code="not_found.entity", hint=hint)
    return found


def page(cursor: duckdb.DuckDBPyConnection, entity: Entity, wanted: Wanted) -> Rows:
    """Records of an entity.

    Raises:
        UsageError: There is nothing of that name to sort by.
    """
    attributes = tuple(entity.attributes.values())
    tests, values = ["true"], []
    if wanted.search:
        folded = [folded_column(one) for one in attributes if one.type is ValueType.TEXT]
        tests.append(
            f"(contains(lower(e.{quote(KEY)}), lower(?))"
            + "".join(f" OR contains(e.{quote(name)}, ?)" for name in folded)
            + ")"
        )
        values += [wanted.search, *([fold(wanted.search)] * len(folded))]
    source = f"{quote(entity_table(entity))} e"
    among = {}
    if wanted.among is not None:
        among = {"_among": pa.table({"member": pa.array(wanted.among, pa.uint32())})}
        source += f" JOIN _among a ON a.member = e.{quote(NUMBER)}"
    counted = f"SELECT count(*) FROM {source} WHERE {' AND '.join(tests)}"
    paged, limits = list(tests), list(values)
    if wanted.after is not None:
        paged.append(f"e.{quote(KEY)} {'<' if wanted.descending else '>'} ?")
        limits.append(wanted.after)
    direction = "DESC" if wanted.descending else "ASC"
    columns = ", ".join([f"e.{quote(KEY)}", *selected(attributes, "e")])
    statement = (
        f"SELECT {columns} FROM {source} WHERE {' AND '.join(paged)}"
        f" ORDER BY {_order(entity, wanted.sort)} {direction} NULLS LAST, e.{quote(KEY)} LIMIT ? OFFSET ?"
    )
    with lent(cursor, **among):
        total = int(scalar(cursor, counted, values))
        found = cursor.execute(statement, [*limits, wanted.limit + 1, wanted.offset]).fetchall()
    rows = tuple(_row(attributes, row) for row in found[: wanted.limit])
    return Rows(rows, total, len(found) > wanted.limit)


def whole(cursor: duckdb.DuckDBPyConnection, entity: Entity, key: str) -> Whole:
    """The record of a key, or alias.

    Raises:
        NotFoundError: There is none.
    """
    number = number_of(cursor, entity, key)
    attributes = tuple(entity.attributes.values())
    columns = ", ".join([f"e.{quote(KEY)}", *selected(attributes, "e")])
    row = cursor.execute(
        f"SELECT epoch_us(e.{quote(FIRST_OBSERVED_AT)}), epoch_us(e.{quote(LAST_OBSERVED_AT)}), {columns}"
        f" FROM {quote(entity_table(entity))} e WHERE e.{quote(NUMBER)} = ?",
        [number],
    ).fetchall()[0]
    aliases = cursor.execute(
        "SELECT key FROM aliases WHERE entity = ? AND target = ? ORDER BY key", [entity.number, row[2]]
    ).fetchall()
    values = values_of(attributes, row[3:])
    label = label_of(row[2], values)
    return Whole(entity.name, number, row[2], label, values, row[0], row[1], tuple(one for (one,) in aliases))


def number_of(cursor: duckdb.DuckDBPyConnection, entity: Entity, key: str) -> int:
    """The number of the record of a key.

    Raises:
        NotFoundError: There is none.
    """
    number = int(numbers_of_keys(cursor, entity, pa.array([key_given(key)], pa.string()))[0])
    if number < 0:
        raise NotFoundError(f"no {entity.name} “{key}”", code="not_found.record")
    return number


def _row(attributes: Sequence[Attribute], row: Sequence[Any]) -> Row:
    values = values_of(attributes, row[1:])
    return Row(row[0], label_of(row[0], values), values)


def _order(entity: Entity, name: str) -> str:
    if name == "id":
        return f"e.{quote(KEY)}"
    attribute = entity.attributes.get(name)
    if attribute is None or attribute.type is ValueType.LOCATION:
        raise UsageError(
            f"cannot sort by {name!r}",
            code="usage.columns",
            hint=did_you_mean(name, entity.attributes) or "`id` and attributes are known",
        )
    text = attribute.type is ValueType.TEXT
    return f"e.{quote(folded_column(attribute) if text else column(attribute))}"

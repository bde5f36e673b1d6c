"""Members with attributes beside their keys: which columns, who of them, in which order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from satsuma.catalog.model import Attribute, Entity, ValueType
from satsuma.kernel.errors import UsageError
from satsuma.kernel.suggest import did_you_mean
from satsuma.kernel.text import fold
from satsuma.record.layout import KEY, column, entity_table, folded_column, latitude_column, longitude_column
from satsuma.record.sql import fetch, lent, quote

ID = "id"


@dataclass(frozen=True, slots=True)
class Choice:
    """What is wanted of members.

    Attributes:
        columns: Attributes beside the key, in order.
        search: Only members whose key, or text among the columns, contains this, without regard to case.
        sort: The key (`id`) or an attribute; ties by key. Members without a value come last.
        descending: Whether the largest come first.
        limit: At most so many; None for all.
        offset: So many are left out first.
    """

    columns: tuple[str, ...] = ()
    search: str | None = None
    sort: str = ID
    descending: bool = False
    limit: int | None = None
    offset: int = 0


def table_of(
    cursor: duckdb.DuckDBPyConnection, entity: Entity, numbers: NDArray[np.uint32], choice: Choice
) -> pa.Table:
    """Members as a table: `id`, then the columns; attributes as they are at the cursor's version.

    A location is two columns, such as `home.latitude` and `home.longitude`. Members whose record is gone are
    left out.

    Raises:
        UsageError: There is no such attribute, one is named twice, a location is sorted by, or a limit or
            offset is below zero.
    """
    if choice.offset < 0 or (choice.limit or 0) < 0:
        raise UsageError(
            f"found limit {choice.limit} and offset {choice.offset}, expected none below 0",
            code="usage.limit",
        )
    twice = sorted({name for name in choice.columns if choice.columns.count(name) > 1})
    if twice:
        raise UsageError(
            f"found more than one column named {', '.join(map(repr, twice))}, expected one",
            code="usage.columns",
        )
    attributes = [_attribute(entity, name) for name in choice.columns]
    selected = [f"e.{quote(KEY)} AS {quote(ID)}"]
    selected += [
        f"e.{quote(stored)} AS {quote(shown)}" for one in attributes for stored, shown in _shown(one)
    ]
    parameters: list[Any] = []
    where = ""
    if choice.search is not None:
        texts = [KEY, *(folded_column(one) for one in attributes if one.type is ValueType.TEXT)]
        tests = [f"contains(e.{quote(texts[0])}, ?)"] + [
            f"contains(e.{quote(text)}, ?)" for text in texts[1:]
        ]
        where = f" WHERE {' OR '.join(tests)}"
        parameters = [choice.search, *([fold(choice.search)] * (len(texts) - 1))]
    order = "DESC" if choice.descending else "ASC"
    limit = "" if choice.limit is None else " LIMIT ?"
    parameters += [] if choice.limit is None else [choice.limit]
    with lent(cursor, _members=pa.table({"member": pa.array(numbers)})):
        return fetch(
            cursor,
            f"SELECT {', '.join(selected)} FROM _members m"
            f" JOIN {quote(entity_table(entity))} e ON e._number = m.member{where}"
            f" ORDER BY {_sort(entity, choice.sort)} {order} NULLS LAST, e.{quote(KEY)}{limit} OFFSET ?",
            [*parameters, choice.offset],
        )


def _attribute(entity: Entity, name: str) -> Attribute:
    found = entity.attributes.get(name)
    if found is None:
        raise UsageError(
            f"no attribute {name!r} on {entity.name}",
            code="usage.columns",
            hint=did_you_mean(name, entity.attributes),
        )
    return found


def _shown(attribute: Attribute) -> Sequence[tuple[str, str]]:
    if attribute.type is ValueType.LOCATION:
        return (
            (latitude_column(attribute), f"{attribute.name}.latitude"),
            (longitude_column(attribute), f"{attribute.name}.longitude"),
        )
    return ((column(attribute), attribute.name),)


def _sort(entity: Entity, name: str) -> str:
    if name == ID:
        return f"e.{quote(KEY)}"
    attribute = _attribute(entity, name)
    if attribute.type is ValueType.LOCATION:
        raise UsageError(f"{name!r} is a location, which has no order", code="usage.columns")
    folded = attribute.type is ValueType.TEXT
    return f"e.{quote(folded_column(attribute) if folded else column(attribute))}"

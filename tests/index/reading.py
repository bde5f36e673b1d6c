"""Reading: an index as plain values, to be compared with the reference's state of the same data."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from satsuma.catalog.model import Attribute, Catalog, InteractionType, ValueType
from satsuma.evaluation.reference import Database
from satsuma.index import Index
from satsuma.index.columns import Arrays, Column
from satsuma.index.index import Of
from satsuma.index.parts import Part


def index_of(cursor: duckdb.DuckDBPyConnection, catalog: Catalog, now: int, folder: Path) -> Index:
    return Index.read(cursor, Of("tests", 1, now, catalog), folder)


def values_of(column: Column) -> list[Any]:
    """The column's values, None where missing."""
    return [_value(column, column.whole, place) for place in range(len(column))]


def values_at(column: Column, places: NDArray[Any]) -> list[Any]:
    """The values at some rows, None where missing, read without the whole column."""
    found = column.take(places)
    return [_value(column, found, place) for place in range(len(places))]


def _value(column: Column, arrays: Arrays, place: int) -> Any:
    raw = arrays.values[place]
    if column.dictionary is not None:
        if not raw:
            return None
        if column.type is ValueType.CHOICES:
            return column.dictionary.sets_of(np.array([raw]))[0]
        return column.dictionary.texts(np.array([raw]))[0]
    if column.type is ValueType.BOOLEAN:
        return None if not raw else bool(raw == 2)
    if arrays.valid is not None and not arrays.valid[place]:
        return None
    match column.type:
        case ValueType.DECIMAL:
            return Decimal(int(raw)).scaleb(-4)
        case ValueType.DATE:
            return dt.date(1970, 1, 1) + dt.timedelta(days=int(raw))
        case ValueType.LOCATION:
            assert arrays.longitude is not None
            return float(raw), float(arrays.longitude[place])
        case ValueType.NUMBER:
            return float(raw)
        case _:
            return int(raw)


def keys_of(index: Index, entity: str) -> list[str]:
    """The keys by number; empty where there is no record."""
    table = index.named(entity)
    return table.keys_of(np.arange(table.size))


def records_in(index: Index, entity: str) -> dict[str, dict[str, Any]]:
    """By key, the present attributes."""
    table = index.named(entity)
    columns = {name: values_of(table.columns[one.number]) for name, one in table.entity.attributes.items()}
    return {
        key: {name: column[n] for name, column in columns.items() if column[n] is not None}
        for n, key in enumerate(keys_of(index, entity))
        if table.alive[n]
    }


def interactions_in(index: Index, type_name: str) -> list[tuple[str, str, int, dict[str, Any]]]:
    """Member key, id, instant and present attributes, by member in the order of their rows."""
    type_ = index.of.catalog.interactions[type_name]
    keys = keys_of(index, type_.audience)
    found = [row for part in index.interactions[type_.number].parts for row in _rows_of(part, type_)]
    found.sort(key=lambda row: row[:3])
    return [(keys[member], own_id, at, values) for member, at, own_id, values in found]


def _rows_of(part: Part, type_: InteractionType) -> list[tuple[int, int, str, dict[str, Any]]]:
    columns = {name: values_of(part.columns[one.number]) for name, one in type_.attributes.items()}
    ids: list[Any] = part.ids.to_pylist()
    first, after = part.ranges()
    assert len(first) == part.members
    found = []
    for member in range(part.members):
        rows = range(int(first[member]), int(after[member]))
        of_member = [
            (
                member,
                int(part.occurred_at[row]),
                ids[row],
                {name: column[row] for name, column in columns.items() if column[row] is not None},
            )
            for row in rows
        ]
        assert of_member == sorted(of_member, key=lambda row: row[:3])
        found += of_member
    return found


def expected_interactions(database: Database, type_name: str, numbers: dict[str, int]) -> list[Any]:
    audience = database.catalog.interactions[type_name].audience
    found = [
        one
        for of_member in database.interactions.get(audience, {}).values()
        for one in of_member
        if one.type == type_name
    ]
    found.sort(key=lambda one: (numbers[one.member], one.occurred_at, one.id))
    return [(one.member, one.id, one.occurred_at, dict(one.attributes)) for one in found]


def led_to(index: Index, attribute: Attribute, column: Column) -> list[int]:
    """By row, the number that a reference leads to; -1 where it leads nowhere."""
    found: list[int] = np.asarray(index.links[attribute.number].targets)[column.values].tolist()
    return found

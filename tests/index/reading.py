"""Reading: an index as plain values, to be compared with the reference's state of the same data."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from satsuma.catalog.model import Attribute, Catalog, ValueType
from satsuma.evaluation.reference import Database
from satsuma.index import Index
from satsuma.index.columns import Column
from satsuma.index.index import Of


def index_of(cursor: duckdb.DuckDBPyConnection, catalog: Catalog, now: int, folder: Path) -> Index:
    return Index.read(cursor, Of("tests", 1, now, catalog), folder)


def values_of(column: Column) -> list[Any]:
    """The column's values, None where missing."""
    return [_value(column, place) for place in range(len(column.values))]


def _value(column: Column, place: int) -> Any:
    raw = column.values[place]
    if column.dictionary is not None:
        if not raw:
            return None
        if column.type is ValueType.CHOICES:
            return column.dictionary.sets[raw]
        return column.dictionary.exact[int(raw)].as_py()
    if column.type is ValueType.BOOLEAN:
        return None if not raw else bool(raw == 2)
    if column.valid is not None and not column.valid[place]:
        return None
    match column.type:
        case ValueType.DECIMAL:
            return Decimal(int(raw)).scaleb(-4)
        case ValueType.DATE:
            return dt.date(1970, 1, 1) + dt.timedelta(days=int(raw))
        case ValueType.LOCATION:
            assert column.longitude is not None
            return float(raw), float(column.longitude[place])
        case ValueType.NUMBER:
            return float(raw)
        case _:
            return int(raw)


def keys_of(index: Index, entity: str) -> list[str]:
    """The keys by number; empty where there is no record."""
    keys: list[Any] = index.named(entity).keys.to_pylist()
    return keys


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
    """Member key, id, instant and present attributes, in the order of the rows."""
    type_ = index.of.catalog.interactions[type_name]
    table = index.interactions[type_.number].only
    keys = keys_of(index, type_.audience)
    columns = {name: values_of(table.columns[one.number]) for name, one in type_.attributes.items()}
    ids: list[Any] = table.ids.to_pylist()
    return [
        (
            keys[member],
            ids[row],
            int(table.occurred_at[row]),
            {name: column[row] for name, column in columns.items() if column[row] is not None},
        )
        for member, (start, end) in enumerate(pairwise(table.offsets.tolist()))
        for row in range(start, end)
    ]


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

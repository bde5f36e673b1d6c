"""Entities: the records of one entity by their dense numbers, with their keys and attribute columns."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from satsuma.catalog.model import Entity
from satsuma.index.building import ColumnMaker, StringsMaker, selected
from satsuma.index.columns import Column, open_column, open_strings
from satsuma.index.files import Folder, Making
from satsuma.record.arrow import Column as Strings
from satsuma.record.arrow import ints_of
from satsuma.record.layout import KEY, NUMBER, entity_table
from satsuma.record.sql import fetch, quote

BATCH_ROWS = 262_144


@dataclass(frozen=True, eq=False)
class EntityTable:
    """The records of one entity; position n of every array is the record with number n.

    Attributes:
        alive: Whether there is such a record; numbers are never used again.
        keys: Empty where there is none.
        key_rank: Place of the key among all, by code point, uint32.
        columns: By attribute number.
    """

    entity: Entity
    alive: NDArray[np.bool_]
    keys: Strings
    key_rank: NDArray[np.uint32]
    columns: dict[int, Column]

    @property
    def size(self) -> int:
        """How many numbers there are, those of records that are gone included."""
        return len(self.alive)

    def keys_of(self, numbers: NDArray[Any]) -> list[str]:
        """The keys of some records; empty where there is none."""
        whole: Any = self.keys
        found: list[Any] = whole.take(pa.array(numbers.astype(np.int64))).to_pylist()
        return found

    @cached_property
    def key_codes(self) -> NDArray[np.int64]:
        """By number, the code of the key where `keys`, with empty text before them, are the dictionary."""
        return np.where(self.alive, np.arange(1, self.size + 1), 0)


def build_entity(cursor: duckdb.DuckDBPyConnection, entity: Entity, making: Making) -> None:
    """Write the arrays of an entity, one column after another."""
    table = quote(entity_table(entity))
    own = fetch(cursor, f"SELECT {NUMBER} AS number, {KEY} AS key FROM {table} ORDER BY {NUMBER}")
    numbers = ints_of(own, "number").astype(np.int64)
    size = int(numbers[-1]) + 1 if len(numbers) else 0
    alive = np.zeros(size, dtype=np.bool_)
    alive[numbers] = True
    making.array("alive", alive)
    _keys(making, own, numbers, size)
    for attribute in entity.attributes.values():
        maker = ColumnMaker(making, attribute, size)
        expressions = ", ".join([NUMBER, *(f"{one} AS c{i}" for i, one in enumerate(selected(attribute)))])
        statement = f"SELECT {expressions} FROM {table} ORDER BY {NUMBER}"
        for batch in cursor.sql(statement).to_arrow_reader(BATCH_ROWS):
            places, *values = batch.columns
            maker.append(values, places.to_numpy())
        maker.finish()


def _keys(making: Making, own: pa.Table, numbers: NDArray[np.int64], size: int) -> None:
    places = np.full(size, -1, dtype=np.int64)
    places[numbers] = np.arange(len(numbers))
    whole: Any = own.column("key").combine_chunks()
    keys = whole.take(pa.array(places, mask=places < 0))
    StringsMaker(making, "keys").append(keys)
    rank = np.zeros(size, dtype=np.uint32)
    # Arrow orders texts by their bytes in UTF-8, which is by code points.
    rank[pc.sort_indices(pc.fill_null(keys, "")).to_numpy()] = np.arange(size, dtype=np.uint32)
    making.array("key_rank", rank)


def open_entity(folder: Folder, entity: Entity) -> EntityTable:
    """The records of an entity, from its folder."""
    return EntityTable(
        entity,
        folder.array("alive"),
        open_strings(folder, "keys"),
        folder.array("key_rank"),
        {one.number: open_column(folder, one) for one in entity.attributes.values()},
    )

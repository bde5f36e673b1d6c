"""Entities: the records of one entity by their dense numbers, with their keys and attribute columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from satsuma.catalog.model import Entity
from satsuma.index.building import ColumnMaker, selected
from satsuma.index.columns import Column, empty_column, open_column
from satsuma.index.files import Folder, Making
from satsuma.index.keys import Keys, no_keys, open_keys, write_keys
from satsuma.index.marks import Marks
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
        names: The keys, in both directions.
        columns: By attribute number.
        changed: The records that differ from the files, and since which version.
        base: The version that the first arrays are of; later ones are patched.
        is_saved: Whether they are files that an index of a later version may be opened from.
    """

    entity: Entity
    alive: NDArray[np.bool_]
    names: Keys
    columns: Mapping[int, Column]
    changed: Marks
    base: int
    is_saved: bool

    @property
    def size(self) -> int:
        """How many numbers there are, those of records that are gone included."""
        return len(self.alive)

    @property
    def keys(self) -> Strings:
        """By number; of numbers without a record any text may stand here."""
        return self.names.whole

    @property
    def key_rank(self) -> NDArray[np.uint32]:
        """By number, the place of the key among all, by code point, uint32."""
        return self.names.ranks

    def keys_of(self, numbers: NDArray[Any]) -> list[str]:
        """The keys of some records; empty where there is none."""
        keys: list[Any] = self.names.take(numbers).to_pylist()
        return [key if there else "" for key, there in zip(keys, self.alive[numbers].tolist(), strict=True)]

    def find(self, keys: Strings) -> NDArray[np.int64]:
        """The number of the record that has each key (no alias); -1 where there is none."""
        found = self.names.find(keys)
        if self.size:
            found[~self.alive[np.maximum(found, 0)]] = -1
        return found

    @cached_property
    def key_codes(self) -> NDArray[np.int64]:
        """By number, the code of the key where `keys`, with empty text before them, are the dictionary."""
        return np.where(self.alive, np.arange(1, self.size + 1), 0)

    def under(self, entity: Entity) -> EntityTable:
        """With the attributes of a later catalog."""
        if entity is self.entity:
            return self
        columns = {
            one.number: self.columns.get(one.number) or empty_column(one, self.size)
            for one in entity.attributes.values()
        }
        return replace(self, entity=entity, columns=columns)


def empty_entity(entity: Entity, base: int) -> EntityTable:
    """Of an entity that has come with the version `base`."""
    columns = {one.number: empty_column(one, 0) for one in entity.attributes.values()}
    return EntityTable(entity, np.zeros(0, dtype=np.bool_), no_keys(), columns, Marks(), base, is_saved=False)


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
    write_keys(making, whole.take(pa.array(places, mask=places < 0)))


def open_entity(folder: Folder, entity: Entity, base: int, *, is_saved: bool = True) -> EntityTable:
    """The records of an entity, from its folder, which reflects the version `base`."""
    alive = folder.array("alive")
    columns = {one.number: open_column(folder, one, len(alive)) for one in entity.attributes.values()}
    return EntityTable(entity, alive, open_keys(folder), columns, Marks(), base, is_saved)

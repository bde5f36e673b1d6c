"""Resolve: from the keys that rows bear to the records they mean, with aliases and deletions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from satsuma.catalog.model import Attribute, Entity, ValueType
from satsuma.kernel.text import nfc
from satsuma.record.aliases import indexed, through_aliases
from satsuma.record.arrow import Column, encode, ints_of, places_of, table_of, texts
from satsuma.record.directory import NEVER
from satsuma.record.layout import column, entity_table
from satsuma.record.sight import seen
from satsuma.record.sql import fetch, lent, quote, scalar
from satsuma.record.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Resolved:
    """Distinct keys as they arrived, and for each what the store knows; arrays of one length.

    Attributes:
        keys: The record's key: that of the kept record where an alias arrived.
        numbers: int64; -1 where there is no such record.
        deleted_us: int64, the last deletion of the key, or of the kept key; `NEVER` where there is none.
    """

    keys: Column
    numbers: NDArray[np.int64]
    deleted_us: NDArray[np.int64]


def resolve(transaction: Transaction, entity: Entity, keys: Column) -> Resolved:
    """What is known about distinct keys of an entity, without nulls."""
    connection = transaction.connection
    kept = through_aliases(connection, entity.number, keys)
    numbers = transaction.directory(entity).find(connection, kept)
    return Resolved(kept, numbers, _deleted(connection, entity, keys, kept))


def numbers_among(transaction: Transaction, entity: Entity, keys: Column) -> NDArray[np.int64]:
    """For each key, or alias, the number of its record as the change has left it; -1 where there is none.

    Keys are kept in normal form C, and found in any. For whoever writes: it costs what is asked, where
    `numbers_of_keys` reads the keys of all records. What the giver of the command may not see is not there.
    """
    distinct, codes = encode(keys)
    kept, again = encode(through_aliases(transaction.connection, entity.number, _normal(distinct)))
    found = transaction.directory(entity).find(transaction.connection, kept)
    numbers = found[again][codes] if len(kept) else np.empty(0, dtype=np.int64)
    return in_sight(transaction, entity, numbers)


def in_sight(transaction: Transaction, entity: Entity, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Numbers of records as the giver of the command sees them: -1 for who is out of sight."""
    sight = transaction.sight
    if sight is None or entity.number != sight.audience:
        return numbers
    found = seen(transaction.connection, sight, entity, numbers[numbers >= 0].astype(np.uint32))
    return np.where(np.isin(numbers, found), numbers, -1)


def _normal(keys: Column) -> Column:
    if pc.all(pc.string_is_ascii(keys)).as_py() is not False:
        return keys
    return texts(None if key is None else nfc(key) for key in keys.to_pylist())


def _deleted(
    connection: duckdb.DuckDBPyConnection, entity: Entity, arrived: Column, kept: Column
) -> NDArray[np.int64]:
    deleted = np.full(len(kept), NEVER, dtype=np.int64)
    if scalar(connection, "SELECT 1 FROM deletions WHERE entity = ? LIMIT 1", [entity.number]) is None:
        return deleted
    # A key may have been deleted, come back as someone new, and become an alias since: both keys count.
    for keys in (arrived,) if arrived is kept else (arrived, kept):
        with lent(connection, _keys=indexed(keys)):
            found = fetch(
                connection,
                "SELECT k.i, epoch_us(max(d.deleted_at)) AS deleted FROM _keys k"
                " JOIN deletions d ON d.key = k.key WHERE d.entity = ? GROUP BY k.i",
                [entity.number],
            )
        at = ints_of(found, "i")
        deleted[at] = np.maximum(deleted[at], ints_of(found, "deleted"))
    return deleted


def resolve_references(transaction: Transaction, attributes: list[Attribute], rows: pa.Table) -> pa.Table:
    """Rows in which every reference to a dropped key refers to the kept one."""
    entities = transaction.catalog.entities
    for attribute in attributes:
        if attribute.type is not ValueType.REFERENCE or attribute.to is None or attribute.to not in entities:
            continue
        place = rows.schema.get_field_index(column(attribute))
        keys, codes = encode(rows.column(place))
        kept: Any = through_aliases(transaction.connection, entities[attribute.to].number, keys)
        if kept is not keys:
            rows = rows.set_column(place, rows.field(place), kept.take(places_of(codes, codes < 0)))
    return rows


def numbers_of_keys(connection: duckdb.DuckDBPyConnection, entity: Entity, keys: Column) -> NDArray[np.int64]:
    """For each key, or alias, the number of its record; -1 where there is none. For readers, by SQL.

    Keys are kept in normal form C, and found in any.
    """
    distinct, codes = encode(keys)
    kept = through_aliases(connection, entity.number, _normal(distinct))
    numbers = np.full(len(distinct) + 1, -1, dtype=np.int64)
    with lent(connection, _keys=indexed(kept)):
        found = fetch(
            connection,
            f"SELECT k.i, e._number FROM _keys k JOIN {quote(entity_table(entity))} e ON e._key = k.key",
        )
    numbers[ints_of(found, "i")] = ints_of(found, "_number")
    return numbers[codes]


def keys_of_numbers(
    connection: duckdb.DuckDBPyConnection, entity: Entity, numbers: NDArray[np.uint32]
) -> Column:
    """For each number the key of its record; null where it is gone. For readers, by SQL."""
    wanted = table_of({"i": np.arange(len(numbers)), "number": numbers.astype(np.uint32)})
    with lent(connection, _wanted=wanted):
        found = fetch(
            connection,
            f"SELECT w.i, e._key FROM _wanted w JOIN {quote(entity_table(entity))} e ON e._number = w.number",
        )
    places = np.full(len(numbers), -1, dtype=np.int64)
    places[ints_of(found, "i")] = np.arange(found.num_rows)
    keys: Any = found["_key"].combine_chunks()
    taken: Column = keys.take(places_of(places, places < 0))
    return taken

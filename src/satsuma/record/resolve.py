"""Resolve: from the keys that rows bear to the records they mean, through aliases, with what decides their fate."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from satsuma.catalog.model import Attribute, Entity, ValueType
from satsuma.record.layout import column, entity_table
from satsuma.record.sql import fetch, lent, quote, scalar
from satsuma.record.transaction import Transaction

NEVER = np.iinfo(np.int64).min
"""In place of an instant: it never happened."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """Distinct keys as they arrived, and for each what the store knows; arrays of one length.

    Attributes:
        keys: The record's key: that of the kept record where an alias arrived.
        numbers: int64; -1 where there is no such record.
        first_us, last_us: int64, the record's first and last observed_at; `NEVER` where there is none.
        deleted_us: int64, the last deletion of the key, or of the kept key; `NEVER` where there is none.
    """

    keys: pa.Array
    numbers: NDArray[np.int64]
    first_us: NDArray[np.int64]
    last_us: NDArray[np.int64]
    deleted_us: NDArray[np.int64]


def resolve(connection: duckdb.DuckDBPyConnection, entity: Entity, keys: pa.Array) -> Resolved:
    """What the store knows about distinct keys of an entity."""
    keys = through_aliases(connection, entity.number, arrived := keys)
    numbers = np.full(len(keys), -1, dtype=np.int64)
    first, last = (np.full(len(keys), NEVER, dtype=np.int64) for _ in range(2))
    with lent(connection, _keys=_indexed(keys)):
        found = fetch(
            connection,
            "SELECT k.i, e._number, epoch_us(e._first_observed_at) AS first,"
            f" coalesce(epoch_us(e._last_observed_at), {NEVER}) AS last"
            f" FROM _keys k JOIN {quote(entity_table(entity))} e ON e._key = k.key",
        )
    at = found["i"].to_numpy()
    numbers[at] = found["_number"].to_numpy()
    first[at] = found["first"].to_numpy()
    last[at] = found["last"].to_numpy()
    return Resolved(keys, numbers, first, last, _deleted(connection, entity, arrived, keys))


def through_aliases(connection: duckdb.DuckDBPyConnection, entity: int, keys: pa.Array) -> pa.Array:
    """Keys of an entity (its catalog number), each alias replaced by the key it stands for; nulls stay."""
    if scalar(connection, "SELECT 1 FROM aliases WHERE entity = ? LIMIT 1", [entity]) is None:
        return keys
    with lent(connection, _keys=_indexed(keys)):
        found = fetch(
            connection,
            "SELECT k.i, a.target FROM _keys k JOIN aliases a ON a.key = k.key WHERE a.entity = ?",
            [entity],
        )
    if not found.num_rows:
        return keys
    places = np.arange(len(keys))
    places[found["i"].to_numpy()] = len(keys) + np.arange(found.num_rows)
    return pa.concat_arrays([keys, found["target"].combine_chunks()]).take(pa.array(places))


def _deleted(
    connection: duckdb.DuckDBPyConnection, entity: Entity, arrived: pa.Array, keys: pa.Array
) -> NDArray[np.int64]:
    deleted = np.full(len(keys), NEVER, dtype=np.int64)
    if scalar(connection, "SELECT 1 FROM deletions WHERE entity = ? LIMIT 1", [entity.number]) is None:
        return deleted
    # A key may have been deleted, come back as someone new, and become an alias since: both keys count.
    for some in (arrived, keys) if arrived is not keys else (keys,):
        with lent(connection, _keys=_indexed(some)):
            found = fetch(
                connection,
                "SELECT k.i, epoch_us(max(d.deleted_at)) AS deleted FROM _keys k JOIN deletions d ON d.key = k.key"
                " WHERE d.entity = ? GROUP BY k.i",
                [entity.number],
            )
        at = found["i"].to_numpy()
        deleted[at] = np.maximum(deleted[at], found["deleted"].to_numpy())
    return deleted


def resolve_references(transaction: Transaction, attributes: list[Attribute], rows: pa.Table) -> pa.Table:
    """Rows in which every reference to a dropped key refers to the kept one."""
    entities = transaction.catalog.entities
    for attribute in attributes:
        if attribute.type is not ValueType.REFERENCE or attribute.to not in entities:
            continue
        place = rows.schema.get_field_index(column(attribute))
        encoded = rows.column(place).combine_chunks().dictionary_encode()
        kept = through_aliases(transaction.connection, entities[attribute.to].number, encoded.dictionary)
        if kept is not encoded.dictionary:
            rows = rows.set_column(place, rows.field(place), kept.take(encoded.indices))
    return rows


def numbers_of_keys(
    connection: duckdb.DuckDBPyConnection, entity: Entity, keys: pa.Array
) -> NDArray[np.int64]:
    """For each key, or alias, the number of its record; -1 where there is none."""
    encoded = keys.dictionary_encode()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    numbers = resolve(connection, entity, encoded.dictionary).numbers
    codes = pc.fill_null(encoded.indices, len(numbers)).to_numpy()
    return np.append(numbers, -1)[codes]


def keys_of_numbers(
    connection: duckdb.DuckDBPyConnection, entity: Entity, numbers: NDArray[np.uint32]
) -> pa.Array:
    """For each number the key of its record; null where it is gone."""
    wanted = pa.table({"i": np.arange(len(numbers)), "number": numbers.astype(np.uint32)})
    with lent(connection, _wanted=wanted):
        found = fetch(
            connection,
            f"SELECT w.i, e._key FROM _wanted w JOIN {quote(entity_table(entity))} e ON e._number = w.number",
        )
    places = np.full(len(numbers), -1, dtype=np.int64)
    places[found["i"].to_numpy()] = np.arange(found.num_rows)
    keys = found["_key"].combine_chunks()
    return keys.take(pa.array(places, mask=places < 0))


def _indexed(keys: pa.Array) -> pa.Table:
    return pa.table({"i": np.arange(len(keys)), "key": keys})

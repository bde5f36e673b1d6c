"""Aliases: the keys that records once had, which mean the records that these were merged into."""

from __future__ import annotations

from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from satsuma.record.arrow import Column, ints_of, places_of, table_of
from satsuma.record.sql import fetch, lent, scalar


def has_aliases(connection: duckdb.DuckDBPyConnection, entity: int) -> bool:
    """Whether any key of an entity (its catalog number) is an alias."""
    return scalar(connection, "SELECT 1 FROM aliases WHERE entity = ? LIMIT 1", [entity]) is not None


def through_aliases(connection: duckdb.DuckDBPyConnection, entity: int, keys: Column) -> Column:
    """Keys of an entity (its catalog number), each alias replaced by the key it stands for; nulls stay."""
    if not has_aliases(connection, entity):
        return keys
    with lent(connection, _keys=indexed(keys)):
        found = fetch(
            connection,
            "SELECT k.i, a.target FROM _keys k JOIN aliases a ON a.key = k.key WHERE a.entity = ?",
            [entity],
        )
    if not found.num_rows:
        return keys
    places = np.arange(len(keys))
    places[ints_of(found, "i")] = len(keys) + np.arange(found.num_rows)
    both: Any = pa.concat_arrays([keys, found["target"].combine_chunks()])
    kept: Column = both.take(places_of(places))
    return kept


def indexed(keys: Column) -> pa.Table:
    """Keys with their places, for statements to join: columns `i` and `key`."""
    return table_of({"i": np.arange(len(keys)), "key": keys})

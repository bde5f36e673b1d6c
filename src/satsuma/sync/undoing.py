"""Undoing an import: the record as if its rows had never come, as far as that can be told.

Its interactions and its observations are removed, and attributes go back to what the remaining history says.
Its refused rows are removed too, and what was taken of them when they were tried again.

A record about which nothing remains is removed: no observation, no interaction, no list, no static segment,
no consent and no alias. References to it stay and lead nowhere, as those to a record that never was.
This is no deletion: rows about it may come again, whatever their time.

The catalog keeps what it learned, and a record that stays has existed since the instant it had.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from satsuma.catalog.model import Entity
from satsuma.record import observations
from satsuma.record.arrow import ints_of, table_of
from satsuma.record.change import Change
from satsuma.record.directory import NEVER
from satsuma.record.layout import entity_table, history_table, interaction_table
from satsuma.record.sql import fetch, lent, quote, scalar, stored_columns
from satsuma.sync import ledger
from satsuma.sync.ledger import State


@dataclass(frozen=True, slots=True)
class Undone:
    """What undoing an import removed; all 0 where it was undone before.

    Attributes:
        id, version: Of the import, and the version that took it back.
        interactions, observations, refused, records: How many were removed.
    """

    id: int
    version: int
    interactions: int
    observations: int
    refused: int
    records: int


def undo(change: Change, id: int) -> Undone:
    """Take back an import, in this version."""
    connection = change.connection
    touched: dict[str, list[NDArray[np.int64]]] = {}
    interactions = 0
    for kind in change.catalog.interactions.values():
        table = quote(interaction_table(kind))
        members = fetch(connection, f"SELECT DISTINCT _member FROM {table} WHERE _import = ?", [id])
        if members.num_rows:
            touched.setdefault(kind.audience, []).append(ints_of(members, "_member").astype(np.int64))
            change.touches.rewrite(kind.number, ints_of(members, "_member"))
            interactions += int(scalar(connection, f"DELETE FROM {table} WHERE _import = ?", [id]))
    observed = 0
    for entity in change.catalog.entities.values():
        table = quote(history_table(entity))
        numbers = fetch(connection, f"SELECT DISTINCT _number FROM {table} WHERE _import = ?", [id])
        if numbers.num_rows:
            found = ints_of(numbers, "_number").astype(np.int64)
            touched.setdefault(entity.name, []).append(found)
            observed += int(scalar(connection, f"DELETE FROM {table} WHERE _import = ?", [id]))
            own = (attribute.number for attribute in entity.attributes.values())
            change.touches.write(entity, found, own, marked=False)
            _restore(change, entity, found)
    records = 0
    for name, parts in touched.items():
        records += _remove_bare(change, change.entity(name), np.unique(np.concatenate(parts)))
    refused = int(scalar(connection, "DELETE FROM quarantine WHERE import = ?", [id]))
    ledger.mark(change, id, State.UNDONE)
    return Undone(id, change.version, interactions, observed, refused, records)


def _restore(change: Change, entity: Entity, numbers: NDArray[np.int64]) -> None:
    """Bring records to what their remaining history says; those without any lose all values."""
    table = quote(entity_table(entity))
    stored = [f"{quote(name)} = NULL" for name in stored_columns(entity.attributes.values())]
    with lent(change.connection, _numbers=table_of({"number": numbers})):
        bare = fetch(
            change.connection,
            "SELECT number FROM _numbers WHERE number NOT IN"
            f" (SELECT _number FROM {quote(history_table(entity))})",
        )
    empty = ints_of(bare, "number").astype(np.uint32)
    rest = np.setdiff1d(numbers, empty).astype(np.uint32)
    if len(rest):
        observations.recompute(change, entity, rest)
    if len(empty):
        with lent(change.connection, _bare=table_of({"number": empty})):
            change.connection.execute(
                f"UPDATE {table} SET {', '.join(['_last_observed_at = NULL', *stored])}"
                " WHERE _number IN (SELECT number FROM _bare)"
            )
        never = np.full(len(empty), NEVER, dtype=np.int64)
        change.directory(entity).observe(empty, last_us=never)


def _remove_bare(change: Change, entity: Entity, numbers: NDArray[np.int64]) -> int:
    """Remove those of some records about which nothing remains; returns how many."""
    connection = change.connection
    told = [f"SELECT _number FROM {quote(history_table(entity))}"]
    told += [
        f"SELECT _member FROM {quote(interaction_table(k))}" for k in change.catalog.types_of(entity.name)
    ]
    of_audience = "SELECT id FROM {} WHERE audience = $entity"
    told += [
        f"SELECT member FROM list_members WHERE list IN ({of_audience.format('lists')})",
        f"SELECT member FROM static_members WHERE segment IN ({of_audience.format('segments')})",
        "SELECT member FROM consent_ledger WHERE audience = $entity",
        (
            f"SELECT e._number FROM {quote(entity_table(entity))} e JOIN aliases a ON a.target = e._key"
            " WHERE a.entity = $entity"
        ),
    ]
    remaining = " AND ".join(f"number NOT IN ({one})" for one in told)
    with lent(connection, _numbers=table_of({"number": numbers})):
        found = connection.sql(
            f"SELECT number FROM _numbers WHERE {remaining}", params={"entity": entity.number}
        ).to_arrow_table()
    bare = ints_of(found, "number").astype(np.uint32)
    if len(bare):
        with lent(connection, _bare=table_of({"number": bare})):
            connection.execute(
                f"DELETE FROM {quote(entity_table(entity))} WHERE _number IN (SELECT number FROM _bare)"
            )
        change.directory(entity).remove(bare)
        change.touches.remove(entity, bare)
    return len(bare)

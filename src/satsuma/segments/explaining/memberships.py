"""Memberships and consent of the few records that an explanation is about, with their whole past."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import duckdb

from satsuma.catalog.audiences import entity_numbered
from satsuma.catalog.model import Catalog, Entity
from satsuma.evaluation.reference.data import Change, ConsentEntry, Membership
from satsuma.kernel.errors import InvariantError
from satsuma.record.sql import scalar

_NUMBERS = "IN (SELECT unnest(?::UINTEGER[]))"


@dataclass(frozen=True, slots=True)
class Wanted:
    """The records whose memberships are read: by entity and key, their numbers."""

    cursor: duckdb.DuckDBPyConnection
    catalog: Catalog
    numbers: Mapping[str, Mapping[str, int]]


def membership_of(wanted: Wanted, what: Literal["segment", "list"], number: int) -> Membership:
    """Which of the records are in a segment or on a list, and when they came and went."""
    cursor = wanted.cursor
    audience = _audience(wanted, what, number)
    keys = {own: key for key, own in wanted.numbers[audience.name].items()}
    changes_table = "membership_changes" if what == "segment" else "list_changes"
    members = cursor.execute(
        f"SELECT member FROM {what}_members WHERE {what} = ? AND member {_NUMBERS}", [number, list(keys)]
    ).fetchall()
    changes = cursor.execute(
        f'SELECT member, version, epoch_us("at"), sign FROM {changes_table}'
        f" WHERE {what} = ? AND member {_NUMBERS} ORDER BY version",
        [number, list(keys)],
    ).fetchall()
    return Membership(
        audience.name,
        frozenset(keys[member] for (member,) in members),
        tuple(Change(keys[member], version, at, sign) for member, version, at, sign in changes),
    )


def consent_of(wanted: Wanted) -> tuple[ConsentEntry, ...]:
    """Every entry of the consent ledger about the records."""
    found: list[ConsentEntry] = []
    for entity in wanted.catalog.audiences():
        keys = {own: key for key, own in wanted.numbers[entity.name].items()}
        rows = wanted.cursor.execute(
            'SELECT member, topic, state, epoch_us("at"), seq FROM consent_ledger'
            f" WHERE audience = ? AND member {_NUMBERS} ORDER BY seq",
            [entity.number, list(keys)],
        ).fetchall()
        found += [ConsentEntry(entity.name, keys[member], *rest) for member, *rest in rows]
    return tuple(found)


def _audience(wanted: Wanted, what: str, number: int) -> Entity:
    found = scalar(wanted.cursor, f"SELECT audience FROM {what}s WHERE id = ?", [number])
    entity = None if found is None else entity_numbered(wanted.catalog, found)
    if entity is None:
        raise InvariantError(f"a bound definition refers to the {what} {number}, which the record lacks")
    return entity

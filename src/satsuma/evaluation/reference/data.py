"""Data: one state of everything that the meaning of a definition reads, as plain values.

A state is complete: it holds every record, every interaction (those of the future too), the observations
behind every attribute, and the histories of memberships, lists and consent. Nothing in it is an engine's: the
reference evaluator reads it record by record, and tests write it down by hand (`literals`) or read it from a
workspace's file (`load`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Literal, TypeAlias, TypeVar

from satsuma.catalog.model import Catalog

Value: TypeAlias = str | int | float | Decimal | bool | dt.date | frozenset[str] | tuple[float, float]
"""A present value, as `language.bound` says for each type: timestamps are microseconds UTC, text is NFC."""

Content = TypeVar("Content")


def _nothing() -> Mapping[str, Content]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Observation:
    """What one row said about a record: the attributes it gave, None where it cleared one.

    Attributes:
        at: The instant it counts from, microseconds UTC.
        seq: Position among all observations, in the order in which they were taken.
    """

    at: int
    seq: int
    values: Mapping[str, Value | None]


@dataclass(frozen=True, slots=True)
class Record:
    """One record of an entity.

    Attributes:
        attributes: Present values as they are now, by attribute name; a missing one has no entry.
        observations: All that was ever observed about it; `attributes` follows from them.
        exists_since: The earliest instant at which anything about it was observed, microseconds UTC.
    """

    entity: str
    key: str
    exists_since: int
    attributes: Mapping[str, Value] = field(default_factory=_nothing)
    observations: tuple[Observation, ...] = ()

    def as_of(self, at: int) -> Mapping[str, Value]:
        """The attributes at an instant: of each the latest observed by then; at one instant the later row."""
        found: dict[str, Value | None] = {}
        for observation in sorted(self.observations, key=lambda o: (o.at, o.seq)):
            if observation.at <= at:
                found.update(observation.values)
        return {name: value for name, value in found.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Interaction:
    """One interaction of an audience record.

    Attributes:
        member: Key of the record whose interaction it is.
        occurred_at: Microseconds UTC; after `now` it has not happened yet.
        attributes: Present values by attribute name.
    """

    audience: str
    member: str
    type: str
    id: str
    occurred_at: int
    attributes: Mapping[str, Value] = field(default_factory=_nothing)

    @property
    def order(self) -> tuple[int, str, str]:
        """Place in the total order of interactions: instant, then id, then type, by code point."""
        return (self.occurred_at, self.id, self.type)


@dataclass(frozen=True, slots=True)
class Change:
    """A member entered (+1) or left (-1) in a version, at that version's instant."""

    member: str
    version: int
    at: int
    sign: int


@dataclass(frozen=True, slots=True)
class Membership:
    """Who is in a live segment or on a list, and how that came about."""

    audience: str
    members: frozenset[str] = frozenset()
    changes: tuple[Change, ...] = ()

    def as_of(self, at: int) -> frozenset[str]:
        """Who was in it at an instant: those who have entered once more than they have left."""
        balance: dict[str, int] = {}
        for change in self.changes:
            if change.at <= at:
                balance[change.member] = balance.get(change.member, 0) + change.sign
        return frozenset(member for member, sum_of_signs in balance.items() if sum_of_signs > 0)


@dataclass(frozen=True, slots=True)
class ConsentEntry:
    """An entry of the consent ledger. Of equal instants `denied` counts, then the later `seq`."""

    audience: str
    member: str
    topic: str
    state: Literal["granted", "denied"]
    at: int
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Database:
    """One state, at one instant.

    Attributes:
        now: The version's instant, microseconds UTC.
        records: By entity, then key.
        interactions: By audience, then member key; in any order.
        segments: Live segments by id, overrides included in the members.
        lists: By id.
    """

    now: int
    catalog: Catalog
    records: Mapping[str, Mapping[str, Record]] = field(default_factory=_nothing)
    interactions: Mapping[str, Mapping[str, tuple[Interaction, ...]]] = field(default_factory=_nothing)
    segments: Mapping[int, Membership] = field(default_factory=lambda: MappingProxyType({}))
    lists: Mapping[int, Membership] = field(default_factory=lambda: MappingProxyType({}))
    consent: tuple[ConsentEntry, ...] = ()

    def record(self, entity: str, key: str) -> Record | None:
        """A record by its key, or None where there is none."""
        return self.records.get(entity, {}).get(key)

    def interactions_of(self, record: Record) -> tuple[Interaction, ...]:
        """All interactions of an audience record, in any order, those of the future too."""
        return self.interactions.get(record.entity, {}).get(record.key, ())

"""States: other data for the same definitions, mixed at random from the values of a case's own data.

So every value is one that its definitions care about, and instants lie on the bounds of their windows, a
microsecond or an hour beside them.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace

from satsuma.catalog.model import Attribute, Entity, InteractionType, ValueType
from satsuma.evaluation.reference import Database
from satsuma.evaluation.reference.data import (
    Change,
    ConsentEntry,
    Interaction,
    Membership,
    Observation,
    Record,
    Value,
)
from satsuma.kernel.civil import MAX_INSTANT_US, MIN_INSTANT_US

RECORDS = 9
INTERACTIONS = 60
_BESIDE_US = (0, 0, 0, 1, -1, 3_600_000_000, -3_600_000_000, 86_400_000_000, -86_400_000_000)


def mixed(database: Database, seed: int) -> Database:
    """A state of the same catalog, segments and lists, at the same instant, with data of its own."""
    return _Mix(database, random.Random(seed)).state()


class _Mix:
    def __init__(self, database: Database, order: random.Random) -> None:
        self.database = database
        self.order = order
        self.instants = sorted(self._instants())
        self.pools = self._pools()
        self.keys = {name: self._keys(name) for name in database.catalog.entities}

    def state(self) -> Database:
        catalog = self.database.catalog
        records = {entity.name: self._records(entity) for entity in catalog.entities.values()}
        interactions: dict[str, dict[str, list[Interaction]]] = {}
        types = list(catalog.interactions.values())
        for number in range(INTERACTIONS if types else 0):
            one = self._interaction(self.order.choice(types), number)
            interactions.setdefault(one.audience, {}).setdefault(one.member, []).append(one)
        return replace(
            self.database,
            records=records,
            interactions={
                audience: {key: tuple(found) for key, found in of_audience.items()}
                for audience, of_audience in interactions.items()
            },
            segments={number: self._membership(one) for number, one in self.database.segments.items()},
            lists={number: self._membership(one) for number, one in self.database.lists.items()},
            consent=tuple(self._consent(seq) for seq in range(20)) if self.database.consent else (),
        )

    def _keys(self, entity: str) -> list[str]:
        own = sorted(self.database.records.get(entity, {}))[:RECORDS]
        return [*own, *(f"{entity}-{number}" for number in range(len(own), RECORDS))]

    def _instants(self) -> set[int]:
        found = {self.database.now}
        for records in self.database.records.values():
            for record in records.values():
                found |= {record.exists_since, *(one.at for one in record.observations)}
        for of_audience in self.database.interactions.values():
            found |= {one.occurred_at for of_member in of_audience.values() for one in of_member}
        for membership in (*self.database.segments.values(), *self.database.lists.values()):
            found |= {change.at for change in membership.changes}
        return found | {entry.at for entry in self.database.consent}

    def _pools(self) -> dict[int, list[Value]]:
        """By attribute number, the values that the case's data has."""
        found: dict[int, list[Value]] = {}
        for entity in self.database.catalog.entities.values():
            records = self.database.records.get(entity.name, {}).values()
            seen: list[Mapping[str, Value | None]] = [
                one.values for record in records for one in record.observations
            ]
            self._pool(entity.attributes, seen, found)
        for of_type in self.database.catalog.interactions.values():
            every = self.database.interactions.get(of_type.audience, {}).values()
            of_this = [one.attributes for of_member in every for one in of_member if one.type == of_type.name]
            self._pool(of_type.attributes, of_this, found)
        return found

    def _pool(
        self,
        attributes: Mapping[str, Attribute],
        seen: Sequence[Mapping[str, Value | None]],
        found: dict[int, list[Value]],
    ) -> None:
        for attribute in attributes.values():
            values = [one[attribute.name] for one in seen if one.get(attribute.name) is not None]
            found[attribute.number] = [value for value in values if value is not None]

    def _records(self, entity: Entity) -> dict[str, Record]:
        # References to what is not there dangle; members of memberships and of interactions must be there.
        return {
            key: self._record(entity, key)
            for key in self.keys[entity.name]
            if entity.audience or self.order.random() < 0.8
        }

    def _record(self, entity: Entity, key: str) -> Record:
        observations = tuple(
            Observation(self._instant(past=True), seq, self._values(entity.attributes))
            for seq in range(1, 1 + self.order.choice((0, 1, 2, 4)))
        )
        since = min([self._instant(past=True), *(one.at for one in observations)])
        empty = Record(entity.name, key, since, observations=observations)
        return replace(empty, attributes=empty.as_of(self.database.now))

    def _values(self, attributes: Mapping[str, Attribute]) -> dict[str, Value | None]:
        given = [one for one in attributes.values() if self.order.random() < 0.75]
        return {one.name: self._value(one) for one in given}

    def _value(self, attribute: Attribute) -> Value | None:
        pool = self.pools[attribute.number]
        if attribute.type is ValueType.REFERENCE and attribute.to is not None and self.order.random() < 0.7:
            return self.order.choice(self.keys[attribute.to])
        if not pool or self.order.random() < 0.1:
            return None
        value = self.order.choice(pool)
        if attribute.type is ValueType.TIMESTAMP and isinstance(value, int):
            return self._beside(value)
        return value

    def _interaction(self, of_type: InteractionType, number: int) -> Interaction:
        member = self.order.choice(self.keys[of_type.audience][:4])
        values = self._values(of_type.attributes)
        present = {name: value for name, value in values.items() if value is not None}
        own = self.order.choice("ABab") + str(number)
        return Interaction(of_type.audience, member, of_type.name, own, self._instant(), present)

    def _membership(self, membership: Membership) -> Membership:
        changes, inside = [], set[str]()
        at = sorted(self._instant(past=True) for _ in range(12))
        for version, instant in enumerate(at, start=1):
            member = self.order.choice(self.keys[membership.audience])
            changes.append(Change(member, version, instant, -1 if member in inside else 1))
            inside ^= {member}
        return Membership(membership.audience, frozenset(inside), tuple(changes))

    def _consent(self, seq: int) -> ConsentEntry:
        like = self.order.choice(self.database.consent)
        member = self.order.choice(self.keys[like.audience])
        state = self.order.choice(self.database.consent).state
        return replace(like, member=member, at=self._instant(), state=state, seq=seq)

    def _instant(self, *, past: bool = False) -> int:
        found = self._beside(self.order.choice(self.instants))
        return min(found, self.database.now) if past else found

    def _beside(self, at: int) -> int:
        return min(max(at + self.order.choice(_BESIDE_US), MIN_INSTANT_US), MAX_INSTANT_US)

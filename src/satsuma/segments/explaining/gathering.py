"""Gathering: of a record the little that a definition reads for one member, as a state of its own.

What a condition reads is followed from the member: over references, as they are and as they ever were, to
related records, their interactions and memberships. What is too much to read is not read in part and taken
for the whole: the condition is marked as cut short, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from satsuma.catalog.model import Attribute, Catalog, Entity, InteractionType
from satsuma.evaluation.reference.data import Database, Interaction, Observation, Record, Value
from satsuma.evaluation.reference.load import stored_rows, values_from
from satsuma.language import bound
from satsuma.record import layout
from satsuma.record.sql import quote
from satsuma.segments.explaining.memberships import Wanted, consent_of, membership_of
from satsuma.segments.explaining.places import nodes_of

INTERACTIONS_MAX = 10_000  # of one type, over all records that a condition reads them of: Python judges them
SEQUENCE_INTERACTIONS_MAX = 500  # of one type in a sequence, which tries pairs of them
RECORDS_MAX = 1_000  # related records at one step of a path, likewise

_KEYS = "IN (SELECT unnest(?::VARCHAR[]))"


class Gathering:
    """Reads what conditions need, once each; `database` is then a state that holds no more than that.

    Attributes:
        keys_of_segment: By segment, the records whose membership of it some condition reads.
    """

    def __init__(self, cursor: duckdb.DuckDBPyConnection, catalog: Catalog, now: int) -> None:
        self._cursor = cursor
        self._catalog = catalog
        self._now = now
        self._records: dict[str, dict[str, Record]] = {name: {} for name in catalog.entities}
        self._numbers: dict[str, dict[str, int]] = {name: {} for name in catalog.entities}
        self._interactions: dict[str, dict[str, list[Interaction]]] = {}
        self._read: set[tuple[int, str]] = set()
        self._cut: dict[tuple[int, str], str] = {}
        self._lists: set[int] = set()
        self._reason: str | None = None
        self.keys_of_segment: dict[int, set[str]] = {}

    def gather(self, condition: bound.Condition, entity: Entity, keys: Iterable[str]) -> str | None:
        """Read what a condition needs for some records; why it could not be read whole, or None."""
        self._reason = None
        self._walk(condition, entity, self._fetch(entity, keys))
        return self._reason

    def database(self) -> Database:
        """All that was read, as one state at the version's instant."""
        wanted = Wanted(self._cursor, self._catalog, self._numbers)
        return Database(
            now=self._now,
            catalog=self._catalog,
            records=self._records,
            interactions={
                audience: {key: tuple(found) for key, found in of_audience.items()}
                for audience, of_audience in self._interactions.items()
            },
            segments={number: membership_of(wanted, "segment", number) for number in self.keys_of_segment},
            lists={number: membership_of(wanted, "list", number) for number in self._lists},
            consent=consent_of(wanted),
        )

    def number_of(self, entity: Entity, key: str) -> int | None:
        """The number of a record that was read."""
        return self._numbers[entity.name].get(key)

    def _walk(self, condition: bound.Condition, entity: Entity, keys: set[str]) -> None:
        match condition:
            case bound.All(conditions) | bound.AnyOf(conditions):
                for one in conditions:
                    self._walk(one, entity, keys)
            case bound.Not(one) | bound.Held(one):
                self._walk(one, entity, keys)
            case bound.Related():
                target, there = self._cross(condition.path, entity, keys)
                self._walk(condition.where, target, there)
                self._reads((condition.measure,), target, there)
                self._reads((condition.test,), entity, keys)
            case bound.Did():
                member, members = self._cross(condition.of or (), entity, keys)
                self._happened(condition.types, member, members)
                self._reads((condition.where, condition.measure), member, members)
                self._reads((condition.test,), entity, keys)
            case bound.Occurrence():
                self._happened(condition.types, entity, keys)
                self._reads((condition.where, condition.has), entity, keys)
            case bound.Sequence():
                patterns = [step.pattern for step in condition.steps]
                patterns += [step.blocker for step in condition.steps if step.blocker is not None]
                patterns += [] if condition.absence is None else [condition.absence.pattern]
                for pattern in patterns:
                    self._happened(pattern.types, entity, keys)
                    self._check_sequence(pattern.types, entity, keys)
                self._reads((condition,), entity, keys)
            case bound.InSegment() | bound.Crossed():
                self.keys_of_segment.setdefault(condition.segment, set()).update(keys)
            case bound.InList():
                self._lists.add(condition.list)
            case bound.Top():
                if isinstance(condition.of, bound.Did):
                    self._walk(condition.of, entity, keys)
                else:
                    self._reads((condition.of,), entity, keys)
            case bound.Consent() | bound.Sample():
                pass
            case _:
                self._reads((condition,), entity, keys)

    def _reads(self, nodes: tuple[object, ...], entity: Entity, keys: set[str]) -> None:
        """Fetch the records that paths inside nodes lead through, from records or from their interactions."""
        for node in nodes:
            for read in nodes_of(bound.Read, node):
                for type_name, path in read.by_type:
                    self._follow(type_name, path, entity, keys)

    def _follow(self, type_name: str | None, path: bound.Path, entity: Entity, keys: set[str]) -> None:
        """Fetch the records along a path, from records (no type) or from their interactions of a type."""
        for place, hop in enumerate(path.hops):
            if place == 0 and type_name is not None:
                found = self._referred_by_interactions(hop, type_name, entity, keys)
            else:
                found = self._references(hop, entity, keys)
            entity = self._catalog.entities[str(hop.to)]
            keys = self._fetch(entity, found)

    def _referred_by_interactions(
        self, hop: Attribute, type_name: str, entity: Entity, keys: set[str]
    ) -> set[str]:
        of_audience = self._interactions.get(entity.name, {})
        return {
            str(one.attributes[hop.name])
            for key in keys
            for one in of_audience.get(key, ())
            if one.type == type_name and hop.name in one.attributes
        }

    def _references(self, hop: Attribute, entity: Entity, keys: set[str]) -> set[str]:
        """The keys that records refer to or ever referred to."""
        found: set[str] = set()
        for key in keys:
            record = self._records[entity.name].get(key)
            if record is None:
                continue
            values: list[Value | None] = [record.attributes.get(hop.name)]
            values += [observation.values.get(hop.name) for observation in record.observations]
            found |= {str(value) for value in values if value is not None}
        return found

    def _cross(self, path: tuple[bound.Step, ...], entity: Entity, keys: set[str]) -> tuple[Entity, set[str]]:
        """The entity and the records at the end of a path, as it leads now or ever led."""
        for step in path:
            found = (
                self._referring(step.attribute, keys)
                if step.inverse
                else self._references(step.attribute, entity, keys)
            )
            entity = step.target
            keys = self._fetch(entity, found)
        return entity, keys

    def _referring(self, attribute: Attribute, keys: set[str]) -> set[str]:
        owner = self._catalog.entities[attribute.owner]
        table, history = quote(layout.entity_table(owner)), quote(layout.history_table(owner))
        column = quote(layout.column(attribute))
        rows = self._cursor.execute(
            f"SELECT _key FROM {table} WHERE {column} {_KEYS} UNION"
            f" SELECT e._key FROM {table} e JOIN {history} h USING (_number) WHERE h.{column} {_KEYS}"
            f" LIMIT {RECORDS_MAX + 1}",
            [sorted(keys), sorted(keys)],
        ).fetchall()
        if len(rows) > RECORDS_MAX:
            self._reason = f"more than {RECORDS_MAX:,} records of {owner.name}"
        return {key for (key,) in rows[:RECORDS_MAX]}

    def _fetch(self, entity: Entity, keys: Iterable[str]) -> set[str]:
        """Read records that were not read yet, with their past; of these keys, those that have a record."""
        wanted, known = set(keys), self._records[entity.name]
        missing = sorted(wanted - known.keys())
        if missing:
            attributes, table = list(entity.attributes.values()), layout.entity_table(entity)
            fixed = f"_number, _key, epoch_us({layout.FIRST_OBSERVED_AT})"
            rows = list(stored_rows(self._cursor, fixed, table, attributes, f"WHERE _key {_KEYS}", [missing]))
            past = self._observations(entity, [row[0] for row in rows])
            for number, key, since, *stored in rows:
                values = values_from(attributes, stored)
                present = {name: value for name, value in values.items() if value is not None}
                known[key] = Record(entity.name, key, since, present, tuple(past.get(number, ())))
                self._numbers[entity.name][key] = number
        return wanted & known.keys()

    def _observations(self, entity: Entity, numbers: list[int]) -> dict[int, list[Observation]]:
        attributes = list(entity.attributes.values())
        shapes = dict(
            self._cursor.execute(
                "SELECT id, attributes FROM attribute_sets WHERE entity = ?", [entity.number]
            ).fetchall()
        )
        fixed = f"_number, epoch_us({layout.OBSERVED_AT}), {layout.SEQ}, {layout.SHAPE}"
        rest = "WHERE _number IN (SELECT unnest(?::UINTEGER[]))"
        found: dict[int, list[Observation]] = {}
        for number, at, seq, shape, *stored in stored_rows(
            self._cursor, fixed, layout.history_table(entity), attributes, rest, [numbers]
        ):
            given = set(shapes[shape])
            values = values_from(attributes, stored)
            said = {name: one for name, one in values.items() if entity.attributes[name].number in given}
            found.setdefault(number, []).append(Observation(at, seq, said))
        return found

    def _happened(self, types: Iterable[InteractionType], member: Entity, keys: set[str]) -> None:
        for of_type in types:
            missing = sorted(key for key in keys if (of_type.number, key) not in self._read)
            if missing:
                self._read_interactions(of_type, member, missing)
            cut = (self._cut.get((of_type.number, key)) for key in sorted(keys))
            self._reason = self._reason or next(filter(None, cut), None)

    def _check_sequence(self, types: Iterable[InteractionType], member: Entity, keys: set[str]) -> None:
        names = {of_type.name for of_type in types}
        of_audience = self._interactions.get(member.name, {})
        for key in keys:
            if sum(one.type in names for one in of_audience.get(key, ())) > SEQUENCE_INTERACTIONS_MAX:
                self._reason = f"more than {SEQUENCE_INTERACTIONS_MAX:,} interactions that could be steps"

    def _read_interactions(self, of_type: InteractionType, member: Entity, keys: list[str]) -> None:
        attributes = list(of_type.attributes.values())
        by_number = {self._numbers[member.name][key]: key for key in keys}
        rest = (
            f"WHERE {layout.MEMBER} IN (SELECT unnest(?::UINTEGER[]))"
            f" ORDER BY {layout.OCCURRED_AT} DESC, {layout.ID} DESC LIMIT {INTERACTIONS_MAX + 1}"
        )
        fixed = f"{layout.ID}, {layout.MEMBER}, epoch_us({layout.OCCURRED_AT})"
        table = layout.interaction_table(of_type)
        rows = list(stored_rows(self._cursor, fixed, table, attributes, rest, [list(by_number)]))
        for own_id, number, at, *stored in rows[:INTERACTIONS_MAX]:
            values = {name: one for name, one in values_from(attributes, stored).items() if one is not None}
            key = by_number[number]
            one = Interaction(member.name, key, of_type.name, own_id, at, values)
            self._interactions.setdefault(member.name, {}).setdefault(key, []).append(one)
        self._read |= {(of_type.number, key) for key in keys}
        if len(rows) > INTERACTIONS_MAX:
            reason = f"more than {INTERACTIONS_MAX:,} interactions of type {of_type.name}"
            self._cut.update({(of_type.number, key): reason for key in keys})

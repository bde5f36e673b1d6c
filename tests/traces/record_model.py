"""The record in plain Python: dicts and lists, one row at a time, written to be obviously right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from satsuma.catalog.model import Attribute, Catalog, Mode, ValueType
from satsuma.kernel.ids import derived_id

Row = Mapping[str, Any]


@dataclass
class Observation:
    observed_at: int
    seq: int
    given: dict[str, Any]


@dataclass
class ModelRecord:
    number: int
    first_observed_at: int
    observations: list[Observation] = field(default_factory=list)

    def current(self, attribute: str) -> Any:
        giving = [o for o in self.observations if attribute in o.given]
        return max(giving, key=lambda o: (o.observed_at, o.seq)).given[attribute] if giving else None

    def last_observed_at(self) -> int | None:
        return max((o.observed_at for o in self.observations), default=None)


@dataclass
class ModelInteraction:
    member: int
    occurred_at: int
    attributes: dict[str, Any]


@dataclass
class Refused:
    target: str
    code: str
    source: str | None
    position: int
    row: dict[str, Any]
    is_replayed: bool = False


@dataclass
class Outcome:
    accepted: int = 0
    duplicates: int = 0
    quarantined: int = 0
    created: set[int] = field(default_factory=set)
    touched: set[int] = field(default_factory=set)


class Model:
    """One list (0) and one static segment (0) of contacts are there from the start."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.records: dict[str, dict[str, ModelRecord]] = {name: {} for name in catalog.entities}
        self.interactions: dict[str, dict[str, ModelInteraction]] = {
            name: {} for name in catalog.interactions
        }
        self.aliases: dict[str, dict[str, str]] = {name: {} for name in catalog.entities}
        self.deletions: dict[str, dict[str, int]] = {name: {} for name in catalog.entities}
        self.next_number = dict.fromkeys(catalog.entities, 0)
        self.next_seq = 0
        self.quarantine: list[Refused] = []
        self.on_list: set[int] = set()
        self.in_segment: set[int] = set()
        self.list_changes: list[tuple[int, int]] = []

    def upsert(self, entity: str, rows: Sequence[Row], at: int, source: str) -> Outcome:
        done = Outcome()
        for position, row in enumerate(rows):
            self._upsert_row(entity, row, at, done, Refused(entity, "", source, position, dict(row)))
        return done

    def _upsert_row(self, entity: str, row: Row, at: int, done: Outcome, refused: Refused) -> None:
        key = self.kept(entity, row["id"])
        observed_at = at if row.get("observed_at") is None else row["observed_at"]
        if observed_at < self._deleted_at(entity, row["id"]):
            self._refuse(refused, "data.deleted_since", done)
            return
        record = self._record(entity, key, at, done)
        record.first_observed_at = min(record.first_observed_at, observed_at)
        attributes = self.catalog.entities[entity].attributes
        given = {n: self._value(attributes[n], v) for n, v in row.items() if n in attributes}
        record.observations.append(Observation(observed_at, self._seq(), given))
        done.accepted += 1
        done.touched.add(record.number)

    def append(self, type_: str, rows: Sequence[Row], at: int, source: str) -> Outcome:
        done = Outcome()
        known = self._known(type_, rows)
        for position, row in enumerate(rows):
            refused = Refused(type_, "", source, position, dict(row))
            self._append_row(type_, row, at, known, done, refused)
        return done

    def _append_row(
        self,
        type_: str,
        row: Row,
        at: int,
        known: set[str],
        done: Outcome,
        refused: Refused,
    ) -> None:
        interaction = self.catalog.interactions[type_]
        audience = interaction.audience
        id_ = row.get("id") or derived_id(refused.source or "", refused.position)
        if row["occurred_at"] < self._deleted_at(audience, row[audience]):
            self._refuse(refused, "data.deleted_since", done)
        elif self.catalog.mode is Mode.STRICT and row[audience] not in known:
            self._refuse(refused, "data.unknown_member", done)
        elif id_ in self.interactions[type_]:
            done.duplicates += 1
        else:
            record = self._record(audience, self.kept(audience, row[audience]), at, done)
            record.first_observed_at = min(record.first_observed_at, row["occurred_at"])
            values = {n: self._value(a, row.get(n)) for n, a in interaction.attributes.items()}
            self.interactions[type_][id_] = ModelInteraction(record.number, row["occurred_at"], values)
            done.accepted += 1
            done.touched.add(record.number)

    def replay(self, target: str, at: int) -> Outcome:
        done = Outcome()
        waiting = [q for q in self.quarantine if q.target == target and not q.is_replayed]
        known = set() if target in self.catalog.entities else self._known(target, [q.row for q in waiting])
        for refused in waiting:
            refused.is_replayed = True
            if target in self.catalog.entities:
                self._upsert_row(target, refused.row, at, done, refused)
            else:
                self._append_row(target, refused.row, at, known, done, refused)
        return done

    def retract(self, type_: str, ids: Sequence[str]) -> set[int]:
        return {self.interactions[type_].pop(i).member for i in set(ids) if i in self.interactions[type_]}

    def delete(self, entity: str, keys: Sequence[str], at: int) -> set[int]:
        gone = set()
        for key in {self.kept(entity, key) for key in keys} & self.records[entity].keys():
            number = self.records[entity].pop(key).number
            gone.add(number)
            for type_, found in self.interactions.items():
                if self.catalog.interactions[type_].audience == entity:
                    self.interactions[type_] = {i: x for i, x in found.items() if x.member != number}
            if entity == "contact":
                self._leave_list(number)
                self.in_segment.discard(number)
            for alias in [a for a, target in self.aliases[entity].items() if target == key]:
                del self.aliases[entity][alias]
                self.deletions[entity][alias] = at
            self.deletions[entity][key] = at
        return gone

    def merge(self, entity: str, keep: str, drop: str, at: int) -> bool:
        """Whether there were two records to merge."""
        keep, drop = self.kept(entity, keep), self.kept(entity, drop)
        if keep == drop or not {keep, drop} <= self.records[entity].keys():
            return False
        kept, dropped = self.records[entity][keep], self.records[entity].pop(drop)
        kept.first_observed_at = min(kept.first_observed_at, dropped.first_observed_at)
        names = self.catalog.entities[entity].attributes
        lacking = {
            n: dropped.current(n) for n in names if kept.current(n) is None and dropped.current(n) is not None
        }
        if lacking:
            kept.observations.append(Observation(at, self._seq(), lacking))
        for type_, found in self.interactions.items():
            for interaction in found.values():
                if (
                    self.catalog.interactions[type_].audience == entity
                    and interaction.member == dropped.number
                ):
                    interaction.member = kept.number
        if entity == "contact":
            if self._leave_list(dropped.number):
                self.join_list({kept.number})
            if dropped.number in self.in_segment:
                self.in_segment = (self.in_segment - {dropped.number}) | {kept.number}
        for alias, target in self.aliases[entity].items():
            if target == drop:
                self.aliases[entity][alias] = keep
        self.aliases[entity][drop] = keep
        self._rewrite(entity, keep, drop)
        return True

    def join_list(self, numbers: set[int]) -> None:
        self.list_changes += [(number, 1) for number in sorted(numbers - self.on_list)]
        self.on_list |= numbers

    def kept(self, entity: str, key: str) -> str:
        return self.aliases[entity].get(key, key)

    def _leave_list(self, number: int) -> bool:
        if number not in self.on_list:
            return False
        self.on_list.remove(number)
        self.list_changes.append((number, -1))
        return True

    def _rewrite(self, entity: str, keep: str, drop: str) -> None:
        for owner in self.catalog.entities.values():
            for record in self.records[owner.name].values():
                for observation in record.observations:
                    _replace(observation.given, owner.attributes, entity, keep, drop)
        for type_ in self.catalog.interactions.values():
            for interaction in self.interactions[type_.name].values():
                _replace(interaction.attributes, type_.attributes, entity, keep, drop)

    def _record(self, entity: str, key: str, at: int, done: Outcome) -> ModelRecord:
        record = self.records[entity].get(key)
        if record is None:
            record = self.records[entity][key] = ModelRecord(self.next_number[entity], at)
            self.next_number[entity] += 1
            done.created.add(record.number)
        return record

    def _known(self, type_: str, rows: Sequence[Row]) -> set[str]:
        """Keys that have a record before any of the rows is taken: strict mode refuses all others."""
        audience = self.catalog.interactions[type_].audience
        return {row[audience] for row in rows if self.kept(audience, row[audience]) in self.records[audience]}

    def _refuse(self, refused: Refused, code: str, done: Outcome) -> None:
        refused.code, refused.is_replayed = code, False
        if not any(q is refused for q in self.quarantine):
            self.quarantine.append(refused)
        done.quarantined += 1

    def _deleted_at(self, entity: str, key: str) -> int:
        found = self.deletions[entity]
        return max(found.get(key, -1), found.get(self.kept(entity, key), -1))

    def _seq(self) -> int:
        self.next_seq += 1
        return self.next_seq - 1

    def _value(self, attribute: Attribute, value: Any) -> Any:
        if attribute.type is ValueType.REFERENCE and value is not None:
            return self.kept(str(attribute.to), value)
        return value


def _replace(
    values: dict[str, Any], attributes: Mapping[str, Attribute], to: str, keep: str, drop: str
) -> None:
    for name, value in values.items():
        if attributes[name].to == to and value == drop:
            values[name] = keep

"""Random histories: what a version touched covers all that differs between the tables before it and after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

import duckdb
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from satsuma.catalog.model import Attribute, Catalog, Entity, ValueType
from satsuma.record import consent, index_changes, lists, memberships, overrides, resolve
from satsuma.record.arrow import texts
from satsuma.record.change import Change
from satsuma.record.consent import ConsentEntry
from satsuma.record.definitions import SegmentRow, next_segment, put_segment
from satsuma.record.layout import entity_table, history_table, interaction_table
from satsuma.record.sql import quote, stored_columns
from satsuma.record.store import Record
from satsuma.record.touches import Touches
from tests.record.support import CONTACT, catalog
from tests.traces.steps import DATA, do_data
from tests.traces.test_record_model import FIRST, keys

START = 100

steps = st.one_of(
    *DATA,
    *(
        st.tuples(st.just(what), st.booleans(), st.lists(keys, min_size=1, max_size=3))
        for what in ("list", "segment", "override", "consent")
    ),
)
versions = st.lists(st.lists(steps, min_size=1, max_size=3), min_size=4, max_size=9)


@settings(max_examples=max(30, settings().max_examples // 4))
@given(versions, st.integers(0, 12))
def test_a_version_touches_all_that_differs(trace: list[list[Any]], converting: int) -> None:
    with TemporaryDirectory() as directory, _created(directory) as record:
        _prepare(record)
        for number, done in enumerate([FIRST, *trace]):
            with record.cursor() as cursor:
                before = Stored.read(cursor, record.catalog)
            with record.begin(at=START + number, actor="test") as change:
                if number == converting:
                    change.apply_catalog(_with_cities_as_choices(change.catalog))
                for step in done:
                    _do(change, step, f"{number}")
            with record.cursor() as cursor:
                after = Stored.read(cursor, record.catalog)
                noted = index_changes.since(cursor, change.version - 1).to_pylist()
            _check(change.touches, before, after)
            _check_noted(noted, before, after, change.version)


def test_an_upsert_touches_the_records_it_names_and_the_attributes_it_gives() -> None:
    with TemporaryDirectory() as directory, _created(directory) as record:
        _prepare(record)
        for step in FIRST:
            _version(record, step)
        touches = _version(record, ("upsert", "contact", [{"id": "b", "age": 8}]))
        assert touches.numbers(touches.records, CONTACT.number).tolist() == [1]
        assert touches.attributes == {CONTACT.number: {CONTACT.attributes["age"].number}}
        assert not any((touches.created, touches.gone, touches.rewritten, touches.unmarked))
        with record.cursor() as cursor:
            assert index_changes.since(cursor, record.version - 1).num_rows == 0
        touches = _version(record, ("upsert", "contact", [{"id": "new", "age": 8}]))
        assert touches.numbers(touches.created, CONTACT.number).tolist() == [3]
        assert touches.attributes[CONTACT.number] == {a.number for a in CONTACT.attributes.values()}


def test_touches_of_several_versions_join_and_leave_each_as_it_was() -> None:
    one, other = Touches(), Touches()
    one.write(CONTACT, np.array([3, 1]), [2])
    other.make(CONTACT, np.array([4]))
    other.overrides.add(9)
    both = Touches.merged([one, other])
    assert both.numbers(both.records, CONTACT.number).tolist() == [1, 3, 4]
    assert both.overrides == {9}
    assert one.numbers(one.records, CONTACT.number).tolist() == [1, 3]
    assert one.attributes == {CONTACT.number: {2}}
    assert not one.overrides


@dataclass(slots=True)
class Stored:
    """What tables hold, told apart as touches tell it.

    Attributes:
        current: (entity number, record) → attribute number → stored values.
        past: (entity number, record) → since when it exists, and its observations.
        marked: (entity number, record, version) of observations.
        rows: (type number, member) → version → rows, counted.
        rest: Name of a field of touches → rows (what they count in, member, more).
    """

    current: dict[tuple[int, int], dict[int, Any]] = field(default_factory=dict)
    past: dict[tuple[int, int], Counter[Any]] = field(default_factory=dict)
    marked: set[tuple[int, int, int]] = field(default_factory=set)
    rows: dict[tuple[int, int], Counter[Any]] = field(default_factory=dict)
    rest: dict[str, Counter[Any]] = field(default_factory=dict)

    @classmethod
    def read(cls, cursor: duckdb.DuckDBPyConnection, known: Catalog) -> Stored:
        found = cls()
        for entity in known.entities.values():
            found._entity(cursor, entity)
        for kind in known.interactions.values():
            for member, version, *row in _rows(cursor, interaction_table(kind), "_member, _version, *"):
                found.rows.setdefault((kind.number, member), Counter())[version, str(row)] += 1
        queries = {
            "lists": "SELECT list, member FROM list_members",
            "consent": "SELECT audience, member, seq, topic, state FROM consent_ledger",
            "static": "SELECT segment, member FROM static_members",
            "overrides": "SELECT segment, key, rule, version FROM segment_overrides",
        }
        for name, query in queries.items():
            found.rest[name] = Counter(cursor.execute(query).fetchall())
        return found

    def _entity(self, cursor: duckdb.DuckDBPyConnection, entity: Entity) -> None:
        for attribute in entity.attributes.values():
            names = ", ".join(quote(name) for name in stored_columns([attribute]))
            for number, *values in _rows(cursor, entity_table(entity), f"_number, {names}"):
                self.current.setdefault((entity.number, number), {})[attribute.number] = str(values)
        for number, first in _rows(cursor, entity_table(entity), "_number, _first_observed_at"):
            self.past[entity.number, number] = Counter([first])
        for number, version, *row in _rows(cursor, history_table(entity), "_number, _version, *"):
            self.past.setdefault((entity.number, number), Counter())[str(row)] += 1
            self.marked.add((entity.number, number, version))


def _check(touches: Touches, before: Stored, after: Stored) -> None:
    converted = {number for kind, number in touches.converted if kind == "entity"}
    records = _pairs(touches, "records")
    assert after.current.keys() - before.current.keys() <= _pairs(touches, "created") & records
    assert before.current.keys() - after.current.keys() <= _pairs(touches, "gone")
    for record in before.current.keys() & after.current.keys():
        was, now = before.current[record], after.current[record]
        changed = {attribute for attribute in was.keys() & now.keys() if was[attribute] != now[attribute]}
        assert not changed or record[0] in converted or record in records
        assert record[0] in converted or changed <= touches.attributes.get(record[0], set())
    for record in _different(before.past, after.past):
        assert record in _pairs(touches, "history") or record[0] in converted
    for member in _different(before.rows, after.rows):
        was, now = before.rows.get(member, Counter()), after.rows.get(member, Counter())
        assert not was - now or member in _pairs(touches, "rewritten")
        assert not now - was or member in _pairs(touches, "appended") | _pairs(touches, "rewritten")
    for name in ("lists", "consent", "static"):
        assert {row[:2] for row in _changed(before, after, name)} <= _pairs(touches, name)
    assert {row[0] for row in _changed(before, after, "overrides")} <= touches.overrides


def _changed(before: Stored, after: Stored, name: str) -> set[tuple[Any, ...]]:
    was, now = before.rest[name], after.rest[name]
    return set((was - now) + (now - was))


def _check_noted(noted: list[dict[str, Any]], before: Stored, after: Stored, version: int) -> None:
    """What an index reads anew beside rows of the version and new records covers all else that differs."""
    whole = {(row["kind"], row["number"]) for row in noted if row["member"] is None}
    single = {(row["kind"], row["number"], row["member"]) for row in noted}
    for number, record in _different(before.current, after.current):
        is_new = (number, record) not in before.current
        is_marked = (number, record, version) in after.marked
        assert is_new or is_marked or {("entity", number)} & whole or ("entity", number, record) in single
    for number, member in _different(before.rows, after.rows):
        was, now = (stored.rows.get((number, member), Counter()) for stored in (before, after))
        only_new = not was - now and all(row_version == version for row_version, _ in now - was)
        assert only_new or {("type", number)} & whole or ("type", number, member) in single


def _pairs(touches: Touches, name: str) -> set[tuple[int, int]]:
    which = getattr(touches, name)
    return {(key, number) for key in which for number in touches.numbers(which, key).tolist()}


def _different(before: dict[tuple[int, int], Any], after: dict[tuple[int, int], Any]) -> set[tuple[int, int]]:
    return {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}


def _rows(cursor: duckdb.DuckDBPyConnection, table: str, what: str) -> Iterable[tuple[Any, ...]]:
    return cursor.execute(f"SELECT {what} FROM main.{quote(table)}").fetchall()


def _created(directory: str) -> Record:
    return Record.create(directory, workspace_id="w", catalog=catalog(), at=START, actor="test")


def _entry(member: int, state: str, at: int) -> ConsentEntry:
    return ConsentEntry(member, "mail", state, at, source="test")


def _prepare(record: Record) -> None:
    with record.begin(at=START, actor="test") as change:
        lists.create(change, "newsletter", CONTACT.number, subscription=True)
        segment = next_segment(change)
        put_segment(change, SegmentRow(segment, "picked", CONTACT.number, "static", "live", START, 1, START))


def _version(record: Record, step: Any) -> Touches:
    with record.begin(at=record.now, actor="test") as change:
        _do(change, step, f"{record.version}")
    return change.touches


def _with_cities_as_choices(known: Catalog) -> Catalog:
    contact = known.entities["contact"]
    city: Attribute = replace(contact.attributes["city"], type=ValueType.CHOICE)
    attributes = MappingProxyType({**contact.attributes, "city": city})
    entities = {**known.entities, "contact": replace(contact, attributes=attributes)}
    return replace(known, version=known.version + 1, entities=MappingProxyType(entities))


def _do(change: Change, step: tuple[str, Any, Any], source: str) -> None:
    if not do_data(change, step, source):
        what, is_on, some = step
        _put(change, what, some, is_on=is_on)


def _put(change: Change, what: str, some: list[str], *, is_on: bool) -> None:
    found = resolve.numbers_of_keys(change.connection, change.entity("contact"), texts(some))
    numbers = np.unique(found[found >= 0]).astype(np.uint32)
    match what:
        case "list":
            (lists.join if is_on else lists.leave)(change, 0, numbers)
        case "segment":
            (memberships.add_static if is_on else memberships.remove_static)(change, 0, numbers)
        case "override" if is_on:
            overrides.put(change, 0, some, overrides.ALWAYS)
        case "override":
            overrides.remove(change, 0, some)
        case _:
            state = consent.GRANTED if is_on else consent.DENIED
            for number in numbers.tolist():
                consent.add(change, CONTACT.number, _entry(number, state, change.at))

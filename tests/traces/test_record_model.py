"""Random histories: after every version the store holds what the plain model of it holds."""

from __future__ import annotations

import copy
import json
from decimal import Decimal
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from satsuma.catalog.model import Entity, InteractionType, Mode
from satsuma.kernel.errors import Error
from satsuma.record import lists, memberships, resolve
from satsuma.record.arrow import texts
from satsuma.record.change import Change
from satsuma.record.definitions import SegmentRow, next_segment, put_segment
from satsuma.record.layout import entity_table, history_table, interaction_table
from satsuma.record.quarantine import waiting
from satsuma.record.sql import quote
from satsuma.record.store import Record
from satsuma.record.taken import Taken
from tests.record.support import (
    ACCOUNT,
    CONTACT,
    PURCHASE,
    VISIT,
    catalog,
    interactions,
    plain_row,
    records,
    value_of,
)
from tests.traces.record_model import Model, Outcome

ENTITIES = {"contact": CONTACT, "account": ACCOUNT}
TYPES = {"purchase": PURCHASE, "visit": VISIT}
START = 100

keys = st.sampled_from("abc")
past = st.integers(0, START)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "city": st.sampled_from([None, "Paris", "ROMA", "Åbo"]),
    "age": st.sampled_from([None, 0, 30, -(2**63)]),
    "tags": st.sampled_from([None, ["x"], ["x", "y"]]),
    "home": st.sampled_from([None, (1.5, -2.0), (0.0, 0.0)]),
    "account": st.one_of(st.none(), keys),
    "friend": st.one_of(st.none(), keys),
    "industry": st.sampled_from([None, "Retail"]),
    "owner": st.one_of(st.none(), keys),
    "amount": st.sampled_from([None, Decimal("1.5000"), Decimal("99999999999999.9999")]),
    "seller": st.one_of(st.none(), keys),
    "page": st.sampled_from([None, "Home"]),
}


def record_rows(entity: str) -> st.SearchStrategy[list[dict[str, Any]]]:
    optional: dict[str, st.SearchStrategy[Any]] = {n: VALUES[n] for n in ENTITIES[entity].attributes}
    # Instants rise from START, so what is observed up to START is late, or equal, or newest.
    optional["observed_at"] = st.one_of(st.none(), past, st.just(START))
    return st.lists(st.fixed_dictionaries({"id": keys}, optional=optional), min_size=1, max_size=5)


def interaction_rows(type_: str) -> st.SearchStrategy[list[dict[str, Any]]]:
    optional: dict[str, st.SearchStrategy[Any]] = {n: VALUES[n] for n in TYPES[type_].attributes}
    optional["id"] = st.sampled_from(["1", "2", "3"])
    fixed = {"contact": keys, "occurred_at": st.integers(0, START + 20)}
    return st.lists(st.fixed_dictionaries(fixed, optional=optional), min_size=1, max_size=4)


entity_names, type_names = st.sampled_from(sorted(ENTITIES)), st.sampled_from(sorted(TYPES))
pairs = st.permutations("abc").map(lambda letters: (letters[0], letters[1]))
# What changes most is written more than once, so that it comes more often.
steps = st.one_of(
    st.tuples(st.just("merge"), entity_names, pairs),
    *(st.tuples(st.just("upsert"), st.just(n), record_rows(n)) for n in ("contact", "contact", "account")),
    *(st.tuples(st.just("append"), st.just(n), interaction_rows(n)) for n in TYPES),
    st.tuples(st.just("delete"), entity_names, st.lists(keys, min_size=1, max_size=2)),
    st.tuples(st.just("merge"), st.just("contact"), pairs),
    st.tuples(st.just("retract"), type_names, st.lists(st.sampled_from(["1", "2", "9"]), max_size=2)),
    st.tuples(st.just("replay"), st.sampled_from(["contact", "purchase", "visit"]), st.none()),
    st.tuples(st.just("join"), st.sampled_from(["list", "segment"]), st.lists(keys, max_size=3)),
)
commits = st.sampled_from([True, True, True, False])
later = st.sampled_from([0, 0, 1, 3])
versions = st.tuples(later, commits, st.lists(steps, min_size=2, max_size=5))
FIRST: list[Any] = [
    ("upsert", "contact", [{"id": "a", "city": "Paris"}, {"id": "b", "age": 7, "account": "b"}, {"id": "c"}]),
    ("upsert", "account", [{"id": "a"}, {"id": "b", "owner": "b"}]),
]


@settings(max_examples=max(30, settings().max_examples // 4))
@given(st.sampled_from(list(Mode)), st.lists(versions, min_size=5, max_size=9))
def test_after_every_version_the_store_is_what_the_model_says(mode: Mode, trace: list[Any]) -> None:
    known = catalog(mode)
    model = Model(known)
    with TemporaryDirectory() as directory:
        with Record.create(directory, workspace_id="w", catalog=known, at=START, actor="test") as record:
            _prepare(record)
            now = START
            trace = [(0, True, FIRST), *trace]
            for number, (later, commits, done) in enumerate(trace):
                now += later
                before = copy.deepcopy(model, {id(known): known})
                with record.begin(at=now, actor="test") as change:
                    for place, step in enumerate(done):
                        _do(change, model, step, f"{number}/{place}")
                    if not commits:
                        change.abort()
                if not commits:
                    model = before
                _compare(record, model)
        with Record.open(directory) as record:
            _compare(record, model)
            assert record.now == max(
                [START] + [_at(trace, i) for i, (_, commits, _) in enumerate(trace) if commits]
            )


def _at(trace: list[Any], place: int) -> int:
    return START + sum(int(later) for later, _, _ in trace[: place + 1])


def _prepare(record: Record) -> None:
    with record.begin(at=START, actor="test") as change:
        lists.create(change, "newsletter", CONTACT.number, subscription=True)
        segment = next_segment(change)
        put_segment(change, SegmentRow(segment, "picked", CONTACT.number, "static", "live", START, 1, START))


def _do(change: Change, model: Model, step: tuple[str, str, Any], source: str) -> None:
    match step:
        case "upsert", entity, rows:
            taken = change.upsert(entity, records(ENTITIES[entity], rows, change.catalog), source=source)
            _agree(taken, model.upsert(entity, rows, change.at, source))
        case "append", type_, rows:
            taken = change.append(type_, interactions(TYPES[type_], rows, change.catalog), source=source)
            _agree(taken, model.append(type_, rows, change.at, source))
        case "retract", type_, ids:
            assert set(change.retract(type_, ids).members.tolist()) == model.retract(type_, ids)
        case "delete", entity, gone:
            assert set(change.delete(entity, gone).numbers.tolist()) == model.delete(entity, gone, change.at)
        case "merge", entity, (keep, drop):
            if model.merge(entity, keep, drop, change.at):
                change.merge(entity, keep=keep, drop=drop)
            else:
                with pytest.raises(Error):
                    change.merge(entity, keep=keep, drop=drop)
        case "replay", target, _:
            _agree(_replay(change, target), model.replay(target, change.at))
        case "join", where, members:
            found = [
                model.records["contact"][key].number for key in members if key in model.records["contact"]
            ]
            numbers = np.array(found, dtype=np.uint32)
            if where == "list":
                lists.join(change, 0, numbers)
                model.join_list(set(found))
            else:
                memberships.add_static(change, 0, numbers)
                model.in_segment |= set(found)
        case _:
            raise AssertionError(step)


def _replay(change: Change, target: str) -> Taken:
    refused = waiting(change.connection, target)
    rows = [plain_row(json.loads(q.row)) for q in refused]
    ids = [q.id for q in refused]
    if target in ENTITIES:
        return change.upsert(target, records(ENTITIES[target], rows, change.catalog), replaying=ids)
    return change.append(target, interactions(TYPES[target], rows, change.catalog), replaying=ids)


def _agree(taken: Taken, outcome: Outcome) -> None:
    assert (taken.accepted, taken.duplicates, taken.quarantined) == (
        outcome.accepted,
        outcome.duplicates,
        outcome.quarantined,
    )
    assert set(taken.created.tolist()) == outcome.created
    assert set(taken.touched.tolist()) == outcome.touched


def _compare(record: Record, model: Model) -> None:
    with record.cursor() as cursor:
        for entity in ENTITIES.values():
            _compare_entity(cursor, model, entity)
        for interaction in TYPES.values():
            _compare_interactions(cursor, model, interaction)
        assert set(lists.members(cursor, 0).tolist()) == model.on_list
        assert set(memberships.static_members(cursor, 0).tolist()) == model.in_segment
        changes = "SELECT member, sign FROM list_changes ORDER BY version, rowid"
        assert cursor.execute(changes).fetchall() == model.list_changes
        stored = [
            (
                q.target,
                q.code,
                q.source,
                q.position,
                plain_row(json.loads(q.row)),
                q.replayed_version is not None,
            )
            for q in waiting(cursor, replayed=True)
        ]
    told = [(q.target, q.code, q.source, q.position, _came(q.row), q.is_replayed) for q in model.quarantine]
    assert stored == told


def _came(row: dict[str, Any]) -> dict[str, Any]:
    """A row without the fields that were there but said nothing."""
    return {
        name: value for name, value in row.items() if name not in ("id", "observed_at") or value is not None
    }


def _compare_entity(cursor: duckdb.DuckDBPyConnection, model: Model, entity: Entity) -> None:
    expected = model.records[entity.name]
    times = "epoch_us(_first_observed_at) AS _first, epoch_us(_last_observed_at) AS _last"
    rows = {row["_key"]: row for row in _rows(cursor, entity_table(entity), times)}
    assert rows.keys() == expected.keys()
    for key, found in expected.items():
        row = rows[key]
        instants = (row["_number"], row["_first"], row["_last"])
        assert instants == (found.number, found.first_observed_at, found.last_observed_at())
        for name, attribute in entity.attributes.items():
            assert value_of(attribute, row) == found.current(name), (key, name)
    shapes = dict(cursor.execute("SELECT id, (entity, attributes) FROM attribute_sets").fetchall())
    history = [
        (row["_number"], row["_us"], row["_seq"], _given(entity, row, shapes[row["_shape"]]))
        for row in _rows(cursor, history_table(entity), "epoch_us(_observed_at) AS _us")
    ]
    told = [(r.number, o.observed_at, o.seq, o.given) for r in expected.values() for o in r.observations]
    assert sorted(history, key=lambda h: h[2]) == sorted(told, key=lambda h: h[2])
    some = [*"abc", "nobody"]
    numbers = [expected[k].number if (k := model.kept(entity.name, key)) in expected else -1 for key in some]
    assert resolve.numbers_of_keys(cursor, entity, texts(some)).tolist() == numbers
    wanted = np.arange(model.next_number[entity.name] + 1, dtype=np.uint32)
    by_number = {r.number: key for key, r in expected.items()}
    keys_now = resolve.keys_of_numbers(cursor, entity, wanted).to_pylist()
    assert keys_now == [by_number.get(int(n)) for n in wanted]


def _compare_interactions(
    cursor: duckdb.DuckDBPyConnection, model: Model, interaction: InteractionType
) -> None:
    stored = {
        row["_id"]: (
            row["_member"],
            row["_us"],
            {name: value_of(a, row) for name, a in interaction.attributes.items()},
        )
        for row in _rows(cursor, interaction_table(interaction), "epoch_us(_occurred_at) AS _us")
    }
    expected = model.interactions[interaction.name]
    assert stored == {i: (x.member, x.occurred_at, x.attributes) for i, x in expected.items()}


def _given(entity: Entity, row: dict[str, Any], shape: tuple[int, list[int]]) -> dict[str, Any]:
    """The values that an observation gives; what it does not give has to be null."""
    owner, numbers = shape
    assert owner == entity.number
    values = {name: value_of(attribute, row) for name, attribute in entity.attributes.items()}
    given = {name: value for name, value in values.items() if entity.attributes[name].number in numbers}
    assert all(value is None for name, value in values.items() if name not in given)
    return given


def _rows(cursor: duckdb.DuckDBPyConnection, table: str, more: str) -> list[dict[str, Any]]:
    columns = cursor.execute(f"SELECT *, {more} FROM main.{quote(table)}")
    names = [column[0] for column in columns.description or []]
    return [dict(zip(names, row, strict=True)) for row in columns.fetchall()]

"""Refused rows tried again: once the catalog admits them, all is as if it always had."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import satsuma
from satsuma.kernel.errors import CatalogError, DataError
from satsuma.record.layout import columns, entity_table, history_table, interaction_table
from satsuma.record.sql import quote
from satsuma.record.store import Record
from satsuma.sync.options import ImportOptions
from satsuma.workspace import MIGRATIONS

START = "2026-06-01T00:00:00Z"
BEFORE = datetime(2026, 5, 31, tzinfo=UTC)

FIRST = """
timezone: Europe/Berlin
mode: strict
entities:
  contact:
    attributes: {city: text, n: integer, tier: {type: choice, options: [gold]}}
interactions:
  bought: {audience: contact, attributes: {city: text, n: integer, tier: {type: choice, options: [gold]}}}
"""
MORE = (
    "{n: number, tier: {type: choice, options: [gold, silver]}, born: date, seen: timestamp, paid: decimal,"
    " home: location, teams: choices}"
)
MENDS = [
    "mode: learn\n",
    f"entities: {{contact: {{attributes: {MORE}}}}}\ninteractions: {{bought: {{attributes: {MORE}}}}}\n",
    "entities: {contact: {attributes: {n: number}}}\ninteractions: {bought: {attributes: {n: number}}}\n",
]

attributes = st.fixed_dictionaries(
    {},
    optional={
        "city": st.sampled_from(["Bonn", "", None, 7, date(2026, 1, 2), b"x", float("nan")]),
        "n": st.sampled_from([1, 2.5, "3", "1.5", "x", None, Decimal("1.25")]),
        "tier": st.sampled_from(["gold", "silver", "lead", None]),
        "born": st.sampled_from([date(2000, 2, 29), "2000-02-28", datetime(2000, 1, 1), None]),  # noqa: DTZ001
        "seen": st.sampled_from([BEFORE, datetime(2026, 3, 29, 2, 30), "2026-01-01T00:00:00Z"]),  # noqa: DTZ001
        "paid": st.sampled_from([Decimal("12.50"), "1.2345", 3, 0.1]),
        "home": st.sampled_from([{"latitude": 1.5, "longitude": 2}, {"latitude": 1, "longitude": None}]),
        "teams": st.sampled_from([["a", "b"], [1, date(2026, 1, 1)], []]),
    },
)
instants = st.sampled_from(
    [None, "2026-05-30", BEFORE, "soon", date(2026, 4, 1), "2026-05-31T10:00:00.5+02:00"]
)


def told(path: Path) -> dict[str, Any]:
    """All that a closed workspace holds of customers, under the names that people know."""
    found: dict[str, Any] = {}
    with Record.open(path, migrations_above=MIGRATIONS) as record, record.cursor() as cursor:
        for entity in record.catalog.entities.values():
            table, history = quote(entity_table(entity)), quote(history_table(entity))
            own = [f"{{}}.{quote(name)}" for name in _stored(entity)]
            now = ", ".join(
                ["e._key", "epoch_us(e._first_observed_at)", "epoch_us(e._last_observed_at)", *own]
            )
            found[entity.name] = cursor.execute(
                f"SELECT {now.replace('{}', 'e')} FROM {table} e ORDER BY ALL"
            ).fetchall()
            then = ", ".join(["e._key", "epoch_us(h._observed_at)", *own]).replace("{}", "h")
            found[f"{entity.name} history"] = cursor.execute(
                f"SELECT {then} FROM {history} h JOIN {table} e ON e._number = h._number ORDER BY ALL"
            ).fetchall()
            found[f"{entity.name} types"] = {a.name: a.type for a in entity.attributes.values()}
        for kind in record.catalog.interactions.values():
            member = quote(entity_table(record.catalog.entities[kind.audience]))
            own = [f"i.{quote(name)}" for name in _stored(kind)]
            columns_ = ", ".join(["i._id", "e._key", "epoch_us(i._occurred_at)", *own])
            found[kind.name] = cursor.execute(
                f"SELECT {columns_} FROM {quote(interaction_table(kind))} i JOIN {member} e"
                " ON e._number = i._member ORDER BY ALL"
            ).fetchall()
            found[f"{kind.name} types"] = {a.name: a.type for a in kind.attributes.values()}
        found["quarantine"] = sorted(
            # Not the message: of a column that was renamed it has the standard name after a replay.
            (q.kind, q.target, q.import_id, q.source, q.position, q.code, q.row)
            for q in record.quarantine()
        )
    return found


def _stored(owner: Any) -> list[str]:
    by_name = sorted(owner.attributes.values(), key=lambda attribute: attribute.name)
    return [name for attribute in by_name for name, _ in columns(attribute)]


def both_ways(mend: str, take: Callable[[satsuma.Workspace], object]) -> None:
    """Take rows, mend the catalog and replay; or mend it first. One has to be like the other."""
    with tempfile.TemporaryDirectory() as folder:
        late, early = Path(folder) / "late", Path(folder) / "early"
        clock = satsuma.ManualClock(START)
        with satsuma.open(late, clock=clock) as ws:
            ws.catalog.apply(FIRST)
            ws.tick()
            take(ws)
            clock.set(_hour_later(clock))
            ws.catalog.apply(mend)
            clock.set(_hour_later(clock))
            ws.replay()
            assert ws.replay().accepted == 0
        with satsuma.open(early, clock=satsuma.ManualClock(START)) as ws:
            ws.catalog.apply(FIRST)
            before = ws.version
            ws.catalog.apply(mend)
            if ws.version == before:
                ws.tick()
            take(ws)
        assert told(late) == told(early)


def _hour_later(clock: satsuma.ManualClock) -> int:
    return clock.now() + 3_600_000_000


def rows_of(values: list[dict[str, Any]], **names: list[Any]) -> list[dict[str, Any]]:
    return [
        {**{name: given[place] for name, given in names.items()}, **row} for place, row in enumerate(values)
    ]


@settings(max_examples=12)
@given(
    values=st.lists(attributes, min_size=1, max_size=8),
    mend=st.sampled_from(MENDS),
    key=st.sampled_from(["id", "email", "user.id"]),
    observed=st.sampled_from([None, "observed_at", "when", "2026-05-01", 1_770_000_000_000_000]),
    data=st.data(),
)
def test_records_refused_and_replayed_are_as_records_taken_at_once(
    values: list[dict[str, Any]], mend: str, key: str, observed: Any, data: st.DataObject
) -> None:
    def row(place: int, given: dict[str, Any]) -> dict[str, Any]:
        own: dict[str, Any] = {"user": {"id": f"c-{place}"}} if key == "user.id" else {key: f"c-{place}"}
        if observed in ("observed_at", "when"):
            own[observed] = data.draw(instants)
        return {**own, **given}

    rows = [row(place, given) for place, given in enumerate(values)]
    argument = None if observed == "observed_at" else observed
    both_ways(mend, lambda ws: ws.upsert("contact", rows, key=key, observed_at=argument))


@settings(max_examples=10)
@given(
    values=st.lists(attributes, min_size=1, max_size=8),
    mend=st.sampled_from(MENDS),
    member=st.sampled_from([None, "user"]),
    with_ids=st.booleans(),
    data=st.data(),
)
def test_interactions_refused_and_replayed_are_as_interactions_taken_at_once(
    values: list[dict[str, Any]], mend: str, member: str | None, with_ids: bool, data: st.DataObject
) -> None:
    names: dict[str, list[Any]] = {
        member or "contact": [f"c-{place % 3}" for place in range(len(values))],
        "occurred_at": [data.draw(instants) for _ in values],
    }
    if with_ids:
        names["id"] = [place if place % 2 else None for place in range(len(values))]
    rows = rows_of(values, **names)

    def take(ws: satsuma.Workspace) -> None:
        ws.append("bought", rows, member=member)

    known = [{"id": f"c-{place}"} for place in range(3)]

    def with_members(ws: satsuma.Workspace) -> None:
        ws.upsert("contact", known, observed_at="2026-01-01")
        take(ws)

    both_ways(mend, with_members)


def test_tables_are_replayed_with_the_types_that_they_came_with() -> None:
    frame = pd.DataFrame(
        {
            "email": ["a", "b"],
            "born": pd.to_datetime(["2000-01-31", "NaT"]),
            "seen": pd.to_datetime(["2026-01-01T10:00", "2026-01-02T00:00"]),
            "paid": [1.5, None],
            "when": pd.to_datetime(["2026-05-01", "2026-05-02"]),
        }
    )
    table = pa.table(
        {
            "email": ["c", "d"],
            "born": pa.array([0, 1], pa.date32()),
            "seen": pa.array([0, 1_001], pa.timestamp("ns")),
            "home.latitude": ["1.5", None],
            "home.longitude": ["2", None],
            "spent": pa.array([1, 2], pa.duration("us")),
            "raw": pa.array([b"x", None]),
        }
    )
    for mend in MENDS:
        both_ways(mend, lambda ws: ws.upsert("contact", frame, key="email", observed_at="when"))
        both_ways(mend, lambda ws: ws.upsert("contact", table, key="email", observed_at="2026-05-01"))


def test_types_that_were_unknown_are_replayed_under_the_audience_that_they_got() -> None:
    rows = [{"user": "c-1", "occurred_at": BEFORE, "n": 1}]
    mend = "entities: {contact: {attributes: {}}}\ninteractions: {seen: {attributes: {n: integer}}}\n"

    def take(ws: satsuma.Workspace) -> None:
        ws.upsert("contact", [{"id": "c-1"}])
        ws.append("seen", rows, member="user")
        ws.upsert("lead", [{"mail": "x", "since": "2026-05-01"}], key="mail", observed_at="since")
        ws.upsert("lead", [{"mail": "y"}], key="mail", observed_at="2026-05-02")

    both_ways(mend, take)
    both_ways("mode: learn\n", take)


def test_a_row_without_an_instant_counts_when_it_came(tmp_path: Path) -> None:
    clock = satsuma.ManualClock(START)
    with satsuma.open(tmp_path / "ws", clock=clock) as ws:
        ws.catalog.apply(FIRST)
        ws.upsert("contact", [{"id": "a", "city": "Bonn", "vip": True}])
        clock.set(_hour_later(clock))
        ws.upsert("contact", [{"id": "a", "city": "Rome"}])
        ws.catalog.apply("mode: learn\n")
        clock.set(_hour_later(clock))
        assert ws.replay().accepted == 1
        assert ws.sql("SELECT city, vip FROM contact").to_pylist() == [{"city": "Rome", "vip": True}]


def test_rows_that_do_not_fit_yet_stay_with_their_present_reason(tmp_path: Path) -> None:
    with satsuma.open(tmp_path / "ws", clock=satsuma.ManualClock(START)) as ws:
        ws.catalog.apply(FIRST)
        ws.upsert("contact", [{"id": "a", "tier": "silver", "vip": 1}, {"id": "b", "vip": 2}])
        ws.append("bought", [{"contact": "b", "occurred_at": BEFORE}])
        ws.catalog.apply("entities: {contact: {attributes: {vip: integer}}}\n")
        assert ws.replay("contact").accepted == 1
        [left] = ws.quarantine("contact")
        assert (left.code, json.loads(left.row)) == ("value.option", {"id": "a", "tier": "silver", "vip": 1})
        assert [row.code for row in ws.quarantine()] == ["value.option", "data.unknown_member"]
        assert ws.replay().accepted == 1


def test_stored_rows_bear_the_standard_names(tmp_path: Path) -> None:
    with satsuma.open(tmp_path / "ws", clock=satsuma.ManualClock(START)) as ws:
        ws.catalog.apply(FIRST)
        ws.upsert("contact", [{"mail": "a", "at": "2026-05-01", "x": 1}], key="mail", observed_at="at")
        ws.upsert("contact", [{"id": "b", "x": 1}], observed_at="2026-05-01")
        ws.append("bought", [{"user": "nobody", "occurred_at": "2026-05-01", "x": 1}], member="user")
        assert [json.loads(row.row) for row in ws.quarantine()] == [
            {"id": "a", "observed_at": "2026-05-01", "x": 1},
            {"id": "b", "x": 1, "observed_at": "2026-04-30T22:00:00Z"},
            {"contact": "nobody", "occurred_at": "2026-05-01", "x": 1},
        ]


def test_what_could_not_be_read_as_a_row_is_kept_and_not_replayed(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("id,since,n\na,01.05.2026,x\nb,soon,1\nc,01.05.2026\n")
    options = ImportOptions(observed_at="since", time_format="%d.%m.%Y")
    with satsuma.open(tmp_path / "ws", clock=satsuma.ManualClock(START)) as ws:
        ws.catalog.apply(FIRST)
        ws.importer.run(ws.importer.plan([file], "contact", options))
        ws.upsert("contact", ["no object", {3: "x", "id": "d"}])
        ws.upsert("contact", [{"mail": "e", "id": "f"}], key="mail")
        ws.catalog.apply("mode: learn\n")
        found = ws.replay()
        assert (found.accepted, found.still_quarantined, found.unreadable) == (0, 1, 5)
        assert {(row.code, row.is_replayable) for row in ws.quarantine()} == {
            ("value.type", True),
            ("value.time", False),
            ("row.cells", False),
            ("row.type", False),
            ("row.duplicate", False),
        }


def test_observed_at_is_no_attribute_but_when_a_row_was_observed(tmp_path: Path) -> None:
    with satsuma.open(tmp_path / "ws", clock=satsuma.ManualClock(START)) as ws:
        with pytest.raises(CatalogError, match="reserved"):
            ws.catalog.apply({"entities": {"contact": {"attributes": {"observed_at": "timestamp"}}}})
        with pytest.raises(CatalogError, match="observed_at"):
            ws.catalog.apply(
                "entities:\n  a: {attributes: {b: {type: reference, to: b, inverse: observed_at}}}\n  b: {}\n"
            )
        ws.upsert("contact", [{"id": "a", "city": "Bonn", "observed_at": "2026-05-02"}])
        ws.upsert("contact", [{"id": "a", "city": "Rome", "observed_at": "2026-05-01"}])
        assert list(ws.catalog.entities["contact"].attributes) == ["city"]
        assert ws.sql("SELECT city FROM contact").to_pylist() == [{"city": "Bonn"}]
        table = pa.table({"id": ["a"], "observed_at": ["2026-05-03"], "when": ["2026-05-04"]})
        with pytest.raises(DataError) as refused:
            ws.upsert("contact", table, observed_at="when")
        assert refused.value.code == "data.columns"


FILES = {
    "rows.csv": "mail,since,n,tier,city,home.latitude,home.longitude,vip\n"
    "c-1,01.05.2026,1.5,gold,Bonn,1.5,2,7\nc-2,,2,silver,007,,,8\nc-3,03.05.2026,2,gold,Rome,,,\n",
    "more.jsonl": '{"mail": "c-4", "since": "01.05.2026", "n": 2.5, "vip": 1}\n'
    '{"mail": "c-5", "tier": "silver", "home": {"latitude": 1, "longitude": 2}}\n',
}
EVENTS = {
    "events.csv": "user,at,n,tier,vip\nc-1,1770000000,1.5,gold,7\nc-2,1770000001,2,silver,8\n",
    "events.jsonl": '{"user": "c-1", "at": 1770000002, "n": 1.5}\n{"user": "c-2", "at": 1770000003}\n',
}


def imported(folder: Path, name: str) -> Callable[[satsuma.Workspace], None]:
    """Takes a file of records or of interactions."""
    file = folder / name
    file.write_text({**FILES, **EVENTS}[name])
    records = ImportOptions(key="mail", observed_at="since", time_format="%d.%m.%Y")
    events = ImportOptions(member="user", occurred_at="at", time_format="epoch_s")

    def take(ws: satsuma.Workspace) -> None:
        is_record = name in FILES
        if not is_record:
            ws.upsert("contact", [{"id": "c-1"}, {"id": "c-2"}], observed_at="2026-01-01")
        plan = ws.importer.plan(
            [file],
            "contact" if is_record else "bought",
            records if is_record else events,
            interactions=not is_record,
        )
        ws.importer.run(plan)

    return take


@pytest.mark.parametrize("mend", MENDS)
@pytest.mark.parametrize("name", [*FILES, *EVENTS])
def test_rows_of_files_refused_and_replayed_are_as_rows_taken_at_once(
    tmp_path: Path, name: str, mend: str
) -> None:
    both_ways(mend, imported(tmp_path, name))


def test_texts_of_files_without_types_are_learned_by_replay_as_by_import(tmp_path: Path) -> None:
    file = tmp_path / "leads.csv"
    file.write_text("id,age,born\nl-1,41,2000-01-01\nl-2,7,2001-01-01\n")
    both_ways("mode: learn\n", lambda ws: ws.importer.run(ws.importer.plan([file], "lead")))


@pytest.mark.parametrize("name", [*FILES, *EVENTS])
def test_undoing_an_import_takes_back_what_was_replayed_of_it(tmp_path: Path, name: str) -> None:
    take = imported(tmp_path, name)
    with satsuma.open(tmp_path / "ws", clock=satsuma.ManualClock(START)) as ws:
        ws.catalog.apply(FIRST)
        take(ws)
        ws.catalog.apply(MENDS[0])
        ws.catalog.apply(MENDS[2])
        ws.catalog.apply("mode: learn\n")
        assert ws.replay().accepted >= 1
        ws.importer.undo(1)
        assert ws.quarantine() == []
        take(ws)
        ws.importer.undo(2)
    after = told(tmp_path / "ws")
    kept = [] if name in FILES else [("c-1",), ("c-2",)]
    assert [row[:1] for row in after["contact"]] == kept
    assert [row[:1] for row in after["contact history"]] == [row for row in kept for _ in range(2)]
    assert after["bought"] == after["quarantine"] == []


def test_an_import_given_again_repeats_nothing_that_was_replayed(tmp_path: Path) -> None:
    take = imported(tmp_path, "events.csv")
    with satsuma.open(tmp_path / "ws", clock=satsuma.ManualClock(START)) as ws:
        ws.catalog.apply(FIRST)
        take(ws)
        ws.catalog.apply("mode: learn\n")
        assert ws.replay().accepted == 1
        take(ws)
        assert ws.sql("SELECT count(*) AS n FROM bought").to_pylist() == [{"n": 1}]

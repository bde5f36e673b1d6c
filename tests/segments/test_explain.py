"""What people are told of why somebody is in a segment, and whether time then proves it right."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import satsuma
from satsuma.cli.main import run
from satsuma.kernel.instants import format_instant, instant_of
from satsuma.kernel.zones import UTC
from satsuma.segments.explaining import Explained, Explanation, Known, conditions, gathering, judging
from satsuma.segments.explaining.evidence import Matches, MembershipFound, RankFound, ValueFound
from satsuma.segments.reading import bound_draft
from satsuma.segments.segment import Segment
from satsuma.workspace import Workspace
from tests.segments.shop import shop
from tests.tidy import markdown
from tests.tidy.repository import ROOT

DEFINITIONS = {
    "recent": "did purchase at least 2 times in the last 30 days",
    "spent": "sum of amount over purchase in the last 1 month >= 25",
    "idle": "did not purchase in the last 40 days",
    "abandoned": "did purchase then not purchase within 9 days",
    "often": "did purchase in at least 2 of the last 4 weeks",
    "birthday": "birthdate has anniversary in the next 7 days",
    "renewal": "renewal <= today plus 30 days",
}
SET_DEFINITIONS = {
    "both": 'in segment "recent" or in segment "idle"',
    "lapsed": 'left segment "recent" in the last 3 days',
    "either": 'in segment "lapsed" and not in segment "birthday"',
}
ABOUT = [
    {"id": "c-1", "birthdate": "1990-01-20", "renewal": "2026-02-20"},
    {"id": "c-2", "birthdate": "1984-02-29", "renewal": "2026-02-01"},
]


@pytest.fixture
def ws(tmp_path: Path) -> Iterator[Workspace]:
    with shop(tmp_path) as workspace:
        types = {"birthdate": "date", "renewal": "date"}
        workspace.catalog.apply({"entities": {"contact": {"audience": True, "attributes": types}}})
        workspace.upsert("contact", ABOUT)
        future = {"contact": "c-2", "occurred_at": "2026-01-10T08:00:00Z", "amount": 30}
        workspace.append("purchase", [{"id": "p-4", **future}])
        yield workspace


@pytest.fixture
def live(ws: Workspace) -> list[Segment]:
    for definitions in (DEFINITIONS, SET_DEFINITIONS):
        for name, where in definitions.items():
            ws.segments.create(name, where=where).go_live()
    return [ws.segments[name] for name in (*DEFINITIONS, *SET_DEFINITIONS)]


def _condition(found: Explanation) -> Explained:
    assert found.condition is not None
    return found.condition


def _leaf(found: Explanation, text: str) -> Explained:
    return next(one for one in _condition(found).walk() if one.text == text)


def test_time_brings_every_change_at_the_instant_that_was_told(ws: Workspace, live: list[Segment]) -> None:
    """From one told instant to the next: what was told to change then changes then, and nothing before."""
    changes = 0
    for _ in range(10):
        told = {(segment.name, key): segment.explain(key) for segment in live for key in ("c-1", "c-2")}
        for found in told.values():
            assert found.member == found.holds
            assert _condition(found).turns.known is not Known.UNKNOWN
        dates = [found.until for found in told.values() if found.until is not None]
        if not dates:
            break
        then = min(dates)
        if then - 1 > ws.now:
            ws.advance(to=then - 1)
            assert [who for who, found in told.items() if _is_in(ws, *who) != found.member] == []
        ws.advance(to=then)
        changed = [who for who, found in told.items() if _is_in(ws, *who) != found.member]
        assert changed == [who for who, found in told.items() if found.until == then]
        changes += len(changed)
    assert changes > 12


def _is_in(ws: Workspace, name: str, key: str) -> bool:
    return key in list(ws.segments[name].members())


def test_a_condition_is_told_with_its_evidence_since_and_until(ws: Workspace) -> None:
    segment = ws.segments.create(
        "VIP", where='did purchase at least 2 times in the last 30 days where amount > 1 and city is "paris"'
    )
    segment.go_live()
    found = segment.explain("c-1")
    assert (found.key, found.segment, found.status, found.member, found.holds) == (
        "c-1",
        "VIP",
        "live",
        True,
        True,
    )
    assert (found.version, found.now, found.since) == (ws.version, ws.now, ws.now)
    purchases, city = _condition(found).inside
    assert isinstance(purchases.evidence, Matches)
    named = [(one.id, dict(one.attributes)) for one in purchases.evidence.interactions]
    assert named == [("p-2", {"amount": 25}), ("p-1", {"amount": 40})]
    assert purchases.since == instant_of("2025-12-28T17:05Z", UTC)
    assert purchases.until == instant_of("2026-01-19T09:30Z", UTC) == found.until
    assert isinstance(city.evidence, ValueFound)
    assert (city.evidence.value, city.evidence.since) == ("Paris", instant_of("2026-01-01", UTC))
    assert (city.until, city.turns.known) == (None, Known.NEVER)


def test_a_value_counts_from_when_it_became_so(ws: Workspace) -> None:
    for date, city in (("2025-03-01", "Rome"), ("2025-05-01", "Bari"), ("2025-07-01", "Bari")):
        ws.upsert("contact", [{"id": "c-4", "city": city}], observed_at=date)
    segment = ws.segments.create("Bari", where='city is "Bari"')
    condition = _condition(segment.explain("c-4"))
    assert isinstance(condition.evidence, ValueFound)
    assert condition.evidence.since == condition.since == instant_of("2025-05-01", UTC)


def test_a_draft_is_explained_and_has_no_members(ws: Workspace) -> None:
    found = ws.segments.create("draft", where='city is "Paris"').explain("c-1")
    assert (found.status, found.holds, found.member, found.since) == ("draft", True, None, None)
    assert "meets the draft of" in str(found)


def test_the_live_definition_is_explained_while_there_is_a_new_draft(ws: Workspace) -> None:
    segment = ws.segments.create("Paris", where='city is "Paris"')
    segment.go_live()
    segment.edit('city is "Lyon"')
    assert _condition(segment.explain("c-1")).text == 'city is "Paris"'


def test_overrides_are_told_with_who_and_when(ws: Workspace) -> None:
    segment = ws.segments.create("recent", where=DEFINITIONS["recent"])
    segment.go_live()
    segment.always(["c-3"])
    segment.never(["c-1"])
    added, removed = segment.explain("c-3"), segment.explain("c-1")
    assert (added.member, added.holds, removed.member, removed.holds) == (True, False, False, True)
    assert added.override is not None
    assert (added.override.rule, added.override.by, added.override.at) == ("always", "ada", ws.now)
    assert (removed.until, _condition(removed).until) == (None, instant_of("2026-01-19T09:30Z", UTC))
    assert "never in it, whatever the definition says: ada" in str(removed)


def test_an_override_stands_for_a_segment_that_is_referred_to(ws: Workspace) -> None:
    ws.segments.create("recent", where=DEFINITIONS["recent"]).go_live()
    ws.segments["recent"].always(["c-1"])
    user = ws.segments.create("user", where='in segment "recent"')
    condition = _condition(user.explain("c-1"))
    assert isinstance(condition.evidence, MembershipFound)
    assert (condition.holds, condition.until) == (True, None)


def test_the_segments_of_related_records_go_on_with_time_too(tmp_path: Path) -> None:
    with satsuma.open(tmp_path, clock=satsuma.ManualClock("2026-01-01T00:00:00Z")) as ws:
        account = {"type": "reference", "to": "account", "inverse": "contacts"}
        ws.catalog.apply(
            {
                "entities": {
                    "account": {"audience": True},
                    "contact": {"audience": True, "attributes": {"account": account}},
                },
                "interactions": {"visit": {"audience": "account"}},
            }
        )
        ws.upsert("contact", [{"id": "c-1", "account": "a-1"}])
        ws.append("visit", [{"id": "v-1", "account": "a-1", "occurred_at": "2025-12-25T08:00:00Z"}])
        ws.segments.create("active", where="did visit in the last 10 days", audience="account").go_live()
        where = 'has at least 1 account where (in segment "active")'
        segment = ws.segments.create("through", where=where, audience="contact")
        segment.go_live()
        until = segment.explain("c-1").until
        assert until == instant_of("2026-01-04T08:00Z", UTC)
        ws.advance(to=until - 1)
        assert "c-1" in list(segment.members())
        ws.advance(to=until)
        assert "c-1" not in list(segment.members())


def test_a_static_segment_is_explained_by_who_was_picked(ws: Workspace) -> None:
    segment = ws.segments.create("picked", kind="static")
    segment.add(["c-1"])
    segment.go_live()
    assert (segment.explain("c-1").member, segment.explain("c-2").member) == (True, False)
    assert segment.explain("c-1").condition is None


def test_a_merged_record_is_explained_under_either_key(ws: Workspace) -> None:
    segment = ws.segments.create("recent", where=DEFINITIONS["recent"])
    ws.merge("contact", keep="c-1", drop="c-2")
    assert segment.explain("c-2").key == "c-1"


def test_who_does_not_exist_is_not_explained(ws: Workspace) -> None:
    with pytest.raises(satsuma.Error, match="no contact “nobody”") as raised:
        ws.segments.create("recent", where=DEFINITIONS["recent"]).explain("nobody")
    assert raised.value.code == "not_found.record"


def test_a_definition_with_errors_is_not_explained(ws: Workspace) -> None:
    with pytest.raises(satsuma.Error, match="ctiy"):
        ws.segments.create("wrong", where='ctiy is "Paris"').explain("c-1")


def test_a_ranking_is_told_with_its_place_and_boundary(ws: Workspace) -> None:
    segment = ws.segments.create("top", where="top 1 by sum of amount over purchase in the last 365 days")
    first, second = (_condition(segment.explain(key)) for key in ("c-1", "c-2"))
    assert isinstance(first.evidence, RankFound)
    assert isinstance(second.evidence, RankFound)
    assert (first.holds, first.evidence.place, first.evidence.value) == (True, 1, 65)
    assert (second.holds, second.evidence.place, second.evidence.boundary_value) == (False, 2, 65)
    assert (first.turns.known, first.cut) == (Known.UNKNOWN, conditions.RANKS)


def test_what_is_too_much_is_judged_by_the_whole_record_and_said(
    ws: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    segment = ws.segments.create("two", where="did purchase at least 2 times in the last 30 days")
    monkeypatch.setattr(gathering, "INTERACTIONS_MAX", 1)
    found = _condition(segment.explain("c-1"))
    assert found.holds
    assert (found.turns.known, found.turned.known) == (Known.UNKNOWN, Known.UNKNOWN)
    assert found.cut == "more than 1 interactions of type purchase"
    assert not _condition(segment.explain("c-2")).holds


def test_time_is_not_looked_through_without_end(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    segment = ws.segments.create("two", where="did purchase at least 2 times in the last 30 days")
    monkeypatch.setattr(judging, "WORK_MAX", 1)
    found = _condition(segment.explain("c-1"))
    assert (found.holds, found.turns.known) == (True, Known.UNKNOWN)
    assert found.turns.reason == "there are too many instants at which it might change"


def test_no_more_is_read_than_the_member_and_what_is_its_own(ws: Workspace) -> None:
    segment = ws.segments.create("two", where="did purchase at least 2 times")
    definition = bound_draft(ws._rooms, segment.id).definition
    assert definition is not None
    with ws._rooms.reading() as (cursor, state):
        few = gathering.Gathering(cursor, state.catalog, state.now)
        assert few.gather(definition.where, definition.audience, ["c-1"]) is None
        database = few.database()
    assert set(database.records["contact"]) == set(database.interactions["contact"]) == {"c-1"}
    assert {one.id for one in database.interactions["contact"]["c-1"]} == {"p-1", "p-2"}


def test_it_is_told_as_lines_and_as_json(ws: Workspace) -> None:
    segment = ws.segments.create("recent", where=f"{DEFINITIONS['recent']} and not city is missing")
    segment.go_live()
    found = segment.explain("c-1")
    lines = str(found).splitlines()
    assert lines[0] == "c-1 is in “recent”"
    assert "    yes did purchase at least 2 times in the last 30 days" in lines
    data = json.loads(json.dumps(found.to_json()))
    assert data["until"] == data["condition"]["inside"][0]["until"] == "2026-01-19T09:30:00Z"
    assert data["condition"]["inside"][0]["evidence"]["interactions"][0] == {
        "type": "purchase",
        "id": "p-2",
        "at": "2025-12-28T17:05:00Z",
        "member": "c-1",
        "attributes": {},
    }


def test_the_page_on_explanations_shows_what_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    page = markdown.blocks((ROOT / "docs" / "explain.md").read_text(encoding="utf-8"))
    names: dict[str, Any] = {}
    exec(page[0].text, names)  # noqa: S102 -- the repository's own page
    names["ws"].close()
    assert (page[1].info, page[1].text) == (("text",), capsys.readouterr().out.rstrip("\n"))


def test_the_command_tells_it_and_answers_with_its_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with shop(tmp_path) as workspace:
        workspace.segments.create("Paris", where='city is "Paris"').go_live()
        now = format_instant(workspace.now)
    assert _run(tmp_path, "Paris", "c-1") == 0
    assert "c-1 is in “Paris”" in capsys.readouterr().out
    assert _run(tmp_path, "paris", "c-2", "--json") == 1
    data = json.loads(capsys.readouterr().out)
    assert (data["member"], data["now"], data["condition"]["evidence"]["value"]) == (False, now, "Lyon")


def _run(folder: Path, *arguments: str) -> int:
    return run(["-C", str(folder), "segment", "explain", *arguments])

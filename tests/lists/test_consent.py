"""The ledger: what counts, what it tells, levels, do not email, and reach."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import satsuma
from satsuma.lists.levels import LEVELS, TOPICS
from tests.lists.shop import count, shop


@pytest.fixture
def ws(tmp_path: Path) -> Iterator[satsuma.Workspace]:
    with shop(tmp_path / "shop") as found:
        yield found


def test_an_entry_says_what_when_by_whom_through_what_and_on_which_evidence(ws: satsuma.Workspace) -> None:
    ws.consent.grant("c-1", "marketing", at="2025-12-24T10:00:00Z", source="letter", evidence="folder 7")
    entry = ws.consent.entries("c-1")[0]
    assert (entry.topic, entry.state, entry.source, entry.evidence) == (
        "marketing",
        "granted",
        "letter",
        "folder 7",
    )
    assert entry.contact_point == "c1@example.org"
    assert ws.versions(since=ws.version - 1)[0].actor == "ada"
    row = ws.sql("SELECT * FROM consent_changed").to_pylist()[0]
    assert (row["topic"], row["state"], row["contact_point"]) == ("marketing", "granted", "c1@example.org")
    assert str(row["occurred_at"]) == "2025-12-24 10:00:00"


def test_the_latest_wins_a_tie_favours_denial_and_the_future_waits(ws: satsuma.Workspace) -> None:
    segment = ws.segments.create("May", 'consent "marketing" is granted')
    ws.consent.grant("c-1", "marketing")
    segment.go_live()
    assert list(segment.members()) == ["c-1"]
    ws.consent.deny("c-1", "marketing", at="2025-01-01T00:00:00Z")
    assert list(segment.members()) == ["c-1"], "an older entry does not count"
    ws.consent.deny("c-1", "marketing")
    ws.consent.grant("c-1", "marketing")
    assert list(segment.members()) == [], "at one instant the denial counts"
    ws.consent.grant("c-1", "marketing", at="2026-01-02T00:00:00Z")
    assert list(segment.members()) == []
    assert ws.consent.of("c-1").topics["marketing"].state == "denied"
    ws.advance(to="2026-01-02T00:00:00Z")
    assert list(segment.members()) == ["c-1"]
    assert ws.consent.of("c-1").topics["marketing"].state == "granted"
    assert len(ws.consent.entries("c-1")) == 5, "nothing is ever changed"


@pytest.mark.parametrize("level", LEVELS)
def test_a_level_grants_all_up_to_it_and_denies_those_above(ws: satsuma.Workspace, level: str) -> None:
    assert ws.consent.set_level(["c-1", "c-2"], level).accepted == 2 * len(TOPICS)
    standing = ws.consent.of("c-2")
    assert standing.level == level
    granted = [topic for topic in TOPICS if standing.topics[topic].state == "granted"]
    assert granted == list(TOPICS[: LEVELS.index(level)])


def test_do_not_email_overrides_lists_and_keeps_membership(ws: satsuma.Workspace) -> None:
    news = ws.lists.create("News")
    news.add(["c-1", "c-2"])
    segment = ws.segments.create("Send", 'in list "News" and not consent "email" is denied')
    segment.go_live()
    ws.consent.do_not_email("c-1", evidence="call")
    assert (list(news), list(segment.members())) == (["c-1", "c-2"], ["c-2"])
    assert "email" in str(segment.explain("c-1"))
    ws.advance(to="2026-01-02T00:00:00Z")
    ws.consent.allow_email("c-1")
    assert list(segment.members()) == ["c-1", "c-2"]


def test_what_is_no_state_level_or_topic_is_refused(ws: satsuma.Workspace) -> None:
    with pytest.raises(satsuma.Error, match="found the state 'maybe'"):
        ws.consent.record("c-1", {"marketing": "maybe"})
    with pytest.raises(satsuma.Error, match="found the level 'marketting'"):
        ws.consent.set_level("c-1", "marketting")
    with pytest.raises(satsuma.Error, match="topic"):
        ws.consent.grant("c-1", " ")
    with pytest.raises(satsuma.Error, match="yesterday"):
        ws.consent.grant("c-1", "marketing", at="yesterday")
    with pytest.raises(satsuma.Error, match="found the audience 'acount'"):
        ws.consent.grant("c-1", "marketing", audience="acount")
    assert ws.consent.grant(["c-1", "nobody"], "x").unknown == ("nobody",)
    assert "x" in ws.consent.topics()
    with pytest.raises(satsuma.Error, match="no contact “nobody”"):
        ws.consent.of("nobody")


ENTRIES = st.lists(
    st.tuples(
        st.sampled_from([f"c-{n}" for n in range(1, 7)]),
        st.sampled_from(["email", "marketing", "other"]),
        st.sampled_from(["granted", "denied"]),
        st.sampled_from(["2025-12-30T00:00:00Z", "2025-12-31T00:00:00Z", "2026-02-01T00:00:00Z"]),
    ),
    max_size=12,
)


@given(entries=ENTRIES, members=st.none() | st.sets(st.sampled_from([f"c-{n}" for n in range(1, 7)])))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_reach_counts_what_the_ledger_says_of_each(
    tmp_path_factory: pytest.TempPathFactory,
    entries: list[tuple[str, str, str, str]],
    members: set[str] | None,
) -> None:
    with shop(tmp_path_factory.mktemp("reach") / "shop") as ws:
        for key, topic, state, at in entries:
            ws.consent.record(key, {topic: state}, at=at)
        expected = dict.fromkeys(
            ("reachable", "no_address", "do_not_email", "not_confirmed", "denied", "not_asked"), 0
        )
        everyone = [f"c-{n}" for n in range(1, 7)]
        for key in everyone if members is None else members:
            expected[_verdict(key, [one for one in entries if one[0] == key])] += 1
        reach = ws.consent.reach(None if members is None else sorted(members))
        assert {"reachable": reach.reachable, **reach.reasons} == expected
        assert reach.size == sum(expected.values())


def _verdict(key: str, entries: list[tuple[str, str, str, str]]) -> str:
    """What reach is to say of one contact, read off the entries one by one."""
    latest: dict[str, tuple[str, str]] = {}
    for _, topic, state, at in entries:
        known = latest.get(topic)
        if at < "2026-01-02" and (
            known is None or (at, state == "denied") >= (known[0], known[1] == "denied")
        ):
            latest[topic] = (at, state)
    if key == "c-6":
        return "no_address"
    if latest.get("email", ("", ""))[1] == "denied":
        return "do_not_email"
    if "marketing" not in latest:
        return "not_asked"
    return "denied" if latest["marketing"][1] == "denied" else "reachable"


def test_reach_tells_who_has_yet_to_confirm_and_asks_for_no_consent_when_told_so(
    ws: satsuma.Workspace,
) -> None:
    ws.mail.configure(public_url="https://lists.example.org", sender="news@example.org")
    news = ws.lists.create("News", subscription=True, double_opt_in=True)
    news.ask(["c-1", "c-2"])
    assert ws.consent.reach(topic=None).reachable == 5
    news.add(["c-3", "c-6"], confirmed=True)
    reach = ws.consent.reach(topic=None, on_list="News")
    assert (reach.size, reach.reachable) == (4, 1)
    assert (reach.reasons["not_confirmed"], reach.reasons["no_address"]) == (2, 1)
    ws.segments.create("All", "everyone").go_live()
    reach = ws.consent.reach(ws.segments["All"].members(), topic=None, on_list="News")
    assert (reach.size, reach.reachable, reach.reasons["not_confirmed"]) == (6, 3, 2)


def test_another_attribute_may_hold_the_address(ws: satsuma.Workspace) -> None:
    ws.upsert("contact", [{"id": "c-1", "work address": "ada@work.example"}])
    ws.mail.configure(address_attribute="work address")
    assert ws.consent.reach(topic=None).reachable == 1
    with pytest.raises(satsuma.Error, match="no attribute “wrok”"):
        ws.mail.configure(address_attribute="wrok")


def test_which_attribute_holds_the_address_is_left_to_its_name_again(ws: satsuma.Workspace) -> None:
    before = ws.consent.reach(topic=None).reachable
    assert (ws.mail.settings.address_attribute, ws.mail.settings.address_chosen) == ("email", False)
    ws.upsert("contact", [{"id": "c-1", "work address": "ada@work.example"}])
    chosen = ws.mail.configure(address_attribute="work address")
    assert (chosen.address_attribute, chosen.address_chosen) == ("work address", True)
    again = ws.mail.configure(address_attribute="")
    assert (again.address_attribute, again.address_chosen) == ("email", False)
    assert ws.consent.reach(topic=None).reachable == before


def test_a_merge_gives_the_kept_record_the_consent_of_the_other(ws: satsuma.Workspace) -> None:
    ws.consent.grant("c-1", "marketing", at="2025-12-01T00:00:00Z")
    ws.consent.deny("c-2", "marketing", at="2025-12-02T00:00:00Z")
    ws.merge("contact", keep="c-1", drop="c-2")
    assert ws.consent.of("c-1").topics["marketing"].state == "denied"
    assert count(ws, "consent_changed") == 2

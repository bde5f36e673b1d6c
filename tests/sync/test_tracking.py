"""Tracking messages as changes: whose they are, when they happened, and what they say."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import satsuma

NOW = "2026-01-01T00:00:00Z"


@pytest.fixture
def ws(tmp_path: Path) -> Iterator[satsuma.Workspace]:
    with satsuma.open(tmp_path / "shop", clock=satsuma.ManualClock(NOW)) as found:
        yield found


def rows(ws: satsuma.Workspace, query: str) -> list[dict[str, Any]]:
    return ws.sql(query).to_pylist()


def track(event: str = "e", **more: Any) -> dict[str, Any]:
    return {"type": "track", "event": event, **more}


class Ids:
    """Whose an id is, by the rules of the page on tracking, told one message at a time."""

    def __init__(self) -> None:
        self.records: dict[str, set[str]] = {}
        """By the key that stayed: the ids of one record."""

    def key_of(self, id: str) -> str:
        return next((key for key, ids in self.records.items() if id in ids), id)

    def see(self, id: str) -> str:
        key = self.key_of(id)
        self.records.setdefault(key, {id})
        return key

    def join(self, user: str, other: str, *, firm: bool) -> None:
        keep, drop = self.key_of(user), self.key_of(other)
        if keep == drop or (drop != other and not firm):
            return
        self.see(user)
        self.see(other)
        self.records[keep] |= self.records.pop(drop)


IDS = st.sampled_from(["u1", "u2", "u3", "a1", "a2"])
MESSAGES = st.lists(
    st.one_of(
        st.builds(lambda who: track(userId=who), IDS),
        st.builds(lambda who: track(anonymousId=who), IDS),
        st.builds(lambda user, who: {"type": "identify", "userId": user, "anonymousId": who}, IDS, IDS),
        st.builds(lambda user, who: {"type": "alias", "userId": user, "previousId": who}, IDS, IDS),
    ),
    max_size=14,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(MESSAGES, st.data())
def test_however_messages_are_cut_into_requests_everything_is_whose_it_is(
    messages: list[dict[str, Any]], data: st.DataObject
) -> None:
    ids, events = Ids(), {}
    for number, message in enumerate(messages):
        message["messageId"] = f"m{number}"
        match message["type"]:
            case "track":
                events[message["messageId"]] = ids.see(message.get("userId") or message["anonymousId"])
            case "identify":
                ids.see(message["userId"])
                ids.join(message["userId"], message["anonymousId"], firm=False)
            case _:
                ids.see(message["userId"])
                ids.join(message["userId"], message["previousId"], firm=True)
    expected = {id: ids.key_of(key) for id, key in events.items()}
    cuts = sorted(data.draw(st.sets(st.integers(0, len(messages)))) | {0, len(messages)})
    with TemporaryDirectory() as folder, satsuma.open(folder, clock=satsuma.ManualClock(NOW)) as ws:
        for first, end in itertools.pairwise(cuts):
            outcome = ws.tracking.take(messages[first:end])
            assert (outcome.accepted, outcome.refused) == (end - first, ())
        found = rows(ws, "SELECT id, contact FROM e") if events else []
        assert {row["id"]: row["contact"] for row in found} == expected
        people = rows(ws, "SELECT id FROM contact") if messages else []
        assert {row["id"] for row in people} == set(ids.records)


def test_traits_become_attributes_and_the_latest_observation_holds(ws: satsuma.Workspace) -> None:
    ws.tracking.take([{"type": "identify", "userId": "c", "traits": {"plan": "gold", "seats": 3}}])
    late = {"plan": "bronze", "seats": None, "born": "1990-01-31", "seen": "2025-12-01T10:00:00+01:00"}
    ws.tracking.take(
        [{"type": "identify", "userId": "c", "traits": late, "timestamp": "2025-12-30T00:00:00Z"}]
    )
    [row] = rows(ws, "SELECT * FROM contact")
    assert str(row.pop("seen")) == "2025-12-01 09:00:00"
    assert row == {"id": "c", "plan": "gold", "seats": 3, "born": date(1990, 1, 31)}


def test_objects_become_dotted_names_and_lists_of_objects_text(ws: satsuma.Workspace) -> None:
    properties = {
        "address": {"city": "Bern", "place": {"latitude": 46.9, "longitude": 7.4}},
        "tags": ["x", "y"],
        "items": [{"sku": 1}],
        "none": [],
        "id": 7,
        "contact": "somebody",
        "hour": 3,
    }
    ws.tracking.take([track(userId="c", messageId="m", properties=properties)])
    [row] = rows(ws, "SELECT * EXCLUDE (occurred_at) FROM e")
    assert row == {
        "address.place.latitude": 46.9,
        "address.place.longitude": 7.4,
        "id": "m",
        "contact": "c",
        "address.city": "Bern",
        "tags": ["x", "y"],
        "items": '[{"sku":1}]',
        "properties.id": 7,
        "properties.contact": "somebody",
        "properties.hour": 3,
    }


@pytest.mark.parametrize(
    ("stated", "sent", "expected"),
    [
        (None, None, "2026-01-01 00:00:00"),
        ("2019-05-01T00:00:00Z", None, "2019-05-01 00:00:00"),
        # A clock that is right, but for what a network takes, is not corrected.
        ("2019-05-01T00:00:00Z", "2025-12-31T23:59:50Z", "2019-05-01 00:00:00"),
        # A clock an hour ahead: a message ten minutes old when it was sent.
        ("2026-01-01T00:50:00Z", "2026-01-01T01:00:00Z", "2025-12-31 23:50:00"),
        # A clock a day behind.
        ("2025-12-30T23:59:59Z", "2025-12-31T00:00:00Z", "2025-12-31 23:59:59"),
        # A clock a little ahead does not make what happened lie in the future.
        ("2026-01-01T00:00:30Z", "2026-01-01T00:00:30Z", "2026-01-01 00:00:00"),
    ],
)
def test_a_message_happened_when_its_sender_says_corrected_by_the_senders_clock(
    ws: satsuma.Workspace, stated: str | None, sent: str | None, expected: str
) -> None:
    for name in ("timestamp", "originalTimestamp"):
        ws.tracking.take([track(name, userId="c", messageId="m", **{name: stated})], sent_at=sent)
        assert rows(ws, f'SELECT CAST(occurred_at AS VARCHAR) AS at FROM "{name}"') == [{"at": expected}]


def test_what_is_sent_again_is_taken_once(ws: satsuma.Workspace) -> None:
    dated: Mapping[str, Any] = track("dated", userId="c", timestamp="2025-12-31T00:00:00Z")
    for _ in range(2):
        ws.tracking.take([track("named", userId="c", messageId="m"), dated], sent_at="2025-12-31T23:59:59Z")
    assert rows(ws, "SELECT (SELECT count(*) FROM named) + (SELECT count(*) FROM dated) AS n") == [{"n": 2}]
    # Without an id and a time nothing tells a second event from the first one sent again.
    for _ in range(2):
        ws.tracking.take([track("plain", userId="c"), track("plain", userId="c")])
    assert rows(ws, "SELECT count(*) AS n FROM plain") == [{"n": 4}]


def test_groups_are_accounts_that_definitions_reach_from_contacts(ws: satsuma.Workspace) -> None:
    ws.tracking.take(
        [
            {"type": "group", "userId": f"c{n}", "groupId": "acme", "traits": {"industry": "toys"}}
            for n in (1, 2)
        ]
    )
    segment = ws.segments.create("toys", where='account.industry is "toys"')
    segment.go_live()
    assert list(segment.members()) == ["c1", "c2"]
    assert ws.catalog.entities["contact"].attributes["account"].inverse == "contacts"


def test_context_is_kept_where_it_tells_of_the_deed_not_of_the_person(ws: satsuma.Workspace) -> None:
    context = {
        "ip": "192.0.2.7",
        "userAgent": "curl",
        "device": {"id": "D", "type": "ios"},
        "campaign": {"source": "news", "medium": 5},
        "page": {"path": "/a"},
        "locale": "",
    }
    ws.tracking.take([track(userId="c", messageId="m", context=context)])
    assert rows(ws, "SELECT * EXCLUDE (id, contact, occurred_at) FROM e") == [
        {"context.campaign.source": "news", "context.device.type": "ios", "context.page.path": "/a"}
    ]


def test_in_mode_strict_only_what_is_declared_is_taken(ws: satsuma.Workspace) -> None:
    ws.catalog.apply(
        {
            "mode": "strict",
            "entities": {"contact": {"audience": True, "attributes": {"plan": "text", "born": "text"}}},
            "interactions": {"e": {"attributes": {"n": "integer", "data": "text"}}},
        }
    )
    outcome = ws.tracking.take(
        [
            {"type": "identify", "userId": "c", "traits": {"plan": "gold", "born": "1990-01-31"}},
            track(
                userId="c", messageId="1", properties={"n": 1, "data": {"a": [1]}}, context={"locale": "de"}
            ),
            track(userId="c", messageId="2", properties={"m": 1}),
            track("other", userId="c"),
            {"type": "group", "userId": "c", "groupId": "acme"},
        ]
    )
    assert [(one.place, one.code) for one in outcome.refused] == [
        (2, "attribute.unknown"),
        (3, "type.unknown"),
        (4, "entity.unknown"),
    ]
    assert rows(ws, "SELECT plan, born FROM contact") == [{"plan": "gold", "born": "1990-01-31"}]
    assert rows(ws, "SELECT n, data FROM e") == [{"n": 1, "data": '{"a":[1]}'}]


def test_a_refused_message_is_replayed_once_the_catalog_has_its_place(ws: satsuma.Workspace) -> None:
    ws.catalog.apply({"mode": "strict", "entities": {"contact": {"audience": True}}})
    ws.upsert("contact", [{"id": "c"}])
    assert len(ws.tracking.take([track(userId="c", messageId="m", properties={"n": 1})]).refused) == 1
    ws.catalog.apply({"interactions": {"e": {"attributes": {"n": "integer"}}}})
    assert ws.replay().accepted == 1
    assert rows(ws, "SELECT id, n FROM e") == [{"id": "m", "n": 1}]


def test_a_closed_workspace_takes_what_waits_and_then_nothing(tmp_path: Path) -> None:
    ws = satsuma.open(tmp_path / "shop")
    answers = [ws.tracking.submit([track(userId="c", messageId=str(n))]) for n in range(50)]
    ws.close()
    assert sum(answer.result().accepted for answer in answers) == 50
    with pytest.raises(satsuma.Error) as raised:
        ws.tracking.submit([track(userId="c")])
    assert raised.value.code == "conflict.closed"
    with satsuma.open(tmp_path / "shop") as again:
        assert rows(again, "SELECT count(*) AS n FROM e") == [{"n": 50}]


def test_an_event_is_the_same_however_its_letters_are_composed(ws: satsuma.Workspace) -> None:
    outcome = ws.tracking.take([track(event, userId="c") for event in ("caf\u00e9", "cafe\u0301")])
    assert (outcome.accepted, outcome.refused) == (2, ())
    assert rows(ws, 'SELECT count(*) AS n FROM "caf\u00e9"') == [{"n": 2}]

"""Messages that are alike are read by columns: nothing tells it from reading them one by one."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import satsuma
from satsuma.kernel.instants import parse_instant
from satsuma.kernel.zones import UTC
from satsuma.record.change import Change
from satsuma.sync.tracking import changes
from satsuma.sync.tracking.changes import Done, Messages, Request

NOW = "2026-01-01T00:00:00Z"
NOW_US = parse_instant(NOW, UTC)
CATALOG = {
    "timezone": "Europe/Zurich",
    "entities": {"contact": {"audience": True}, "account": {}},
    "interactions": {
        "e": {"attributes": {"n": "integer", "s": "text", "at": "timestamp", "context.locale": "text"}},
        "f": {"attributes": {"x.y": "number", "place": "location", "tags": "choices"}},
        "page": {"attributes": {"name": "text", "category": "text", "n": "number"}},
    },
}


def sometimes(usual: st.SearchStrategy[Any], *others: Any) -> st.SearchStrategy[Any]:
    """Mostly something usual."""
    return st.one_of(usual, usual, usual, st.sampled_from(others)) if others else usual


def deep(levels: int) -> Any:
    found: Any = 1
    for _ in range(levels):
        found = {"x": found}
    return found


USERS = sometimes(
    st.sampled_from(["u1", "u2", "a1"]), None, "", 7, True, "e\u0301", "\ud800", ["x"], "x" * 600
)
TIMES = sometimes(
    st.sampled_from(["2025-12-31T10:00:00Z", "2025-12-31T10:00:00.123456+02:00", "2026-01-01T00:00:30Z"]),
    *(None, "", "2025-12-31", "2025-12-31T10:00:00", "2025-12-31T10:00:00.1234567Z", "0001-01-01T00:00:00Z"),
    *("9999-12-31T23:59:59Z", "2025-02-30T00:00:00Z", "nonsense", "\ud800", 5, "2027-05-01T00:00:00Z"),
)
PROPERTIES = sometimes(
    st.fixed_dictionaries(
        {"n": sometimes(st.integers(0, 3), None, "4", "many", 1.5, True, 2**70)},
        optional={"s": sometimes(st.sampled_from(["a", "\u00e9"]), "", "e\u0301", "\ud800", 3)},
    ),
    *(None, {}, 5, {"id": 3}, {"o": {"x": 1}}, {"tags": ["a"]}, {"tags": None}, {"x.y": 2}, {"x": None}),
    *({"contact": "c"}, {"at": "2025-01-01T00:00:00"}, {"new": "2025-01-01"}, {"context.locale": "fr"}),
    *({"place.latitude": 1.0, "place.longitude": 2.0}, {"place": None}, {"n": deep(31)}, {"e\u0301": 1}),
    *({"name": "N"}, {"hour": 4}, {"n": [1]}, {"n": {}}),
)
CONTEXTS = sometimes(
    st.sampled_from([{}, {"library": {"name": "x"}}, {"locale": "de"}]),
    *({"campaign": {"source": "news"}}, {"locale": ""}, {"locale": 5}, 5, {"x": deep(30)}, {"x": deep(31)}),
)
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "anonymousId": USERS,
    "timestamp": TIMES,
    "originalTimestamp": TIMES,
    "sentAt": TIMES,
    "properties": PROPERTIES,
    "context": CONTEXTS,
    "name": sometimes(st.just("N"), None, "", 5),
    "category": sometimes(st.just("C"), None, "", 5),
    "groupId": sometimes(st.just("g"), None, 5.5),
    "integrations": sometimes(st.just({"All": True}), deep(32), [deep(30)]),
}
MESSAGES = st.one_of(
    st.builds(
        lambda shape, values: {name: values[name] for name in shape},
        st.sampled_from(
            [
                ("type", "event", "userId", "messageId", "properties"),
                ("type", "event", "userId", "messageId", "properties", "timestamp", "sentAt"),
                ("type", "event", "anonymousId", "userId", "messageId", "context", "originalTimestamp"),
                ("type", "event", "userId", "messageId", "name", "category", "properties"),
                ("type", "event", "userId", "messageId", "properties", "groupId", "integrations"),
                ("type", "event", "userId"),
            ]
        ),
        st.fixed_dictionaries(
            {
                "type": sometimes(st.sampled_from(["track", "page"]), "screen", "wink", None, []),
                "event": sometimes(st.sampled_from(["e", "f"]), "new", "", None, 5, "e\u0301"),
                "userId": USERS,
                "messageId": sometimes(st.integers(0, 40).map(str), None, "", 5, "\u00e9"),
                **FIELDS,
            }
        ),
    ),
    st.builds(
        lambda kind, user, other: {"type": kind, "userId": user, "anonymousId": other},
        st.sampled_from(["identify", "alias"]),
        st.sampled_from(["u1", "u2", "\u00e9"]),
        st.sampled_from(["a1", "a2", "7"]),
    ),
    st.sampled_from([5, "x", []]),
)
REQUESTS = st.lists(
    st.builds(Request, st.lists(MESSAGES, max_size=12), TIMES, st.just(NOW_US) | st.just(NOW_US - 10**9)),
    max_size=4,
)


def told(folder: Path, versions: list[list[Request]]) -> list[object]:
    """All that there is to see after some versions of messages."""
    with satsuma.open(folder, clock=satsuma.ManualClock(NOW)) as ws:
        ws.catalog.apply(CATALOG)
        done: list[object] = []
        for requests in versions:

            def take(change: Change, requests: list[Request] = requests) -> Done:
                return Messages(change, frozenset(), audience=None).take(requests)

            done.append(ws.writer.commit(take, actor="t").result)
        tables = [*ws.catalog.entities, *ws.catalog.interactions]
        rows = [(name, ws.sql(f'SELECT * FROM "{name}" ORDER BY ALL').to_pylist()) for name in tables]
        return [*done, ws.catalog.entities, ws.catalog.interactions, rows, ws.quarantine()]


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(REQUESTS, min_size=1, max_size=2))
def test_messages_read_by_columns_are_those_read_one_by_one(versions: list[list[Request]]) -> None:
    with TemporaryDirectory() as folder:
        with patch.object(changes, "ROWS_MIN", 1):
            by_columns = told(Path(folder) / "columns", versions)
        with patch.object(changes, "key_of_shape", lambda _: None):
            one_by_one = told(Path(folder) / "rows", versions)
    assert by_columns == one_by_one

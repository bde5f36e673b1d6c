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


def deep(levels: int) -> Any:
    found: Any = 1
    for _ in range(levels):
        found = {"x": found}
    return found


SHAPES = (
    ("type", "event", "userId", "messageId", "properties"),
    ("type", "event", "userId", "messageId", "properties", "timestamp", "sentAt"),
    ("type", "event", "anonymousId", "userId", "messageId", "context", "originalTimestamp"),
    ("type", "userId", "messageId", "name", "category", "properties"),
)
IDS = st.sampled_from(["u1", "u2", "a1"])
TIMES = st.sampled_from(["2025-12-31T10:00:00Z", "2025-12-31T10:00:00.123456+02:00", "2026-01-01T00:00:30Z"])
PLAIN: dict[str, st.SearchStrategy[Any]] = {
    "userId": IDS,
    "anonymousId": IDS,
    "messageId": st.integers(0, 99).map(str),
    "timestamp": TIMES,
    "originalTimestamp": TIMES,
    "sentAt": TIMES,
    "properties": st.fixed_dictionaries({"n": st.integers(0, 3)}),
    "context": st.sampled_from([{}, {"library": {"name": "x"}}, {"locale": "de"}]),
    "name": st.just("N"),
    "category": st.just("C"),
}
ODD_IDS = (None, "", 7, True, "e\u0301", "\ud800", ["x"], "x" * 600)
ODD_TIMES = (
    *(None, "", "2025-12-31", "2025-12-31T10:00:00", "2025-12-31T10:00:00.1234567Z", "0001-01-01T00:00:00Z"),
    *("9999-12-31T23:59:59Z", "2025-02-30T00:00:00Z", "nonsense", "\ud800", 5, "2027-05-01T00:00:00Z"),
)
ODD_NUMBERS: tuple[Any, ...] = (None, "4", "many", 1.5, True, 2**70, [1], {}, deep(31))
ODD: dict[str, tuple[Any, ...]] = {
    "type": ("screen", "wink", None, []),
    "event": ("new", "", None, 5, "e\u0301"),
    "userId": ODD_IDS,
    "anonymousId": ODD_IDS,
    "previousId": ODD_IDS,
    "groupId": ODD_IDS,
    "messageId": ODD_IDS,
    "timestamp": ODD_TIMES,
    "originalTimestamp": ODD_TIMES,
    "sentAt": ODD_TIMES,
    "name": (None, "", 5, "\ud800"),
    "category": (None, "", 5, {}),
    "integrations": ({"All": True}, deep(32), [deep(30)], [deep(31)]),
    "context": (None, {"campaign": {"source": "news"}}, {"locale": ""}, {"locale": 5}, 5, deep(31), deep(32)),
    "properties": (
        *({"n": one} for one in ODD_NUMBERS),
        *({"n": 1, "s": text} for text in ("a", "\u00e9", "", "e\u0301", "\ud800", 3)),
        *(None, {}, 5, {"id": 3}, {"o": {"x": 1}}, {"tags": ["a"]}, {"tags": None}, {"x.y": 2}, {"x": None}),
        *({"contact": "c"}, {"at": "2025-01-01T00:00:00"}, {"new": "2025-01-01"}, {"context.locale": "fr"}),
        *({"place.latitude": 1.0, "place.longitude": 2.0}, {"place": None}, {"name": "M"}, {"e\u0301": 1}),
    ),
}


@st.composite
def messages(draw: st.DrawFn) -> list[object]:
    """Some that are alike, of which a few are odd in one thing, and a few others between them."""
    found: list[object] = []
    for _ in range(draw(st.integers(1, 3))):
        shape = draw(st.sampled_from(SHAPES))
        call = (
            {"type": "track", "event": draw(st.sampled_from("ef"))} if "event" in shape else {"type": "page"}
        )
        for _ in range(draw(st.integers(1, 6))):
            message = {name: call[name] if name in call else draw(PLAIN[name]) for name in shape}
            if draw(st.integers(0, 3)) == 0:
                name = draw(st.sampled_from(sorted(ODD)))
                message[name] = draw(st.sampled_from(ODD[name]))
            found.append(message)
        if draw(st.integers(0, 3)) == 0:
            kind, user, other = (draw(st.sampled_from(some)) for some in (LINKING, USERS, OTHERS))
            found.append({"type": kind, "userId": user, "anonymousId": other})
    return found


LINKING, USERS, OTHERS = ("identify", "alias"), ("u1", "u2", "\u00e9"), ("a1", "a2", "7")
REQUESTS = st.lists(
    st.builds(
        Request,
        messages(),
        st.none() | TIMES | st.sampled_from(ODD_TIMES),
        st.sampled_from([NOW_US, NOW_US - 10**9]),
    ),
    min_size=1,
    max_size=3,
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

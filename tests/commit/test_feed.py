"""The feed: under its cursor a program sees every change once, in order, whatever ends and begins between."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from satsuma import workspace
from satsuma.commit.changes import MembershipChange, Place
from satsuma.kernel.clock import ManualClock
from satsuma.kernel.errors import ConflictError, NotFoundError, UsageError
from satsuma.record import memberships
from satsuma.workspace import Workspace

START = "2026-06-01T00:00:00Z"

steps = st.lists(
    st.one_of(
        st.tuples(st.just("age"), st.dictionaries(st.sampled_from("abcd"), st.integers(15, 40), min_size=1)),
        st.tuples(st.just("read"), st.integers(1, 4)),
        st.tuples(st.just("crash"), st.integers(1, 4)),
    ),
    min_size=3,
    max_size=14,
)


@settings(max_examples=max(8, settings().max_examples // 12))
@given(steps)
def test_every_change_is_seen_once_and_in_order(tmp_path_factory: Any, trace: list[tuple[str, Any]]) -> None:
    path = tmp_path_factory.mktemp("feed")
    ws = _open(path)
    try:
        _segments(ws)
        for name, since, segments in (("all", 0, None), ("adults", 0, ["adults"]), ("later", None, None)):
            ws.feed.open(name, since_version=since, segments=segments)
        begun = ws.version
        seen: dict[str, list[MembershipChange]] = {"all": [], "adults": [], "later": []}
        for step, given_ in trace:
            match step:
                case "age":
                    ws.upsert("contact", [{"id": key, "age": age} for key, age in given_.items()])
                case "crash":
                    # It reads, and ends before it says so.
                    for name in seen:
                        ws.feed.read(name, limit=given_)
                    ws.close()
                    ws = _open(path)
                case _:
                    for name, so_far in seen.items():
                        so_far.extend(_take(ws, name, given_))
        for name, so_far in seen.items():
            while found := _take(ws, name, 3):
                so_far.extend(found)
        told = ws.changes.read(Place(0), limit=10_000)
        assert seen["all"] == list(told)
        assert seen["adults"] == [one for one in told if one.name == "adults"]
        assert seen["later"] == [one for one in told if one.version > begun]
    finally:
        ws.close()


def test_a_cursor_goes_on_where_it_was_and_never_back(tmp_path: Path) -> None:
    with _open(tmp_path) as ws:
        _segments(ws)
        made = ws.feed.open("export", since_version=0)
        ws.upsert("contact", [{"id": "a", "age": 30}, {"id": "b", "age": 19}])
        first, *rest = ws.feed.read("export")
        assert ws.feed.acknowledge("export", first).place == first.place
        assert ws.feed.open("export", since_version=ws.version).place == first.place
        assert ws.feed.read("export") == tuple(rest)
        version = ws.version
        assert ws.feed.acknowledge("export", made.place).place == first.place
        assert ws.version == version
        with pytest.raises(UsageError, match="after the last version"):
            ws.feed.acknowledge("export", Place(ws.version + 1))
        with pytest.raises(ConflictError, match="other segments"):
            ws.feed.open("export", segments=["adults"])
        with pytest.raises(NotFoundError, match="no cursor “exports”") as refused:
            ws.feed.read("exports")
        assert "export" in refused.value.hint
        with pytest.raises(NotFoundError, match="no segment “adult”"):
            ws.feed.open("other", segments=["adult"])
        ws.feed.remove("export")
        assert ws.feed.cursors() == ()


def test_a_change_says_who_moved_where_and_why(tmp_path: Path) -> None:
    with _open(tmp_path) as ws:
        _segments(ws)
        ws.feed.open("export")
        ws.upsert("contact", [{"id": "a", "age": 30}])
        ws.upsert("contact", [{"id": "a", "age": 15}])
        told = [(one.name, one.key, one.change, one.cause) for one in ws.feed.read("export")]
        assert told == [
            ("adults", "a", "entered", "data"),
            ("elders", "a", "entered", "data"),
            ("adults", "a", "left", "data"),
            ("elders", "a", "left", "data"),
        ]


def test_changes_that_were_dropped_are_not_passed_over_in_silence(tmp_path: Path) -> None:
    with _open(tmp_path) as ws:
        _segments(ws)
        ws.feed.open("slow", since_version=0)
        ws.feed.open("elders", since_version=0, segments=["elders"])
        ws.upsert("contact", [{"id": "a", "age": 20}])
        ws.upsert("contact", [{"id": "b", "age": 20}])
        kept = ws.version
        ws.writer.commit(lambda change: memberships.prune(change, kept), actor="test", kind="retention")
        with pytest.raises(ConflictError, match="no longer kept") as refused:
            ws.feed.read("slow")
        assert refused.value.details == {"first": kept - 1}
        assert ws.feed.read("elders") == ()
        ws.feed.open("fresh", since_version=kept - 1)
        assert [one.key for one in ws.feed.read("fresh")] == ["b"]


def _take(ws: Workspace, name: str, limit: int) -> tuple[MembershipChange, ...]:
    found = ws.feed.read(name, limit=limit)
    if found:
        ws.feed.acknowledge(name, found[-1])
    return found


def _open(path: Path) -> Workspace:
    return workspace.open(path, clock=ManualClock(START), warming="asked")


def _segments(ws: Workspace) -> None:
    ws.catalog.apply({"entities": {"contact": {"audience": True, "attributes": {"age": "integer"}}}})
    for name, age in (("adults", 18), ("elders", 30)):
        ws.segments.create(name, where=f"age >= {age}").go_live()

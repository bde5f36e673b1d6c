"""Forgetting who entered and left: what somebody still reads stays, and members stay what they are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from satsuma import ManualClock, workspace
from satsuma.kernel.errors import UsageError
from satsuma.workspace import Workspace

DAYS = [f"2026-06-{day:02}T00:00:00Z" for day in range(1, 11)]


@pytest.fixture
def ws(tmp_path: Path) -> Iterator[Workspace]:
    """Each day one contact more comes of age, and another enters a compound of whoever came this week."""
    with workspace.open(tmp_path, clock=ManualClock(DAYS[0]), warming="asked") as found:
        found.catalog.apply({"entities": {"contact": {"audience": True, "attributes": {"age": "integer"}}}})
        found.segments.create("adults", where="age >= 18").go_live()
        found.segments.create("elders", where="age >= 60").go_live()
        found.segments.create("new", where='entered segment "adults" in the last 3 days').go_live()
        for day, at in enumerate(DAYS):
            found.advance(to=at)
            found.upsert("contact", [{"id": f"c-{day}", "age": 20 + 40 * (day % 2)}])
        yield found


def test_members_stay_exact_and_changes_that_windows_read_stay(ws: Workspace) -> None:
    versions = {at: ws.segments["elders"].members(at=at).keys() for at in DAYS}
    new = ws.segments["new"].members().keys()
    assert ws.forget_changes(before=DAYS[9]) > 0
    assert ws.segments["elders"].members(at=DAYS[9]).keys() == versions[DAYS[9]]
    with pytest.raises(UsageError, match="no longer kept"):
        ws.segments["elders"].members(at=DAYS[2])
    assert ws.segments["elders"].changes()["member"].to_pylist() == ["c-9"]
    # The third day before the last is read by a window that is live.
    assert ws.segments["adults"].changes()["member"].to_pylist() == ["c-7", "c-8", "c-9"]
    assert ws.verify() == ()
    assert ws.segments["new"].members().keys() == new
    sizes = ws.segments["elders"].growth()["size"].to_pylist()
    assert sizes == [5]
    ws.advance(to="2026-06-20")
    assert ws.segments["new"].members().keys() == ()
    assert ws.verify() == ()


def test_what_a_cursor_has_yet_to_read_stays(ws: Workspace) -> None:
    ws.feed.open("slow", since_version=0, segments=["elders"])
    assert ws.forget_changes(before=DAYS[9]) == 0
    for change in ws.feed.read("slow"):
        ws.feed.acknowledge("slow", change)
    assert ws.forget_changes(before=DAYS[9]) > 0
    assert ws.feed.read("slow") == ()


def test_nothing_is_dropped_before_there_is_anything(ws: Workspace) -> None:
    assert ws.forget_changes(before="2020-01-01") == 0
    assert len(ws.segments["elders"].changes()) == 5

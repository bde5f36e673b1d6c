"""What a version costs is counted, not timed: it grows with what is touched, not with what is stored."""

from __future__ import annotations

from pathlib import Path

import pytest

import satsuma
from satsuma.kernel.instants import format_instant
from satsuma.membership.asking import Counted

START = "2026-06-01T00:00:00Z"
DAY_US = 86_400_000_000
WHERE = {
    "Bought": "did purchase in the last 30 days",
    "Spent": "sum of amount over purchase in the last 90 days >= 50",
    "Twice": "did purchase at least 2 times in the last 365 days",
    "Then": "did visit then purchase within 7 days",
    "In Paris": 'city is "Paris"',
    "Both": 'segment "Bought" and segment "In Paris"',
    "Came": 'entered segment "Bought" in the last 3 days',
}


def shop(path: Path, members: int, rows_each: int) -> satsuma.Workspace:
    """A warm workspace with a history that is old but for a few rows."""
    workspace = satsuma.open(path, clock=satsuma.ManualClock(START))
    contacts = [{"id": f"c-{n}", "city": ("Paris", "Lyon")[n % 2]} for n in range(members)]
    workspace.upsert("contact", contacts)
    for type_ in ("visit", "purchase"):
        rows = [
            {
                "id": f"{type_}-{n}-{row}",
                "contact": f"c-{n}",
                "occurred_at": format_instant(workspace.now - (400 + row) * DAY_US),
                "amount": 10,
            }
            for n in range(members)
            for row in range(rows_each)
        ]
        workspace.append(type_, rows)
    for name, where in WHERE.items():
        workspace.segments.create(name, where=where)
    workspace.warm()
    workspace.segments.go_live(list(WHERE))
    return workspace


def costs(workspace: satsuma.Workspace) -> dict[str, Counted]:
    """What versions of several kinds cost, each touching ten members at most."""
    found = {}
    rows = [
        {
            "id": f"new-{n}",
            "contact": f"c-{n}",
            "occurred_at": format_instant(workspace.now - n * 3_600_000_000),
            "amount": 60,
        }
        for n in range(10)
    ]
    workspace.append("purchase", rows)
    found["events"] = workspace.engine.counted
    workspace.upsert("contact", [{"id": f"c-{n}", "city": "Nice"} for n in range(10)])
    found["attributes"] = workspace.engine.counted
    workspace.advance(to=workspace.now + DAY_US, versions="end")
    found["an idle day"] = workspace.engine.counted
    workspace.advance(to=workspace.now + 1_000_000, versions="end")
    found["an idle second"] = workspace.engine.counted
    workspace.advance(to=workspace.now + 30 * DAY_US, versions="end")
    found["a month in which windows pass"] = workspace.engine.counted
    workspace.retract("purchase", ["new-1"])
    found["a retraction"] = workspace.engine.counted
    workspace.delete("contact", ["c-3"])
    found["a deletion"] = workspace.engine.counted
    assert workspace.verify() == ()
    return found


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Counted]:
    with shop(tmp_path_factory.mktemp("once"), 200, 2) as workspace:
        return costs(workspace)


@pytest.mark.parametrize(("members", "rows_each"), [(2_000, 2), (200, 20)])
def test_ten_times_the_history_costs_the_same(
    once: dict[str, Counted], tmp_path: Path, members: int, rows_each: int
) -> None:
    with shop(tmp_path, members, rows_each) as workspace:
        assert costs(workspace) == once


def test_a_change_asks_only_about_whom_it_touches(once: dict[str, Counted]) -> None:
    for what, counted in once.items():
        assert counted.whole == 0, what
    assert 0 < once["events"].members <= 10 * len(WHERE)
    assert once["attributes"].leaves <= 2
    assert once["an idle day"].members <= 10 * len(WHERE)
    assert once["a retraction"].members <= len(WHERE)


def test_a_second_in_which_nothing_is_due_looks_at_nothing_but_what_the_record_tells(
    once: dict[str, Counted],
) -> None:
    # Who entered "Bought", at both ends of the window.
    assert once["an idle second"] == Counted(sources=2)

"""The index's files are made anew in the background when much has come; memberships and answers go on."""

from __future__ import annotations

import time
from pathlib import Path

import satsuma
from satsuma.kernel.instants import format_instant

START = "2026-06-01T00:00:00Z"
HOUR_US = 3_600_000_000


def test_versions_go_on_while_the_index_is_merged(tmp_path: Path) -> None:
    with satsuma.open(tmp_path, clock=satsuma.ManualClock(START)) as ws:
        ws.upsert("contact", [{"id": f"c-{n}", "city": "Paris"} for n in range(100)])
        ws.append("purchase", [row(ws, n) for n in range(100)])
        ws.segments.create("Often", where="did purchase at least 700 times in the last 30 days")
        ws.segments.go_live(["Often"])
        ws.warm()
        standing = ws.engine.standing
        assert standing is not None
        first = standing.index
        for batch in range(1, 9):
            ws.append("purchase", [row(ws, n) for n in range(batch * 10_000, (batch + 1) * 10_000)])
        until = time.monotonic() + 60
        while not is_merged(ws) and time.monotonic() < until:
            ws.append("purchase", [row(ws, 1_000_000 + ws.version)])
            time.sleep(0.02)
        assert is_merged(ws)
        assert first.interactions.keys() == standing.index.interactions.keys()
        ws.append("purchase", [row(ws, 2_000_000)])
        assert len(ws.segments["Often"].members()) == 100
        assert ws.verify() == ()
    with satsuma.open(tmp_path, clock=satsuma.ManualClock(START)) as ws:
        ws.warm()
        assert ws.verify() == ()


def row(ws: satsuma.Workspace, number: int) -> dict[str, object]:
    at = format_instant(ws.now - number % 200 * HOUR_US)
    return {"id": f"p-{number}", "contact": f"c-{number % 100}", "occurred_at": at}


def is_merged(ws: satsuma.Workspace) -> bool:
    """Whether nothing much has come since the files of the index."""
    standing = ws.engine.standing
    assert standing is not None
    return not standing.index.is_merge_due

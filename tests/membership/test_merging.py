"""The index's files are made anew in the background when much has come; memberships and answers go on."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import satsuma
from satsuma.kernel.instants import format_instant
from satsuma.record.files import Settings

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


def test_what_files_made_since_say_is_not_noted_any_longer(tmp_path: Path) -> None:
    """And an index of before, should it come to light again, is not gone on with."""
    settings = Settings(index_tail_rows=10)
    with satsuma.open(tmp_path, clock=satsuma.ManualClock(START), settings=settings) as ws:
        ws.upsert("contact", [{"id": f"c-{n}", "city": "Paris"} for n in range(40)])
        ws.append("purchase", [row(ws, n) for n in range(40)])
        ws.segments.create("Buyers", where="did purchase in the last 30 days").go_live()
        ws.warm()
    with satsuma.open(tmp_path, clock=satsuma.ManualClock(START), settings=settings) as ws:
        ws.warm()
        shutil.copytree(tmp_path / "index", tmp_path / "earlier")
        ws.delete("contact", ["c-1", "c-2"])
        ws.retract("purchase", ["p-3", "p-4"])
        assert noted(ws) == {("entity", 2), ("type", 4)}
        ws.upsert("contact", [{"id": f"n-{n}"} for n in range(40)])
        ws.append("purchase", [row(ws, 100 + n) for n in range(40)])
        until = time.monotonic() + 60
        while noted(ws) and time.monotonic() < until:
            ws.tick()
            time.sleep(0.02)
        assert noted(ws) == set()
        assert ws.verify() == ()
        ws.delete("contact", ["c-5"])
        assert noted(ws) == {("entity", 1), ("type", 1)}
    shutil.rmtree(tmp_path / "planes")
    with satsuma.open(tmp_path, clock=satsuma.ManualClock(START), settings=settings) as ws:
        ws.warm()
        standing = ws.engine.standing
        assert standing is not None
        assert standing.index.made == ()
        assert ws.verify() == ()
    for name in ("planes", "index"):
        shutil.rmtree(tmp_path / name)
    (tmp_path / "earlier").rename(tmp_path / "index")
    with satsuma.open(tmp_path, clock=satsuma.ManualClock(START), settings=settings) as ws:
        ws.warm()
        standing = ws.engine.standing
        assert standing is not None
        assert len(standing.index.made) == 2
        assert ws.verify() == ()


def noted(ws: satsuma.Workspace) -> set[tuple[str, int]]:
    """How many members are noted for an index that is to go on, by kind."""
    with ws._record.cursor() as cursor:
        rows = cursor.execute(
            "SELECT kind, count(*) FROM index_changes WHERE member IS NOT NULL GROUP BY kind"
        ).fetchall()
    return set(rows)


def row(ws: satsuma.Workspace, number: int) -> dict[str, object]:
    at = format_instant(ws.now - number % 200 * HOUR_US)
    return {"id": f"p-{number}", "contact": f"c-{number % 100}", "occurred_at": at}


def is_merged(ws: satsuma.Workspace) -> bool:
    """Whether nothing much has come since the files of the index."""
    standing = ws.engine.standing
    assert standing is not None
    return not standing.index.is_merge_due()

"""What names mean is kept from version to version, and is never other than what is stored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import satsuma
from satsuma.membership.names import StoredNames
from satsuma.segments.kept_drafts import KeptDrafts
from satsuma.segments.reading import Bound, bound_draft
from satsuma.segments.rooms import Rooms
from satsuma.workspace import Workspace


def kept(ws: Workspace) -> StoredNames:
    rooms = ws.segments._rooms
    with rooms.reading() as (cursor, state):
        return rooms.names(cursor, state)


def stored(ws: Workspace) -> StoredNames:
    rooms = ws.segments._rooms
    with rooms.reading() as (cursor, state):
        return StoredNames(cursor, state.catalog)


def drafts(ws: Workspace, rooms: Rooms | None = None) -> list[Bound]:
    rooms = rooms or ws.segments._rooms
    return [bound_draft(rooms, segment.id) for segment in ws.segments]


def drafts_anew(ws: Workspace) -> list[Bound]:
    return drafts(ws, replace(ws.segments._rooms, kept_drafts=KeptDrafts()))


def changes(ws: Workspace) -> Iterator[None]:
    """One after another, what may change what names mean."""
    ws.segments.create("A", "n > 1")
    yield
    ws.segments["A"].go_live()
    yield
    ws.segments.create("B", 'segment "A" and n > 2')
    yield
    ws.segments["B"].go_live()
    yield
    ws.segments["A"].rename("First")
    yield
    ws.segments["B"].edit("n > 3")
    yield
    ws.segments["B"].go_live()
    yield
    ws.segments["B"].stop()
    yield
    ws.segments["B"].delete()
    yield
    ws.lists.create("News")
    yield
    ws.lists["News"].rename("Weekly")
    yield
    ws.lists["Weekly"].delete()
    yield
    ws.merge("contact", keep="c1", drop="c2")
    yield
    ws.merge("contact", keep="c0", drop="c1")
    yield
    ws.delete("contact", ["c0"])
    yield
    ws.catalog.apply({"entities": {"lead": {"audience": True, "attributes": {"n": "text"}}}})
    yield
    ws.segments.create("Leads", 'n is "x"', audience="lead")
    yield


def test_names_are_what_is_stored_after_whatever_changes_them_and_are_kept_by_all_else(
    tmp_path: Path,
) -> None:
    with satsuma.open(tmp_path, clock=satsuma.ManualClock("2026-01-01"), warming="asked") as ws:
        ws.upsert("contact", [{"id": f"c{n}", "n": n} for n in range(6)])
        for _ in changes(ws):
            assert vars(kept(ws)) == vars(stored(ws))
            assert drafts(ws) == drafts_anew(ws)
        names = kept(ws)
        ws.upsert("contact", [{"id": "c4", "n": 40}])
        ws.upsert("contact", [{"id": "new", "n": 41}])
        ws.acting("somebody").upsert("contact", [{"id": "c5", "n": 42}])
        assert kept(ws) is names
        assert drafts(ws)[0] is drafts(ws)[0]
        assert kept(ws.acting("somebody")) is names

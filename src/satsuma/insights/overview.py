"""Overview: the segments as their list shows them, with size, change, who made them and what uses them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import duckdb

from satsuma.kernel.civil import US_PER_DAY
from satsuma.record import definitions
from satsuma.record.definitions import SegmentRow
from satsuma.record.sql import INSTANT
from satsuma.segments.gate import Status
from satsuma.segments.rooms import Rooms, audience_of

TREND_DAYS = 8


@dataclass(frozen=True, slots=True)
class Overview:
    """One segment of the list.

    Attributes:
        basis: What its definition reads: `profile`, `interactions`, `both`, `segments`; of a static one
            `members`; None where that cannot be told.
        size: Members at the last version; None for drafts.
        trend: Sizes on the last days, at the end of each, oldest first, the last now.
        used_by: How many things use it.
        tests_in, tests_out: Keys that must be in, or out.
    """

    row: SegmentRow
    audience: str
    basis: str | None
    size: int | None
    trend: tuple[int, ...]
    tags: tuple[str, ...]
    used_by: int
    tests_in: tuple[str, ...] = ()
    tests_out: tuple[str, ...] = ()

    @property
    def change(self) -> int | None:
        """Members now, less those seven days ago."""
        return self.trend[-1] - self.trend[0] if self.trend else None


def overviews(rooms: Rooms, only: int | None = None) -> list[Overview]:
    """All segments, or one, by id."""
    with rooms.reading() as (cursor, state):
        sizes = rooms.answers.sizes(cursor, state)
        rows = [row for row in definitions.segments(cursor) if only in (None, row.id)]
        tags: dict[int, list[str]] = {}
        for segment, tag in definitions.tags(cursor):
            tags.setdefault(segment, []).append(tag)
        uses = dict(
            cursor.execute(
                "SELECT used_id, count(DISTINCT (user_kind, user_id)) FROM uses WHERE used_kind = 'segment'"
                " GROUP BY used_id"
            ).fetchall()
        )
        changed = _changes(cursor, state.now, only)
        bases = _bases(cursor, only)
        tests = [] if only is None else definitions.tests(cursor, only)
    found = []
    for row in rows:
        size = sizes.get(row.id, 0) if row.status in (Status.LIVE, Status.FAILED) else None
        found.append(
            Overview(
                row,
                audience_of(state.catalog, row.audience).name,
                "members" if row.kind == "static" else bases.get(row.id),
                size,
                () if size is None else _trend(size, changed.get(row.id, {})),
                tuple(tags.get(row.id, ())),
                uses.get(row.id, 0),
                tuple(key for key, expected in tests if expected),
                tuple(key for key, expected in tests if not expected),
            )
        )
    return found


def _trend(size: int, changes: Mapping[int, int]) -> tuple[int, ...]:
    """Sizes at the ends of the last days, from the size now and the net change of each day before."""
    if not changes:
        return (size,) * TREND_DAYS
    sizes = [size]
    for days_ago in range(TREND_DAYS - 1):
        sizes.append(sizes[-1] - changes.get(days_ago, 0))
    return tuple(max(0, one) for one in reversed(sizes))


def _changes(cursor: duckdb.DuckDBPyConnection, now: int, only: int | None) -> dict[int, dict[int, int]]:
    """For each segment the net change of each of the last days, counted in days back from now."""
    rows = cursor.execute(
        f"SELECT segment, (? - epoch_us(c.at)) // {US_PER_DAY} AS days_ago, sum(sign)::BIGINT"
        f" FROM membership_changes c WHERE c.at > {INSTANT} AND segment = coalesce(?, segment) GROUP BY ALL",
        [now, now - (TREND_DAYS - 1) * US_PER_DAY, only],
    ).fetchall()
    found: dict[int, dict[int, int]] = {}
    for segment, days_ago, net in rows:
        found.setdefault(segment, {})[int(days_ago)] = int(net)
    return found


def _bases(cursor: duckdb.DuckDBPyConnection, only: int | None) -> dict[int, str | None]:
    rows = cursor.execute(
        "SELECT s.id, d.source FROM segments s JOIN definitions d"
        " ON d.id = coalesce(s.definition_id, s.draft_id) WHERE s.id = coalesce(?, s.id)",
        [only],
    ).fetchall()
    return {segment: basis_of(source) for segment, source in rows}


@lru_cache(maxsize=10_000)
def basis_of(source: str) -> str | None:
    """What a stored definition reads."""
    reads = set(_reads(json.loads(source).get("where")))
    match reads:
        case set() if not reads:
            return None
        case _ if reads == {"segments"}:
            return "segments"
        case _ if {"profile", "interactions"} <= reads:
            return "both"
        case _:
            return "interactions" if "interactions" in reads else "profile"


def _reads(condition: Any) -> Iterable[str]:
    match condition:
        case {"all": list(inner)} | {"any": list(inner)}:
            for one in inner:
                yield from _reads(one)
        case {"not": inner} | {"held": inner}:
            yield from _reads(inner)
        case {"did": _} | {"sequence": _} | {"latest": _} | {"first": _}:
            yield "interactions"
        case {"top": _, "among": among}:
            yield "interactions" if "did" in condition else "profile"
            yield from _reads(among)
        case {"top": _}:
            yield "interactions" if "did" in condition else "profile"
        case {"segment": _} | {"entered": _} | {"left": _}:
            yield "segments"
        case dict():
            yield "profile"
        case _:
            return

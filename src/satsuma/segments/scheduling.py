"""Dates: segments go live at their start and stop at their end, in whatever version comes then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import duckdb

from satsuma.kernel.errors import ConflictError, DefinitionError, UsageError
from satsuma.kernel.instants import format_instant
from satsuma.membership.deltas import Cause
from satsuma.record import definitions
from satsuma.record.change import Change
from satsuma.record.definitions import SegmentRow
from satsuma.record.sql import scalar
from satsuma.segments import drafts, gate
from satsuma.segments.gate import Command, Status
from satsuma.segments.going_live import join
from satsuma.segments.rooms import Rooms


def set_dates(change: Change, row: SegmentRow, starts_at: int | None, ends_at: int | None) -> SegmentRow:
    """Set when a segment shall go live and stop; None for no date.

    Raises:
        UsageError: It would end before it starts, or has ended already.
    """
    if starts_at is not None and ends_at is not None and ends_at <= starts_at:
        raise UsageError(
            f"segment “{row.name}” would end at {format_instant(ends_at)}, not after its start",
            code="usage.dates",
            hint="give an end after the start",
        )
    if ends_at is not None and ends_at <= change.at:
        raise UsageError(
            f"the end {format_instant(ends_at)} has passed",
            code="usage.dates",
            hint="give an end in the future",
        )
    changed = replace(row, starts_at=starts_at, ends_at=ends_at, changed_at=change.at)
    definitions.put_segment(change, changed)
    return changed


_PENDING = (
    "SELECT min(d) FROM (SELECT epoch_us(starts_at) AS d, status = 'going_live' AS waits FROM segments"
    " UNION ALL SELECT epoch_us(ends_at), status IN ('live', 'failed') FROM segments) WHERE waits"
)
"""The first start or end that is still to come to pass, in microseconds UTC; null: there is none."""


class Dates:
    """Keeps the dates of segments, version by version."""

    def __init__(self, rooms: Rooms) -> None:
        """Look at nothing yet."""
        self._rooms = rooms
        self._pending: tuple[int, int | None] | None = None
        """The version from which on segments are what they are, and the first date that is pending then."""

    def keep(self, change: Change) -> Mapping[int, Cause]:
        """What dates ask for by the version being made; called for each, before members are followed.

        A segment whose definition cannot go live at its start goes back to a draft, with the reason. One that
        is used at its end stays live until it is not.

        Returns:
            The cause of the deltas of segments that joined.
        """
        date = self._first(change)
        return {} if date is None or date > change.at else _kept(self._rooms, change)

    def _first(self, change: Change) -> int | None:
        """The first date that is pending in the version being made."""
        named = self._rooms.record.state.named
        if named is None or change.touches.defined:
            return _pending(change)
        if self._pending is None or self._pending[0] != named:
            self._pending = named, _pending(change)
        return self._pending[1]


def _pending(change: Change) -> int | None:
    found = scalar(change.connection, _PENDING)
    return None if found is None else int(found)


def _kept(rooms: Rooms, change: Change) -> Mapping[int, Cause]:
    joined: dict[int, Cause] = {}
    for row in definitions.segments(change.connection):
        if row.status == Status.GOING_LIVE and row.starts_at is not None and row.starts_at <= change.at:
            if _start(rooms, change, row):
                joined[row.id] = "definition"
        elif _has_ended(row, change.at) and not drafts.users(change, row, listeners=False):
            drafts.stop(change, row, listeners=False)
    return joined


def next_date(connection: duckdb.DuckDBPyConnection, after: int, upto: int) -> int | None:
    """The first start or end of a segment in `(after, upto]`, microseconds UTC, or None."""
    found = scalar(connection, f"{_PENDING} AND d > ? AND d <= ?", [after, upto])
    return None if found is None else int(found)


def _has_ended(row: SegmentRow, now: int) -> bool:
    live = row.status in (Status.LIVE, Status.FAILED)
    return live and row.ends_at is not None and row.ends_at <= now


def _start(rooms: Rooms, change: Change, row: SegmentRow) -> bool:
    try:
        join(rooms, change, [row.id], despite_tests=False)
    except (ConflictError, DefinitionError) as error:
        status = gate.after(row.name, Status.GOING_LIVE, Command.CANCEL)
        definitions.put_segment(change, replace(row, status=status.value, reason=str(error)))
        return False
    return True

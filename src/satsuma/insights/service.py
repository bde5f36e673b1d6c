"""`ws.insights`: what the data and the segments look like, always on one committed version."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from satsuma.catalog.audiences import audience_named
from satsuma.insights import activity, breakdown, overlap, overview, records, timeline, values
from satsuma.insights.overlap import Intersection
from satsuma.insights.overview import Overview
from satsuma.insights.records import Rows, Wanted, Whole
from satsuma.kernel.errors import NotFoundError, UsageError
from satsuma.membership.names import StoredNames
from satsuma.record import lists, versions
from satsuma.record.layout import entity_table, interaction_table
from satsuma.record.quarantine import Quarantined
from satsuma.record.sql import quote, scalar
from satsuma.record.versions import Version
from satsuma.segments.rooms import Rooms
from satsuma.segments.service import Segments


@dataclass(frozen=True, slots=True)
class Membership:
    """A segment that a record is in, since when (microseconds UTC; None where that is not kept)."""

    id: int
    name: str
    kind: str
    since: int | None


class Insights:
    """Reads only; every method sees one version."""

    def __init__(
        self, rooms: Rooms, segments: Segments, segments_of: Callable[[str, str], tuple[str, ...]]
    ) -> None:
        """Wire it.

        Args:
            segments_of: Names of the live segments that a record (key, audience) is in.
        """
        self._rooms = rooms
        self._segments = segments
        self._segments_of = segments_of

    def segments(self) -> list[Overview]:
        """All segments as their list shows them, by id."""
        return overview.overviews(self._rooms)

    def segment(self, number: int) -> Overview:
        """One segment as the list shows it.

        Raises:
            NotFoundError: There is none of that id.
        """
        found = overview.overviews(self._rooms, number)
        if not found:
            raise NotFoundError(f"no segment with id {number}", code="not_found.segment")
        return found[0]

    def actors(self) -> dict[int, str]:
        """Names of all who ever gave commands, by number."""
        with self._rooms.reading() as (cursor, _):
            return dict(cursor.execute("SELECT id, name FROM actors").fetchall())

    def names(self) -> StoredNames:
        """The segments and lists of the last version, as the checker asks for them."""
        with self._rooms.reading() as (cursor, state):
            return self._rooms.names(cursor, state)

    def refused(self, target: str | None, *, limit: int, after: int = -1) -> list[Quarantined]:
        """Refused rows that wait, oldest first, above an id."""
        return self._rooms.record.quarantine(target, limit=limit, after=after)

    def refused_count(self) -> int:
        """How many refused rows wait."""
        with self._rooms.reading() as (cursor, _):
            return int(scalar(cursor, "SELECT count(*) FROM quarantine WHERE replayed_version IS NULL"))

    def versions(self, *, kind: str | None, before: int | None, limit: int) -> list[Version]:
        """Versions, the newest first, of one kind or all, below a number."""
        with self._rooms.reading() as (cursor, _):
            return versions.newest(cursor, kind=kind, before=before, limit=limit)

    def counts(self) -> tuple[dict[str, int], dict[str, int]]:
        """How many records each entity has, and how many interactions each type."""
        with self._rooms.reading() as (cursor, state):
            tables = [(one.name, entity_table(one)) for one in state.catalog.entities.values()]
            entities = {
                name: int(scalar(cursor, f"SELECT count(*) FROM {quote(table)}")) for name, table in tables
            }
            types = {
                one.name: int(scalar(cursor, f"SELECT count(*) FROM {quote(interaction_table(one))}"))
                for one in state.catalog.interactions.values()
            }
        return entities, types

    def records(
        self,
        entity: str,
        wanted: Wanted,
        *,
        segment: int | None = None,
        list: int | None = None,
    ) -> Rows:
        """Records of an entity in a page; of a segment's members or of those on a list only.

        Raises:
            NotFoundError: There is no such entity, segment or list.
            UsageError: The segment is of another audience, or nothing of that name is there to sort by.
        """
        numbers = None if segment is None else self._members(segment, entity)
        with self._rooms.reading() as (cursor, state):
            found = records.entity_named(state.catalog, entity)
            if list is not None:
                row = next((one for one in lists.all_lists(cursor) if one.id == list), None)
                if row is None or row.audience != found.number:
                    raise NotFoundError(f"no list of {entity} with id {list}", code="not_found.list")
                on = lists.members(cursor, list)
                numbers = on if numbers is None else np.intersect1d(numbers, on)
            return records.page(cursor, found, replace(wanted, among=numbers))

    def record(self, entity: str, key: str) -> Whole:
        """One record.

        Raises:
            NotFoundError: There is no such entity, or no record of that key.
        """
        with self._rooms.reading() as (cursor, state):
            return records.whole(cursor, records.entity_named(state.catalog, entity), key)

    def history(self, entity: str, key: str, *, limit: int, offset: int = 0) -> list[timeline.Observed]:
        """What was observed of a record, the newest first."""
        with self._rooms.reading() as (cursor, state):
            found = records.entity_named(state.catalog, entity)
            number = records.number_of(cursor, found, key)
            return timeline.observed(cursor, found, number, limit=limit, offset=offset)

    def timeline(
        self,
        entity: str,
        key: str | None,
        *,
        types: Collection[str] | None = None,
        before: tuple[int, str, str] | None = None,
        limit: int = 50,
    ) -> list[timeline.Happened]:
        """Interactions of one record, or of all records of an audience, the newest first."""
        with self._rooms.reading() as (cursor, state):
            found = records.entity_named(state.catalog, entity)
            number = None if key is None else records.number_of(cursor, found, key)
            return timeline.happened(
                cursor, state.catalog, found, number=number, types=types, before=before, limit=limit
            )

    def memberships(self, entity: str, key: str) -> list[Membership]:
        """The live segments that a record is in, by name."""
        with self._rooms.reading() as (cursor, state):
            found = records.entity_named(state.catalog, entity)
            number = records.number_of(cursor, found, key)
            since = dict(
                cursor.execute(
                    "SELECT segment, epoch_us(max(c.at)) FROM membership_changes c"
                    " WHERE member = ? AND sign > 0 GROUP BY segment",
                    [number],
                ).fetchall()
            )
            segments = cursor.execute(
                "SELECT id, name, kind FROM segments WHERE audience = ?", [found.number]
            ).fetchall()
        if not found.audience:
            return []
        names = set(self._segments_of(key, entity))
        return sorted(
            (Membership(id, name, kind, since.get(id)) for id, name, kind in segments if name in names),
            key=lambda one: one.name,
        )

    def values(
        self, owner: str, attribute: str, *, kind: str | None = None, prefix: str = "", limit: int = 20
    ) -> list[tuple[object, int]]:
        """Values of an attribute with counts, the most frequent first (see `insights.values`)."""
        with self._rooms.reading() as (cursor, state):
            found = values.owner_named(state.catalog, owner, kind)
            named = values.attribute_named(found, attribute)
            return values.values_with_counts(cursor, found, named, prefix=prefix, limit=limit)

    def overlap(self, segments: Sequence[int]) -> tuple[list[Overview], list[Intersection]]:
        """How segments of one audience overlap: they with their sizes, and every combination that occurs.

        Raises:
            UsageError: They are of several audiences, one is named twice, or there are too few or too many.
            ConflictError: One is a draft.
        """
        if len(set(segments)) != len(segments):
            raise UsageError("found a segment twice, expected each once", code="usage.segments")
        overlap.check_count(len(segments))
        found = [self.segment(number) for number in segments]
        if len({one.audience for one in found}) > 1:
            raise UsageError("the segments are of several audiences", code="usage.segments")
        members = [self._segments[number].members().numbers() for number in segments]
        return found, overlap.intersections(members)

    def breakdown(self, segment: int, attribute: str) -> breakdown.Breakdown:
        """How a segment's members spread over an attribute, against everyone else of the audience.

        Raises:
            NotFoundError: There is no such segment or attribute.
            ConflictError: The segment is a draft.
        """
        held = self._segments[segment]
        numbers, audience = held.members().numbers(), held.audience
        with self._rooms.reading() as (cursor, state):
            entity = state.catalog.entities[audience]
            named = values.attribute_named(entity, attribute)
            return breakdown.breakdown(cursor, entity, named, numbers)

    def activity(
        self, *, segment: int | None = None, audience: str | None = None, days: int = 30
    ) -> list[activity.Day]:
        """Interactions by day and type: of a segment's members, or of a whole audience."""
        held = None if segment is None else self._segments[segment]
        numbers = None if held is None else held.members().numbers()
        with self._rooms.reading() as (cursor, state):
            entity = audience_named(state.catalog, audience if held is None else held.audience)
            return activity.activity(cursor, state.catalog, entity, numbers, now=state.now, days=days)

    def _members(self, segment: int, entity: str) -> NDArray[np.uint32]:
        held = self._segments[segment]
        if held.audience != entity:
            raise UsageError(
                f"segment “{held.name}” is of {held.audience}, not of {entity}", code="usage.audience"
            )
        return held.members().numbers()

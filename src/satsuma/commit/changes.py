"""Changes of memberships, of all segments, in the order in which they became visible.

A reader keeps the place of the last change that it has seen, and asks for those after it. The order is by
version, then segment, who entered before who left, then member; a version's changes are there all at once, so
none comes before a place that has been passed.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import groupby

import duckdb
import numpy as np

from satsuma.catalog.audiences import entity_of_number
from satsuma.catalog.model import Catalog
from satsuma.record.arrow import table_of
from satsuma.record.resolve import keys_of_numbers
from satsuma.record.sql import lent
from satsuma.record.store import Record

_LAST = 2**32 - 1


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a reader stands: after this change, which need not exist. `left` is 0 where it is an entering."""

    version: int
    segment: int = _LAST
    left: int = 1
    member: int = _LAST


@dataclass(frozen=True, slots=True)
class MembershipChange:
    """One record entered or left one segment.

    Attributes:
        place: For going on after it.
        version, at: The version that brought it, and its instant (microseconds UTC).
        segment, name: Id and present name of the segment.
        key: Of the record; None once that is gone.
        change: `entered` or `left`.
        cause: As in `Segment.changes`.
    """

    place: Place
    version: int
    at: int
    segment: int
    name: str
    audience: str
    key: str | None
    change: str
    cause: str


class MembershipChanges:
    """`ws.changes`: who entered and left, for whoever follows."""

    def __init__(self, record: Record) -> None:
        self._record = record

    @property
    def end(self) -> Place:
        """The place after everything that there is now."""
        return Place(self._record.version)

    def read(
        self, after: Place, *, limit: int, segments: Collection[int] | None = None
    ) -> tuple[MembershipChange, ...]:
        """The next changes after a place, in order, at most `limit`.

        Args:
            after: `Place(0)` for all that there are.
            limit: At most so many.
            segments: Only those of these segments, by id; None for all. What is deleted is left out.
        """
        with self._record.snapshot() as (cursor, state):
            rows = _rows(cursor, after, limit, segments)
            return _with_keys(cursor, state.catalog, rows)


def _rows(
    cursor: duckdb.DuckDBPyConnection, after: Place, limit: int, segments: Collection[int] | None
) -> list[tuple[int, int, int, int, int, str, str, int]]:
    wanted = table_of({"id": np.array(sorted(segments or ()), dtype=np.uint32)})
    with lent(cursor, _wanted=wanted):
        return cursor.execute(
            "SELECT c.version, c.segment, c.member, epoch_us(c.at), c.sign, c.cause, s.name, s.audience"
            " FROM membership_changes c JOIN segments s ON s.id = c.segment"
            " WHERE c.version >= $version"
            " AND row(c.version, c.segment, c.sign < 0, c.member) > row($version, $segment, $left, $member)"
            " AND ($all OR c.segment IN (SELECT id FROM _wanted))"
            " ORDER BY c.version, c.segment, c.sign < 0, c.member LIMIT $limit",
            {
                "version": after.version,
                "segment": after.segment,
                "left": bool(after.left),
                "member": after.member,
                "all": segments is None,
                "limit": limit,
            },
        ).fetchall()


def _with_keys(
    cursor: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    rows: list[tuple[int, int, int, int, int, str, str, int]],
) -> tuple[MembershipChange, ...]:
    keys: dict[tuple[int, int], str | None] = {}
    for audience, group in groupby(sorted({(row[7], row[2]) for row in rows}), key=lambda one: one[0]):
        numbers = np.array([member for _, member in group], dtype=np.uint32)
        found = keys_of_numbers(cursor, entity_of_number(catalog, audience), numbers).to_pylist()
        keys |= {(audience, number): key for number, key in zip(numbers.tolist(), found, strict=True)}
    return tuple(
        MembershipChange(
            Place(version, segment, int(sign < 0), member),
            version,
            at,
            segment,
            name,
            entity_of_number(catalog, audience).name,
            keys[audience, member],
            "entered" if sign > 0 else "left",
            cause,
        )
        for version, segment, member, at, sign, cause, name, audience in rows
    )

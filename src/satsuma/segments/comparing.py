"""Compare: who would enter, leave and stay if another definition went live now."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np

from satsuma.catalog.model import Catalog
from satsuma.language import bound
from satsuma.membership.evaluating import members_of
from satsuma.membership.live import LiveSegment
from satsuma.record.definitions import SegmentRow
from satsuma.record.store import State
from satsuma.segments.members import Members
from satsuma.segments.rooms import Rooms


@dataclass(frozen=True, slots=True)
class Comparison:
    """What going live would change: the same as the deltas that it then makes.

    Attributes:
        enter, leave, stay: The members that would.
        version: Of the data compared on.
    """

    enter: Members
    leave: Members
    stay: Members
    version: int


def compare(
    rooms: Rooms,
    cursor: duckdb.DuckDBPyConnection,
    state: State,
    row: SegmentRow,
    definition: bound.Definition | None,
) -> Comparison:
    """Compare a definition (None: the static members) with the members that the segment has, or last had.

    Overrides count on both sides.
    """
    candidate = LiveSegment(row.id, row.name, row.audience, definition, frozenset())

    def by_answers(
        _connection: duckdb.DuckDBPyConnection, given: bound.Definition, _catalog: Catalog, _now: int
    ) -> np.ndarray[tuple[int], np.dtype[np.uint32]]:
        return rooms.answers.members(cursor, state, given)

    wanted = members_of(cursor, state.catalog, candidate, by_answers, state.now)
    kept = rooms.answers.kept(cursor, state, row.id)

    def members(numbers: np.ndarray[tuple[int], np.dtype[np.uint32]]) -> Members:
        return Members(rooms.record, state.catalog, row.audience, numbers)

    return Comparison(
        enter=members(np.setdiff1d(wanted, kept)),
        leave=members(np.setdiff1d(kept, wanted)),
        stay=members(np.intersect1d(kept, wanted)),
        version=state.version,
    )

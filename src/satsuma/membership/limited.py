"""Limited answers: members, sizes and conditions for somebody who sees some records only.

One set of numbers for each sight and version, as a plane and as a bitmap, is met with what the engine holds.
It is read from the record, and kept for the readers that come after.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

import duckdb
import numpy as np
from pyroaring import BitMap

from satsuma.catalog.model import Catalog, Entity
from satsuma.language import bound
from satsuma.language.references import reads_others
from satsuma.membership.algebra import Algebra
from satsuma.membership.answering import Answers
from satsuma.membership.engine import Engine
from satsuma.membership.evaluating import Evaluate
from satsuma.membership.planes import Bools, Numbers, bitmap_of
from satsuma.record import memberships
from satsuma.record.arrow import ints_of
from satsuma.record.layout import NUMBER, entity_table
from satsuma.record.limited import refused
from satsuma.record.sight import Sight, seen
from satsuma.record.sql import fetch, quote
from satsuma.record.store import State

KEPT_MAX = 64
"""So many sets are kept, those of the latest readers: at a million records about 70 MB at most."""


@dataclass(frozen=True, slots=True)
class InSight:
    """The records in sight at one version: a truth for every number below a bound, and a bitmap."""

    plane: Bools
    bitmap: BitMap


NOBODY = InSight(np.zeros(0, dtype=np.bool_), BitMap())


class InSights:
    """The sets of the latest readers, by sight and version; any thread may ask."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[Sight, int], InSight] = OrderedDict()
        self._lock = Lock()

    def of(self, cursor: duckdb.DuckDBPyConnection, state: State, sight: Sight) -> InSight:
        """Who is in sight at a version, read through a connection that is limited to it."""
        with self._lock:
            found = self._kept.get((sight, state.version))
            if found is not None:
                self._kept.move_to_end((sight, state.version))
                return found
        found = self._read(cursor, sight.of(state.catalog))
        with self._lock:
            # Nobody begins to read an earlier version any more.
            for key in [one for one in self._kept if one[0] == sight and one[1] < state.version]:
                del self._kept[key]
            self._kept[sight, state.version] = found
            while len(self._kept) > KEPT_MAX:
                self._kept.popitem(last=False)
        return found

    def _read(self, cursor: duckdb.DuckDBPyConnection, audience: Entity | None) -> InSight:
        if audience is None:
            return NOBODY
        numbers = ints_of(fetch(cursor, f"SELECT {NUMBER} FROM {quote(entity_table(audience))}"), NUMBER)
        plane = np.zeros(int(numbers.max()) + 1 if len(numbers) else 0, dtype=np.bool_)
        plane[numbers] = True
        return InSight(plane, bitmap_of(np.flatnonzero(plane).astype(np.uint32)))


class LimitedAnswers(Answers):
    """Answers about records in sight; the connections that are passed are limited to it."""

    def __init__(self, engine: Engine, sight: Sight, in_sights: InSights) -> None:
        """Wire it."""
        super().__init__(engine)
        self._sight = sight
        self._in_sights = in_sights

    def holds(
        self,
        cursor: duckdb.DuckDBPyConnection,
        state: State,
        condition: bound.Condition,
        audience: Entity,
        timezone: str,
    ) -> Bools:
        """As of everyone, and false for who is out of sight.

        Raises:
            ForbiddenError: The condition reads other records of the audience than the one that it is about.
        """
        self.check(condition, audience)
        found = super().holds(cursor, state, condition, audience, timezone)
        if audience.number != self._sight.audience:
            return found
        plane = self._in_sights.of(cursor, state, self._sight).plane[: len(found)]
        here = np.zeros(len(found), dtype=np.bool_)
        np.logical_and(found[: len(plane)], plane, out=here[: len(plane)])
        return here

    def algebra(self, state: State, condition: bound.Condition, audience: Entity) -> Algebra | None:
        """None: `holds` knows who is in sight."""
        del state, condition, audience
        return None

    def kept(self, cursor: duckdb.DuckDBPyConnection, state: State, segment: int) -> Numbers:
        """Those in sight: from what the engine holds, or else by SQL."""
        standing = self._engine.standing
        if standing is None or standing.version != state.version or segment not in standing.segments:
            return memberships.members(cursor, segment)
        held = standing.segments[segment]
        if held.segment.audience != self._sight.audience:
            return held.members.numbers()
        found = held.members.whole() & self._in_sights.of(cursor, state, self._sight).bitmap
        return np.frombuffer(found.to_array(), dtype=np.uint32)

    def sizes(self, cursor: duckdb.DuckDBPyConnection, state: State) -> dict[int, int]:
        """How many members in sight segments have; none: not in it."""
        standing = self._engine.standing
        if standing is None or standing.version != state.version:
            return memberships.sizes(cursor)
        bitmap = self._in_sights.of(cursor, state, self._sight).bitmap
        own = self._sight.audience
        found = {
            number: held.members.whole().intersection_cardinality(bitmap)
            if held.segment.audience == own
            else len(held.members)
            for number, held in standing.segments.items()
        }
        return {number: size for number, size in found.items() if size}

    def check(self, condition: bound.Condition, audience: Entity) -> None:
        """Refuse what reads other records than the one that a condition is about.

        Raises:
            ForbiddenError: It ranks the audience, or crosses or reads a reference to its records.
        """
        if audience.number == self._sight.audience and reads_others(condition, audience):
            raise refused("a definition that reads other contacts than the one it is about")


def limited(evaluate: Evaluate, sight: Sight) -> Evaluate:
    """An evaluation inside a version that gives those in sight only; its connections are not limited."""

    def within(
        connection: duckdb.DuckDBPyConnection, definition: bound.Definition, catalog: Catalog, now: int
    ) -> Numbers:
        audience = definition.audience
        if audience.number != sight.audience:
            return evaluate(connection, definition, catalog, now)
        if reads_others(definition.where, audience):
            raise refused("a definition that reads other contacts than the one it is about")
        return seen(connection, sight, audience, evaluate(connection, definition, catalog, now))

    return within

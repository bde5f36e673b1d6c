"""Touched: the members whose truth of a leaf may be another at a version than at the one before.

The answer may hold members who stay as they were, never too few. It costs what changed, and is worked out
once for all leaves of the same shape.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias, assert_never

import duckdb
import numpy as np
from numpy.typing import NDArray

from satsuma.catalog.model import Catalog
from satsuma.evaluation.due.inverse import Span
from satsuma.index import Index
from satsuma.kernel.civil import date_of_day
from satsuma.kernel.zones import zone
from satsuma.membership.planes import united
from satsuma.membership.touching import sources, walks
from satsuma.membership.touching.edges import Edge, day_at
from satsuma.membership.touching.orders import rows_between
from satsuma.membership.touching.past import Past
from satsuma.membership.touching.programs import Leaf
from satsuma.membership.touching.quiet import Quiet
from satsuma.membership.touching.sources import Source, Sources
from satsuma.record.touches import Touches

Numbers: TypeAlias = "NDArray[np.uint32]"
"""Numbers of records, ascending, each once."""

Touched: TypeAlias = "Numbers | None"
"""None: everyone."""

NOBODY: Numbers = np.zeros(0, dtype=np.uint32)


class Touching:
    """What one version, or several in a row, touch. Leaves of one shape get the very same array.

    Attributes:
        moved: By segment the members that the version moved; to be filled before leaves that refer to the
            segment are asked about.
    """

    def __init__(
        self,
        touches: Touches,
        before: Index,
        after: Index,
        t0: int,
        t1: int,
        connection: duckdb.DuckDBPyConnection,
        *,
        quiet: Quiet | None = None,
    ) -> None:
        """Look at what lies between two versions.

        Args:
            touches: What was written between them.
            before, after: Their indexes.
            t0, t1: Their instants, microseconds UTC, t0 <= t1.
            connection: Reads the record as the second one has it.
            quiet: What is known of the record's past at the first version; what no longer holds at the
                second is forgotten.
        """
        known = Quiet() if quiet is None else quiet
        known.forget(touches, before.of.catalog, after.of.catalog)
        self.moved: dict[int, Numbers] = {}
        self._touches = touches
        self._before = before
        self._after = after
        self._catalog: Catalog = after.of.catalog
        self._past = Past(connection, self._catalog, known)
        self._span = Span(t0, t1)
        self._shapes: dict[str, Touched] = {}
        self._found: dict[Source, Touched] = {}
        self._edges: dict[Edge, tuple[int, int]] = {}
        self._came_or_went: dict[str, Numbers] = {}
        self._created: dict[int, Numbers] = {}

    @property
    def passes_time(self) -> bool:
        """Whether time passes between the versions."""
        return self._span.after < self._span.upto

    def data(self, leaf: Leaf) -> Touched:
        """The members in whom what was written may have changed a leaf; new ones always."""
        return self._of_shape(leaf, leaf.data_shape, leaf.reads.data, self._new(leaf.audience))

    def clock(self, leaf: Leaf) -> Touched:
        """The members in whom the passing of time may have changed a leaf."""
        if not self.passes_time:
            return NOBODY
        return self._of_shape(leaf, leaf.clock_shape, leaf.reads.clock, NOBODY)

    def _of_shape(self, leaf: Leaf, shape: str, of: Sources, besides: Numbers) -> Touched:
        if leaf.segments:
            # What has moved becomes known while the version is made: nothing is kept.
            return self._union(of, besides, keep=False)
        if shape not in self._shapes:
            self._shapes[shape] = self._union(of, besides)
        return self._shapes[shape]

    def _new(self, audience: int) -> Numbers:
        if audience not in self._created:
            self._created[audience] = self._touches.numbers(self._touches.created, audience)
        return self._created[audience]

    def _union(self, of: Sources, besides: Numbers = NOBODY, *, keep: bool = True) -> Touched:
        some = [besides] if len(besides) else []
        for source in of:
            found = self._of(source, keep=keep)
            if found is None:
                return None
            if len(found):
                some.append(found)
        if len(some) > 1:
            return united(some)
        return some[0] if some else NOBODY

    def _of(self, source: Source, *, keep: bool) -> Touched:
        if not keep:
            return self._find(source, keep=False)
        if source not in self._found:
            self._found[source] = self._find(source, keep=True)
        return self._found[source]

    def _find(self, source: Source, *, keep: bool) -> Touched:
        match source:
            case (
                sources.Given()
                | sources.Born()
                | sources.Written()
                | sources.Joined()
                | sources.Crossed()
                | sources.Consented()
                | sources.Observed()
            ):
                return self._written(source)
            case sources.Turned(clocks, year):
                return None if self._has_turned(clocks, year=year) else NOBODY
            case sources.Passed(type, edge):
                table = self._after.interactions[type]
                return self._passed(edge, lambda low, high: walks.members_between(table, low, high))
            case sources.ValuePassed(entity, attribute, edge):
                column = self._after.named(entity).columns[attribute]
                return self._passed(edge, lambda low, high: rows_between(column, low, high))
            case sources.RowValuePassed(type, attribute, edge):
                table = self._after.interactions[type]
                return self._passed(edge, lambda low, high: walks.members_with(table, attribute, low, high))
            case (
                sources.CrossingPassed()
                | sources.JoiningPassed()
                | sources.ConsentPassed()
                | sources.ObservationPassed()
            ):
                return self._passed(source.edge, lambda low, high: self._past.between(source, low, high))
            case sources.Ranked(of):
                found = self._union(of, keep=keep)
                return None if found is None or len(found) else NOBODY
            case sources.Back() | sources.Referring():
                return self._back(source, self._union(source.of, keep=keep))
            case _:
                assert_never(source)

    def _written(
        self,
        source: sources.Given
        | sources.Born
        | sources.Written
        | sources.Joined
        | sources.Crossed
        | sources.Consented
        | sources.Observed,
    ) -> Touched:
        touches = self._touches
        match source:
            case sources.Given(entity, attribute):
                number = self._catalog.entities[entity].number
                if ("entity", number) in touches.converted:
                    return None
                if attribute not in touches.attributes.get(number, ()):
                    return self._existing(entity)
                return self._joined(touches.numbers(touches.records, number), self._existing(entity))
            case sources.Born(entity):
                return self._existing(entity)
            case sources.Written(type):
                if ("type", type) in touches.converted:
                    return None
                appended = touches.numbers(touches.appended, type)
                return self._joined(appended, touches.numbers(touches.rewritten, type))
            case sources.Joined(in_list):
                return touches.numbers(touches.lists, in_list)
            case sources.Crossed(segment):
                return self.moved.get(segment, NOBODY)
            case sources.Consented(entity):
                return touches.numbers(touches.consent, self._catalog.entities[entity].number)
            case sources.Observed(entity):
                return touches.numbers(touches.history, self._catalog.entities[entity].number)
            case _:
                assert_never(source)

    def _existing(self, entity: str) -> Numbers:
        """The records that came or went."""
        if entity not in self._came_or_went:
            touches, number = self._touches, self._catalog.entities[entity].number
            born, gone = touches.numbers(touches.created, number), touches.numbers(touches.gone, number)
            self._came_or_went[entity] = self._joined(born, gone)
        return self._came_or_went[entity]

    @staticmethod
    def _joined(a: Numbers, b: Numbers) -> Numbers:
        if not len(b):
            return a
        return b if not len(a) else np.union1d(a, b)

    def _passed(self, edge: Edge, between: Callable[[int, int], Numbers]) -> Numbers:
        if edge not in self._edges:
            self._edges[edge] = edge.at(self._span.after), edge.at(self._span.upto)
        low, high = self._edges[edge]
        return between(low, high) if low < high else NOBODY

    def _has_turned(self, clocks: str, *, year: bool) -> bool:
        first, last = (day_at(at, zone(clocks)) for at in (self._span.after, self._span.upto))
        if first == last:
            return False
        return not year or date_of_day(first).year != date_of_day(last).year

    def _back(self, source: sources.Back | sources.Referring, numbers: Touched) -> Touched:
        if numbers is None or not len(numbers):
            return numbers
        gone = self._touches.numbers(self._touches.gone, self._catalog.entities[source.target].number)
        lost = np.intersect1d(numbers, gone, assume_unique=True)
        match source:
            case sources.Back(inverse=True):
                return walks.led_to(source, numbers, self._before, self._after)
            case sources.Back():
                return walks.leading_to(source, numbers, lost, self._before, self._after)
            case sources.Referring():
                return walks.members_referring(source, numbers, lost, self._before, self._after)

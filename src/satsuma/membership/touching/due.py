"""Due: the first instant after a version at which the clock may change a leaf.

It may be too early, where the row that a window then leaves decides nothing. It is never too late.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import assert_never

import duckdb

from satsuma.evaluation.due.inverse import Span
from satsuma.index import Index
from satsuma.kernel.civil import MAX_DAY, MAX_INSTANT_US, US_PER_DAY, date_of_day, day_of_date
from satsuma.kernel.errors import InvariantError
from satsuma.kernel.zones import zone
from satsuma.membership.touching import sources, walks
from satsuma.membership.touching.edges import day_at
from satsuma.membership.touching.past import Past
from satsuma.membership.touching.quiet import Quiet
from satsuma.membership.touching.sources import Source, Sources

LAST_US = MAX_INSTANT_US - 3 * US_PER_DAY
"""The calendar has an end, and days are counted a little beyond what is asked for."""


def first_sources(of: Sources) -> Iterator[Source]:
    """Those that ways back begin at."""
    for source in of:
        if isinstance(source, sources.Back | sources.Referring | sources.Ranked):
            yield from first_sources(source.of)
        else:
            yield source


class Due:
    """When time next passes something of one version."""

    def __init__(
        self, index: Index, connection: duckdb.DuckDBPyConnection | None = None, quiet: Quiet | None = None
    ) -> None:
        """Look at a version.

        Args:
            index: Of it.
            connection: Reads the record as that version has it; None: no source is of the past.
            quiet: What is known of the past.
        """
        self._index = index
        known = Quiet() if quiet is None else quiet
        self._past = None if connection is None else Past(connection, index.of.catalog, known)

    def next(self, source: Source, span: Span) -> int | None:
        """The first instant of a span at which a source of the clock's may be anyone, or None."""
        match source:
            case sources.Turned(clocks, year):
                return _next_turn(clocks, span, year=year)
            case sources.Passed(type, edge):
                value = self._index.interactions[type].next_at(edge.at(span.after))
            case sources.ValuePassed(entity, attribute, edge):
                column = self._index.named(entity).columns[attribute]
                value = walks.next_value([column], edge.at(span.after))
            case sources.RowValuePassed(type, attribute, edge):
                parts = self._index.interactions[type].parts
                value = walks.next_value((part.columns[attribute] for part in parts), edge.at(span.after))
            case (
                sources.CrossingPassed(edge=edge)
                | sources.JoiningPassed(edge=edge)
                | sources.ConsentPassed(edge=edge)
                | sources.ObservationPassed(edge=edge)
            ):
                if self._past is None:
                    raise InvariantError("what the record's past makes due was asked without the record")
                value = self._past.next_at(source, edge.at(span.after), span.after)
            case (
                sources.Given()
                | sources.Born()
                | sources.Written()
                | sources.Joined()
                | sources.Crossed()
                | sources.Consented()
                | sources.Observed()
                | sources.Back()
                | sources.Referring()
                | sources.Ranked()
            ):
                return None
            case _:
                assert_never(source)
        return None if value is None else edge.reach(value, span)


def _next_turn(clocks: str, span: Span, *, year: bool) -> int | None:
    day = day_at(span.after, zone(clocks)) + 1
    if day > MAX_DAY:
        return None
    if year:
        this_year = date_of_day(day - 1).year
        if this_year == dt.MAXYEAR:
            return None
        day = day_of_date(dt.date(this_year + 1, 1, 1))
    start = zone(clocks).from_local_us(day * US_PER_DAY)
    return start if start in span else None

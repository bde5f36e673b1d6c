"""Edges: ends of windows, which only ever move forwards with the clock, over the values that they pass.

At every `now` the values below an edge lie behind it. So between two instants it passes the values of
`[at(t0), at(t1))`, and these are all whose side of it changes; and a value is passed first at `reach(value)`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, assert_never

from satsuma.evaluation.due.inverse import Span, when_day, when_shifted
from satsuma.kernel.civil import (
    AFTER_ALL_US,
    BEFORE_ALL_US,
    US_PER_DAY,
)
from satsuma.kernel.durations import Duration, shift_day, shift_instant
from satsuma.kernel.windows import Before, BetweenAgo, Calendar, Fixed, Last, Next, Window, bounds
from satsuma.kernel.zones import Zone, zone

_ANYWHERE = "UTC"
_ALWAYS = Span(BEFORE_ALL_US - 1, AFTER_ALL_US + 1)


class Edge(Protocol):
    """Something that moves forwards over values: instants, or numbers of days for dates."""

    def at(self, now: int) -> int:
        """What is below has been passed."""
        ...

    def reach(self, value: int, span: Span) -> int | None:
        """The first instant of a span at which a value that is ahead at its beginning is passed, or None."""
        ...


@dataclass(frozen=True, slots=True)
class Happened:
    """Instants that have come, of those in `[low, high)`; None is no end there."""

    low: int | None = None
    high: int | None = None

    def at(self, now: int) -> int:
        """Just after now, held within its ends."""
        after = now + 1 if self.low is None else max(now + 1, self.low)
        return after if self.high is None else min(after, self.high)

    def reach(self, value: int, span: Span) -> int | None:
        """The instant itself."""
        return value if value in span and (self.high is None or value < self.high) else None


@dataclass(frozen=True, slots=True)
class Shifted:
    """Instants before `now` plus a duration of either sign; up to it where `closed`."""

    duration: Duration | None
    zone: str
    closed: bool

    def at(self, now: int) -> int:
        """The shifted instant, or just after it."""
        there = now if self.duration is None else shift_instant(now, self.duration, zone(self.zone))
        return there + self.closed

    def reach(self, value: int, span: Span) -> int | None:
        """When the shifted instant comes to the value, or is beyond it."""
        found = when_shifted(self.duration, value + 1 - self.closed, zone(self.zone), span)
        return found if found in span else None


@dataclass(frozen=True, slots=True)
class Deadline:
    """Instants that are a duration past, counted from them: `ahead(instant, duration) <= now`."""

    duration: Duration
    zone: str

    def at(self, now: int) -> int:
        """The first instant whose deadline is still to come."""
        return when_shifted(self.duration, now + 1, zone(self.zone), _ALWAYS)

    def reach(self, value: int, span: Span) -> int | None:
        """The value's deadline."""
        found = shift_instant(value, self.duration, zone(self.zone))
        return found if found in span else None


class DayRule(Protocol):
    """A number of a day that follows from that of today and never falls as today moves on."""

    def of(self, today: int) -> int:
        """That day, by number."""
        ...


@dataclass(frozen=True, slots=True)
class FromToday:
    """Today plus a duration of days or longer, and so many days more."""

    duration: Duration | None
    more: int

    def of(self, today: int) -> int:
        """That day, by number."""
        return (today if self.duration is None else shift_day(today, self.duration)) + self.more


@dataclass(frozen=True, slots=True)
class OfCalendar:
    """The first day of a calendar window, or the first after it."""

    window: Calendar
    is_end: bool

    def of(self, today: int) -> int:
        """That day, by number."""
        # In UTC days begin where their numbers say.
        span = bounds(self.window, today * US_PER_DAY, zone(_ANYWHERE))
        end = span.high if self.is_end else span.low
        return (end or 0) // US_PER_DAY


@dataclass(frozen=True, slots=True)
class Days:
    """Dates, as numbers of days, before the day of a rule."""

    rule: DayRule
    zone: str

    def at(self, now: int) -> int:
        """The rule's day."""
        return self.rule.of(day_at(now, zone(self.zone)))

    def reach(self, value: int, span: Span) -> int | None:
        """The start of the first day on which the rule's lies after the value."""
        return when_day(lambda day: self.rule.of(day) > value, span, zone(self.zone))


@dataclass(frozen=True, slots=True)
class StartOfDays:
    """Instants before the day of a rule begins."""

    rule: DayRule
    zone: str

    def at(self, now: int) -> int:
        """The start of the rule's day."""
        return self._start(day_at(now, zone(self.zone)))

    def reach(self, value: int, span: Span) -> int | None:
        """The start of the first day on which the rule's begins after the value."""
        return when_day(lambda day: self._start(day) > value, span, zone(self.zone))

    def _start(self, today: int) -> int:
        return zone(self.zone).from_local_us(self.rule.of(today) * US_PER_DAY)


@dataclass(frozen=True, slots=True)
class DayOfShifted:
    """Dates, as numbers of days, before the local day of `now` plus a duration, and so many days more."""

    duration: Duration | None
    zone: str
    more: int

    def at(self, now: int) -> int:
        """That day."""
        there = now if self.duration is None else shift_instant(now, self.duration, zone(self.zone))
        return day_at(there, zone(self.zone)) + self.more

    def reach(self, value: int, span: Span) -> int | None:
        """When the shifted instant comes into the first day after the value."""
        start = zone(self.zone).from_local_us((value + 1 - self.more) * US_PER_DAY)
        found = when_shifted(self.duration, start, zone(self.zone), span)
        return found if found in span else None


def day_at(at: int, clocks: Zone) -> int:
    """The last local day that has begun by an instant, as `Zone.today`, by number and beyond the calendar."""
    day = clocks.local_us(at) // US_PER_DAY
    while clocks.from_local_us((day + 1) * US_PER_DAY) <= at:
        day += 1
    return day


def shifted(duration: Duration | None, clocks: str, *, closed: bool = True) -> Shifted:
    """An edge at `now` plus a duration; where its length is exact, zones share it."""
    is_exact = duration is None or duration.exact_us is not None
    return Shifted(duration, _ANYWHERE if is_exact else clocks, closed)


def deadline(duration: Duration, clocks: str) -> Deadline:
    """An edge over instants since which a duration has passed; where its length is exact, zones share it."""
    return Deadline(duration, clocks if duration.exact_us is None else _ANYWHERE)


def window_of_interactions(window: Window | None, clocks: str) -> tuple[Edge, ...]:
    """The edges of a window that holds only what has happened by now."""
    match window:
        case None:
            return (Happened(),)
        case Last(duration):
            return (Happened(), shifted(-duration, clocks))
        case Before() | BetweenAgo():
            return window_of_instants(window, clocks)
        case Next():
            return ()
        case Fixed():
            span = bounds(window, 0, zone(clocks))
            return () if span.is_empty else (Happened(span.low, span.high),)
        case Calendar(offset=offset):
            if offset > 0:
                return ()
            begins, ends = window_of_instants(window, clocks)
            return (begins, Happened() if offset == 0 else ends)
        case _:
            assert_never(window)


def window_of_instants(window: Window, clocks: str) -> tuple[Edge, ...]:
    """The edges of a window over any instants, those to come included."""
    match window:
        case Last(duration):
            return (shifted(-duration, clocks), shifted(None, clocks))
        case Before(duration):
            return (shifted(-duration, clocks),)
        case BetweenAgo(farther, nearer):
            return (shifted(-farther, clocks), shifted(-nearer, clocks))
        case Next(duration):
            return (shifted(None, clocks), shifted(duration, clocks))
        case Fixed():
            return ()
        case Calendar():
            return tuple(StartOfDays(OfCalendar(window, is_end), clocks) for is_end in (False, True))
        case _:
            assert_never(window)


def window_of_dates(window: Window, clocks: str) -> tuple[Edge, ...]:
    """The edges of a window over dates."""
    return tuple(Days(rule, clocks) for rule in _day_rules(window))


def _day_rules(window: Window) -> Iterator[DayRule]:
    match window:
        case Last(duration):
            yield from (FromToday(-duration, 1), FromToday(None, 1))
        case Before(duration):
            yield FromToday(-duration, 1)
        case BetweenAgo(farther, nearer):
            yield from (FromToday(-farther, 1), FromToday(-nearer, 1))
        case Next(duration):
            yield from (FromToday(None, 1), FromToday(duration, 1))
        case Fixed():
            return
        case Calendar():
            yield from (OfCalendar(window, is_end=False), OfCalendar(window, is_end=True))
        case _:
            assert_never(window)

"""Windows: spans of time relative to `now`, and the bounds they have at a given `now`.

    form                          instants                            dates
    {"last": d}                   (back(now, d), now]                 (back_date(today, d), today]
    {"before": d}                 (-inf, back(now, d)]                (-inf, back_date(today, d)]
    {"between_ago": [d1, d2]}     (back(now, d1), back(now, d2)]      (…(today, d1), …(today, d2)]
    {"next": d}                   (now, ahead(now, d)]                (today, today + d]
    {"from": t1, "to": t2}        [t1, t2), either may be absent      [date of t1, date of t2)
    {"calendar": "this_month"}    [its start, the next one's start)   its days

Instants are whole microseconds, so bounds are given half-open: `(a, b]` is `[a + 1, b + 1)`. Rulings: the
ends of `from`/`to` are read in the definition's zone and kept as written; for dates an end with a time of
day stands for the local day it lies in. `today` is the last day that has begun (see `Zone.today`). A window
whose ends cross holds nothing: `between_ago` is not turned round when its durations come in the wrong order.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import assert_never

from satsuma.kernel.civil import (
    MAX_DAY,
    MIN_DAY,
    US_PER_DAY,
    date_of_day,
    day_of_date,
    first_day,
    month_and_day,
)
from satsuma.kernel.durations import Duration, ahead, back, shift_day
from satsuma.kernel.errors import UsageError
from satsuma.kernel.instants import parse_moment
from satsuma.kernel.limits import CALENDAR_OFFSET_YEARS_MAX
from satsuma.kernel.zones import Zone


@dataclass(frozen=True, slots=True)
class Last:
    """From a duration ago, exclusive, to now."""

    duration: Duration


@dataclass(frozen=True, slots=True)
class Before:
    """A duration ago or earlier."""

    duration: Duration


@dataclass(frozen=True, slots=True)
class BetweenAgo:
    """From one duration ago, exclusive, to another that lies nearer, inclusive."""

    farther: Duration
    nearer: Duration


@dataclass(frozen=True, slots=True)
class Next:
    """From now, exclusive, to a duration ahead."""

    duration: Duration


@dataclass(frozen=True, slots=True)
class Fixed:
    """From one moment to another, exclusive; None where there is no such end. Texts, as they were written."""

    start: str | None
    end: str | None


class Period(StrEnum):
    """What a calendar window counts; weeks begin on Monday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Calendar:
    """A whole period of the calendar: the present one at offset 0, past ones below, coming ones above.

    Raises:
        UsageError: More than CALENDAR_OFFSET_YEARS_MAX years away.
    """

    unit: Period
    offset: int

    def __post_init__(self) -> None:
        most = CALENDAR_OFFSET_YEARS_MAX * _PER_YEAR[self.unit]
        if abs(self.offset) > most:
            raise UsageError(
                f"a calendar window {self.offset} {self.unit.value}s away; expected at most {most}",
                code="usage.window",
            )


Window = Last | Before | BetweenAgo | Next | Fixed | Calendar

_PER_YEAR = {Period.DAY: 366, Period.WEEK: 53, Period.MONTH: 12, Period.QUARTER: 4, Period.YEAR: 1}
_MONTHS = {Period.MONTH: 1, Period.QUARTER: 3, Period.YEAR: 12}


@dataclass(frozen=True, slots=True)
class Interval:
    """The instants in [low, high), microseconds UTC; None is no end there. Empty where low >= high."""

    low: int | None
    high: int | None

    def __contains__(self, at: int) -> bool:
        return (self.low is None or self.low <= at) and (self.high is None or at < self.high)

    @property
    def is_empty(self) -> bool:
        """Whether no instant lies in it."""
        return self.low is not None and self.high is not None and self.low >= self.high

    def up_to(self, now: int) -> "Interval":
        """What of it has happened by `now`, `now` included: interactions count from their instant on."""
        return Interval(self.low, now + 1 if self.high is None else min(self.high, now + 1))


def bounds(window: Window | None, now: int, zone: Zone) -> Interval:
    """The instants a window holds at `now`; None for no window, which is everything up to `now`.

    Future parts are included (`next`, the rest of this month); for interactions take `.up_to(now)` of it.

    Args:
        window: Any kind.
        now: Microseconds UTC.
        zone: Of the definition: its calendar, its clocks, and where times without offset are read.
    """
    match window:
        case None:
            return Interval(None, now + 1)
        case Last(duration):
            return Interval(back(now, duration, zone) + 1, now + 1)
        case Before(duration):
            return Interval(None, back(now, duration, zone) + 1)
        case BetweenAgo(farther, nearer):
            return Interval(back(now, farther, zone) + 1, back(now, nearer, zone) + 1)
        case Next(duration):
            return Interval(now + 1, ahead(now, duration, zone) + 1)
        case Fixed(start, end):
            return Interval(_instant(start, zone), _instant(end, zone))
        case Calendar():
            first, after = _calendar_days(window, day_of_date(zone.today(now)))
            return Interval(zone.from_local_us(first * US_PER_DAY), zone.from_local_us(after * US_PER_DAY))
        case _:
            assert_never(window)


def date_bounds(window: Window, today: date, zone: Zone) -> tuple[date | None, date | None]:
    """The dates a window holds on a day.

    Args:
        window: Any kind; its durations must be of days or longer.
        today: Local date of `now` (`Zone.today`).
        zone: Of the definition: where times without offset are read.

    Returns:
        First and last date, both included, None where it goes on for ever. Empty where the first is the
        later.

    Raises:
        UsageError: A duration has a unit shorter than a day.
    """
    day = day_of_date(today)
    match window:
        case Last(duration):
            first, last = shift_day(day, -duration) + 1, day
        case Before(duration):
            first, last = MIN_DAY, shift_day(day, -duration)
        case BetweenAgo(farther, nearer):
            first, last = shift_day(day, -farther) + 1, shift_day(day, -nearer)
        case Next(duration):
            first, last = day + 1, shift_day(day, duration)
        case Fixed(start, end):
            first = MIN_DAY if start is None else _day(start, zone)
            last = MAX_DAY if end is None else _day(end, zone) - 1
        case Calendar():
            first, after = _calendar_days(window, day)
            last = after - 1
        case _:
            assert_never(window)
    if first > last or first > MAX_DAY or last < MIN_DAY:
        return date.max, date.min
    return None if first <= MIN_DAY else date_of_day(first), None if last >= MAX_DAY else date_of_day(last)


def can_never_hold(window: Window, zone: Zone) -> bool:
    """Whether a window is empty at every `now`, as far as that shows without trying them all."""
    match window:
        case BetweenAgo(farther, nearer):
            far_us, near_us = farther.exact_us, nearer.exact_us
            if far_us is not None and near_us is not None:
                return far_us <= near_us
            return 0 < farther.months <= nearer.months
        case Fixed():
            return bounds(window, 0, zone).is_empty
        case _:
            return False


def _instant(text: str | None, zone: Zone) -> int | None:
    if text is None:
        return None
    moment = parse_moment(text, zone)
    return moment if isinstance(moment, int) else zone.start_of_day(moment)


def _day(text: str, zone: Zone) -> int:
    moment = parse_moment(text, zone)
    return day_of_date(zone.today(moment) if isinstance(moment, int) else moment)


def _calendar_days(window: Calendar, today: int) -> tuple[int, int]:
    """First day number of a calendar window, and the first after it."""
    match window.unit:
        case Period.DAY:
            first = today + window.offset
            return first, first + 1
        case Period.WEEK:
            # Day 0 was a Thursday, three days after a Monday.
            first = today - (today + 3) % 7 + 7 * window.offset
            return first, first + 7
        case Period.MONTH | Period.QUARTER | Period.YEAR:
            months = _MONTHS[window.unit]
            month, _ = month_and_day(today)
            first_month = (month // months + window.offset) * months
            return first_day(first_month), first_day(first_month + months)
        case _:
            assert_never(window.unit)

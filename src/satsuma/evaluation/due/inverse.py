"""Inverses: when something that only ever moves forwards with the clock first reaches a value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from satsuma.kernel.civil import AFTER_ALL_US, BEFORE_ALL_US, US_PER_DAY, date_of_day, day_of_date
from satsuma.kernel.durations import Duration, shift_instant
from satsuma.kernel.zones import Zone

_CLAMPED_US = 4 * US_PER_DAY
"""Stepping months and back again leads at most so far away: a month's end moves three days, clocks one."""


@dataclass(frozen=True, slots=True)
class Span:
    """The instants in `(after, upto]`, microseconds UTC."""

    after: int
    upto: int

    def __contains__(self, at: int) -> bool:
        return self.after < at <= self.upto


def first(reached: Callable[[int], bool], low: int, high: int) -> int | None:
    """The first number in `(low, high]` for which something holds that holds from some number on.

    None where it holds at `low` already, or not even at `high`.
    """
    if low >= high or reached(low) or not reached(high):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        if reached(middle):
            high = middle
        else:
            low = middle
    return high


def when_shifted(duration: Duration | None, value: int, zone: Zone, span: Span) -> int:
    """The first `now` at which `now` plus a duration (of either sign, or None) is at or after a value.

    For `back(now, d) >= value` give `-d`. Only answers inside the span are exact; others are outside it too.
    """
    if duration is None:
        return value
    if duration.exact_us is not None:
        return value - duration.exact_us
    guess = shift_instant(value, -duration, zone)
    low, high = guess - _CLAMPED_US, guess + _CLAMPED_US
    if high <= span.after or low > span.upto:
        return guess
    found = first(lambda now: shift_instant(now, duration, zone) >= value, low, high)
    if found is None:
        # Only at the ends of all time, where answers are clipped.
        found = first(
            lambda now: shift_instant(now, duration, zone) >= value, BEFORE_ALL_US - 1, AFTER_ALL_US + 1
        )
    return AFTER_ALL_US + 1 if found is None else found


def when_day(reached: Callable[[int], bool], span: Span, zone: Zone) -> int | None:
    """The first instant in a span at which something holds of today's day number, that holds from then on."""
    first_day, last_day = (day_of_date(zone.today(at)) for at in (span.after, span.upto))
    day = first(reached, first_day, last_day)
    return None if day is None else zone.start_of_day(date_of_day(day))

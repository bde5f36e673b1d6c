"""Windows: when the ends of a window, which move forwards with the clock, pass a value."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import assert_never

from satsuma.evaluation.due.inverse import Span, when_day, when_shifted
from satsuma.kernel.civil import date_of_day
from satsuma.kernel.windows import (
    Before,
    BetweenAgo,
    Calendar,
    Fixed,
    Last,
    Next,
    Window,
    bounds,
    date_bounds,
)
from satsuma.kernel.zones import Zone


def passes_instant(window: Window | None, value: int, zone: Zone, span: Span) -> Iterator[int]:
    """When an instant may come into a window or leave it; None stands for everything up to now."""
    match window:
        case None:
            yield value
        case Last(duration):
            yield from (value, when_shifted(-duration, value, zone, span))
        case Before(duration):
            yield when_shifted(-duration, value, zone, span)
        case BetweenAgo(farther, nearer):
            yield from (when_shifted(-farther, value, zone, span), when_shifted(-nearer, value, zone, span))
        case Next(duration):
            yield from (value, when_shifted(duration, value, zone, span))
        case Fixed():
            return
        case Calendar():
            yield from _present(
                when_day(lambda day: _start(window, day, zone) > value, span, zone),
                when_day(lambda day: _end(window, day, zone) > value, span, zone),
            )
        case _:
            assert_never(window)


def passes_date(window: Window, value: dt.date, zone: Zone, span: Span) -> Iterator[int]:
    """When a date may come into a window or leave it."""
    parts: tuple[Callable[[int], bool], ...]
    match window:
        case Last() | Next() | Calendar():
            parts = (_after_first(window, value, zone), _up_to_last(window, value, zone))
        case Before():
            parts = (_up_to_last(window, value, zone),)
        case BetweenAgo(farther, nearer):
            parts = (
                _after_first(Last(farther), value, zone),
                _up_to_last(Before(nearer), value, zone),
            )
        case Fixed():
            parts = ()
        case _:
            assert_never(window)
    for reached in parts:
        yield from _present(when_day(reached, span, zone))


def _start(window: Calendar, day: int, zone: Zone) -> int:
    low = bounds(window, zone.start_of_day(date_of_day(day)), zone).low
    return 0 if low is None else low


def _end(window: Calendar, day: int, zone: Zone) -> int:
    high = bounds(window, zone.start_of_day(date_of_day(day)), zone).high
    return 0 if high is None else high


def _after_first(window: Window, value: dt.date, zone: Zone) -> Callable[[int], bool]:
    """Whether on a day the window's first date has passed a value."""

    def reached(day: int) -> bool:
        begins, _ = date_bounds(window, date_of_day(day), zone)
        return begins is not None and begins > value

    return reached


def _up_to_last(window: Window, value: dt.date, zone: Zone) -> Callable[[int], bool]:
    """Whether on a day the window's last date has come to a value."""

    def reached(day: int) -> bool:
        _, ends = date_bounds(window, date_of_day(day), zone)
        return ends is None or ends >= value

    return reached


def _present(*found: int | None) -> Iterator[int]:
    yield from (at for at in found if at is not None)

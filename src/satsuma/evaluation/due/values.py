"""Values: when the clock may change a condition on one value, or the test of a measure."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator
from typing import assert_never

from satsuma.catalog.model import ValueType
from satsuma.evaluation.due.inverse import Span, when_day, when_shifted
from satsuma.evaluation.due.windows import passes_date, passes_instant
from satsuma.evaluation.reference.values import Datum, date, instant
from satsuma.kernel.civil import date_of_day, day_of_date
from satsuma.kernel.durations import Duration, shift_day
from satsuma.kernel.windows import Window
from satsuma.kernel.zones import Zone
from satsuma.language import bound


def passes_window(value: Datum, type: ValueType, window: Window, zone: Zone, span: Span) -> Iterator[int]:
    """When a date or a timestamp may come into a window or leave it."""
    if type is ValueType.DATE:
        yield from passes_date(window, date(value), zone, span)
    else:
        yield from passes_instant(window, instant(value), zone, span)


def passes_operand(
    value: Datum, type: ValueType, right: bound.Operand, zone: Zone, span: Span
) -> Iterator[int]:
    """When a right side that moves with the clock may come to a value, and beyond it."""
    match right:
        case bound.Constant() | bound.Shifted():
            return
        case bound.Now(plus):
            if type is ValueType.DATE:
                day = date(value)
                targets = (zone.start_of_day(day), zone.start_of_day(_next_day(day)))
            else:
                targets = (instant(value), instant(value) + 1)
            yield from (when_shifted(plus, target, zone, span) for target in targets)
        case bound.Today(plus):
            day_number = day_of_date(_day(value, zone))
            for target in (day_number, day_number + 1):
                yield from _when_day_shifted(plus, target, zone, span)
        case _:
            assert_never(right)


def more_than(
    value: Datum, type: ValueType, condition: bound.MoreThan, zone: Zone, span: Span
) -> Iterator[int]:
    """When `now`, a duration ago or ahead, may come to a value."""
    shift = -condition.duration if condition.direction == "ago" else condition.duration
    if type is not ValueType.DATE:
        yield when_shifted(shift, instant(value), zone, span)
        return
    target = day_of_date(date(value))
    yield from _when_day_shifted(shift, target, zone, span)


def anniversary(value: Datum, condition: bound.Anniversary, zone: Zone, span: Span) -> Iterator[int]:
    """When an anniversary may come into the days asked for, or leave them; by month and weekday, New Year."""
    day = _day(value, zone)
    first, last = zone.today(span.after).year, zone.today(span.upto).year
    for year in range(max(first - 1, dt.MINYEAR), min(last + 1, dt.MAXYEAR) + 1):
        if condition.days is None:
            yield zone.start_of_day(dt.date(year, 1, 1))
            continue
        leap = calendar.isleap(year) or (day.month, day.day) != (2, 29)
        in_year = day_of_date(day.replace(year=year) if leap else dt.date(year, 2, 28))
        earliest, latest = condition.days
        yield zone.start_of_day(date_of_day(in_year - latest))
        yield zone.start_of_day(date_of_day(in_year - earliest + 1))


def test_of_measure(
    test: bound.Test, type: ValueType, values: Iterator[Datum], zone: Zone, span: Span
) -> Iterator[int]:
    """When the clock may change what a test says of a measure, whichever of these is the measure's value.

    Only times are compared with what moves; a measure's value is that of one of its matches then.
    """
    if not type.is_time:
        return
    for value in values:
        if test.window is not None:
            yield from passes_window(value, type, test.window, zone, span)
        for right in (test.right, test.high):
            if right is not None:
                yield from passes_operand(value, type, right, zone, span)


def _when_day_shifted(shift: Duration | None, target: int, zone: Zone, span: Span) -> Iterator[int]:
    """When today, plus a duration, comes to a day number."""
    found = when_day(lambda day: (day if shift is None else shift_day(day, shift)) >= target, span, zone)
    if found is not None:
        yield found


def _day(value: Datum, zone: Zone) -> dt.date:
    return value if isinstance(value, dt.date) else zone.today(instant(value))


def _next_day(day: dt.date) -> dt.date:
    return date_of_day(day_of_date(day) + 1)

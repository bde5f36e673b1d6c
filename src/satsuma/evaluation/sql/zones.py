"""Zones in SQL: what local clocks show, and calendar steps of whole columns.

Everything is whole microseconds and days since 1970-01-01. The meaning is that of `kernel.zones` and
`kernel.durations`; how clocks are looked up is said in `stretches`.
"""

from __future__ import annotations

from satsuma.evaluation.sql import build
from satsuma.evaluation.sql.build import Sql
from satsuma.evaluation.sql.context import Context
from satsuma.evaluation.sql.dialects.base import DAYS_TO_POSITIVE, MONTHS_TO_POSITIVE
from satsuma.evaluation.sql.stretches import (
    applied,
    from_local_pieces,
    local_pieces,
    reached_pieces,
    shown_pieces,
)
from satsuma.kernel.civil import US_PER_DAY, US_PER_HOUR
from satsuma.kernel.durations import Duration, shift_instant
from satsuma.language.bound import Cmp

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def hour_of(instant: Sql, context: Context) -> Sql:
    """Hour that local clocks show, 0-23, at an instant that is not after now."""
    dialect = context.dialect
    wall = _positive(_local_us(instant, context))
    return dialect.divided(dialect.remainder(wall, US_PER_DAY), US_PER_HOUR)


def weekday_of(instant: Sql, context: Context) -> Sql:
    """English name of the weekday that local clocks show, at an instant that is not after now."""
    dialect = context.dialect
    days = dialect.divided(_positive(_local_us(instant, context)), US_PER_DAY)
    # Day 0 was a Thursday, three days after a Monday.
    return dialect.pick(WEEKDAYS, dialect.remainder(build.plus(days, build.number(3)), 7))


def day_number_of(instant: Sql, context: Context, until: int | None = None) -> Sql:
    """The last local day that has begun by an instant (`Zone.today`), as days since 1970-01-01.

    Args:
        until: The latest instant for which it matters; None for all.
    """
    shown = applied(shown_pieces(context.zone.name), context.dialect.micros(instant), context, until)
    return _day_of_wall(shown, context)


def shifted_instant(instant: Sql, duration: Duration, context: Context, until: int | None = None) -> Sql:
    """`kernel.durations.shift_instant` of a column; it may leave the years 1 to 9999.

    Args:
        until: The latest instant for which it matters; None for all.
    """
    dialect = context.dialect
    exact_us = duration.exact_us
    if exact_us is not None:
        moved = build.plus(dialect.micros(instant), build.number(exact_us))
        return dialect.instant_of_micros(moved)

    def stepped(wall: Sql) -> Sql:
        month, day_in_month = dialect.month_and_day(_day_of_wall(wall, context))
        target = build.plus(month, build.number(duration.months))
        there_us = build.plus(
            _in_us(build.plus(dialect.first_day(target), day_in_month)),
            dialect.remainder(_positive(wall.copy()), US_PER_DAY),
        )
        following_us = _in_us(dialect.first_day(build.plus(target.copy(), build.number(1))))
        return build.case(
            (build.compare(there_us, Cmp.LT, following_us), there_us.copy()), default=following_us.copy()
        )

    latest = None if until is None else shift_instant(until, duration, context.zone) + 2 * US_PER_DAY
    there = context.let(_reached_us(instant, context, until), stepped)
    moved = context.let(there, lambda wall: _from_local_us(wall, context, latest))
    return dialect.instant_of_micros(build.when_present([instant.copy()], moved))


def shifted_date(day: Sql, duration: Duration, context: Context) -> Sql:
    """`kernel.durations.shift_date` of a column, save that it goes on beyond the years 1 to 9999."""
    dialect = context.dialect
    number = dialect.day_number(day)
    if not duration.months:
        days = (duration.exact_us or 0) // US_PER_DAY
        return dialect.date_of_day_number(build.plus(number, build.number(days)))
    month, day_in_month = dialect.month_and_day(number)
    target = build.plus(month, build.number(duration.months))
    there = build.plus(dialect.first_day(target), day_in_month)
    last = build.minus(dialect.first_day(build.plus(target.copy(), build.number(1))), build.number(1))
    earlier = build.case((build.compare(there, Cmp.LT, last), there.copy()), default=last.copy())
    return dialect.date_of_day_number(earlier)


def month_and_day_of(day_number: Sql, context: Context) -> Sql:
    """Month and day of a day number as one number, 101 to 1231: the date with its year ignored."""

    def both(day: Sql) -> Sql:
        month, day_in_month = context.dialect.month_and_day(day)
        month_of_year = context.dialect.remainder(build.plus(month, build.number(MONTHS_TO_POSITIVE)), 12)
        return build.plus(
            build.times(build.plus(month_of_year, build.number(1)), build.number(100)),
            build.plus(day_in_month, build.number(1)),
        )

    return context.let(day_number, both)


def _in_us(days: Sql) -> Sql:
    return build.times(days, build.number(US_PER_DAY))


def _day_of_wall(wall_us: Sql, context: Context) -> Sql:
    days = context.dialect.divided(_positive(wall_us), US_PER_DAY)
    return build.minus(days, build.number(DAYS_TO_POSITIVE))


def _positive(wall_us: Sql) -> Sql:
    return build.plus(wall_us, build.number(DAYS_TO_POSITIVE * US_PER_DAY))


def _local_us(instant: Sql, context: Context) -> Sql:
    """Wall time at an instant that is not after now."""
    pieces = local_pieces(context.zone.name)
    return applied(pieces, context.dialect.micros(instant), context, until=context.now)


def _reached_us(instant: Sql, context: Context, until: int | None = None) -> Sql:
    """The latest wall time that clocks have come to by an instant."""
    return applied(reached_pieces(context.zone.name), context.dialect.micros(instant), context, until)


def _from_local_us(wall_us: Sql, context: Context, until: int | None) -> Sql:
    """The first instant at which clocks show a wall time or a later one."""
    return applied(from_local_pieces(context.zone.name), wall_us, context, until)

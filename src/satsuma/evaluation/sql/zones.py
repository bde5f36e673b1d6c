"""Zones in SQL: what local clocks show, and calendar steps of whole columns.

An engine's own time zone rules follow its own release of them, so they are not used: the offsets of the
definition's zone (`Zone.transitions`) are compiled into the query as nested CASEs, halved until one offset is
left. The rules after the last change on record repeat every 400 years, so instants beyond 2100 are first
taken back into one such era; that keeps the CASE at some hundreds of branches at most, for zones that still
change their clocks. Everything is whole microseconds and days since 1970-01-01.

`reached_us` and `from_local_us` are those of `kernel.zones`: the latest wall time that clocks have come to,
and the first instant at which they show a wall time or a later one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, pairwise

from satsuma.evaluation.sql import build
from satsuma.evaluation.sql.build import Sql
from satsuma.evaluation.sql.context import Context
from satsuma.evaluation.sql.dialects.base import DAYS_TO_POSITIVE, MONTHS_TO_POSITIVE
from satsuma.kernel.civil import MIN_INSTANT_US, US_PER_DAY, US_PER_HOUR
from satsuma.kernel.durations import Duration
from satsuma.kernel.zones import zone
from satsuma.language.bound import Cmp

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_ERA_US = 146_097 * US_PER_DAY  # 400 years, a whole number of weeks
_REPEATS_FROM_US = 4_102_444_800_000_000  # 2100-01-01: later than every change that is not by rule
_MARGIN_US = 2 * US_PER_DAY  # more than any offset


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A stretch of history: from `start` clocks are `offset` ahead; before it they had come to `reached`."""

    start: int
    offset: int
    reached: int


@cache
def _stretches(name: str) -> tuple[_Stretch, ...]:
    """The stretches of a zone from before year 1 to the end of the first era that repeats."""
    pairs = zone(name).transitions(MIN_INSTANT_US - _MARGIN_US, _REPEATS_FROM_US + _ERA_US + _MARGIN_US)
    ends = [later[0] + earlier[1] for earlier, later in pairwise(pairs)]
    reached = [MIN_INSTANT_US - 2 * _MARGIN_US, *accumulate(ends, max)]
    return tuple(
        _Stretch(start, offset, before) for (start, offset), before in zip(pairs, reached, strict=True)
    )


def hour_of(instant: Sql, context: Context) -> Sql:
    """Hour that local clocks show, 0-23."""
    dialect = context.dialect
    wall = _positive(_local_us(instant, context))
    return dialect.divided(dialect.remainder(wall, US_PER_DAY), US_PER_HOUR)


def weekday_of(instant: Sql, context: Context) -> Sql:
    """English name of the weekday that local clocks show."""
    dialect = context.dialect
    days = dialect.divided(_positive(_local_us(instant, context)), US_PER_DAY)
    # Day 0 was a Thursday, three days after a Monday.
    return dialect.pick(WEEKDAYS, dialect.remainder(build.plus(days, build.number(3)), 7))


def day_number_of(instant: Sql, context: Context) -> Sql:
    """The last local day that has begun by an instant (`Zone.today`), as days since 1970-01-01."""
    return _day_of_wall(_reached_us(instant, context), context)


def shifted_instant(instant: Sql, duration: Duration, context: Context) -> Sql:
    """`kernel.durations.shift_instant` of a column; it may leave the years 1 to 9999."""
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

    there = context.let(_reached_us(instant, context), stepped)
    moved = context.let(there, lambda wall: _from_local_us(wall, context))
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
    """Wall time at an instant."""

    def wall(stretch: _Stretch) -> Callable[[Sql], Sql]:
        return lambda at: build.plus(at, build.number(stretch.offset))

    micros = context.dialect.micros(instant)
    return _by_stretch(micros, [(s.start, wall(s)) for s in _stretches(context.zone.name)], context)


def _reached_us(instant: Sql, context: Context) -> Sql:
    """The latest wall time that clocks have come to by an instant."""

    def wall(stretch: _Stretch) -> Callable[[Sql], Sql]:
        def at_stretch(at: Sql) -> Sql:
            shown = build.plus(at, build.number(stretch.offset))
            if stretch.start + stretch.offset >= stretch.reached:
                return shown
            return context.dialect.larger(shown, build.number(stretch.reached))

        return at_stretch

    micros = context.dialect.micros(instant)
    return _by_stretch(micros, [(s.start, wall(s)) for s in _stretches(context.zone.name)], context)


def _from_local_us(wall_us: Sql, context: Context) -> Sql:
    """The first instant at which clocks show a wall time or a later one."""

    def instant(stretch: _Stretch) -> Callable[[Sql], Sql]:
        def at_stretch(wall: Sql) -> Sql:
            at = build.minus(wall, build.number(stretch.offset))
            if stretch.reached - stretch.offset >= stretch.start:
                return at
            return context.dialect.larger(at, build.number(stretch.start))

        return at_stretch

    return _by_stretch(wall_us, [(s.reached, instant(s)) for s in _stretches(context.zone.name)], context)


def _by_stretch(x: Sql, pieces: Sequence[tuple[int, Callable[[Sql], Sql]]], context: Context) -> Sql:
    """A function that is given piece by piece: each from its threshold on, the first from ever."""
    first = pieces[0][1]
    if len(pieces) == 1:
        return first(x)
    dialect = context.dialect
    early = [piece for piece in pieces if piece[0] < _REPEATS_FROM_US]
    late = [early[-1], *(piece for piece in pieces if piece[0] >= _REPEATS_FROM_US)]
    since = build.minus(x.copy(), build.number(_REPEATS_FROM_US))
    in_era = dialect.remainder(since, _ERA_US)
    taken_back = build.minus(since.copy(), in_era)
    moved = build.plus(build.number(_REPEATS_FROM_US), in_era.copy())
    later = build.plus(_halved(moved, late), taken_back) if len(late) > 1 else late[0][1](x.copy())
    whole = build.case(
        (build.compare(x.copy(), Cmp.LT, build.number(_REPEATS_FROM_US)), _halved(x, early)), default=later
    )
    return build.when_present([x.copy()], whole)


def _halved(x: Sql, pieces: Sequence[tuple[int, Callable[[Sql], Sql]]]) -> Sql:
    if len(pieces) == 1:
        return pieces[0][1](x.copy())
    middle = len(pieces) // 2
    before = build.compare(x.copy(), Cmp.LT, build.number(pieces[middle][0]))
    return build.case((before, _halved(x, pieces[:middle])), default=_halved(x, pieces[middle:]))

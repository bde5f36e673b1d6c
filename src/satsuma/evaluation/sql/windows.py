"""Windows in SQL: bounds are worked out when compiling, so a window is two comparisons with constants."""

from __future__ import annotations

from satsuma.evaluation.sql import build
from satsuma.evaluation.sql.build import Make, Sql
from satsuma.evaluation.sql.context import Context
from satsuma.kernel.civil import US_PER_DAY
from satsuma.kernel.durations import Duration, ahead
from satsuma.kernel.windows import Interval, Window, bounds, date_bounds
from satsuma.language.bound import Cmp


def happened(during: Window | None, context: Context) -> Interval:
    """The instants of a window up to now: what has `occurred_at > now` has not happened yet."""
    return bounds(during, context.now, context.zone).up_to(context.now)


def in_interval(instant: Make, interval: Interval, context: Context) -> Sql:
    """Whether an instant lies in the interval."""
    if interval.is_empty:
        return build.false()
    literal = context.dialect.instant_literal
    ends = []
    if interval.low is not None:
        ends.append(build.compare(instant(), Cmp.GE, literal(interval.low)))
    if interval.high is not None:
        ends.append(build.compare(instant(), Cmp.LT, literal(interval.high)))
    return build.conjunction(ends or [build.is_present(instant())])


def in_window(instant: Make, window: Window, context: Context) -> Sql:
    """Whether a timestamp lies in a window, its future part included."""
    return in_interval(instant, bounds(window, context.now, context.zone), context)


def in_date_window(day: Make, window: Window, context: Context) -> Sql:
    """Whether a date lies in a window."""
    first, last = date_bounds(window, context.zone.today(context.now), context.zone)
    literal = context.dialect.date_literal
    ends = []
    if first is not None and last is not None and first > last:
        return build.false()
    if first is not None:
        ends.append(build.compare(day(), Cmp.GE, literal(first)))
    if last is not None:
        ends.append(build.compare(day(), Cmp.LE, literal(last)))
    return build.conjunction(ends or [build.is_present(day())])


def due_by(duration: Duration, context: Context) -> int:
    """The latest instant from which a duration has passed: `ahead(at, duration) <= now` is `at <= due`.

    `ahead` never falls as the instant rises, so it is found by halving.
    """
    exact_us = duration.exact_us
    if exact_us is not None:
        return context.now - exact_us
    low, high = context.now - (duration.months + 2) * 31 * US_PER_DAY, context.now + 1
    while high - low > 1:
        middle = (low + high) // 2
        if ahead(middle, duration, context.zone) <= context.now:
            low = middle
        else:
            high = middle
    return low

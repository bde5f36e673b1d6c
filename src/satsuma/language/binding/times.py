"""Times: comparisons of dates and timestamps that are not with a value: `more_than` and `anniversary`."""

from __future__ import annotations

from dataclasses import dataclass

from satsuma.catalog.model import ValueType
from satsuma.kernel.durations import Unit
from satsuma.kernel.suggest import did_you_mean
from satsuma.language import bound, tree
from satsuma.language.binding.context import Context, Subject, refuse_clock
from satsuma.language.binding.operands import positive, whole_days
from satsuma.language.binding.reads import WEEKDAYS, Typed
from satsuma.language.problems import within


@dataclass(frozen=True, slots=True)
class Left:
    """The left side of a comparison, and where its right side stands in the definition."""

    typed: Typed
    subject: Subject
    exact: bool
    path: str


def more_than(ctx: Context, value: tree.MoreThan, left: Left) -> bound.Condition | None:
    """Binds `more_than`."""
    at = within(left.path, value.direction)
    if refuse_clock(ctx, left.subject, left.path, "`more_than`, which moves with the clock,"):
        return None
    if not positive(ctx, value.duration, at):
        return None
    if left.typed.domain.type is ValueType.DATE and not whole_days(ctx, value.duration, at, "for a date"):
        return None
    return bound.MoreThan(left.typed.read, value.direction, value.duration)


def anniversary(ctx: Context, value: tree.Anniversary, left: Left) -> bound.Condition | None:
    """Binds `anniversary`."""
    # The anniversary of 29 February, and so every weekday, depends on the year it is now.
    in_leap_days = value.month == 2 and value.day in (28, 29)
    moves = value.month is None or in_leap_days
    if moves and refuse_clock(ctx, left.subject, left.path, "an anniversary that depends on today"):
        return None
    if value.month is not None:
        return _day_of_year(ctx, value.month, value.day, left)
    if value.weekday is not None:
        if value.weekday in WEEKDAYS:
            return bound.Anniversary(left.typed.read, weekday=WEEKDAYS.index(value.weekday))
        message = f"found {value.weekday!r}, expected one of {', '.join(WEEKDAYS)}"
        hint = did_you_mean(value.weekday, WEEKDAYS)
        ctx.error("value.anniversary", within(left.path, "weekday"), message, hint)
        return None
    for key, span in (("next", value.next), ("last", value.last)):
        if span is None:
            continue
        at = within(left.path, key)
        if span.unit not in (Unit.DAYS, Unit.WEEKS):
            ctx.error("value.anniversary", at, f"found {span}, expected days or weeks")
            return None
        if not positive(ctx, span, at):
            return None
        n = span.n * (7 if span.unit is Unit.WEEKS else 1)
        return bound.Anniversary(left.typed.read, days=(1, n) if key == "next" else (1 - n, 0))
    return bound.Anniversary(left.typed.read, days=(0, 0))


_DAYS_OF_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def _day_of_year(ctx: Context, month: int, day: int | None, left: Left) -> bound.Condition | None:
    if not 1 <= month <= 12:
        ctx.error(
            "value.anniversary", within(left.path, "month"), f"found the month {month}, expected 1 to 12"
        )
        return None
    if day is not None and not 1 <= day <= _DAYS_OF_MONTH[month - 1]:
        message = f"found the day {day}, expected 1 to {_DAYS_OF_MONTH[month - 1]} in month {month}"
        ctx.error("value.anniversary", within(left.path, "day"), message)
        return None
    return bound.Anniversary(left.typed.read, month=month, day=day)

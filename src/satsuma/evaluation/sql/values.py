"""Values: conditions on one attribute of the row: comparisons, text, sets, windows, anniversaries, distance.

All are null or false where the value is missing.
"""

from __future__ import annotations

import calendar
import datetime as dt

from sqlglot import exp

from satsuma.catalog.model import Attribute, ValueType
from satsuma.evaluation.sql import build
from satsuma.evaluation.sql.build import Sql
from satsuma.evaluation.sql.comparing import compare
from satsuma.evaluation.sql.context import Context
from satsuma.evaluation.sql.dialects.base import MM_PER_KM
from satsuma.evaluation.sql.operands import Known, Term, known, operand, term
from satsuma.evaluation.sql.scope import Scope
from satsuma.evaluation.sql.windows import in_date_window, in_window
from satsuma.evaluation.sql.zones import day_number_of, month_and_day_of
from satsuma.kernel.durations import ahead, back, back_date, shift_date
from satsuma.kernel.errors import InvariantError
from satsuma.kernel.text import fold
from satsuma.language import bound
from satsuma.language.bound import Cmp, TextOp


def is_missing(condition: bound.IsMissing, row: Scope, context: Context) -> Sql:
    """Null, or behind a reference that leads nowhere."""
    path = row.path_of(condition.read)
    if path is None:
        return build.true()
    match condition.read.type:
        case ValueType.LOCATION:
            return build.is_null(row.read(path, "latitude", context))
        case ValueType.CHOICES:
            return context.dialect.is_missing_set(row.read(path, "value", context))
        case _:
            return build.is_null(row.read(path, "value", context))


def comparison(condition: bound.Compare, row: Scope, context: Context) -> Sql:
    """`read op right`."""
    left = term(condition.read, row, context)
    if left is None:
        return build.false()
    right = operand(condition.right, row, context)
    return compare(left, condition.op, right, context, exact_text=condition.exact)


def between(condition: bound.Between, row: Scope, context: Context) -> Sql:
    """`low <= read <= high`."""
    left = term(condition.read, row, context)
    if left is None:
        return build.false()
    return build.conjunction(
        [
            compare(left, Cmp.GE, operand(condition.low, row, context), context),
            compare(left, Cmp.LE, operand(condition.high, row, context), context),
        ]
    )


def one_of(condition: bound.OneOf, row: Scope, context: Context) -> Sql:
    """Equal to one of the values; texts and keys as one IN."""
    left = term(condition.read, row, context)
    if left is None:
        return build.false()
    sides = [known(value, context) for value in condition.values]
    present = [side for side in sides if side is not None]
    texts = [_text(side) for side in present if isinstance(side.value, str)]
    if len(texts) < len(present):
        return build.disjunction([compare(left, Cmp.EQ, side, context) for side in present])
    folds = left.folded is not None and not condition.exact
    wanted = dict.fromkeys(fold(text) for text in texts) if folds else dict.fromkeys(texts)
    if not wanted:
        return build.false()
    value = left.folded() if folds and left.folded is not None else left.value()
    return exp.In(this=value, expressions=[build.string(text) for text in wanted])


def text_test(condition: bound.TextTest, row: Scope, context: Context) -> Sql:
    """CONTAINS and its like, with a constant or another text."""
    left = term(condition.read, row, context)
    if left is None:
        return build.false()
    if isinstance(condition.right, bound.Constant):
        return _constant_test(condition, left, str(condition.right.value), context)
    right = operand(condition.right, row, context)
    if not isinstance(right, Term):
        return build.false()
    subject, other = _as_compared(left, condition), _as_compared(right, condition)
    if condition.op is TextOp.LIKE:
        return context.dialect.like(subject, other)
    return context.dialect.text_test(condition.op, subject, other)


def _constant_test(condition: bound.TextTest, left: Term, pattern: str, context: Context) -> Sql:
    subject = _as_compared(left, condition)
    if condition.op is TextOp.MATCHES:
        return context.dialect.matches(subject, pattern, any_case=not condition.exact)
    wanted = pattern if condition.exact else fold(pattern)
    if condition.op is TextOp.LIKE:
        return context.dialect.like(subject, build.string(_plain_escapes(wanted)))
    return context.dialect.text_test(condition.op, subject, build.string(wanted))


def _plain_escapes(pattern: str) -> str:
    """A LIKE pattern that escapes only what needs it: engines differ in what else a backslash does."""
    written, characters = [], iter(pattern)
    for character in characters:
        if character != "\\":
            written.append(character)
            continue
        escaped = next(characters, "\\")
        written.append("\\" + escaped if escaped in "%_\\" else escaped)
    return "".join(written)


def _as_compared(side: Term, condition: bound.TextTest) -> Sql:
    return side.value() if condition.exact or side.folded is None else side.folded()


def _text(side: Known) -> str:
    if not isinstance(side.value, str):
        raise InvariantError(f"expected text, found {side.value!r}")
    return side.value


def set_test(condition: bound.HasAny | bound.HasAll | bound.IsSet, row: Scope, context: Context) -> Sql:
    """`choices` shares a value with these, has all of these, or is these."""
    path = row.path_of(condition.read)
    if path is None:
        return build.false()
    choices, values = row.read(path, "value", context), sorted(condition.values)
    match condition:
        case bound.HasAny():
            return context.dialect.has_any(choices, values)
        case bound.HasAll():
            return context.dialect.has_all(choices, values)
        case bound.IsSet():
            return build.compare(choices, Cmp.EQ, context.dialect.set_literal(values))


def within(condition: bound.Within, row: Scope, context: Context) -> Sql:
    """A date or timestamp lies in a window."""
    left = term(condition.read, row, context)
    if left is None:
        return build.false()
    if left.type is ValueType.DATE:
        return in_date_window(left.value, condition.window, context)
    return in_window(left.value, condition.window, context)


def more_than(condition: bound.MoreThan, row: Scope, context: Context) -> Sql:
    """At or before a duration ago; after a duration ahead."""
    left = term(condition.read, row, context)
    if left is None:
        return build.false()
    ago = condition.direction == "ago"
    op = Cmp.LE if ago else Cmp.GT
    if left.type is ValueType.DATE:
        today = context.zone.today(context.now)
        day = back_date(today, condition.duration) if ago else shift_date(today, condition.duration)
        return build.compare(left.value(), op, context.dialect.date_literal(day))
    reach = back if ago else ahead
    at = reach(context.now, condition.duration, context.zone)
    return build.compare(left.value(), op, context.dialect.instant_literal(at))


def anniversary(condition: bound.Anniversary, row: Scope, context: Context) -> Sql:
    """The anniversary of a date falls on one of certain days: its month and day are one of theirs.

    In common years that of 29 February is on 28 February.
    """
    left = term(condition.read, row, context)
    if left is None:
        return build.false()
    is_date = left.type is ValueType.DATE
    number = context.dialect.day_number(left.value()) if is_date else day_number_of(left.value(), context)
    wanted = sorted(
        {month_and_day for day in _days(condition, context) for month_and_day in _celebrated(day)}
    )
    return _one_of_runs(month_and_day_of(number, context), wanted, context)


def _days(condition: bound.Anniversary, context: Context) -> list[dt.date]:
    """The days on one of which the anniversary must fall; more than a year of them says no more."""
    today = context.zone.today(context.now)
    if condition.days is not None:
        first, last = (today.toordinal() + offset for offset in condition.days)
        first, last = max(first, 1), min(last, dt.date.max.toordinal())
        return [dt.date.fromordinal(day) for day in range(first, min(last, first + 366) + 1)]
    whole_year = range(dt.date(today.year, 1, 1).toordinal(), dt.date(today.year, 12, 31).toordinal() + 1)
    days = [dt.date.fromordinal(day) for day in whole_year]
    if condition.weekday is not None:
        return [day for day in days if day.weekday() == condition.weekday]
    return [day for day in days if day.month == condition.month and condition.day in (None, day.day)]


def _celebrated(day: dt.date) -> list[int]:
    """What months and days have their anniversary on a day."""
    own = day.month * 100 + day.day
    moved = (day.month, day.day) == (2, 28) and not calendar.isleap(day.year)
    return [own, 229] if moved else [own]


def _one_of_runs(value: Sql, wanted: list[int], context: Context) -> Sql:
    """Whether a number is one of these, ascending; runs of 101 to 1231 are told by their ends."""
    runs: list[list[int]] = []
    for one in wanted:
        if runs and _next_day(runs[-1][1]) == one:
            runs[-1][1] = one
        else:
            runs.append([one, one])

    def in_run(number: Sql) -> Sql:
        singles = [build.number(first) for first, last in runs if first == last]
        tests: list[Sql] = [
            exp.Between(this=number.copy(), low=build.number(first), high=build.number(last))
            for first, last in runs
            if first < last
        ]
        if singles:
            tests.append(exp.In(this=number.copy(), expressions=singles))
        return build.disjunction(tests)

    return context.let(value, in_run)


def _next_day(month_and_day: int) -> int:
    """The day after in a leap year, as month and day."""
    month, day = divmod(month_and_day, 100)
    after = dt.date(2000, month, day) + dt.timedelta(days=1)
    return after.month * 100 + after.day


def near(condition: bound.Near, row: Scope, context: Context) -> Sql:
    """Great-circle distance, in whole millimetres, at most that of the condition."""
    path = row.path_of(condition.read)
    if path is None:
        return build.false()
    if not isinstance(path.leaf, Attribute):
        raise InvariantError("a distance was asked of something that is no location")
    here = (row.read(path, "latitude", context), row.read(path, "longitude", context))
    distance = context.dialect.distance_mm(here, (condition.latitude, condition.longitude))
    most = context.dialect.double_literal(float(round(condition.km * MM_PER_KM)))
    return build.compare(build.when_present([here[0].copy()], distance), Cmp.LE, most)

"""Active periods: in how many of the last periods the count of matches passes, counted in two steps."""

from __future__ import annotations

from itertools import pairwise

from sqlglot import exp

from satsuma.catalog.model import ValueType
from satsuma.evaluation.sql import build
from satsuma.evaluation.sql.build import Sql, call
from satsuma.evaluation.sql.context import Context
from satsuma.evaluation.sql.dialects.gaps import unsupported
from satsuma.evaluation.sql.measures import AT, OWNER
from satsuma.evaluation.sql.operands import Term
from satsuma.evaluation.sql.testing import Measured, compares_with_attribute, over_nothing_passes, passes
from satsuma.kernel.durations import Duration, back
from satsuma.language import bound
from satsuma.language.bound import Cmp

PERIOD = "period"


def active_periods(periods: bound.Periods, matches: exp.Query | None, context: Context) -> Measured:
    """How many of the periods `(back(now, (i+1)*length), back(now, i*length)]` pass, by owner.

    Periods without a match have no row. Where a count of 0 passes, those that do not pass are counted
    instead, and taken from the number of all.
    """
    test = periods.test
    if compares_with_attribute(test):
        raise unsupported("periods_beside_attribute", context.dialect)
    empty_passes = over_nothing_passes(0, test)
    over_nothing = periods.of_last if empty_passes else 0

    def value() -> Sql:
        counted = call("COUNT", exp.Star())
        return build.minus(build.number(periods.of_last), counted) if empty_passes else counted

    term = Term(ValueType.INTEGER, value)
    if matches is None:
        return Measured(None, term, over_nothing)
    return Measured(_periods_to_count(periods, matches, empty_passes, context), term, over_nothing)


def _periods_to_count(
    periods: bound.Periods, matches: exp.Query, empty_passes: bool, context: Context
) -> exp.Query:
    """A row for each owner and period whose count passes; where empty ones pass, does not pass."""
    length, test = periods.length, periods.test
    ends = [context.now] + [
        back(context.now, Duration(length.n * i, length.unit), context.zone)
        for i in range(1, periods.of_last + 1)
    ]
    period = _period_of(list(reversed(ends)), context)
    alias = context.alias("period")
    inner = build.from_(
        build.select(build.plain(OWNER), build.named(period, PERIOD)),
        build.subquery(matches, context.alias("matched")),
    )
    literal = context.dialect.instant_literal
    build.filtered(inner, [build.compare(build.plain(AT), Cmp.GT, literal(ends[-1]))])
    outer = build.from_(build.select(build.plain(OWNER)), build.subquery(inner, alias))
    outer.set("group", exp.Group(expressions=[build.plain(OWNER), build.plain(PERIOD)]))
    count = Term(ValueType.INTEGER, lambda: call("COUNT", exp.Star()))
    wanted = passes(count, test, None, context)
    if test.negated is not empty_passes:
        wanted = build.negation(wanted)
    outer.set("having", exp.Having(this=wanted))
    return outer


def _period_of(ends: list[int], context: Context) -> Sql:
    """Index of the period an instant lies in, for ends in ascending order: halved until one is left."""
    starts = [earlier for earlier, later in pairwise(ends) if earlier < later]

    def halved(low: int, high: int) -> Sql:
        if high - low == 1:
            return build.number(low)
        middle = (low + high) // 2
        up_to = build.compare(build.plain(AT), Cmp.LE, context.dialect.instant_literal(starts[middle]))
        return build.case((up_to, halved(low, middle)), default=halved(middle, high))

    return halved(0, len(starts))

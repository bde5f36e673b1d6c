"""Active periods: in how many of the last periods the count of matches passes, counted in two steps."""

from __future__ import annotations

from itertools import pairwise

from sqlglot import exp

from satsuma.catalog.model import Entity, ValueType
from satsuma.evaluation.sql import build
from satsuma.evaluation.sql.build import Sql, call
from satsuma.evaluation.sql.context import Context
from satsuma.evaluation.sql.measures import AT, COUNTED, OWNER
from satsuma.evaluation.sql.operands import Term
from satsuma.evaluation.sql.scope import Rows, entity_scope
from satsuma.evaluation.sql.testing import Measured, compares_with_attribute, over_nothing_passes, passes
from satsuma.kernel.durations import Duration, back
from satsuma.language import bound
from satsuma.language.bound import Cmp

PERIOD = "period"
PASSES = "passes"
FILLED = "filled"
EMPTY_PASSES = "empty_passes"


def active_periods(
    periods: bound.Periods, matches: exp.Query | None, owner: Entity, context: Context
) -> Measured:
    """How many of the periods `(back(now, (i+1)*length), back(now, i*length)]` pass, by owner.

    Periods without a match have no row. Where a count of 0 passes, those that do not pass are counted
    instead, and taken from the number of all.

    Args:
        owner: What OWNER numbers.
    """
    test = periods.test
    if compares_with_attribute(test):
        return _beside_attribute(periods, matches, owner, context)
    empty_passes = over_nothing_passes(0, test)
    over_nothing = periods.of_last if empty_passes else 0

    def value() -> Sql:
        counted = call("COUNT", exp.Star())
        return build.minus(build.number(periods.of_last), counted) if empty_passes else counted

    term = Term(ValueType.INTEGER, value)
    if matches is None:
        return Measured(None, term, over_nothing)
    to_count = _by_period(periods, matches, [build.plain(OWNER)], context)
    count = Term(ValueType.INTEGER, lambda: call("COUNT", exp.Star()))
    wanted = passes(count, test, None, context)
    if test.negated is not empty_passes:
        wanted = build.negation(wanted)
    to_count.set("having", exp.Having(this=wanted))
    return Measured(to_count, term, over_nothing)


def _beside_attribute(
    periods: bound.Periods, matches: exp.Query | None, owner: Entity, context: Context
) -> Measured:
    """Whether a period passes depends on its record, of an empty one too: so every record has rows."""
    records = entity_scope(owner, context)
    counts = context.alias("counts")
    if matches is not None:
        columns = [build.plain(OWNER), build.named(call("COUNT", exp.Star()), COUNTED)]
        counted = build.subquery(_by_period(periods, matches, columns, context), counts)
        same = build.compare(build.column(counts, OWNER), Cmp.EQ, records.number)
        records.joins.append(build.left_join(counted, same))

    def of_count() -> Sql:
        return build.null() if matches is None else build.column(counts, COUNTED)

    def flag(count: build.Make) -> Sql:
        """1 where a count passes; a missing one never does."""
        wanted = passes(Term(ValueType.INTEGER, count), periods.test, records, context)
        met = build.negation(wanted) if periods.test.negated else build.decided(wanted)
        return build.case((met, build.number(1)), default=build.number(0))

    filled = build.case((build.is_present(of_count()), flag(of_count)), default=build.number(0))
    rows = Rows(records, ()).select(
        build.named(records.number, OWNER),
        build.named(filled, PASSES),
        build.named(
            build.case((build.is_present(of_count()), build.number(1)), default=build.number(0)), FILLED
        ),
        build.named(flag(lambda: build.number(0)), EMPTY_PASSES),
    )

    def value() -> Sql:
        empty = build.minus(build.number(periods.of_last), call("SUM", build.plain(FILLED)))
        of_empty = build.times(empty, call("MAX", build.plain(EMPTY_PASSES)))
        return build.plus(call("SUM", build.plain(PASSES)), of_empty)

    return Measured(rows, Term(ValueType.INTEGER, value), None)


def _by_period(
    periods: bound.Periods, matches: exp.Query, columns: list[Sql], context: Context
) -> exp.Select:
    """A row for each owner and period with a match."""
    length = periods.length
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
    outer = build.from_(build.select(*columns), build.subquery(inner, alias))
    outer.set("group", exp.Group(expressions=[build.plain(OWNER), build.plain(PERIOD)]))
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

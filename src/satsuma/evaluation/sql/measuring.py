"""Measuring: matches and a measure → what `testing` tests, in one aggregate, for sums of doubles in two."""

from __future__ import annotations

from sqlglot import exp

from satsuma.catalog.model import ValueType
from satsuma.evaluation.sql import build
from satsuma.evaluation.sql.build import Sql, call, plain
from satsuma.evaluation.sql.context import Context
from satsuma.evaluation.sql.measures import COUNTED, aggregate, over_nothing
from satsuma.evaluation.sql.operands import Term
from satsuma.evaluation.sql.sums import by_magnitude, total
from satsuma.evaluation.sql.testing import Measured
from satsuma.language import bound
from satsuma.language.bound import MeasureKind


def measured_over(
    measure: bound.Measure, matches: exp.Query | None, context: Context, *, many_types: bool = False
) -> Measured:
    """The measure over matches that have the columns of `measures.inputs`; None where nothing can match."""
    adds = measure.kind in (MeasureKind.SUM, MeasureKind.AVERAGE)
    if adds and measure.read is not None and measure.read.type is ValueType.NUMBER:
        rows = None if matches is None else by_magnitude(matches, context)
        return Measured(rows, _sum_of_doubles(measure, context), over_nothing(measure))
    value = aggregate(measure, context, many_types=many_types)
    is_count = measure.kind is MeasureKind.COUNT
    return Measured(matches, value, over_nothing(measure), is_count=is_count)


def _sum_of_doubles(measure: bound.Measure, context: Context) -> Term:
    def value() -> Sql:
        if measure.kind is MeasureKind.SUM:
            return total(context)
        return build.over(total(context), context.dialect.double(call("SUM", plain(COUNTED))))

    return Term(ValueType.NUMBER, value, rounds=True)

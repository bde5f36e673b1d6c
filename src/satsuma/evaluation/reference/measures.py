"""Measures: one value over matching interactions or related records, and whether it compares.

Sums are unbounded. Of integers and decimals they are exact, and their averages are exact fractions, so that
`average op value` is `sum op value * n`. A sum of `number` is the double nearest to the exact sum of the
values, so that their order never matters; an average is that double divided by how many there are. These two
compare after rounding both sides to 12 significant digits, ties to even.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from satsuma.catalog.model import ValueType
from satsuma.evaluation.reference.data import Interaction, Record
from satsuma.evaluation.reference.paths import is_exact, operand, read
from satsuma.evaluation.reference.scope import Scope, Subject
from satsuma.evaluation.reference.values import Datum, as_double, compares, exact, identity, number, within
from satsuma.kernel.durations import Duration, back
from satsuma.kernel.errors import InvariantError
from satsuma.kernel.numbers import round12
from satsuma.language import bound
from satsuma.language.bound import MeasureKind


def over_interactions(measure: bound.Measure, matches: Sequence[Interaction], scope: Scope) -> Datum | None:
    """The value of a measure over interactions in their total order, or None where it is missing."""
    match measure.kind:
        case MeasureKind.COUNT_DAYS:
            return len({scope.zone.today(match.occurred_at) for match in matches})
        case MeasureKind.FIRST_TIME:
            return matches[0].occurred_at if matches else None
        case MeasureKind.LATEST_TIME:
            return matches[-1].occurred_at if matches else None
        case MeasureKind.FIRST:
            return _value(measure, matches[0], scope) if matches else None
        case MeasureKind.LATEST:
            return _value(measure, matches[-1], scope) if matches else None
        case _:
            return over_records(measure, matches, scope)


def over_records(measure: bound.Measure, matches: Sequence[Subject], scope: Scope) -> Datum | None:
    """The value of a measure that knows no order or time: counts, sums, averages, extremes."""
    if measure.kind is MeasureKind.COUNT:
        return len(matches)
    values = [value for match in matches if (value := _value(measure, match, scope)) is not None]
    match measure.kind:
        case MeasureKind.COUNT_DISTINCT:
            what = _read(measure)
            return len({identity(value, what.type, exact_text=is_exact(what)) for value in values})
        case MeasureKind.SUM:
            return _sum(values, _read(measure).type)
        case MeasureKind.AVERAGE:
            return _sum(values, _read(measure).type) / len(values) if values else None
        case MeasureKind.MINIMUM:
            return min(values, key=_ordered) if values else None
        case MeasureKind.MAXIMUM:
            return max(values, key=_ordered) if values else None
        case _:
            raise InvariantError(f"the measure {measure.kind.value!r} is not one over records without time")


def active_periods(
    periods: bound.Periods, matches: Sequence[Interaction], record: Record, scope: Scope
) -> int:
    """In how many periods `(back(now, (i+1)*length), back(now, i*length)]` the count of matches passes."""
    ends = [scope.now] + [
        back(scope.now, Duration(periods.length.n * i, periods.length.unit), scope.zone)
        for i in range(1, periods.of_last + 1)
    ]
    count = bound.Measure(MeasureKind.COUNT, ValueType.INTEGER)
    inside = [
        sum(earlier < match.occurred_at <= later for match in matches) for later, earlier in pairwise(ends)
    ]
    return sum(passes(periods.test, count, n, record, scope) for n in inside)


def passes(
    test: bound.Test, measure: bound.Measure, value: Datum | None, subject: Subject, scope: Scope
) -> bool:
    """Whether a measure's value compares. Missing on either side is false; negated, the exact complement."""
    return _passes(test, measure, value, subject, scope) != test.negated


def _passes(
    test: bound.Test, measure: bound.Measure, value: Datum | None, subject: Subject, scope: Scope
) -> bool:
    if value is None:
        return False
    if test.window is not None:
        return within(value, measure.type, test.window, scope.now, scope.zone)
    if test.right is None:
        raise InvariantError("a test of a measure has neither a value nor a window")
    if not _compares(measure, value, test.op, operand(test.right, subject, scope), scope):
        return False
    return test.high is None or _compares(
        measure, value, bound.Cmp.LE, operand(test.high, subject, scope), scope
    )


def _compares(
    measure: bound.Measure,
    value: Datum,
    op: bound.Cmp,
    right: tuple[Datum | None, ValueType],
    scope: Scope,
) -> bool:
    other, other_type = right
    if other is None:
        return False
    if measure.kind not in (MeasureKind.SUM, MeasureKind.AVERAGE):
        exact_text = measure.read is not None and is_exact(measure.read)
        return compares((value, measure.type), op, (other, other_type), scope.zone, exact_text=exact_text)
    if ValueType.NUMBER in (_read(measure).type, other_type):
        a, b = (round12(as_double(number(side))) for side in (value, other))
        return compares((a, ValueType.NUMBER), op, (b, ValueType.NUMBER), scope.zone)
    return compares((value, ValueType.DECIMAL), op, (other, ValueType.DECIMAL), scope.zone)


def _sum(values: Sequence[Datum], type: ValueType) -> Fraction | float:
    """Exact for integers and decimals; of doubles, the double nearest to the exact sum. 0 over nothing."""
    total = sum((exact(number(value)) for value in values), start=Fraction(0))
    return as_double(total) if type is ValueType.NUMBER else total


def _value(measure: bound.Measure, match: Subject, scope: Scope) -> Datum | None:
    return read(_read(measure), match, scope)


def _read(measure: bound.Measure) -> bound.Read:
    if measure.read is None:
        raise InvariantError(f"the measure {measure.kind.value!r} reads no attribute")
    return measure.read


def _ordered(value: Datum) -> Datum:
    return value

"""Comparing: `left op right` for every pair of types, where the right side is a constant or of the row.

What these make is true, or else false or null: a missing value on either side makes null. Constants are
brought into the type of the column beforehand, so that an engine compares like with like and can skip blocks
of rows.
"""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from fractions import Fraction

from satsuma.catalog.model import ValueType
from satsuma.evaluation.sql import build
from satsuma.evaluation.sql.build import Sql
from satsuma.evaluation.sql.context import Context
from satsuma.evaluation.sql.operands import Known, Side, Term, as_double
from satsuma.evaluation.sql.zones import day_number_of
from satsuma.kernel.civil import day_of_date
from satsuma.kernel.errors import InvariantError
from satsuma.kernel.numbers import DECIMAL_PLACES, round12_range
from satsuma.kernel.text import fold
from satsuma.language.bound import Cmp

_UPWARD = frozenset({Cmp.GT, Cmp.GE})
_AROUND_SMALLER = {Cmp.GT: Cmp.GT, Cmp.GE: Cmp.GT, Cmp.LT: Cmp.LE, Cmp.LE: Cmp.LE}
_AROUND_LARGER = {Cmp.GT: Cmp.GE, Cmp.GE: Cmp.GE, Cmp.LT: Cmp.LT, Cmp.LE: Cmp.LT}
_COUNT_MAX = 2**40  # no measure is over more matches
_WHOLE_MAX = 10**33  # no sum is larger; a constant beyond it is beyond every value


def compare(left: Term, op: Cmp, right: Side, context: Context, *, exact_text: bool = False) -> Sql:
    """Whether a value of the row compares; null or false where either side is missing.

    Args:
        exact_text: Compare texts as they are; otherwise folded.
    """
    if right is None:
        return build.false()
    if left.type.is_numeric:
        return _numbers(left, op, right, context)
    if {left.type, right.type} == {ValueType.DATE, ValueType.TIMESTAMP}:
        return _days(left, op, right, context)
    if isinstance(right, Known):
        return build.compare(
            _plain(left, exact=exact_text), op, _literal(left, right, context, exact=exact_text)
        )
    both_exact = exact_text or left.folded is None or right.folded is None
    return build.compare(_plain(left, exact=both_exact), op, _plain(right, exact=both_exact))


def known_passes(value: int, op: Cmp, right: Known) -> bool:
    """Whether a whole number, such as the count of nothing, compares with a constant."""
    other = right.value
    if isinstance(other, bool) or not isinstance(other, int | Decimal | float):
        raise InvariantError(f"a count was compared with {other!r}")
    return {
        Cmp.EQ: value == other,
        Cmp.GT: value > other,
        Cmp.GE: value >= other,
        Cmp.LT: value < other,
        Cmp.LE: value <= other,
    }[op]


def _plain(side: Term, *, exact: bool) -> Sql:
    return side.value() if exact or side.folded is None else side.folded()


def _literal(left: Term, right: Known, context: Context, *, exact: bool) -> Sql:
    dialect = context.dialect
    match right.value:
        case bool(value):
            return build.true() if value else build.false()
        case str(value):
            folds = left.folded is not None and right.type is ValueType.TEXT and not exact
            return build.string(fold(value) if folds else value)
        case dt.date() as value:
            return dialect.date_literal(value)
        case int(value) if left.type is ValueType.TIMESTAMP:
            return dialect.instant_literal(value)
        case value:
            raise InvariantError(f"{left.type.value} was compared with {value!r}")


def _days(left: Term, op: Cmp, right: Term | Known, context: Context) -> Sql:
    """A date against a timestamp: the timestamp counts as its local day."""
    if isinstance(right, Term):
        return build.compare(_day_number(left, context), op, _day_number(right, context))
    if left.type is ValueType.DATE:
        day = context.zone.today(_instant(right))
        return build.compare(left.value(), op, context.dialect.date_literal(day))
    return _instant_against_day(left, op, _date(right), context)


def _instant_against_day(left: Term, op: Cmp, day: dt.date, context: Context) -> Sql:
    """Inside the local day, after its end, and so on, by its first instant and the next one's."""
    first_us = context.zone.start_of_day(day)
    after_us = context.zone.from_local_us((day_of_date(day) + 1) * 86_400_000_000)

    def against(cmp: Cmp, at_us: int) -> Sql:
        return build.compare(left.value(), cmp, context.dialect.instant_literal(at_us))

    match op:
        case Cmp.EQ:
            return build.conjunction([against(Cmp.GE, first_us), against(Cmp.LT, after_us)])
        case Cmp.GT:
            return against(Cmp.GE, after_us)
        case Cmp.GE:
            return against(Cmp.GE, first_us)
        case Cmp.LT:
            return against(Cmp.LT, first_us)
        case Cmp.LE:
            return against(Cmp.LT, after_us)


def _day_number(side: Term, context: Context) -> Sql:
    if side.type is ValueType.DATE:
        return context.dialect.day_number(side.value())
    return day_number_of(side.value(), context)


def _date(side: Known) -> dt.date:
    if not isinstance(side.value, dt.date):
        raise InvariantError(f"expected a date, found {side.value!r}")
    return side.value


def _instant(side: Known) -> int:
    if isinstance(side.value, bool) or not isinstance(side.value, int):
        raise InvariantError(f"expected an instant, found {side.value!r}")
    return side.value


# --- numbers


def _numbers(left: Term, op: Cmp, right: Term | Known, context: Context) -> Sql:
    if ValueType.NUMBER in (left.type, right.type):
        return _doubles(left, op, right, context)
    if isinstance(right, Known):
        value = Fraction(_numeric(right))
        if left.count is not None:
            return _average_against(left, op, value, context)
        return _exact_against(left.value, op, value, left.type, context)
    if right.whole is not None:
        return _beside_fine(left, op, right, right.whole, context)
    if left.count is not None:
        return _average_beside(left, op, right, context)
    if left.type is right.type is ValueType.INTEGER:
        return build.compare(left.value(), op, right.value())
    wide = context.dialect.wide_decimal
    return build.compare(wide(left.value()), op, wide(right.value()))


def _doubles(left: Term, op: Cmp, right: Term | Known, context: Context) -> Sql:
    """As doubles; sums and averages, and what they are compared with, to 12 digits."""
    value = _double(left, context)
    literal = context.dialect.double_literal
    if isinstance(right, Term):
        other = _double(right, context)
        if left.rounds:
            value, other = context.dialect.rounded12(value), context.dialect.rounded12(other)
        return build.compare(value, op, other)
    constant = _nearest_double(_numeric(right))
    if not left.rounds or math.isinf(constant):
        return build.compare(value, op, literal(constant))
    # The value rounds to what the constant rounds to exactly where it lies in this range.
    low, high = round12_range(constant)
    match op:
        case Cmp.EQ:
            at_least = build.compare(value, Cmp.GE, literal(low))
            return build.conjunction([at_least, build.compare(value.copy(), Cmp.LE, literal(high))])
        case Cmp.GT | Cmp.LE:
            return build.compare(value, op, literal(high))
        case Cmp.GE | Cmp.LT:
            return build.compare(value, op, literal(low))


def _double(side: Term, context: Context) -> Sql:
    if side.count is None:
        return as_double(side.value, side.type, context)
    # An average that is compared with a double: 12 digits of it count, so dividing doubles is good enough.
    scale = 1.0 if side.type is ValueType.INTEGER else 10.0**DECIMAL_PLACES
    double = context.dialect.double
    divisor = build.times(double(side.count()), context.dialect.double_literal(scale))
    return build.over(double(side.value()), divisor)


def _nearest_double(value: Decimal | float) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _numeric(side: Known) -> int | Decimal | float:
    if isinstance(side.value, bool) or not isinstance(side.value, int | Decimal | float):
        raise InvariantError(f"expected a number, found {side.value!r}")
    return side.value


def _exact_against(value: build.Make, op: Cmp, constant: Fraction, type: ValueType, context: Context) -> Sql:
    """An integer or decimal column against any constant, brought to the column's own scale."""
    dialect = context.dialect
    scale = 1 if type is ValueType.INTEGER else 10**DECIMAL_PLACES
    bound = _whole(constant * scale, op)
    if bound is None:
        return build.false()
    if abs(bound) > _WHOLE_MAX:
        always = (bound < 0) is (op in _UPWARD) and op is not Cmp.EQ
        return build.is_present(value()) if always else build.false()
    literal = dialect.integer_literal(bound) if scale == 1 else dialect.decimal_literal(bound)
    return build.compare(value(), op, literal)


def _whole(constant: Fraction, op: Cmp) -> int | None:
    """The whole number to compare whole numbers with in place of the constant; None where none equals it."""
    match op:
        case Cmp.EQ:
            return constant.numerator if constant.denominator == 1 else None
        case Cmp.GT | Cmp.LE:
            return math.floor(constant)
        case Cmp.GE | Cmp.LT:
            return math.ceil(constant)


def _average_against(left: Term, op: Cmp, constant: Fraction, context: Context) -> Sql:
    """`sum / n op constant`, as `sum op constant * n` in whole numbers that cannot overflow.

    Averages are fractions with a denominator of at most `_COUNT_MAX`, so the constant may be replaced by the
    nearest such fraction f: where it is not the constant itself, no average lies between the two. With f = q
    + r/b the comparison is `(sum - q n) b op r n`, and there `sum - q n` matters only from -1 to n.
    """
    if left.count is None:
        raise InvariantError("an average has no count")
    scaled = constant if left.type is ValueType.INTEGER else constant * 10**DECIMAL_PLACES
    near = scaled.limit_denominator(_COUNT_MAX)
    if near != scaled:
        if op is Cmp.EQ:
            return build.false()
        # All that is above the constant is above f, or f itself where f is the larger.
        op = _AROUND_SMALLER[op] if near < scaled else _AROUND_LARGER[op]
    whole = math.floor(near)
    rest = near - whole
    if abs(whole) > _WHOLE_MAX:
        always = (whole < 0) is (op in _UPWARD) and op is not Cmp.EQ
        return build.compare(left.count(), Cmp.GT, build.number(0)) if always else build.false()
    wide, literal = context.dialect.wide_integer, context.dialect.integer_literal
    above = (
        build.minus(left.value(), build.times(literal(whole), wide(left.count()))) if whole else left.value()
    )
    if rest == 0:
        return build.compare(above, op, literal(0))
    # An average over nothing is missing, which clipping alone would turn into a bound.
    clipped = build.when_present(
        [left.value()], context.dialect.clipped(above, wide(literal(-1)), wide(left.count()))
    )
    return build.compare(
        build.times(clipped, literal(rest.denominator)),
        op,
        build.times(literal(rest.numerator), wide(left.count())),
    )


def _average_beside(left: Term, op: Cmp, right: Term, context: Context) -> Sql:
    """`sum op value * n`, in ten-thousandths if either is a decimal."""
    if left.count is None:
        raise InvariantError("an average has no count")
    dialect = context.dialect
    total, other = left.value(), right.value()
    if right.type is ValueType.DECIMAL:
        other = dialect.unscaled(other)
    elif left.type is ValueType.DECIMAL:
        other = build.times(dialect.wide_integer(other), build.number(10**DECIMAL_PLACES))
    if right.type is ValueType.DECIMAL and left.type is ValueType.INTEGER:
        total = build.times(total, build.number(10**DECIMAL_PLACES))
    return build.compare(
        total, op, build.times(dialect.wide_integer(other), dialect.wide_integer(left.count()))
    )


def _beside_fine(left: Term, op: Cmp, right: Term, whole: build.Make, context: Context) -> Sql:
    """`left / n op right` where the right side has more digits after the point than are stored.

    n is 1 save for averages. The right side is q + r in units of the left, q whole and 0 <= r < 1, so
    it is `left - q n op r n`. There the difference matters only from -1 to n, which leaves room to bring r to
    whole numbers.
    """
    dialect = context.dialect
    stored = DECIMAL_PLACES if left.type is ValueType.DECIMAL else 0
    unit = dialect.integer_literal(10 ** (right.places - stored))

    def value() -> Sql:
        if left.count is not None or stored == 0:
            return dialect.wide_integer(left.value())
        return dialect.unscaled_sum(left.value())

    def many() -> Sql:
        return dialect.wide_integer(build.number(1) if left.count is None else left.count())

    def beside(exact: Sql, rest: Sql) -> Sql:
        whole_units = dialect.quotient(build.minus(exact.copy(), rest.copy()), dialect.wide_integer(unit))
        above = build.minus(value(), build.times(whole_units, many()))
        clipped = dialect.clipped(above, dialect.wide_integer(build.number(-1)), many())
        known = build.when_present([left.value(), exact.copy()], clipped)
        return build.compare(build.times(known, unit.copy()), op, build.times(rest.copy(), many()))

    def with_rest(exact: Sql) -> Sql:
        rest = dialect.positive_remainder(exact.copy(), dialect.wide_integer(unit.copy()))
        return context.let(rest, lambda found: beside(exact, found))

    return context.let(whole(), with_rest)

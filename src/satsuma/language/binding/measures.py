"""Measures and their comparisons, bound: over interactions, or over related records."""

from __future__ import annotations

from collections.abc import Mapping

from satsuma.catalog.model import ValueType
from satsuma.kernel.durations import Duration
from satsuma.kernel.errors import UsageError
from satsuma.kernel.limits import ACTIVE_PERIODS_MAX, DURATION_YEARS_MAX
from satsuma.kernel.windows import Before, BetweenAgo, Calendar, Fixed, Last, Next
from satsuma.language import bound, tree
from satsuma.language.binding.context import Context, Records, Subject
from satsuma.language.binding.operands import operand, positive, window
from satsuma.language.binding.operators import CMP
from satsuma.language.binding.reads import Domain, read
from satsuma.language.bound import MeasureKind
from satsuma.language.problems import within
from satsuma.language.tree import AttributeValue, Fold, Literal, MemberValue, NowValue, Op, TodayValue

_NOT_SCALAR = (ValueType.CHOICES, ValueType.LOCATION)
_WITH_TIME = (tree.CountDays, tree.FirstTime, tree.LatestTime, tree.ActivePeriods)
_COUNT = Domain(ValueType.INTEGER, "the count")
_TIME = Domain(ValueType.TIMESTAMP, "the time")

EXPECTED: Mapping[Fold, str] = {
    Fold.SUM: "a number",
    Fold.AVERAGE: "a number",
    Fold.MINIMUM: "a number or a time",
    Fold.MAXIMUM: "a number or a time",
    Fold.FIRST: "one value",
    Fold.LATEST: "one value",
}
"""What each measure can be taken of."""


def measure(
    ctx: Context, node: tree.Measure, matches: Subject, owner: Records, path: str
) -> tuple[bound.Measure, Domain] | None:
    """A measure with the values that it may give; None where a problem was noted.

    Args:
        matches: What it is taken over: interactions, or records of a related entity.
        owner: The record that has the measure; what its comparisons may read.
    """
    if isinstance(matches, Records) and _needs_time(node):
        message = "found a measure of time over related records, which have no order in time"
        ctx.error(
            "type.measure", path, message, "measure interactions with did, or minimum and maximum of a date"
        )
        return None
    match node:
        case tree.Count():
            return bound.Measure(MeasureKind.COUNT, ValueType.INTEGER), _COUNT
        case tree.CountDays():
            return bound.Measure(MeasureKind.COUNT_DAYS, ValueType.INTEGER), _COUNT
        case tree.FirstTime():
            return bound.Measure(MeasureKind.FIRST_TIME, ValueType.TIMESTAMP), _TIME
        case tree.LatestTime():
            return bound.Measure(MeasureKind.LATEST_TIME, ValueType.TIMESTAMP), _TIME
        case tree.CountDistinct(attribute):
            at = within(path, "count_distinct")
            typed = read(ctx, matches, attribute, at)
            if typed is None or not _is_one(ctx, typed.domain, at, "one value"):
                return None
            return bound.Measure(MeasureKind.COUNT_DISTINCT, ValueType.INTEGER, typed.read), _COUNT
        case tree.Aggregate(fold, attribute):
            return _aggregate(ctx, fold, attribute, matches, within(path, fold.value))
        case tree.ActivePeriods():
            return _active_periods(ctx, node, owner, within(path, "active_periods"))


def _needs_time(node: tree.Measure) -> bool:
    if isinstance(node, tree.Aggregate):
        return node.fold in (Fold.FIRST, Fold.LATEST)
    return isinstance(node, _WITH_TIME)


def _is_one(ctx: Context, domain: Domain, path: str, expected: str) -> bool:
    if domain.type not in _NOT_SCALAR:
        return True
    ctx.error("type.measure", path, f"{domain.what} is of type {domain.type.value}, expected {expected}")
    return False


def _aggregate(
    ctx: Context, fold: Fold, attribute: str, matches: Subject, path: str
) -> tuple[bound.Measure, Domain] | None:
    typed = read(ctx, matches, attribute, path)
    if typed is None:
        return None
    domain = typed.domain
    exact = domain.type in (ValueType.INTEGER, ValueType.DECIMAL)
    fits = {
        Fold.SUM: domain.type.is_numeric,
        Fold.AVERAGE: domain.type.is_numeric,
        Fold.MINIMUM: domain.type.is_ordered,
        Fold.MAXIMUM: domain.type.is_ordered,
        Fold.FIRST: domain.type not in _NOT_SCALAR,
        Fold.LATEST: domain.type not in _NOT_SCALAR,
    }[fold]
    if not fits:
        message = f"{domain.what} is of type {domain.type.value}, expected {EXPECTED[fold]}"
        ctx.error("type.measure", path, f"{message} to take the {fold.value} of")
        return None
    kind = MeasureKind(fold.value)
    what = f"the {fold.value} of {domain.what}"
    if fold in (Fold.SUM, Fold.AVERAGE):
        averaged = ValueType.DECIMAL if exact and fold is Fold.AVERAGE else domain.type
        return bound.Measure(kind, averaged, typed.read), Domain(averaged, what, wide=exact)
    return bound.Measure(kind, domain.type, typed.read), Domain(domain.type, what, domain.options, domain.to)


def _active_periods(
    ctx: Context, node: tree.ActivePeriods, owner: Records, path: str
) -> tuple[bound.Measure, Domain] | None:
    good = positive(ctx, node.length, within(path, "length"))
    if not 1 <= node.of_last <= ACTIVE_PERIODS_MAX:
        message = f"found {node.of_last} periods, expected 1 to {ACTIVE_PERIODS_MAX}"
        ctx.error("value.count", within(path, "of_last"), message)
        good = False
    elif good and not _all_fit(node.length, node.of_last):
        message = (
            f"found {node.of_last} periods of {node.length}, expected {DURATION_YEARS_MAX} years at most"
        )
        ctx.error("value.duration", within(path, "length"), message)
        good = False
    count = test(ctx, node.count, _COUNT, owner, within(path, "count"))
    if count is None or not good:
        return None
    periods = bound.Periods(node.length, node.of_last, count)
    return bound.Measure(MeasureKind.ACTIVE_PERIODS, ValueType.INTEGER, periods=periods), _COUNT


def _all_fit(length: Duration, of_last: int) -> bool:
    """Whether all periods together are no longer than a duration may be."""
    try:
        Duration(length.n * of_last, length.unit)
    except UsageError:
        return False
    return True


def test(ctx: Context, node: tree.Test, domain: Domain, owner: Records, path: str) -> bound.Test | None:
    """How a measure compares, checked against the values it may give; None where a problem was noted.

    Args:
        owner: The record that has the measure; `{"attribute": ...}` on the right is read of it.
    """
    at = within(path, "value")
    if node.op not in _test_ops(domain.type):
        operators = ", ".join(op.value for op in _test_ops(domain.type))
        message = f"found the operator {node.op.value!r}, and {domain.what} is of type {domain.type.value}"
        ctx.error("type.operator", within(path, "op"), f"{message}; expected one of {operators}")
        return None
    match node.op, node.value:
        case Op.BETWEEN, tree.Range(low, high):
            least = operand(ctx, owner, low, domain, f"{at}[0]")
            most = operand(ctx, owner, high, domain, f"{at}[1]")
            return None if least is None or most is None else bound.Test(bound.Cmp.GE, least, most)
        case Op.WITHIN, (Last() | Before() | BetweenAgo() | Next() | Fixed() | Calendar()) as written:
            span = window(ctx, written, at, for_dates=domain.type is ValueType.DATE)
            return None if span is None else bound.Test(bound.Cmp.EQ, window=span)
        case (Op.EQ | Op.NE | Op.GT | Op.GE | Op.LT | Op.LE) as op, (
            Literal() | AttributeValue() | MemberValue() | NowValue() | TodayValue()
        ) as written:
            right = operand(ctx, owner, written, domain, at)
            if right is None:
                return None
            return bound.Test(CMP.get(op, bound.Cmp.EQ), right, negated=op is Op.NE)
        case _:
            ctx.error("type.value", at, f"the value does not fit the operator {node.op.value!r}")
            return None


test.__test__ = False  # type: ignore[attr-defined] # not a test case, whatever its name


def _test_ops(value_type: ValueType) -> tuple[Op, ...]:
    ordered = (Op.EQ, Op.NE, Op.GT, Op.GE, Op.LT, Op.LE, Op.BETWEEN)
    if value_type.is_time:
        return (*ordered, Op.WITHIN)
    return ordered if value_type.is_numeric else (Op.EQ, Op.NE)


def default_test() -> bound.Test:
    """At least one, bound."""
    return bound.Test(bound.Cmp.GE, bound.Constant(1, ValueType.INTEGER))

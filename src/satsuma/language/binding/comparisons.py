"""Comparisons: `attribute` conditions, bound by the operators of the attribute's type."""

from __future__ import annotations

from collections.abc import Mapping

from satsuma.catalog.model import ValueType
from satsuma.kernel.suggest import did_you_mean
from satsuma.kernel.windows import Before, BetweenAgo, Calendar, Fixed, Last, Next
from satsuma.language import bound, tree
from satsuma.language.binding.context import UNKNOWN, Context, Subject
from satsuma.language.binding.literals import constant
from satsuma.language.binding.operands import operand, window
from satsuma.language.binding.operators import CMP, NEGATED, OPERATORS, SAME, TEXT_TESTS
from satsuma.language.binding.patterns import like_fault, matches_fault
from satsuma.language.binding.reads import read
from satsuma.language.binding.times import Left, anniversary, more_than
from satsuma.language.problems import within
from satsuma.language.tree import AttributeValue, Literal, MemberValue, NowValue, Op, TodayValue

KM_MAX = 20_100
"""Half way round the earth, and a little: a wider circle would hold every place."""


def compare(ctx: Context, node: tree.Compare, subject: Subject, path: str) -> bound.Condition:
    """Binds `{"attribute": path, "op": o, "value": v}`."""
    typed = read(ctx, subject, node.attribute, within(path, "attribute"))
    if typed is None:
        return UNKNOWN
    value_type = typed.domain.type
    if node.exact and value_type is not ValueType.TEXT:
        message = f'found "case", and {typed.domain.what} is of type {value_type.value}, which has none'
        ctx.error("type.case", within(path, "case"), message)
    if node.op not in OPERATORS[value_type]:
        operators = [op.value for op in OPERATORS[value_type]]
        same = SAME.get(node.op)
        near = f"did you mean {same.value!r}?" if same in OPERATORS[value_type] else ""
        message = (
            f"found the operator {node.op.value!r}, and {typed.domain.what} is of type {value_type.value};"
            f" expected one of {', '.join(operators)}"
        )
        ctx.error(
            "type.operator", within(path, "op"), message, near or did_you_mean(node.op.value, operators)
        )
        return UNKNOWN
    positive_op = NEGATED.get(node.op, node.op)
    left = Left(typed, subject, node.exact or typed.is_id, within(path, "value"))
    found = _positive(ctx, node, positive_op, left)
    if found is None:
        return UNKNOWN
    return found if positive_op is node.op else bound.Not(found)


def _positive(ctx: Context, node: tree.Compare, op: Op, left: Left) -> bound.Condition | None:
    """Binds an operator that is no complement; None where a problem was noted."""
    domain, at = left.typed.domain, left.path
    match op, node.value:
        case Op.IS_MISSING, None:
            return bound.IsMissing(left.typed.read)
        case ((Op.IN | Op.HAS_ANY | Op.HAS_ALL | Op.IS), tree.Several(values)):
            return _several(ctx, values, op, left)
        case Op.BETWEEN, tree.Range(low, high):
            least = operand(ctx, left.subject, low, domain, f"{at}[0]")
            most = operand(ctx, left.subject, high, domain, f"{at}[1]")
            return None if least is None or most is None else bound.Between(left.typed.read, least, most)
        case Op.WITHIN, (Last() | Before() | BetweenAgo() | Next() | Fixed() | Calendar()) as written:
            for_dates = domain.type is ValueType.DATE
            span = window(ctx, written, at, for_dates=for_dates, subject=left.subject)
            return None if span is None else bound.Within(left.typed.read, span)
        case Op.MORE_THAN, tree.MoreThan() as value:
            return more_than(ctx, value, left)
        case Op.ANNIVERSARY, tree.Anniversary() as value:
            return anniversary(ctx, value, left)
        case Op.WITHIN_KM, tree.Circle() as value:
            return _near(ctx, value, left)
        case _, (Literal() | AttributeValue() | MemberValue() | NowValue() | TodayValue()) as written:
            if op in TEXT_TESTS:
                return _text_test(ctx, written, TEXT_TESTS[op], left)
            if op in CMP and domain.type is not ValueType.CHOICES:
                right = operand(ctx, left.subject, written, domain, at)
                if right is None:
                    return None
                return bound.Compare(left.typed.read, CMP[op], right, exact=_is_exact(left, right))
        case _:
            pass
    expected = _EXPECTED.get(op, "one value")
    if domain.type is ValueType.CHOICES:
        expected = "a list of options"
    ctx.error("type.value", at, f"the value does not fit the operator {node.op.value!r}, expected {expected}")
    return None


_EXPECTED: Mapping[Op, str] = {
    Op.IS_MISSING: "none",
    Op.IN: "a list of values",
    Op.HAS_ANY: "a list of options",
    Op.HAS_ALL: "a list of options",
    Op.BETWEEN: "the low and the high end",
    Op.WITHIN: "a window",
    Op.MORE_THAN: "a duration ago or ahead",
    Op.ANNIVERSARY: "today, a span of days, a month, a day of a month or a weekday",
    Op.WITHIN_KM: "a circle",
}


def _several(ctx: Context, values: tuple[tree.Scalar, ...], op: Op, left: Left) -> bound.Condition | None:
    domain = left.typed.domain
    if op is Op.IS and domain.type is not ValueType.CHOICES:
        message = "found a list for the operator 'is', expected one value"
        ctx.error("type.value", left.path, message, "for one of several, the operator is 'in'")
        return None
    if not values:
        ctx.error("form.empty", left.path, "found an empty list, expected at least one value")
        return None
    found = [constant(ctx, value, domain, f"{left.path}[{i}]") for i, value in enumerate(values)]
    constants = tuple(one for one in found if one is not None)
    if len(constants) < len(values):
        return None
    options = frozenset(str(one.value) for one in constants)
    match op:
        case Op.HAS_ANY:
            return bound.HasAny(left.typed.read, options)
        case Op.HAS_ALL:
            return bound.HasAll(left.typed.read, options)
        case Op.IS:
            return bound.IsSet(left.typed.read, options)
        case _:
            return bound.OneOf(left.typed.read, tuple(dict.fromkeys(constants)), exact=left.exact)


def _text_test(ctx: Context, written: tree.Operand, op: bound.TextOp, left: Left) -> bound.Condition | None:
    right = operand(ctx, left.subject, written, left.typed.domain, left.path)
    is_pattern = op in (bound.TextOp.LIKE, bound.TextOp.MATCHES)
    match right:
        case bound.Shifted() if not is_pattern:
            return bound.TextTest(left.typed.read, op, right, exact=_is_exact(left, right))
        case bound.Constant():
            fault = None
            if op is bound.TextOp.LIKE:
                fault = like_fault(str(right.value))
            elif op is bound.TextOp.MATCHES:
                fault = matches_fault(str(right.value))
            if fault is None:
                return bound.TextTest(left.typed.read, op, right, exact=left.exact)
            ctx.error(f"pattern.{op.value}", left.path, fault)
        case bound.Shifted():
            message = f"found another attribute, expected a pattern of {op.value} that is written out"
            ctx.error("type.value", left.path, message)
        case _:
            pass  # noted already: `now` and `today` are no text
    return None


def _is_exact(left: Left, right: bound.Operand) -> bool:
    """Whether text compares exactly: asked for, or an id of interactions on either side."""
    paths = right.read.by_type if isinstance(right, bound.Shifted) else ()
    return left.exact or any(path.leaf is bound.Builtin.ID for _, path in paths)


def _near(ctx: Context, value: tree.Circle, left: Left) -> bound.Condition | None:
    parts: tuple[tuple[bool, str, str], ...] = (
        (0 < value.km <= KM_MAX, "km", f"found {value.km} km, expected more than 0, at most {KM_MAX}"),
        (-90 <= value.latitude <= 90, "of.latitude", f"found {value.latitude}, expected -90 to 90"),
        (-180 <= value.longitude <= 180, "of.longitude", f"found {value.longitude}, expected -180 to 180"),
    )
    for fits, key, message in parts:
        if not fits:
            ctx.error("value.location", f"{left.path}.{key}", message)
    if not all(fits for fits, _, _ in parts):
        return None
    return bound.Near(left.typed.read, float(value.km), float(value.latitude), float(value.longitude))

"""Handlers for the parts of conditions: names, comparisons, values, times."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, TypeAlias

from lark import Token, Tree

from satsuma.kernel.durations import Duration, Unit
from satsuma.kernel.errors import UsageError
from satsuma.kernel.instants import parse_moment
from satsuma.kernel.limits import OPERANDS_MAX
from satsuma.kernel.windows import Before, BetweenAgo, Calendar, Fixed, Last, Next, Period
from satsuma.kernel.zones import UTC
from satsuma.language import tree
from satsuma.language.text.words import MONTHS
from satsuma.language.tree import Op

Node: TypeAlias = Tree[Token]

Handler: TypeAlias = Callable[[list[Any], Node], Any]
"""Makes the value of a rule from the values of its parts; None stands for an optional part left out."""


@dataclass(frozen=True, slots=True)
class Exact:
    """A value after `exactly`: compared with regard to case."""

    value: Any


def operand(value: Any) -> Any:
    """A right side: literals come as plain values."""
    return value if isinstance(value, tree.Operand) else tree.Literal(value)


def named(values: list[Any], _: Node) -> str:
    """A name, which is never empty."""
    if not values[0]:
        raise UsageError("found an empty text, expected a name", code="form.empty")
    return str(values[0])


def at_most(values: list[Any], most: int, what: str) -> tuple[Any, ...]:
    """Several values, within a limit."""
    if len(values) > most:
        raise UsageError(f"found {len(values)} {what}, expected at most {most}", code="form.too_long")
    return tuple(values)


def whole(value: Any, what: str) -> int:
    """A whole number."""
    if not isinstance(value, int):
        raise UsageError(f"found {value}; expected a whole number {what}")
    return value


def first(values: list[Any], _: Node) -> Any:
    """The handler of rules that only pass on what they hold."""
    return values[0]


def _compare(op: Op) -> Callable[[list[Any], Node], tree.Compare]:
    """A handler for `attribute op value`, where the value may be `exactly` so."""

    def made(values: list[Any], _: Node) -> tree.Compare:
        value = values[1] if len(values) > 1 else None
        exact = isinstance(value, Exact)
        if isinstance(value, Exact):
            value = value.value
        if isinstance(value, str | int | Decimal):
            value = tree.Literal(value)
        return tree.Compare(values[0], op, value, exact)

    return made


_SIGNS = {"≥": ">=", "≤": "<=", "≠": "!="}


def op_of(sign: str) -> Op:
    """The operator of a sign."""
    return Op(_SIGNS.get(sign, sign))


def _minus(values: list[Any], _: Node) -> Any:
    value = values[0]
    # Python's minus would round a decimal to its context.
    return value.copy_negate() if isinstance(value, Decimal) else -value


def _shifted(values: list[Any]) -> Any:
    return values[1] if len(values) > 1 else None


def _month(values: list[Any], _: Node) -> tree.Anniversary:
    word = values[0]
    month = MONTHS.index(word) + 1 if word in MONTHS else whole(word, "for the month")
    return tree.Anniversary(month=month, day=whole(values[1], "for the day") if len(values) > 1 else None)


def unit_of(word: str) -> Unit:
    """The unit of a word, singular or plural."""
    return Unit(word if word.endswith("s") else word + "s")


def _duration(values: list[Any], _: Node) -> Duration:
    n = whole(values[0], f"of {unit_of(values[1])}")
    if n < 1:
        raise UsageError(f"found {n} {values[1]}; expected a duration of at least one", code="usage.duration")
    return Duration(n, unit_of(values[1]))


def _any_duration(values: list[Any], _: Node) -> Duration:
    return Duration(whole(values[0], f"of {unit_of(values[1])}"), unit_of(values[1]))


def _between_ago(values: list[Any], node: Node) -> BetweenAgo:
    farther, nearer = values
    if not isinstance(farther, Duration):
        farther = _duration([farther, nearer.unit.value], node)
    return BetweenAgo(farther, nearer)


def _fixed(start: str | None, end: str | None) -> Fixed:
    for text in (start, end):
        if text is not None:
            # In which zone it is read makes no difference to whether it can be.
            parse_moment(text, UTC)
    return Fixed(start, end)


def _calendar(offset: int) -> Callable[[list[Any], Node], Calendar]:
    return lambda values, _: Calendar(Period(values[0]) if values else Period.DAY, offset)


def _calendar_many(sign: int) -> Callable[[list[Any], Node], Calendar]:
    def made(values: list[Any], _: Node) -> Calendar:
        period, n, unit = values
        if unit.removesuffix("s") != period:
            raise UsageError(f"found the {period} so many {unit} away; expected a number of {period}s")
        return Calendar(Period(period), whole(n, f"of {period}s") * sign)

    return made


PARTS: dict[str, Handler] = {
    "attribute": named,
    "name": named,
    "case_exact": lambda values, _: replace(values[0], exact=True),
    "is_missing": _compare(Op.IS_MISSING),
    "is_present": _compare(Op.IS_PRESENT),
    "is_": _compare(Op.IS),
    "is_not": _compare(Op.IS_NOT),
    "in_": _compare(Op.IN),
    "not_in": _compare(Op.NOT_IN),
    "contains": _compare(Op.CONTAINS),
    "not_contains": _compare(Op.NOT_CONTAINS),
    "starts_with": _compare(Op.STARTS_WITH),
    "not_starts_with": _compare(Op.NOT_STARTS_WITH),
    "ends_with": _compare(Op.ENDS_WITH),
    "not_ends_with": _compare(Op.NOT_ENDS_WITH),
    "like": _compare(Op.LIKE),
    "not_like": _compare(Op.NOT_LIKE),
    "matches": _compare(Op.MATCHES),
    "not_matches": _compare(Op.NOT_MATCHES),
    "compare": lambda values, _: tree.Compare(values[0], op_of(values[1]), operand(values[2])),
    "between": _compare(Op.BETWEEN),
    "not_between": _compare(Op.NOT_BETWEEN),
    "has_any": _compare(Op.HAS_ANY),
    "has_all": _compare(Op.HAS_ALL),
    "has_none": _compare(Op.HAS_NONE),
    "within": _compare(Op.WITHIN),
    "anniversary": _compare(Op.ANNIVERSARY),
    "more_than_ago": lambda values, _: tree.Compare(values[0], Op.MORE_THAN, tree.MoreThan("ago", values[1])),
    "more_than_ahead": lambda values, _: tree.Compare(
        values[0], Op.MORE_THAN, tree.MoreThan("ahead", values[1])
    ),
    "within_km": lambda values, _: tree.Compare(values[0], Op.WITHIN_KM, tree.Circle(*values[1:])),
    "exact": lambda values, _: Exact(values[0]),
    "ann_today": lambda _, __: tree.Anniversary(today=True),
    "ann_next": lambda values, _: tree.Anniversary(next=values[0]),
    "ann_last": lambda values, _: tree.Anniversary(last=values[0]),
    "ann_month": _month,
    "ann_weekday": lambda values, _: tree.Anniversary(weekday=values[0]),
    "list": lambda values, _: tree.Several(at_most(values, OPERANDS_MAX, "values")),
    "number": first,
    "text": first,
    "true": lambda _, __: True,
    "false": lambda _, __: False,
    "other_attribute": lambda values, _: tree.AttributeValue(values[0], _shifted(values)),
    "member": lambda values, _: tree.MemberValue(values[0], _shifted(values)),
    "now": lambda values, _: tree.NowValue(values[0] if values else None),
    "today": lambda values, _: tree.TodayValue(values[0] if values else None),
    "plus": first,
    "minus": _minus,
    "range": lambda values, _: tree.Range(*map(operand, values)),
    "duration": _duration,
    "shift_duration": _any_duration,
    "last": lambda values, _: Last(values[0]),
    "next": lambda values, _: Next(values[0]),
    "before": lambda values, _: Before(values[0]),
    "between_ago": _between_ago,
    "fixed": lambda values, _: _fixed(values[0], values[1]),
    "fixed_from": lambda values, _: _fixed(values[0], None),
    "fixed_to": lambda values, _: _fixed(None, values[0]),
    "calendar_today": _calendar(0),
    "calendar_yesterday": _calendar(-1),
    "calendar_tomorrow": _calendar(1),
    "calendar_this": _calendar(0),
    "calendar_last": _calendar(-1),
    "calendar_next": _calendar(1),
    "calendar_ago": _calendar_many(-1),
    "calendar_ahead": _calendar_many(1),
}
"""Rule or alternative of the grammar → its handler."""

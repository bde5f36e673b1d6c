"""Canonical: one form for conditions that are written differently and mean the same, and its hash.

Only rewrites that keep the meaning whatever the catalog are made:

- nested `all` (`any`) are flattened; children are sorted, repeated ones dropped; one alone stands by itself;
  `all` with no one in it is no one, `any` with everyone in it is everyone
- negative operators become `not` over the positive one, `is_present` over `is_missing`; two `not` vanish
- `in` with one value is `is`, or `=` for numbers; `has_all` with one option is `has_any`; lists are sorted
- comparisons of counts with whole numbers come down to `>=`, `=` and `between`: `did` with `= 0` is `not did`
- numbers lose trailing zeros; exact durations take the largest unit up to days that fits, calendar durations
  are months; texts take normal form C; names of segments and lists are folded
- a `where` that everyone meets is left out, as is `"case"` where nothing compares

Not rewritten: `not` over `all` and `any`, `between` and pairs of bounds, paths and patterns of types, texts
that differ in case only (whether case counts is the attribute's matter), times that are written differently.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from satsuma.kernel.durations import Duration, Unit
from satsuma.kernel.ids import stable_hash
from satsuma.kernel.names import name_key
from satsuma.kernel.text import nfc
from satsuma.kernel.windows import Before, BetweenAgo, Calendar, Fixed, Last, Next, Window
from satsuma.language import tree
from satsuma.language.binding.operators import NEGATED
from satsuma.language.numbers import stripped
from satsuma.language.tree import EVERYONE, NO_ONE, Condition, Op
from satsuma.language.walk import with_inner
from satsuma.language.wire.printing import number_to_json, scalar_to_json, to_json
from satsuma.language.wire.text import dumps

_COUNTS = (tree.Count, tree.CountDistinct, tree.CountDays, tree.ActivePeriods)
_LARGER = ((Unit.SECONDS, 60, Unit.MINUTES), (Unit.MINUTES, 60, Unit.HOURS), (Unit.HOURS, 24, Unit.DAYS))


def canonical(condition: Condition) -> Condition:
    """The canonical form of a condition; that of a canonical form is itself.

    Args:
        condition: Within the limits of depth. References by number stay apart from those by name: put numbers
            in first (`references.with_ids`) where segments are to be told by them.
    """
    match with_inner(condition, canonical):
        case tree.All(conditions):
            return _joined(conditions, tree.All, EVERYONE, NO_ONE)
        case tree.AnyOf(conditions):
            return _joined(conditions, tree.AnyOf, NO_ONE, EVERYONE)
        case tree.Not(inner):
            return negation(inner)
        case tree.Compare() as node:
            return _compare(node)
        case tree.Related(path, where, measure, test):
            return _measured(tree.Related(nfc(path), where, _measure(measure), _test(test)))
        case tree.Did() as node:
            return _did(node)
        case tree.Occurrence(which, types, has, where, during):
            return tree.Occurrence(which, _types(types), has, _where(where), _window(during))
        case tree.Sequence() as node:
            return _sequence(node)
        case tree.Held(inner, op, duration):
            return tree.Held(inner, op, _duration(duration))
        case tree.InSegment(segment):
            return tree.InSegment(_ref(segment))
        case tree.InList(in_list):
            return tree.InList(_ref(in_list))
        case tree.Crossed(direction, segment, during):
            return tree.Crossed(direction, _ref(segment), _window(during))
        case tree.Consent(topic, state):
            return tree.Consent(nfc(topic), state)
        case tree.Top() as node:
            return _top(node)
        case tree.Sample(percent, start, salt):
            return tree.Sample(_number(percent), _number(start), salt)


def canonical_text(condition: Condition) -> str:
    """The canonical form as JSON text with sorted keys: equal exactly where the canonical forms are."""
    return dumps(to_json(canonical(condition)), sort_keys=True)


def canonical_hash(condition: Condition, timezone: str | None, audience: str | None) -> str:
    """A hash of what a condition means for an audience in a time zone; 32 hexadecimal digits.

    It may be taken of any part of a definition too. None stands for the workspace's default.
    """
    parts = {"audience": audience, "timezone": timezone, "where": to_json(canonical(condition))}
    return stable_hash(dumps(parts, sort_keys=True))


def negation(condition: Condition) -> Condition:
    """The canonical form of the complement of a canonical form."""
    match condition:
        case tree.Not(inner):
            return inner
        case tree.All(()):
            return NO_ONE
        case tree.AnyOf(()):
            return EVERYONE
        case _:
            return tree.Not(condition)


Joined = TypeVar("Joined", tree.All, tree.AnyOf)


def _joined(
    conditions: tuple[Condition, ...], kind: type[Joined], nothing: Condition, absorbing: Condition
) -> Condition:
    """Children of an `all` or `any`, flattened, sorted, each once."""
    by_text: dict[str, Condition] = {}
    for child in conditions:
        for part in child.conditions if isinstance(child, kind) else (child,):
            by_text[dumps(to_json(part), sort_keys=True)] = part
    parts = tuple(by_text[text] for text in sorted(by_text))
    if absorbing in parts:
        return absorbing
    if not parts:
        return nothing
    return parts[0] if len(parts) == 1 else kind(parts)


def _compare(node: tree.Compare) -> Condition:
    attribute, op = nfc(node.attribute), NEGATED.get(node.op, node.op)
    value, exact = _value(node.value), node.exact and op is not Op.IS_MISSING
    if isinstance(value, tree.Several) and len(value.values) == 1:
        if op is Op.IN:
            scalar = value.values[0]
            op, value = Op.IS if isinstance(scalar, str) else Op.EQ, tree.Literal(scalar)
        elif op is Op.HAS_ALL:
            op = Op.HAS_ANY
    positive = tree.Compare(attribute, op, value, exact)
    return tree.Not(positive) if node.op in NEGATED else positive


def _did(node: tree.Did) -> Condition:
    found = tree.Did(
        _types(node.types),
        _where(node.where),
        _window(node.during),
        None if node.of is None else nfc(node.of),
        _measure(node.measure),
        _test(node.test),
    )
    return _measured(found)


def _measured(node: tree.Did | tree.Related) -> Condition:
    """A measure's condition with `!=` as a complement, and of counts only `>=`, `=` and `between`."""
    op, value = node.test.op, node.test.value
    if op is Op.NE:
        return negation(_measured(replace(node, test=tree.Test(Op.EQ, value))))
    if not isinstance(node.measure, _COUNTS):
        return node
    match value:
        case tree.Literal(int() as n) if not isinstance(n, bool):
            if op is Op.GT:
                return replace(node, test=_at_least(n + 1))
            if op is Op.LE:
                return negation(replace(node, test=_at_least(n + 1)))
            if op is Op.LT:
                return negation(replace(node, test=_at_least(n)))
            if op is Op.EQ and n == 0:
                return negation(replace(node, test=_at_least(1)))
    return node


def _at_least(n: int) -> tree.Test:
    return tree.Test(Op.GE, tree.Literal(n))


def _sequence(node: tree.Sequence) -> Condition:
    steps = tuple(
        tree.Step(
            _types(step.types),
            _where(step.where),
            None if step.within is None else _duration(step.within),
            None
            if step.blocker is None
            else tree.Blocker(_types(step.blocker.types), _where(step.blocker.where)),
        )
        for step in node.steps
    )
    absence = node.absence
    if absence is not None:
        absence = tree.Absence(_types(absence.types), _duration(absence.within), _where(absence.where))
    return tree.Sequence(steps, absence, _window(node.during), _sorted(map(nfc, node.same)))


def _top(node: tree.Top) -> Condition:
    return tree.Top(
        None if node.percent is None else _number(node.percent),
        node.count,
        None if node.measure is None else _measure(node.measure),
        None if node.attribute is None else nfc(node.attribute),
        None if node.types is None else _types(node.types),
        _where(node.where),
        _window(node.during),
        _where(node.among),
        node.lowest,
    )


def _where(condition: Condition | None) -> Condition | None:
    return None if condition == EVERYONE else condition


def _types(types: tree.Types) -> tree.Types:
    return tree.Types(_sorted(map(nfc, types.names)))


def _sorted(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))


def _ref(ref: tree.Ref) -> tree.Ref:
    return name_key(ref) if isinstance(ref, str) else ref


def _measure(measure: tree.Measure) -> tree.Measure:
    match measure:
        case tree.CountDistinct(attribute):
            return tree.CountDistinct(nfc(attribute))
        case tree.Aggregate(fold, attribute):
            return tree.Aggregate(fold, nfc(attribute))
        case tree.ActivePeriods(length, of_last, count):
            test = _test(count)
            match test.value:
                case tree.Literal(int() as n) if test.op is Op.GT and not isinstance(n, bool):
                    test = _at_least(n + 1)
            return tree.ActivePeriods(_duration(length), of_last, test)
        case _:
            return measure


def _test(test: tree.Test) -> tree.Test:
    value = test.value
    if isinstance(value, tree.Range):
        return tree.Test(test.op, tree.Range(_operand(value.low), _operand(value.high)))
    if isinstance(value, Last | Before | BetweenAgo | Next | Fixed | Calendar):
        return tree.Test(test.op, _window_of(value))
    return tree.Test(test.op, _operand(value))


def _value(value: tree.Value) -> tree.Value:
    match value:
        case None | tree.Anniversary(next=None, last=None):
            return value
        case tree.Several(values):
            by_text = {dumps(scalar_to_json(scalar)): scalar for scalar in map(_scalar, values)}
            return tree.Several(tuple(by_text[text] for text in sorted(by_text)))
        case tree.Range(low, high):
            return tree.Range(_operand(low), _operand(high))
        case tree.MoreThan(direction, duration):
            return tree.MoreThan(direction, _duration(duration))
        case tree.Anniversary(next=ahead, last=ago):
            return replace(
                value,
                next=None if ahead is None else _duration(ahead),
                last=None if ago is None else _duration(ago),
            )
        case tree.Circle(km, latitude, longitude):
            return tree.Circle(_number(km), _number(latitude), _number(longitude))
        case Last() | Before() | BetweenAgo() | Next() | Fixed() | Calendar():
            return _window_of(value)
        case _:
            return _operand(value)


def _operand(operand: tree.Operand) -> tree.Operand:
    match operand:
        case tree.Literal(value):
            return tree.Literal(_scalar(value))
        case tree.AttributeValue(path, plus):
            return tree.AttributeValue(nfc(path), _plus(plus))
        case tree.MemberValue(path, plus):
            return tree.MemberValue(nfc(path), _plus(plus))
        case tree.NowValue(plus):
            return tree.NowValue(None if plus is None else _duration(plus))
        case tree.TodayValue(plus):
            return tree.TodayValue(None if plus is None else _duration(plus))


def _plus(plus: tree.Number | Duration | None) -> tree.Number | Duration | None:
    if plus is None:
        return None
    return _duration(plus) if isinstance(plus, Duration) else _number(plus)


def _scalar(scalar: tree.Scalar) -> tree.Scalar:
    match scalar:
        case bool():
            return scalar
        case str():
            return nfc(scalar)
        case _:
            return _number(scalar)


def _number(number: tree.Number) -> tree.Number:
    """A number as an integer where it is printed as one, else as a decimal without trailing zeros."""
    printed = number_to_json(number)
    return printed if isinstance(printed, int) else stripped(number)


def _duration(duration: Duration) -> Duration:
    if duration.months:
        return Duration(duration.months, Unit.MONTHS)
    n, unit = duration.n, duration.unit
    if unit is Unit.WEEKS:
        return Duration(n * 7, Unit.DAYS)
    if unit in (Unit.QUARTERS, Unit.YEARS):
        return Duration(0, Unit.MONTHS)
    for smaller, many, larger in _LARGER:
        if unit is smaller and n % many == 0:
            n, unit = n // many, larger
    return Duration(n, unit)


def _window(window: Window | None) -> Window | None:
    return None if window is None else _window_of(window)


def _window_of(window: Window) -> Window:
    match window:
        case Last(duration):
            return Last(_duration(duration))
        case Before(duration):
            return Before(_duration(duration))
        case Next(duration):
            return Next(_duration(duration))
        case BetweenAgo(farther, nearer):
            return BetweenAgo(_duration(farther), _duration(nearer))
        case Fixed() | Calendar():
            return window

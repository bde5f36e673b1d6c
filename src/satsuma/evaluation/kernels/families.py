"""Families: conditions that count, or sum, the same interactions in other windows, answered together.

When a version is made, hundreds of conditions are asked about the same few members. One by one, each costs a
dozen operations on arrays; together they cost one pass over the members' rows, and each one a comparison.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import TypeAlias

import numpy as np

from satsuma.catalog.model import ValueType
from satsuma.evaluation.kernels import matching, measures
from satsuma.evaluation.kernels.reading import read
from satsuma.evaluation.kernels.scope import Bools, Ints, Records, Scope
from satsuma.evaluation.kernels.vectors import SCALE
from satsuma.evaluation.kernels.windows import add_in_windows
from satsuma.language import bound
from satsuma.language.bound import Cmp, MeasureKind

_END = 2**63
_EXACT = (ValueType.INTEGER, ValueType.DECIMAL)

Span: TypeAlias = tuple[int, int]
"""Instants, `low <= at < high`."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """One condition of a family.

    Attributes:
        place: Among all conditions.
        low, high: Its measure has to lie between them, both included, or not to, where `negated`.
    """

    place: int
    span: Span
    low: int
    high: int
    negated: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Family:
    """Conditions with all but their windows, and what they compare with, in common."""

    like: bound.Did
    scope: Scope
    asked: list[_Asked] = field(default_factory=list)


def answered(
    conditions: Sequence[tuple[bound.Condition, Scope]], frame: Records, among: Bools
) -> dict[int, Bools]:
    """The truth of those conditions that belong to families, by their places, for given records.

    Args:
        conditions: Each with what it is evaluated in.
        among: By row of the frame, whose truth matters; for the others any answer may come.
    """
    families: dict[object, _Family] = {}
    for place, (condition, scope) in enumerate(conditions):
        if isinstance(condition, bound.Did) and condition.of is None:
            limits = _limits(condition)
            if limits is not None:
                family = families.setdefault(_key(condition, scope), _Family(condition, scope))
                family.asked.append(
                    _Asked(place, scope.happened(condition.during), *limits, condition.test.negated)
                )
    found: dict[int, Bools] = {}
    for family in families.values():
        found |= _answers(family, frame, among)
    return found


def _limits(condition: bound.Did) -> tuple[int, int] | None:
    """Between which whole numbers, both included, the stored measure has to lie; None where not so."""
    measure, test = condition.measure, condition.test
    if measure.periods is not None or test.window is not None:
        return None
    if measure.kind is MeasureKind.SUM:
        if measures.read_of(measure).type not in _EXACT:
            return None
        scale = SCALE.get(measures.read_of(measure).type, 1)
    elif measure.kind is MeasureKind.COUNT:
        scale = 1
    else:
        return None
    right, high = _exact(test.right), None if test.high is None else _exact(test.high)
    if right is None or (test.high is not None and high is None):
        return None
    return _between(test.op, right, high, scale)


def _exact(right: bound.Operand | None) -> int | Decimal | None:
    """A constant that is a whole or decimal number."""
    if not isinstance(right, bound.Constant) or right.type not in _EXACT:
        return None
    value = right.value
    return value if isinstance(value, int | Decimal) and not isinstance(value, bool) else None


@lru_cache(maxsize=10_000)
def _between(op: Cmp, right: int | Decimal, high: int | Decimal | None, scale: int) -> tuple[int, int]:
    value = Fraction(right) * scale
    low, most = -_END, _END - 1
    match op:
        case Cmp.EQ:
            low, most = math.ceil(value), math.floor(value)
        case Cmp.GE:
            low = math.ceil(value)
        case Cmp.GT:
            low = math.floor(value) + 1
        case Cmp.LE:
            most = math.floor(value)
        case Cmp.LT:
            most = math.ceil(value) - 1
    if high is not None:
        most = min(most, math.floor(Fraction(high) * scale))
    if low > most or low >= _END or most < -_END:
        # No number lies there.
        return 1, 0
    return max(low, -_END), min(most, _END - 1)


def _key(condition: bound.Did, scope: Scope) -> object:
    # What stands in the filter may be relative to the zone.
    filtered = condition.where is not None
    return (
        tuple(one.number for one in condition.types),
        condition.measure.kind,
        condition.measure.read,
        condition.where,
        scope.zone.name if filtered else None,
    )


def _answers(family: _Family, frame: Records, among: Bools) -> dict[int, Bools]:
    spans = sorted({one.span for one in family.asked})
    total = _totals(family, spans, frame, among)
    if total is None:
        return {}
    row = {span: total[place] for place, span in enumerate(spans)}
    found: dict[int, Bools] = {}
    for one in family.asked:
        holds = row[one.span] >= one.low
        if one.high != _END - 1:
            holds &= row[one.span] <= one.high
        found[one.place] = ~holds if one.negated else holds
    return found


def _totals(family: _Family, spans: Sequence[Span], frame: Records, among: Bools) -> Ints | None:
    """A row for each span, a column for each record; None where 64 bits may not hold the sums."""
    lows, highs = (np.array(ends, dtype=np.int64) for ends in zip(*spans, strict=True))
    total = np.zeros((len(spans), len(frame)), dtype=np.int64)
    like, scope = family.like, family.scope
    if like.where is None and like.measure.kind is MeasureKind.COUNT:
        for type_ in like.types:
            for part in scope.interactions(type_).parts:
                if part.size:
                    add_in_windows(*part.ranges(frame.numbers), part.occurred_at, None, lows, highs, total)
        return total
    whole = int(lows[0]), int(highs.max())
    size = 0
    for one in matching.matches(like.types, like.where, whole, frame, among, scope):
        ends = np.zeros(len(frame) + 1, dtype=np.int64)
        np.cumsum(np.bincount(one.owner, minlength=len(frame)), out=ends[1:])
        before = None
        if like.measure.kind is MeasureKind.SUM:
            vector = read(measures.read_of(like.measure), one.frame, scope)
            if vector.data.dtype == object or vector.scale != SCALE.get(vector.type, 1):
                return None
            values = np.where(vector.present(), vector.data, 0)
            size += max(int(values.max()), -int(values.min())) * len(values) if len(values) else 0
            if size >= _END:
                return None
            before = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(values)])
        add_in_windows(ends[:-1], ends[1:], one.frame.at(), before, lows, highs, total)
    return total

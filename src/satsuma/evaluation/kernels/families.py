"""Families: conditions that count, or sum, the same interactions in other windows, answered together.

When a version is made, hundreds of conditions are asked about the same few members. One by one, each costs a
dozen operations on arrays; together they cost one pass over the members' rows, and each one a comparison.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import TypeAlias

import numpy as np

from satsuma.catalog.model import ValueType
from satsuma.evaluation.kernels import matching, measures
from satsuma.evaluation.kernels.bounded import Bounds, add_between, bounds_of
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

FORMS_MAX = 100_000
"""More than this many are not kept."""

SPANS_MAX = 4
"""Rows that are filtered are gone through once for each of so many windows; else copied, once for all."""

FEW_MAX = 256
"""Of so few records all conditions of a family are compared at once; of more each by itself."""


@dataclass(frozen=True, slots=True, eq=False)
class _Family:
    """Conditions with all but their windows, and what they compare with, in common, by their places."""

    like: bound.Did
    bounds: Mapping[int, Bounds] | None
    scope: Scope
    asked: list[tuple[int, Form]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """A condition that counts or sums, as families have it.

    Attributes:
        family: The same number for all that count, or sum, the same interactions.
        window: The same number for all that look at the same window in the same zone.
        low, high: The measure has to lie between them, both included, or not to, where `negated`.
        bounds: By type what a filter asks of one integer of what is counted; None: it asks other things.
    """

    condition: bound.Did
    family: int
    window: int
    low: int
    high: int
    negated: bool
    bounds: Mapping[int, Bounds] | None


class Forms:
    """The forms of conditions that are asked again and again; not to be shared by threads."""

    def __init__(self) -> None:
        """Know none."""
        self._forms: dict[tuple[int, str], tuple[bound.Condition, Form | None]] = {}
        self._families: dict[object, int] = {}
        self._windows: dict[object, int] = {}

    def of(self, condition: bound.Condition, zone: str) -> Form | None:
        """The form of a condition in a time zone; None for those that belong to no family."""
        known = self._forms.get((id(condition), zone))
        if known is None:
            # With the condition itself, so that no other can come to stand at its address.
            known = self._forms[id(condition), zone] = condition, self._form(condition, zone)
        return known[1]

    def trim(self) -> None:
        """Begin anew where there are too many."""
        if len(self._forms) > FORMS_MAX:
            self._forms.clear()
            self._families.clear()
            self._windows.clear()

    def _form(self, condition: bound.Condition, zone: str) -> Form | None:
        if not isinstance(condition, bound.Did) or condition.of is not None:
            return None
        limits = _limits(condition)
        if limits is None:
            return None
        family = self._families.setdefault(_key(condition, zone), len(self._families))
        window = self._windows.setdefault((condition.during, zone), len(self._windows))
        counts = condition.measure.kind is MeasureKind.COUNT
        bounds = bounds_of(condition.where, condition.types) if counts else None
        return Form(condition, family, window, *limits, condition.test.negated, bounds)


def answered(
    conditions: Sequence[tuple[bound.Condition, Scope]], frame: Records, among: Bools, forms: Forms
) -> dict[int, Bools]:
    """The truth of those conditions that belong to families, by their places, for given records.

    Args:
        conditions: Each with what it is evaluated in.
        among: By row of the frame, whose truth matters; for the others any answer may come.
        forms: Of conditions, as far as they are known already.
    """
    forms.trim()
    families: dict[int, _Family] = {}
    spans: dict[int, Span] = {}
    for place, (condition, scope) in enumerate(conditions):
        form = forms.of(condition, scope.zone.name)
        if form is None:
            continue
        if form.window not in spans:
            spans[form.window] = scope.happened(form.condition.during)
        if form.family not in families:
            families[form.family] = _Family(form.condition, form.bounds, scope)
        families[form.family].asked.append((place, form))
    found: dict[int, Bools] = {}
    for family in families.values():
        found.update(_answers(family, spans, frame, among))
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


def _key(condition: bound.Did, zone: str) -> object:
    # What stands in the filter may be relative to the zone.
    filtered = condition.where is not None
    return (
        tuple(one.number for one in condition.types),
        condition.measure.kind,
        condition.measure.read,
        condition.where,
        zone if filtered else None,
    )


def _answers(
    family: _Family, spans: Mapping[int, Span], frame: Records, among: Bools
) -> Iterable[tuple[int, Bools]]:
    spans_of = sorted({spans[form.window] for _, form in family.asked})
    total = _totals(family, spans_of, frame, among)
    if total is None:
        return ()
    row = {span: place for place, span in enumerate(spans_of)}
    rows = [row[spans[form.window]] for _, form in family.asked]
    if len(frame) > FEW_MAX:
        return [
            (place, _holds(total[row], form)) for row, (place, form) in zip(rows, family.asked, strict=True)
        ]
    low, high, negated = (
        np.array(values).reshape(-1, 1)
        for values in zip(*((form.low, form.high, form.negated) for _, form in family.asked), strict=True)
    )
    asked = total[rows]
    holds = ((asked >= low) & (asked <= high)) != negated
    return zip((place for place, _ in family.asked), holds, strict=True)


def _holds(measured: Ints, form: Form) -> Bools:
    holds = measured >= form.low
    if form.high != _END - 1:
        holds &= measured <= form.high
    return ~holds if form.negated else holds


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
    if family.bounds is not None and len(spans) <= SPANS_MAX:
        for type_ in like.types:
            if (own := family.bounds.get(type_.number)) is not None:
                for part in scope.interactions(type_).parts:
                    if part.size:
                        add_between(part, own, spans, frame.numbers, total)
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

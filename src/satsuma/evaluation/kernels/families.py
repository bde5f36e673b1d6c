"""Families: conditions that count, or sum, the same interactions in other windows, answered together.

When a version is made, hundreds of conditions are asked about the same few members. One by one, each costs a
dozen operations on arrays; together they cost one pass over the members' rows, and each one a comparison. The
same goes for sequences of one type and then another, whose least time between the two is compared.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
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
from satsuma.evaluation.kernels.sequences import is_pair, is_woven, pairs
from satsuma.evaluation.kernels.vectors import SCALE
from satsuma.evaluation.kernels.windows import add_in_windows, compare
from satsuma.language import bound
from satsuma.language.bound import Cmp, MeasureKind

_END = 2**63
_EXACT = (ValueType.INTEGER, ValueType.DECIMAL)

Span: TypeAlias = tuple[int, int]
"""Instants, `low <= at < high`."""

FORMS_MAX = 100_000
"""More than this many are not kept."""


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """A condition that counts or sums, as families have it.

    Attributes:
        family: The same number for all that count, or sum, the same interactions; or that count what lies
            between bounds of one attribute.
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


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """A sequence of one type and then another; `family` as of `Form`."""

    condition: bound.Sequence
    family: int


@dataclass(frozen=True, slots=True, eq=False)
class _Family:
    """Conditions that are answered together, by their places."""

    scope: Scope
    asked: list[tuple[int, Form]] = field(default_factory=list)
    pairs: list[tuple[int, Pair]] = field(default_factory=list)


class Forms:
    """The forms of conditions that are asked again and again; not to be shared by threads."""

    def __init__(self) -> None:
        """Know none."""
        self._forms: dict[tuple[int, str], tuple[bound.Condition, Form | Pair | None]] = {}
        self._families: dict[object, int] = {}
        self._windows: dict[object, int] = {}

    def of(self, condition: bound.Condition, zone: str) -> Form | Pair | None:
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

    def _form(self, condition: bound.Condition, zone: str) -> Form | Pair | None:
        if isinstance(condition, bound.Sequence) and is_pair(condition):
            types = tuple(step.pattern.types[0].number for step in condition.steps)
            return Pair(condition, self._family((types, condition.during, zone)))
        if not isinstance(condition, bound.Did) or condition.of is not None:
            return None
        limits = _limits(condition)
        if limits is None:
            return None
        window = self._windows.setdefault((condition.during, zone), len(self._windows))
        counts = condition.measure.kind is MeasureKind.COUNT
        bounds = bounds_of(condition.where, condition.types) if counts else None
        family = self._family(_key(condition, zone, bounds))
        return Form(condition, family, window, *limits, condition.test.negated, bounds)

    def _family(self, key: object) -> int:
        return self._families.setdefault(key, len(self._families))


def answered(
    conditions: Sequence[tuple[bound.Condition, Scope]],
    frame: Records,
    among: Bools,
    forms: Forms,
    found: Bools,
) -> set[int]:
    """Put the truth of those conditions that belong to families into a table, for given records.

    Args:
        conditions: Each with what it is evaluated in.
        among: By row of the frame, whose truth matters; for the others any answer may come.
        forms: Of conditions, as far as they are known already.
        found: Bool, contiguous, a row for each condition, a column for each record.

    Returns:
        The places of the conditions that were answered.
    """
    forms.trim()
    families: dict[int, _Family] = {}
    spans: dict[int, Span] = {}
    for place, (condition, scope) in enumerate(conditions):
        match form := forms.of(condition, scope.zone.name):
            case Form(window=window):
                if window not in spans:
                    spans[window] = scope.happened(form.condition.during)
                _of(families, form.family, scope).asked.append((place, form))
            case Pair(family=family) if is_woven(frame):
                _of(families, family, scope).pairs.append((place, form))
            case _:
                pass
    places: set[int] = set()
    for one in families.values():
        if one.pairs:
            answers = pairs([pair.condition for _, pair in one.pairs], frame, one.scope, among)
            for (place, _), holds in zip(one.pairs, answers, strict=True):
                found[place] = holds
            places.update(place for place, _ in one.pairs)
        elif _answer(one, spans, frame, among, found):
            places.update(place for place, _ in one.asked)
    return places


def _of(families: dict[int, _Family], number: int, scope: Scope) -> _Family:
    if number not in families:
        families[number] = _Family(scope)
    return families[number]


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


def _key(condition: bound.Did, zone: str, bounds: Mapping[int, Bounds] | None) -> object:
    types = tuple(one.number for one in condition.types)
    if bounds is not None:
        return types, tuple((number, one.attribute) for number, one in bounds.items())
    # What stands in the filter may be relative to the zone.
    filtered = condition.where is not None
    return types, condition.measure.kind, condition.measure.read, condition.where, zone if filtered else None


def _answer(family: _Family, spans: Mapping[int, Span], frame: Records, among: Bools, found: Bools) -> bool:
    """Put the answers of a family into a table; False: nothing, for 64 bits may not hold the sums."""
    row: dict[object, int] = {}
    measured: list[tuple[Span, Form]] = []
    rows = []
    # Windows ascend in what is measured.
    asked = sorted(family.asked, key=lambda one: spans[one[1].window])
    for _, form in asked:
        span = spans[form.window]
        bounds = None if form.bounds is None else tuple(form.bounds.values())
        if row.setdefault((span, bounds), len(measured)) == len(measured):
            measured.append((span, form))
        rows.append(row[span, bounds])
    total = _totals(family, measured, frame, among)
    if total is None:
        return False
    places, forms = [place for place, _ in asked], [form for _, form in asked]
    compare(
        total,
        np.array(rows),
        np.array([form.low for form in forms]),
        np.array([form.high for form in forms]),
        np.array([form.negated for form in forms]),
        np.array(places),
        found,
    )
    return True


def _totals(
    family: _Family, measured: Sequence[tuple[Span, Form]], frame: Records, among: Bools
) -> Ints | None:
    """A row for each window (and bounds), a column for each record; None where 64 bits may not hold them."""
    total = np.zeros((len(measured), len(frame)), dtype=np.int64)
    like, scope = measured[0][1].condition, family.scope
    lows, highs = (
        np.array(ends, dtype=np.int64) for ends in zip(*(span for span, _ in measured), strict=True)
    )
    if like.where is None and like.measure.kind is MeasureKind.COUNT:
        for type_ in like.types:
            for part in scope.interactions(type_).parts:
                if part.size:
                    add_in_windows(*part.ranges(frame.numbers), part.occurred_at, None, lows, highs, total)
        return total
    if measured[0][1].bounds is not None:
        _add_bounded(measured, frame, scope, total)
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


def _add_bounded(measured: Sequence[tuple[Span, Form]], frame: Records, scope: Scope, total: Ints) -> None:
    of_types = [(span, form.bounds) for span, form in measured if form.bounds is not None]
    for type_ in measured[0][1].condition.types:
        asked = [(span, of_type[type_.number]) for span, of_type in of_types if type_.number in of_type]
        for part in scope.interactions(type_).parts:
            if asked and part.size and frame.numbers is not None:
                add_between(part, asked[0][1].attribute, asked, frame.numbers, total)

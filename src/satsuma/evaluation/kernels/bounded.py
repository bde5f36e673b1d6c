"""Bounded: how many of each member's interactions have a number between two bounds, in one pass over them.

`did purchase at least 2 times where amount >= 100` is asked so often that it does not copy what it looks at.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from satsuma.catalog.model import Attribute, InteractionType, ValueType
from satsuma.evaluation.kernels.compiled import Bools, Ints, as_input, compiled_once
from satsuma.evaluation.kernels.parallel import in_pieces
from satsuma.evaluation.kernels.scope import Records, Scope
from satsuma.evaluation.kernels.searching import lower_bound
from satsuma.evaluation.kernels.vectors import SCALE
from satsuma.index.parts import Part
from satsuma.language import bound
from satsuma.language.bound import Cmp

_EXACT = (ValueType.INTEGER, ValueType.DECIMAL)
_INT64_MIN, _INT64_MAX = -(2**63), 2**63 - 1


@dataclass(frozen=True, slots=True)
class Bounds:
    """Of one type's interactions: an attribute, by number, and what its stored integers lie between."""

    attribute: int
    low: int
    high: int


def bounds_of(
    where: bound.Condition | None, types: tuple[InteractionType, ...]
) -> Mapping[int, Bounds] | None:
    """By number of each type that has the attribute, what a condition on interactions asks of it.

    None where it asks something else than that an integer or a decimal lie between constants.
    """
    match where:
        case bound.Compare(read, op, bound.Constant() as right):
            asked = [(op, _number(right))]
        case bound.Between(read, bound.Constant() as low, bound.Constant() as high):
            asked = [(Cmp.GE, _number(low)), (Cmp.LE, _number(high))]
        case _:
            return None
    numbers = [(op, number) for op, number in asked if number is not None]
    if read.type not in _EXACT or len(numbers) < len(asked):
        return None
    paths = dict(read.by_type)
    found = {}
    for type_ in types:
        path = paths.get(type_.name)
        if path is None:
            continue
        if path.hops or not isinstance(path.leaf, Attribute) or path.leaf.type not in _EXACT:
            return None
        ends = _ends(numbers, SCALE.get(path.leaf.type, 1))
        found[type_.number] = Bounds(path.leaf.number, *ends)
    return found


def _number(of: bound.Constant) -> Fraction | None:
    value: object = of.value
    if of.type not in _EXACT or isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    return Fraction(value)


def _ends(asked: list[tuple[Cmp, Fraction]], scale: int) -> tuple[int, int]:
    """The least and the greatest integer over a scale for which all comparisons hold."""
    least, greatest = _INT64_MIN, _INT64_MAX
    for op, number in asked:
        value = number * scale
        match op:
            case Cmp.EQ:
                least, greatest = max(least, math.ceil(value)), min(greatest, math.floor(value))
            case Cmp.GE:
                least = max(least, math.ceil(value))
            case Cmp.GT:
                least = max(least, math.floor(value) + 1)
            case Cmp.LE:
                greatest = min(greatest, math.floor(value))
            case Cmp.LT:
                greatest = min(greatest, math.ceil(value) - 1)
    return (least, greatest) if _INT64_MIN <= least <= greatest <= _INT64_MAX else (1, 0)


def counted_between(
    types: tuple[InteractionType, ...],
    bounds: Mapping[int, Bounds],
    span: tuple[int, int],
    frame: Records,
    among: Bools,
    scope: Scope,
) -> NDArray[np.int32]:
    """How many interactions of each of all members lie in a span of time and between the bounds."""
    total = np.zeros(len(frame), dtype=np.int32)
    for type_ in types:
        if (own := bounds.get(type_.number)) is not None:
            for part in scope.interactions(type_).parts:
                _add(part, own, span, among, total)
    return total


def add_between(
    part: Part, attribute: int, asked: Sequence[tuple[tuple[int, int], Bounds]], numbers: Ints, total: Ints
) -> None:
    """Add how many interactions of each of some members, in a part, lie in spans and between bounds.

    Args:
        attribute: What the bounds are about, by number.
        asked: Spans and bounds.
        numbers: Of the members.
        total: A row for each span with its bounds, a column for each member; int64, contiguous.
    """
    column = part.columns[attribute].whole
    begins, ends = part.ranges(numbers)
    lows, highs = (np.array(values) for values in zip(*(span for span, _ in asked), strict=True))
    _add_between(
        as_input(begins, np.int64),
        as_input(ends, np.int64),
        as_input(part.occurred_at, np.int64),
        as_input(column.values, np.int64),
        as_input(np.zeros(0, dtype=np.bool_) if column.valid is None else column.valid, np.bool_),
        as_input(lows, np.int64),
        as_input(highs, np.int64),
        as_input(np.array([bounds.low for _, bounds in asked]), np.int64),
        as_input(np.array([bounds.high for _, bounds in asked]), np.int64),
        total,
    )


@compiled_once
def _add_between(  # noqa: PLR0917 - compiled functions take arrays one by one, and no keywords
    begins: Ints,
    ends: Ints,
    at: Ints,
    values: Ints,
    valid: Bools,
    lows: Ints,
    highs: Ints,
    leasts: Ints,
    greatests: Ints,
    total: Ints,
) -> None:
    for member in range(len(begins)):
        start, end = begins[member], ends[member]
        if start == end:
            continue
        newest = at[end - 1]
        for asked in range(len(lows)):
            low, least, greatest = lows[asked], leasts[asked], greatests[asked]
            if newest < low:
                continue
            row = (end if newest < highs[asked] else lower_bound(at, start, end, highs[asked])) - 1
            count = 0
            while row >= start and at[row] >= low:
                count += least <= values[row] <= greatest and (len(valid) == 0 or valid[row])
                row -= 1
            total[asked, member] += count


def _add(part: Part, bounds: Bounds, span: tuple[int, int], among: Bools, total: NDArray[np.int32]) -> None:
    owners = part.owners
    begins, ends = part.ranges(owners)
    asked = among if owners is None else among[owners]
    column = part.columns[bounds.attribute].whole
    valid = np.zeros(0, dtype=np.bool_) if column.valid is None else column.valid

    def of_piece(piece: slice) -> None:
        total[piece if owners is None else owners[piece]] += _count_between(
            as_input(begins[piece], np.int64),
            as_input(ends[piece], np.int64),
            as_input(part.occurred_at, np.int64),
            as_input(column.values, np.int64),
            as_input(valid, np.bool_),
            as_input(asked[piece], np.bool_),
            *span,
            bounds.low,
            bounds.high,
        )

    in_pieces(of_piece, len(begins))


@compiled_once
def _count_between(  # noqa: PLR0917 - compiled functions take arrays one by one, and no keywords
    begins: Ints,
    ends: Ints,
    at: Ints,
    values: Ints,
    valid: Bools,
    among: Bools,
    low: int,
    high: int,
    least: int,
    greatest: int,
) -> NDArray[Any]:
    counts = np.zeros(len(begins), np.int32)
    for member in range(len(begins)):
        start, end = begins[member], ends[member]
        if not among[member] or start == end or at[end - 1] < low:
            continue
        if at[end - 1] >= high:
            end = lower_bound(at, start, end, high)
        count = 0
        row = end - 1
        while row >= start and at[row] >= low:
            count += least <= values[row] <= greatest and (len(valid) == 0 or valid[row])
            row -= 1
        counts[member] = count
    return counts


def warmed() -> None:
    """Compile the loops, or load them."""
    one, true = as_input(np.zeros(1), np.int64), as_input(np.ones(1), np.bool_)
    _count_between(one, one, one, one, true, true, 0, 1, 0, 1)
    _add_between(one, one, one, one, true, one, one, one, one, np.zeros((1, 1), dtype=np.int64))

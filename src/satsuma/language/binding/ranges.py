"""Ranges: the values that comparisons leave open, so that contradictions show before anything is evaluated.

`Spans` are closed intervals over a type whose values have neighbours: integers, dates as day numbers,
timestamps as microseconds, decimals as ten-thousandths, doubles. `Points` are some values, or all but some,
of a type that knows equality only. Sets may be larger than the truth, never smaller: only emptiness proves
anything.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias, assert_never

Ordered: TypeAlias = int | float
Intervals: TypeAlias = tuple[tuple[Ordered | None, Ordered | None], ...]


@dataclass(frozen=True, slots=True)
class Spans:
    """Values in any of some closed intervals, ascending and apart; None is no end on that side.

    Attributes:
        dense: The values are doubles; else whole numbers.
    """

    intervals: Intervals
    dense: bool = False


@dataclass(frozen=True, slots=True)
class Points:
    """These values; where `others`, all but these."""

    values: frozenset[object]
    others: bool = False


Values: TypeAlias = Spans | Points


def is_empty(values: Values) -> bool:
    """Whether no value is left."""
    match values:
        case Spans(intervals):
            return not intervals
        case Points(points, others):
            return not others and not points
        case _:
            assert_never(values)


def both(left: Values, right: Values) -> Values:
    """The values in both sets; of two sets of different kinds, the first, which is large enough."""
    match left, right:
        case Spans(), Spans():
            return Spans(tuple(_meeting(left.intervals, right.intervals)), left.dense)
        case Points(a, False), Points(b, False):
            return Points(a & b)
        case Points(a, False), Points(b, True):
            return Points(a - b)
        case Points(a, True), Points(b, False):
            return Points(b - a)
        case Points(a, True), Points(b, True):
            return Points(a | b, others=True)
        case _:
            return left


def _meeting(left: Intervals, right: Intervals) -> Iterator[tuple[Ordered | None, Ordered | None]]:
    """The overlaps of two rows of intervals, going along both at once."""
    i = j = 0
    while i < len(left) and j < len(right):
        low, high = _later(left[i][0], right[j][0]), _earlier(left[i][1], right[j][1])
        if low is None or high is None or low <= high:
            yield low, high
        left_ends, right_ends = left[i][1], right[j][1]
        if left_ends is not None and (right_ends is None or left_ends <= right_ends):
            i += 1
        else:
            j += 1


def union(sets: Iterable[Spans], dense: bool) -> Spans:
    """The values in any of the sets, each of which is bounded on both sides."""
    found: list[tuple[Ordered | None, Ordered | None]] = []
    ends = [
        (low, high) for one in sets for low, high in one.intervals if low is not None and high is not None
    ]
    for low, high in sorted(ends):
        last = found[-1][1] if found else None
        if last is not None and low <= last:
            found[-1] = (found[-1][0], max(last, high))
        else:
            found.append((low, high))
    return Spans(tuple(found), dense)


def complement(values: Values) -> Values:
    """The values that are not in a set."""
    match values:
        case Points(points, others):
            return Points(points, not others)
        case Spans(intervals, dense):
            after: Callable[[Ordered], Ordered] = _next_double if dense else _next_whole
            before: Callable[[Ordered], Ordered] = _last_double if dense else _last_whole
            found: list[tuple[Ordered | None, Ordered | None]] = []
            low: Ordered | None = None
            for first, last in intervals:
                if first is not None:
                    found.append((low, before(first)))
                if last is None:
                    return Spans(tuple(found), dense)
                low = after(last)
            return Spans((*found, (low, None)), dense)
        case _:
            assert_never(values)


def _later(a: Ordered | None, b: Ordered | None) -> Ordered | None:
    return b if a is None else a if b is None else max(a, b)


def _earlier(a: Ordered | None, b: Ordered | None) -> Ordered | None:
    return b if a is None else a if b is None else min(a, b)


def _next_whole(value: Ordered) -> Ordered:
    return value + 1


def _last_whole(value: Ordered) -> Ordered:
    return value - 1


def _next_double(value: Ordered) -> Ordered:
    return math.nextafter(value, math.inf)


def _last_double(value: Ordered) -> Ordered:
    return math.nextafter(value, -math.inf)

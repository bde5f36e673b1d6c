"""Ranges: the values that comparisons leave open, so that contradictions show before anything is evaluated.

`Spans` are closed intervals over a type whose values have neighbours: integers, dates as day numbers,
timestamps as microseconds, decimals as ten-thousandths, doubles. `Points` are some values, or all but some,
of a type that knows equality only. Sets may be larger than the truth, never smaller: only emptiness proves
anything.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias, assert_never

Ordered: TypeAlias = int | float


@dataclass(frozen=True, slots=True)
class Spans:
    """Values in any of some closed intervals, ascending and apart; None is no end on that side.

    Attributes:
        dense: The values are doubles; else whole numbers.
    """

    intervals: tuple[tuple[Ordered | None, Ordered | None], ...]
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
            found = [
                (low, high)
                for a in left.intervals
                for b in right.intervals
                for low, high in [(_later(a[0], b[0]), _earlier(a[1], b[1]))]
                if low is None or high is None or low <= high
            ]
            return Spans(tuple(found), left.dense)
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

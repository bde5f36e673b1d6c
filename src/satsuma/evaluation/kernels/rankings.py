"""Rankings: the top of an audience by a measure or an attribute, and samples."""

from __future__ import annotations

import hashlib
import math
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from satsuma.catalog.model import ValueType
from satsuma.evaluation.kernels import compiled, parallel, vectors
from satsuma.evaluation.kernels.blocks import blocks_of
from satsuma.evaluation.kernels.interactions import measured
from satsuma.evaluation.kernels.measures import Measured
from satsuma.evaluation.kernels.reading import read
from satsuma.evaluation.kernels.scope import Bools, Records, Scope
from satsuma.evaluation.kernels.testing import value_of
from satsuma.kernel.numbers import round12_range
from satsuma.language import bound

_SAMPLE_BUCKETS = 1_000_000
_SAMPLE_DIGITS = 15


def top(condition: bound.Top, frame: Records, scope: Scope) -> Bools:
    """The first n of the records that have the measure and meet `among`; equal ones by ascending key.

    Who is first depends on everyone: also for given records all of the audience are ranked.
    """
    place = ("top", id(condition), frame.table.entity.number)
    if place not in scope.remembered:
        scope.remembered[place] = _first_n(condition, Records(frame.table), scope)
    found: Bools = scope.remembered[place]
    return found if frame.numbers is None else found[frame.numbers]


def _first_n(condition: bound.Top, frame: Records, scope: Scope) -> Bools:
    """By number; of all records."""
    candidate = frame.table.alive
    if condition.among is not None:
        candidate = candidate & scope.truth(condition.among, frame, scope, candidate)
    by = _ranked_by(condition, frame, scope, candidate)
    numbers = compiled.numbers_where(candidate & by.vector.present())
    wanted = min(_how_many(condition, len(numbers)), len(numbers))
    first = np.zeros(len(frame), dtype=np.bool_)
    if wanted:
        inside, tied = _around_the_boundary(by, numbers, wanted, lowest=condition.lowest)
        first[inside] = True
        in_order = tied[np.argsort(frame.table.key_rank[tied])]
        first[in_order[: wanted - len(inside)]] = True
    return first


def _ranked_by(condition: bound.Top, frame: Records, scope: Scope, among: Bools) -> Measured:
    if isinstance(condition.of, bound.Read):
        return Measured(read(condition.of, frame, scope))
    return _measured(condition.of, frame, scope, among)


def _measured(of: bound.Did, frame: Records, scope: Scope, among: Bools) -> Measured:
    """A measure of everyone; block after block where interactions are copied for it."""
    blocks = blocks_of(of, frame, scope)
    if len(blocks) <= 1:
        return measured(of, frame, scope, among)

    def of_block(block: slice) -> Measured:
        some = Records(frame.table, np.arange(block.start, block.stop))
        return measured(of, some, scope, among[block])

    found = parallel.over(of_block, blocks)
    divisors = [one.divisor for one in found if one.divisor is not None]
    vector = vectors.joined([one.vector for one in found])
    return replace(found[0], vector=vector, divisor=np.concatenate(divisors) if divisors else None)


def _how_many(condition: bound.Top, candidates: int) -> int:
    if condition.percent is None:
        return condition.count or 0
    return math.ceil(Fraction(condition.percent) * candidates / 100)


def _around_the_boundary(
    by: Measured, numbers: NDArray[Any], wanted: int, *, lowest: bool
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Who comes before the value at the boundary, and who has that very value."""
    if by.divisor is not None:
        return _by_average(by, numbers, wanted, lowest=lowest)
    values = by.vector.data
    if len(numbers) < len(values):
        values = values[numbers]
    edge = _nth(values, wanted, lowest=lowest)
    low, high = edge, edge
    if by.is_sum and by.vector.type is ValueType.NUMBER and math.isfinite(edge):
        # Sums and averages of doubles are equal where they round to the same 12 digits.
        low, high = round12_range(float(edge))
    before = values < low if lowest else values > high
    tied = values == edge if low == high else (values >= low) & (values <= high)
    return numbers[compiled.numbers_where(before)], numbers[compiled.numbers_where(tied)]


def _by_average(
    by: Measured, numbers: NDArray[Any], wanted: int, *, lowest: bool
) -> tuple[NDArray[Any], NDArray[Any]]:
    """By exact averages: doubles find those near the boundary, fractions decide among them."""
    values = value_of(by)[numbers]
    edge = _nth(values, wanted, lowest=lowest)
    before = numbers[values < edge if lowest else values > edge]
    near = numbers[values == edge]
    count = np.ones(len(by.vector), dtype=np.int64) if by.divisor is None else by.divisor
    exact = [
        Fraction(int(above), int(below))
        for above, below in zip(by.vector.data[near], count[near], strict=True)
    ]
    decisive = sorted(exact, reverse=not lowest)[wanted - len(before) - 1]
    first = [
        number for number, own in zip(near, exact, strict=True) if _is_before(own, decisive, lowest=lowest)
    ]
    tied = [number for number, own in zip(near, exact, strict=True) if own == decisive]
    return np.concatenate([before, np.array(first, dtype=np.int64)]), np.array(tied, dtype=np.int64)


def _is_before(own: Fraction, other: Fraction, *, lowest: bool) -> bool:
    return own < other if lowest else own > other


def _nth(values: NDArray[np.generic], wanted: int, *, lowest: bool) -> float:
    place = wanted - 1 if lowest else len(values) - wanted
    edge: float = (
        np.partition(values, place)[place].item() if values.dtype != object else sorted(values)[place]
    )
    return edge


def sample(condition: bound.Sample, frame: Records, among: Bools) -> Bools:
    """Where the first 15 hex digits of MD5(salt 0x1F key), modulo 1,000,000, lie in the range."""
    found = np.zeros(len(frame), dtype=np.bool_)
    rows = np.flatnonzero(among & frame.alive())
    keys = frame.table.keys_of(frame.numbers_of(rows))
    begun = hashlib.md5(f"{condition.salt}\x1f".encode(), usedforsecurity=False)
    for row, key in zip(rows.tolist(), keys, strict=True):
        digest = begun.copy()
        digest.update(key.encode())
        place = int(digest.hexdigest()[:_SAMPLE_DIGITS], 16) % _SAMPLE_BUCKETS
        found[row] = condition.low <= place < condition.high
    return found

"""The compiled loops give what the same loops in plain Python give."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from satsuma.evaluation.kernels import compiled, searching
from satsuma.index.narrow import ROWS_MIN, narrow_of

rows_of_members = st.lists(
    st.lists(st.integers(-5, 5).map(lambda at: at * 10), max_size=6).map(sorted), max_size=5
)
bounds = st.integers(-60, 60)
doubles = st.floats(allow_nan=False, allow_infinity=False)


@given(rows_of_members, bounds, bounds, st.integers(0, 31))
def test_the_rows_of_a_window_are_those_between_its_bounds(
    members: list[list[int]], low: int, high: int, among_bits: int
) -> None:
    offsets = np.cumsum([0, *map(len, members)])
    at = np.array([one for rows in members for one in rows], dtype=np.int64)
    among = np.array([among_bits >> place & 1 for place in range(len(members))], dtype=np.bool_)
    first, after = searching.window_ranges(offsets[:-1], offsets[1:], at, among, low, high)
    rows, owner = compiled.expand(first, np.maximum(first, after))
    expected = [
        (int(offsets[member]) + place, member)
        for member, own in enumerate(members)
        if among[member]
        for place, one in enumerate(own)
        if low <= one < high
    ]
    assert list(zip(rows.tolist(), owner.tolist(), strict=True)) == expected
    counts = np.ones(len(members), dtype=np.int32)
    searching.add_counts(offsets[:-1], offsets[1:], at, among, low, high, counts)
    assert counts.tolist() == [1 + owner.tolist().count(member) for member in range(len(members))]


def test_a_member_with_very_many_rows_is_searched_like_any_other() -> None:
    at = np.repeat(np.arange(10_000), 3)
    among = np.ones(1, dtype=np.bool_)
    for low, high in ((0, 10_000), (9_999, 10_000), (5_000, 5_001), (-7, 0), (10_000, 20_000), (3, 9_000)):
        first, after = searching.window_ranges(np.array([0]), np.array([len(at)]), at, among, low, high)
        wanted = range(*np.searchsorted(at, [low, high]))
        assert range(first[0], after[0]) == wanted


@given(st.lists(st.tuples(st.integers(0, 3), doubles), max_size=30))
@example([(0, 1e16), (0, 1.0), (0, -1e16)])
@example([(0, 2.0**53), (0, 1.0), (0, 2.0**-60)])
@example([(0, 1.7e308), (0, 1.7e308), (0, -1.7e308)])
@example([(0, 0.1)] * 10)
def test_a_sum_that_is_not_in_doubt_is_the_double_nearest_to_the_exact_sum(
    values: list[tuple[int, float]],
) -> None:
    owner = np.array([group for group, _ in values], dtype=np.int64)
    total, doubtful = compiled.sums_of_doubles(owner, np.array([one for _, one in values]), 4)
    for group in range(4):
        exact = sum((Fraction(one) for own, one in values if own == group), start=Fraction(0))
        if not doubtful[group]:
            assert total[group] == float(exact)


def test_sums_of_everyday_amounts_are_hardly_ever_in_doubt() -> None:
    random = np.random.default_rng(5)
    owner = random.integers(0, 1000, 50_000)
    values = np.round(random.uniform(-1000, 1000, 50_000), 2)
    total, doubtful = compiled.sums_of_doubles(owner, values, 1000)
    assert doubtful.mean() < 0.01
    assert all(
        total[group] == math.fsum(values[owner == group]) for group in range(1000) if not doubtful[group]
    )


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(-(2**63), 2**63 - 1)), max_size=20), st.booleans())
def test_extremes_are_the_least_and_the_greatest(values: list[tuple[int, int]], greatest: bool) -> None:
    owner = np.array([group for group, _ in values], dtype=np.int64)
    best, has = compiled.extremes(
        owner, np.array([one for _, one in values], dtype=np.int64), 4, greatest=greatest
    )
    for group in range(4):
        own = [one for other, one in values if other == group]
        assert has[group] == bool(own)
        if own:
            assert best[group] == (max if greatest else min)(own)


runs = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=15).map(sorted)


@given(runs, runs)
def test_merged_runs_are_in_order_with_the_first_run_first(
    a: list[tuple[int, int]], b: list[tuple[int, int]]
) -> None:
    order = compiled.merged(*_columns(a), *_columns(b)).tolist()
    both = [*((*one, 0) for one in a), *((*one, 1) for one in b)]
    assert [both[place] for place in order] == sorted(both)


def _columns(run: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    found = np.array(run, dtype=np.int64).reshape(-1, 2)
    return found[:, 0], found[:, 1]


@given(st.lists(st.booleans(), max_size=40), st.sampled_from([0, 1, 200]))
def test_places_are_written_in_order_however_they_lie(holds: list[bool], apart: int) -> None:
    rows = np.array([one for each in holds for one in (each, *[False] * apart)], dtype=np.bool_)
    assert compiled.numbers_where(rows).tolist() == np.flatnonzero(rows).tolist()


@given(
    st.sampled_from([np.uint8, np.uint16, np.uint32, np.int64]),
    st.lists(st.booleans(), min_size=20, max_size=20),
    st.lists(st.integers(0, 19), max_size=30),
)
def test_what_was_decided_by_code_is_found_by_row(kind: type, by_code: list[bool], codes: list[int]) -> None:
    found = compiled.gathered(np.array(by_code), np.array(codes, dtype=kind))
    assert found.tolist() == [by_code[code] for code in codes]


ends = st.one_of(st.none(), st.integers(-400, 400), st.integers(-(2**64), 2**64))


@given(st.integers(-(2**62), 2**62), st.sampled_from([1, 2, 300, 70_000]), ends, ends)
@example(-5, 255, -6, 250)
@example(0, 255, 0, 255)
def test_narrow_integers_lie_between_the_same_bounds(
    base: int, most: int, low: int | None, high: int | None
) -> None:
    own = [0, 1, most // 2, most] + [0] * ROWS_MIN
    values = np.array([base + one for one in own], dtype=np.int64)
    narrow = narrow_of(values)
    assert narrow is not None
    assert narrow.values.dtype.itemsize <= 4
    low = None if low is None else base + low
    high = None if high is None else base + high
    expected = [
        (low is None or base + one >= low) and (high is None or base + one <= high) for one in own[:4]
    ]
    assert narrow.between(low, high)[:4].tolist() == expected

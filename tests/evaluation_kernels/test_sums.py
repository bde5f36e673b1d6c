"""Sums for everyone, and the rows of a window, found in time order are those of each member's own rows."""

from __future__ import annotations

import time
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from satsuma.catalog.model import ValueType
from satsuma.evaluation.kernels import counting, in_time, scratch, summing
from satsuma.index.columns import Arrays, Column
from satsuma.index.parts import Part

MEMBERS = 5
Row = tuple[int, int, int | None]

rows = st.lists(
    st.tuples(
        st.integers(0, MEMBERS - 1),
        st.integers(0, 6),
        st.one_of(st.none(), st.integers(-3, 9), st.just(2**40)),
    ),
    max_size=25,
)
out_members = st.sets(st.integers(0, MEMBERS - 1), max_size=2)
spans = st.tuples(st.integers(-1, 7), st.integers(-1, 8)).map(lambda two: (min(two), max(two)))


def _part(given_rows: list[Row], out: set[int]) -> Part:
    """As files and later versions have it: rows by member and time, and again by time."""
    ordered = sorted(given_rows, key=lambda row: row[:2])
    in_order_of_time = sorted(given_rows, key=lambda row: (row[1], row[0]))
    counts = (
        np.bincount([row[0] for row in ordered], minlength=MEMBERS) if ordered else np.zeros(MEMBERS, int)
    )
    values = np.array([row[2] or 0 for row in ordered], dtype=np.int64)
    valid = np.array([row[2] is not None for row in ordered], dtype=np.bool_)
    return Part(
        MEMBERS,
        None,
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        np.array([row[1] for row in ordered], dtype=np.int64),
        cast("Any", None),
        {7: Column(ValueType.INTEGER, Arrays(values, None if valid.all() else valid))},
        np.array([row[1] for row in in_order_of_time], dtype=np.int64),
        np.array([row[0] for row in in_order_of_time], dtype=np.uint32),
        out=np.array(sorted(out), dtype=np.int64),
    )


@given(rows, out_members, spans)
@example([(0, 1, 2**40), (0, 2, None), (1, 2, -3)], {1}, (0, 7))
def test_sums_in_time_order_are_those_of_each_members_own_rows(
    given_rows: list[Row], out: set[int], span: tuple[int, int]
) -> None:
    part = _part(given_rows, out)
    total = np.full(MEMBERS, 100, dtype=np.int64)
    assert summing._add_in_time(part, 7, span, total) is not None
    by_member = np.full(MEMBERS, 100, dtype=np.int64)
    everyone = np.ones(MEMBERS, dtype=np.bool_)
    summing._add_sums(part, 7, span, everyone, by_member)
    expected = [
        100
        + sum(
            value or 0
            for member, at, value in given_rows
            if member == own and span[0] <= at < span[1] and own not in out
        )
        for own in range(MEMBERS)
    ]
    assert total.tolist() == by_member.tolist() == expected


@given(rows, out_members, spans, st.sets(st.integers(0, MEMBERS - 1)))
def test_the_rows_of_a_window_are_found_by_counting_as_by_searching(
    given_rows: list[Row], out: set[int], span: tuple[int, int], asked: set[int]
) -> None:
    part = _part(given_rows, out)
    among = np.array([member in asked for member in range(MEMBERS)])
    first, after = counting.ranges_of_all(part, span, among)
    found = [part.occurred_at[first[member] : after[member]].tolist() for member in range(MEMBERS)]
    expected = [
        sorted(
            at
            for own, at, _ in given_rows
            if own == member and span[0] <= at < span[1] and own not in out and own in asked
        )
        for member in range(MEMBERS)
    ]
    assert found == expected


def test_values_in_time_order_are_kept_within_a_part_of_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    part = _part([(0, 1, 5), (1, 2, 6)], set())
    monkeypatch.setattr(scratch, "_limit_bytes", 8)
    assert in_time.in_time(part, 7) is None
    total = np.zeros(MEMBERS, dtype=np.int64)
    assert summing._add_in_time(part, 7, (0, 9), total) is None
    monkeypatch.setattr(scratch, "_limit_bytes", None)
    part = _part([(0, 1, 5), (1, 2, 6)], set())
    found = in_time.in_time(part, 7)
    assert found is not None
    assert found.values.tolist() == [5, 6]
    assert in_time.in_time(part, 7) is found


def test_sums_that_64_bits_may_not_hold_are_not_made_in_time_order() -> None:
    part = _part([(0, 1, 2**62), (0, 2, 2**62)], set())
    total = np.zeros(MEMBERS, dtype=np.int64)
    assert summing._add_in_time(part, 7, (0, 9), total) is None
    assert total.tolist() == [0] * MEMBERS


def test_values_of_many_rows_are_put_in_time_order_beside_whoever_asks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(in_time, "AT_ONCE_ROWS", 1)
    part = _part([(3, 2, 5), (0, 1, None), (3, 1, -6)], set())
    found = in_time.in_time(part, 7)
    deadline = time.monotonic() + 60
    while found is None:
        assert time.monotonic() < deadline
        time.sleep(0.001)
        found = in_time.in_time(part, 7)
    assert found.values.tolist() == [0, -6, 5]
    assert found.greatest == 6

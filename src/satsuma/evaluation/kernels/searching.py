"""Searching: the compiled loops that find, count or sum the rows of a window among those of each member."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from satsuma.evaluation.kernels.compiled import Bools, Ints, as_input, compiled_inside, compiled_once


def window_ranges(begins: Ints, ends: Ints, at: Ints, among: Bools, low: int, high: int) -> tuple[Ints, Ints]:
    """Of each member the rows with `low <= at < high`, as first and last + 1.

    Args:
        begins, ends: Of each member the first row, and the last + 1, int64.
        at: Ascending within a member, int64.
        among: Whose rows are wanted; of the others there are none.
        low: Microseconds UTC.
        high: Microseconds UTC.

    Returns:
        Two arrays (int64) of one entry for each member; equal where there are no rows.
    """
    found: tuple[Ints, Ints] = _window_ranges(
        as_input(begins, np.int64),
        as_input(ends, np.int64),
        as_input(at, np.int64),
        as_input(among, np.bool_),
        low,
        high,
    )
    return found


@compiled_inside
def lower_bound(at: Ints, start: int, end: int, bound: int) -> int:
    """The first row, of `start` to `end`, not below the bound; sought from the end in growing steps."""
    step = 1
    high = end
    while high - step >= start and at[high - step] >= bound:
        high -= step
        step *= 2
    low = max(start, high - step)
    while low < high:
        middle = (low + high) // 2
        if at[middle] < bound:
            low = middle + 1
        else:
            high = middle
    return low


@compiled_once
def _window_ranges(
    begins: Ints, ends: Ints, at: Ints, among: Bools, low: int, high: int
) -> tuple[Ints, Ints]:
    members = len(begins)
    first = np.empty(members, np.int64)
    after = np.empty(members, np.int64)
    for member in range(members):
        start, end = begins[member], ends[member]
        if not among[member] or start == end or at[end - 1] < low:
            first[member] = after[member] = start
            continue
        end = lower_bound(at, start, end, high)
        first[member] = lower_bound(at, start, end, low)
        after[member] = end
    return first, after


def ranges_at_end(
    ends: Ints, counts: NDArray[np.int32], later: NDArray[np.int32], among: Bools
) -> tuple[Ints, Ints]:
    """As `window_ranges`, where it is known how many rows each member has in the window, and after it."""
    found: tuple[Ints, Ints] = _ranges_at_end(
        as_input(ends, np.int64),
        as_input(counts, np.int32),
        as_input(later, np.int32),
        as_input(among, np.bool_),
    )
    return found


@compiled_once
def _ranges_at_end(
    ends: Ints, counts: NDArray[np.int32], later: NDArray[np.int32], among: Bools
) -> tuple[Ints, Ints]:
    first = np.empty(len(ends), np.int64)
    after = np.empty(len(ends), np.int64)
    for member in range(len(ends)):
        after[member] = ends[member] - later[member]
        first[member] = after[member] - counts[member] * among[member]
    return first, after


def add_counts(
    begins: Ints, ends: Ints, at: Ints, among: Bools, low: int, high: int, counts: NDArray[np.int32]
) -> None:
    """Add to each member's count (int32, contiguous) how many rows have `low <= at < high`.

    As `window_ranges`, for where the rows themselves are not wanted.
    """
    _add_counts(
        as_input(begins, np.int64),
        as_input(ends, np.int64),
        as_input(at, np.int64),
        as_input(among, np.bool_),
        low,
        high,
        counts,
    )


@compiled_once
def _add_counts(
    begins: Ints, ends: Ints, at: Ints, among: Bools, low: int, high: int, counts: NDArray[np.int32]
) -> None:
    for member in range(len(begins)):
        start, end = begins[member], ends[member]
        # Most members have no row in a short window, which their last row tells.
        if among[member] and start < end and at[end - 1] >= low:
            end = lower_bound(at, start, end, high)
            counts[member] += end - lower_bound(at, start, end, low)


def add_each(members: NDArray[np.uint32], step: int, counts: NDArray[np.int32]) -> None:
    """Add a step to a member's count (int32, contiguous) each time the member is named."""
    _add_each(as_input(members, np.uint32), step, counts)


@compiled_once
def _add_each(members: NDArray[np.uint32], step: int, counts: NDArray[np.int32]) -> None:
    for i in range(len(members)):
        counts[members[i]] += step


def add_lengths(begins: Ints, ends: Ints, counts: NDArray[np.int32]) -> None:
    """Add to each member's count (int32, contiguous) how many rows its range has."""
    _add_lengths(as_input(begins, np.int64), as_input(ends, np.int64), counts)


@compiled_once
def _add_lengths(begins: Ints, ends: Ints, counts: NDArray[np.int32]) -> None:
    for member in range(len(begins)):
        counts[member] += ends[member] - begins[member]


def window_sums(  # noqa: PLR0917 - as the compiled loop takes it
    begins: Ints, ends: Ints, at: Ints, values: Ints, valid: Bools, among: Bools, low: int, high: int
) -> tuple[Ints, int, int, int]:
    """Sum of each member's values in the rows with `low <= at < high`, without copying them.

    Args:
        begins, ends: Of each member the first row, and the last + 1, int64.
        values: By row, int64.
        valid: Which rows have a value; empty: all.

    Returns:
        The sums (int64), the least and the greatest value or 0, and the most values that a member has: by
        these the caller knows whether a sum may have overflown.
    """
    found: tuple[Ints, int, int, int] = _window_sums(
        as_input(begins, np.int64),
        as_input(ends, np.int64),
        as_input(at, np.int64),
        as_input(values, np.int64),
        as_input(valid, np.bool_),
        as_input(among, np.bool_),
        low,
        high,
    )
    return found


@compiled_once
def _window_sums(  # noqa: PLR0917 - compiled functions take arrays one by one, and no keywords
    begins: Ints, ends: Ints, at: Ints, values: Ints, valid: Bools, among: Bools, low: int, high: int
) -> tuple[Ints, int, int, int]:
    sums = np.zeros(len(begins), np.int64)
    least, greatest, most = 0, 0, 0
    for member in range(len(begins)):
        start, end = begins[member], ends[member]
        if not among[member] or start == end or at[end - 1] < low:
            continue
        if at[end - 1] >= high:
            end = lower_bound(at, start, end, high)
        total = 0
        row = end - 1
        while row >= start and at[row] >= low:
            if len(valid) == 0 or valid[row]:
                total += values[row]
                least = min(least, values[row])
                greatest = max(greatest, values[row])
            row -= 1
        most = max(most, end - 1 - row)
        sums[member] = total
    return sums, least, greatest, most

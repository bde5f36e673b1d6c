"""Windows: the compiled loops that count, or sum, each member's rows in many windows at once, and compare."""

from __future__ import annotations

import numpy as np

from satsuma.evaluation.kernels.compiled import Bools, Ints, as_input, compiled_once
from satsuma.evaluation.kernels.searching import lower_bound


def add_in_windows(
    begins: Ints, ends: Ints, at: Ints, before: Ints | None, lows: Ints, highs: Ints, total: Ints
) -> None:
    """Add to a total, for each window and member, its rows with `low <= at < high`, or their values.

    Args:
        begins, ends: Of each member the first row, and the last + 1, int64.
        at: Ascending within a member, int64.
        before: Of each row the sum of all values before it, one more than there are rows, int64; None: rows
            are counted.
        lows: Of the windows, ascending, int64, microseconds UTC; and
        highs: Their ends.
        total: int64, contiguous, a row for each window, a column for each member.
    """
    _add_in_windows(
        as_input(begins, np.int64),
        as_input(ends, np.int64),
        as_input(at, np.int64),
        as_input(np.zeros(0, dtype=np.int64) if before is None else before, np.int64),
        as_input(lows, np.int64),
        as_input(highs, np.int64),
        total,
    )


@compiled_once
def _add_in_windows(
    begins: Ints, ends: Ints, at: Ints, before: Ints, lows: Ints, highs: Ints, total: Ints
) -> None:
    for member in range(len(begins)):
        start, end = begins[member], ends[member]
        if start == end:
            continue
        newest = at[end - 1]
        for window in range(len(lows)):
            if newest < lows[window]:
                # So it is with all later ones.
                break
            after = lower_bound(at, start, end, highs[window])
            first = lower_bound(at, start, after, lows[window])
            if len(before) == 0:
                total[window, member] += after - first
            else:
                total[window, member] += before[after] - before[first]


def compare(
    total: Ints, rows: Ints, lows: Ints, highs: Ints, negated: Bools, places: Ints, found: Bools
) -> None:
    """Put into a table whether totals lie between bounds.

    Args:
        total: int64, contiguous, a column for each member.
        rows: Of each question its row in the total.
        lows, highs: What the total has to lie between, both included, int64, or
        negated: not to.
        places: Of each question its row in the table.
        found: Bool, contiguous, a column for each member.
    """
    _compare(
        as_input(total, np.int64),
        as_input(rows, np.int64),
        as_input(lows, np.int64),
        as_input(highs, np.int64),
        as_input(negated, np.bool_),
        as_input(places, np.int64),
        found,
    )


@compiled_once
def _compare(
    total: Ints, rows: Ints, lows: Ints, highs: Ints, negated: Bools, places: Ints, found: Bools
) -> None:
    for question in range(len(rows)):
        measured, answers = total[rows[question]], found[places[question]]
        low, high, is_negated = lows[question], highs[question], negated[question]
        for member in range(len(measured)):
            answers[member] = (low <= measured[member] <= high) != is_negated

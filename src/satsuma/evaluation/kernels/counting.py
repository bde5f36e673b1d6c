"""Counting: how many interactions each of all members has in a span of time, at the least cost.

The rows in time order tell whose rows a span has, without looking at anyone else's: what the span leaves out
can be taken from what there is in the same way. Where few members are asked about, or too many rows lie
within and without, each member's own rows are searched.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from satsuma.evaluation.kernels import compiled, searching
from satsuma.evaluation.kernels.parallel import in_pieces
from satsuma.evaluation.kernels.scope import Bools, Ints
from satsuma.index.parts import Part

Counts = NDArray[np.int32]

ROW_NS = 1.5
MEMBER_NS = 1.0
SEARCH_NS = 40.0
"""What it costs to count a row in time order, to subtract for a member, and to search a member's rows."""

SEARCH_ALL_NS = 10.0
"""And of one member, where the rows of all are searched one after another."""

_AFTER_ALL = 2**63 - 1

_FEW_ASKED = 16
"""How many of all members are asked about is counted where a search could pay: for one in so many."""


def add_counts(part: Part, span: tuple[int, int], among: Bools, total: Counts) -> None:
    """Add each member's rows at `low <= at < high` of a part; of those that are not `among` any number."""
    first, after = placed_in_time(part, span)
    inside, outside = after - first, part.size - (after - first)
    if not inside:
        return
    by_time = min(inside * ROW_NS, outside * ROW_NS + len(total) * MEMBER_NS)
    if part.owners is None and by_time > len(total) // _FEW_ASKED * SEARCH_NS:
        asked = np.count_nonzero(among)
        if asked * SEARCH_NS + len(total) * MEMBER_NS < by_time:
            _add_by_member(part, span, among, total)
            return
    kept = total[part.out]
    if part.owners is not None or inside <= outside:
        searching.add_each(part.time_member[first:after], 1, total)
    else:
        begins, ends = part.ranges()
        searching.add_lengths(begins, ends, total)
        searching.add_each(part.time_member[:first], -1, total)
        searching.add_each(part.time_member[after:], -1, total)
    # In time order also the rows stand that do not count any more.
    total[part.out] = kept


def placed_in_time(part: Part, span: tuple[int, int]) -> tuple[int, int]:
    """Where the rows of a span begin and end in the part's time order."""
    first, after = np.searchsorted(part.time_at, np.array(span, dtype=np.int64))
    return int(first), max(int(first), int(after))


def holds_all(part: Part, span: tuple[int, int]) -> bool:
    """Whether all rows of a part lie in a span."""
    return placed_in_time(part, span) == (0, part.size)


def rows_of_all(part: Part, span: tuple[int, int], among: Bools) -> tuple[Ints, Ints]:
    """The rows of a part in a span, of all members that are `among`, and whose each is; by member."""
    if part.owners is None:
        return compiled.expand(*ranges_of_all(part, span, among))
    begins, ends = part.ranges(part.owners)
    first, after = searching.window_ranges(begins, ends, part.occurred_at, among[part.owners], *span)
    rows, owner = compiled.expand(first, after)
    return rows, part.owners[owner]


def ranges_of_all(part: Part, span: tuple[int, int], among: Bools) -> tuple[Ints, Ints]:
    """Of each member where its rows in a span begin and end in the part; none of those not `among`."""
    begins, ends = part.ranges()
    if holds_all(part, span):
        return begins, ends if among.all() else np.where(among, ends, begins)

    counted = _counted(part, span, among)

    def of_piece(piece: slice) -> tuple[Ints, Ints]:
        if counted is not None:
            inside, later = (one[piece] for one in counted)
            return searching.ranges_at_end(ends[piece], inside, later, among[piece])
        return searching.window_ranges(begins[piece], ends[piece], part.occurred_at, among[piece], *span)

    pieces = in_pieces(of_piece, len(begins))
    if len(pieces) == 1:
        return pieces[0]
    return np.concatenate([one for one, _ in pieces]), np.concatenate([one for _, one in pieces])


def _counted(part: Part, span: tuple[int, int], among: Bools) -> tuple[Counts, Counts] | None:
    """Of each of all members how many rows lie in a span, and after it; None where to search them is less."""
    if part.owners is not None:
        return None
    first, after = placed_in_time(part, span)
    outside = part.size - (after - first)
    by_time = (min(after - first, outside) + min(after, part.size - after)) * ROW_NS
    if by_time > len(among) * SEARCH_ALL_NS or by_time > np.count_nonzero(among) * SEARCH_NS:
        return None
    inside, later = np.zeros(len(among), dtype=np.int32), np.zeros(len(among), dtype=np.int32)
    add_counts(part, span, among, inside)
    add_counts(part, (span[1], _AFTER_ALL), among, later)
    return inside, later


def _add_by_member(part: Part, span: tuple[int, int], among: Bools, total: Counts) -> None:
    begins, ends = part.ranges()

    def of_piece(piece: slice) -> None:
        searching.add_counts(begins[piece], ends[piece], part.occurred_at, among[piece], *span, total[piece])

    in_pieces(of_piece, len(begins))

"""Pairing: the commonest sequence, one type and then another within a time, over the rows as they lie.

The pass of `walking`, for two steps of one type each with nothing between them: of each second interaction
only the latest first one before it need be looked at. Of few members the least time between the two is found
once for all sequences of the same types.
"""

from __future__ import annotations

import numpy as np

from satsuma.evaluation.kernels.compiled import as_input, compiled_once
from satsuma.evaluation.kernels.parallel import in_pieces
from satsuma.evaluation.kernels.scope import Bools, Ints
from satsuma.evaluation.kernels.walking import Lane

LONG_AGO_US = -(2**61)
"""Before any instant, by more than WITHIN_MAX_US; less any instant it fits 64 bits."""

WITHIN_MAX_US = 2**60
"""More than lies between any two instants."""


def paired(first: Lane, second: Lane, within_us: int, among: Bools) -> tuple[Bools, Bools]:
    """Where one of the first rows is followed by one of the second within a time; and whose ids would decide.

    Args:
        among: By row of the frame, whose rows are looked at.
    """

    def of_piece(piece: slice) -> tuple[Bools, Bools]:
        found: tuple[Bools, Bools] = _paired(
            as_input(first.at, np.int64),
            as_input(first.first[piece], np.int64),
            as_input(first.after[piece], np.int64),
            as_input(second.at, np.int64),
            as_input(second.first[piece], np.int64),
            as_input(second.after[piece], np.int64),
            as_input(among[piece], np.bool_),
            min(within_us, WITHIN_MAX_US),
        )
        return found

    pieces = in_pieces(of_piece, len(among))
    if len(pieces) == 1:
        return pieces[0]
    return np.concatenate([one for one, _ in pieces]), np.concatenate([one for _, one in pieces])


@compiled_once
def _paired(  # noqa: PLR0917 - compiled functions take arrays one by one, and no keywords
    first_at: Ints,
    first_begins: Ints,
    first_ends: Ints,
    second_at: Ints,
    second_begins: Ints,
    second_ends: Ints,
    among: Bools,
    within_us: int,
) -> tuple[Bools, Bools]:
    found = np.zeros(len(among), np.bool_)
    tied = np.zeros(len(among), np.bool_)
    for member in range(len(among)):
        a, a_end = first_begins[member], first_ends[member]
        b, b_end = second_begins[member], second_ends[member]
        if a == a_end or b == b_end or not among[member]:
            continue
        latest = LONG_AGO_US
        is_met = is_tie = False
        # Without branches on which of the two is next: nobody could foretell them.
        while a < a_end and b < b_end and not is_met:
            a_at, b_at = first_at[a], second_at[b]
            is_first = a_at < b_at
            is_met = not is_first and b_at - latest <= within_us
            # Which of the two is first their ids would tell; if it is the second, they are no pair.
            is_tie |= a_at == b_at
            latest = a_at if is_first else latest
            a += is_first
            b += not is_first
        if b < b_end and not is_met:
            is_met = second_at[b] - latest <= within_us
        found[member] = is_met
        tied[member] = is_tie and not is_met
    return found, tied


def least_gaps(first: Lane, second: Lane, enough_us: int) -> tuple[Ints, Bools]:
    """The least time from one of the first rows to one of the second after it; and whose ids would decide.

    The loop of `paired` is one of its own: this one, which has to keep the least time, takes 11 ms for a
    million members where that one takes 8.

    Args:
        enough_us: What is not above it need not be the least.

    Returns:
        Of each row of the frame microseconds, more than WITHIN_MAX_US where none follows; and whether a first
        and a second one share an instant.
    """
    found: tuple[Ints, Bools] = _least_gaps(
        as_input(first.at, np.int64),
        as_input(first.first, np.int64),
        as_input(first.after, np.int64),
        as_input(second.at, np.int64),
        as_input(second.first, np.int64),
        as_input(second.after, np.int64),
        enough_us,
    )
    return found


@compiled_once
def _least_gaps(
    first_at: Ints,
    first_begins: Ints,
    first_ends: Ints,
    second_at: Ints,
    second_begins: Ints,
    second_ends: Ints,
    enough_us: int,
) -> tuple[Ints, Bools]:
    gaps = np.empty(len(first_begins), np.int64)
    tied = np.zeros(len(first_begins), np.bool_)
    for member in range(len(first_begins)):
        a, a_end = first_begins[member], first_ends[member]
        b, b_end = second_begins[member], second_ends[member]
        latest, least, is_tie = LONG_AGO_US, -LONG_AGO_US, False
        while a < a_end and b < b_end and least > enough_us:
            a_at, b_at = first_at[a], second_at[b]
            is_first = a_at < b_at
            least = least if is_first else min(least, b_at - latest)
            is_tie |= a_at == b_at
            latest = a_at if is_first else latest
            a += is_first
            b += not is_first
        if b < b_end:
            least = min(least, second_at[b] - latest)
        gaps[member] = least
        tied[member] = is_tie
    return gaps, tied


def weave(at: Ints, first: Ints, after: Ints, begins: Ints, ends: Ints, woven: Ints) -> None:
    """Put rows of each member into their places among those of other parts.

    Args:
        at: Of the rows, ascending within a member; and
        first, after: where each member's begin and end.
        begins: Where each member's rows begin among the others; and
        ends: where they end, which moves on; int64, contiguous.
        woven: The instants of all of them; int64, contiguous, with room.
    """
    _weave(
        as_input(at, np.int64),
        as_input(first, np.int64),
        as_input(after, np.int64),
        as_input(begins, np.int64),
        ends,
        woven,
    )


@compiled_once
def _weave(at: Ints, first: Ints, after: Ints, begins: Ints, ends: Ints, woven: Ints) -> None:
    for member in range(len(first)):
        start, other, own = first[member], ends[member] - 1, after[member] - 1
        place = other + after[member] - start
        ends[member] = place + 1
        # From the end: mostly all of these are later, and the others stay where they are.
        while own >= start:
            if other >= begins[member] and woven[other] > at[own]:
                woven[place] = woven[other]
                other -= 1
            else:
                woven[place] = at[own]
                own -= 1
            place -= 1

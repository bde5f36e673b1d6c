"""Walking: sequences found over the rows as they lie in the index, without copying them.

This is the pass of `stepping` for sequences whose steps ask for types alone: the types of a member are
merged by instant on the way. Where two of them share an instant, ids would have to decide; such members are
named, for the pass that looks at ids.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from satsuma.evaluation.kernels.compiled import as_input, compiled_once
from satsuma.evaluation.kernels.parallel import in_pieces
from satsuma.evaluation.kernels.scope import Bools, Ints
from satsuma.kernel.civil import AFTER_ALL_US

WITHOUT_END_US = 2**62
"""A span that never ends; added to any instant it still fits 64 bits."""


LANE_COUNTS = (2, 4, 8)
"""The loop is compiled for so many lanes; where there are fewer, some are empty."""

LANES_MAX = LANE_COUNTS[-1]


@dataclass(frozen=True, slots=True, eq=False)
class Lane:
    """The rows of one part of a type.

    Attributes:
        at: Of each row, microseconds UTC.
        first, after: Of each member of the frame the first row, and the last + 1.
        meets: Bit i is set where they may meet step i.
        blocks: Bit i where they are of step i's blocker.
        absent: Whether they are of the absence's pattern.
    """

    at: Ints
    first: Ints
    after: Ints
    meets: int
    blocks: int
    absent: bool


def walked(
    lanes: Sequence[Lane],
    spans_us: Sequence[int],
    among: Bools,
    steps_before: int,
    now: int,
    *,
    absence: bool,
) -> tuple[Bools, Bools]:
    """By row of the frame, whether the sequence is met at `now`; and whose ids would have to be looked at.

    Args:
        lanes: At least one, at most LANES_MAX.
        spans_us: For each step how long after the one before it may come; last, how long the absence takes.
        among: Whose rows are looked at.
        steps_before: Rows from this instant on are looked at for blockers and the absence only.
    """
    wanted = next(count for count in LANE_COUNTS if count >= len(lanes))
    nothing = np.zeros(len(among), dtype=np.int64)
    empty = Lane(nothing[:0], nothing, nothing, 0, 0, False)
    lanes = [*lanes, *[empty] * (wanted - len(lanes))]
    rules = (
        as_input(np.array([lane.meets for lane in lanes]), np.int64),
        as_input(np.array([lane.blocks for lane in lanes]), np.int64),
        as_input(np.array([lane.absent for lane in lanes]), np.bool_),
        as_input(np.array(spans_us), np.int64),
    )

    def of_piece(piece: slice) -> tuple[Bools, Bools]:
        found: tuple[Bools, Bools] = _walked(
            tuple(as_input(lane.at, np.int64) for lane in lanes),
            tuple(as_input(lane.first[piece], np.int64) for lane in lanes),
            tuple(as_input(lane.after[piece], np.int64) for lane in lanes),
            *rules,
            as_input(among[piece], np.bool_),
            steps_before,
            now,
            absence,
        )
        return found

    pieces = in_pieces(of_piece, len(among))
    if len(pieces) == 1:
        return pieces[0]
    return np.concatenate([one for one, _ in pieces]), np.concatenate([one for _, one in pieces])


@compiled_once
def _walked(  # noqa: PLR0917 - compiled functions take arrays one by one, and no keywords
    ats: tuple[Ints, ...],
    firsts: tuple[Ints, ...],
    afters: tuple[Ints, ...],
    meets: Ints,
    blocks: Ints,
    absents: Bools,
    spans_us: Ints,
    among: Bools,
    steps_before: int,
    now: int,
    absence: bool,
) -> tuple[Bools, Bools]:
    lanes, steps = len(meets), len(spans_us) - 1
    last = steps - 1
    found = np.zeros(len(among), np.bool_)
    tied = np.zeros(len(among), np.bool_)
    place = np.zeros(lanes, np.int64)
    end = np.zeros(lanes, np.int64)
    is_open = np.zeros(steps, np.bool_)
    until = np.zeros(steps, np.int64)
    for member in range(len(among)):
        if not among[member]:
            continue
        for lane in range(lanes):
            place[lane], end[lane] = firsts[lane][member], afters[lane][member]
        is_open[:] = False
        waits, over_at = False, 0
        while True:
            lane, at, is_tie = -1, 0, False
            for other in range(lanes):
                if place[other] < end[other]:
                    other_at = ats[other][place[other]]
                    if lane < 0 or other_at < at:
                        lane, at, is_tie = other, other_at, False
                    elif other_at == at:
                        is_tie = True
            if lane < 0:
                found[member] = waits and over_at <= now
                break
            if is_tie:
                tied[member] = True
                break
            place[lane] += 1
            met_now = 0
            if at < steps_before:
                for step in range(steps):
                    if meets[lane] >> step & 1 and (
                        step == 0 or (is_open[step - 1] and at <= until[step - 1])
                    ):
                        met_now |= 1 << step
            if waits and absents[lane]:
                if over_at < at:
                    found[member] = True
                    break
                waits = False
            for step in range(1, steps):
                if blocks[lane] >> step & 1:
                    is_open[step - 1] = False
            for step in range(last):
                if met_now >> step & 1:
                    is_open[step] = True
                    until[step] = min(at + spans_us[step + 1], AFTER_ALL_US)
            if met_now >> last & 1:
                if not absence:
                    found[member] = True
                    break
                if not waits:
                    waits, over_at = True, min(at + spans_us[steps], AFTER_ALL_US)
    return found, tied

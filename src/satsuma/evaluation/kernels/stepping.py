"""Stepping: one pass over each member's interactions that finds whether a sequence is met.

For each step only the latest interaction that meets it, after all steps before, is kept: whatever can follow
an earlier one can follow it too, for its time runs longest and the fewest interactions lie between. An
interaction of a step's blocker makes the pass forget what met the step before. Of last steps that wait for an
absence the earliest is kept: its time is over first. With `same` there is a pass for each of a member's
values, in which the steps are met by interactions with that value, and blockers and absences by any.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from satsuma.evaluation.kernels.compiled import as_input, compiled_inside, compiled_once
from satsuma.evaluation.kernels.scope import Bools, Ints


@dataclass(frozen=True, slots=True, eq=False)
class Events:
    """Interactions in the order of member, then the total order.

    Attributes:
        owner: Row of the member in the frame, int64.
        at: Microseconds UTC, int64.
        meets: Bit i is set where one may meet step i, int64.
        blocks: Bit i where one is of step i's blocker, int64.
        absent: Where one is of the absence's pattern.
        same: Equal numbers for equal values, -1 where a value is missing; int64. None: all are equal.
        deadlines: Row i: until when step i may come after the one before it; the last row: when the absence
            is over. int64, (steps + 1, events).
    """

    owner: Ints
    at: Ints
    meets: Ints
    blocks: Ints
    absent: Bools
    same: Ints | None
    deadlines: NDArray[np.int64]


def met(events: Events, steps: int, members: int, now: int, *, absence: bool) -> Bools:
    """By row of the frame, whether the sequence is met at `now`."""
    found: Bools = _met(
        as_input(events.owner, np.int64),
        as_input(events.at, np.int64),
        as_input(events.meets, np.int64),
        as_input(events.blocks, np.int64),
        as_input(events.absent, np.bool_),
        as_input(np.zeros(0) if events.same is None else events.same, np.int64),
        as_input(events.deadlines, np.int64),
        steps,
        members,
        now,
        absence,
    )
    return found


@compiled_once
def _met(  # noqa: PLR0917 - compiled functions take arrays one by one, and no keywords
    owner: Ints,
    at: Ints,
    meets: Ints,
    blocks: Ints,
    absent: Bools,
    same: Ints,
    deadlines: NDArray[np.int64],
    steps: int,
    members: int,
    now: int,
    absence: bool,
) -> Bools:
    found = np.zeros(members, np.bool_)
    is_open = np.zeros(steps, np.bool_)
    until = np.zeros(steps, np.int64)
    start = 0
    while start < len(owner):
        end = start
        while end < len(owner) and owner[end] == owner[start]:
            end += 1
        if len(same) == 0:
            found[owner[start]] = _met_by(
                at, meets, blocks, absent, same, deadlines, is_open, until, now, absence, start, end, 0
            )
        else:
            for value in np.unique(same[start:end]):
                if value >= 0 and _met_by(
                    at,
                    meets,
                    blocks,
                    absent,
                    same,
                    deadlines,
                    is_open,
                    until,
                    now,
                    absence,
                    start,
                    end,
                    value,
                ):
                    found[owner[start]] = True
                    break
        start = end
    return found


@compiled_inside
def _met_by(  # noqa: PLR0917 - likewise
    at: Ints,
    meets: Ints,
    blocks: Ints,
    absent: Bools,
    same: Ints,
    deadlines: NDArray[np.int64],
    is_open: Bools,
    until: Ints,
    now: int,
    absence: bool,
    start: int,
    end: int,
    value: int,
) -> bool:
    """Whether one member's events, from `start` to `end`, meet the steps with one value of `same`."""
    steps = len(is_open)
    is_open[:] = False
    waits, over_at = False, 0
    last = steps - 1
    for event in range(start, end):
        met_now = 0
        if len(same) == 0 or same[event] == value:
            for step in range(steps):
                if meets[event] >> step & 1 and (
                    step == 0 or (is_open[step - 1] and at[event] <= until[step - 1])
                ):
                    met_now |= 1 << step
        if waits and absent[event]:
            if over_at < at[event]:
                return True
            waits = False
        for step in range(1, steps):
            if blocks[event] >> step & 1:
                is_open[step - 1] = False
        for step in range(last):
            if met_now >> step & 1:
                is_open[step] = True
                until[step] = deadlines[step + 1, event]
        if met_now >> last & 1:
            if not absence:
                return True
            if not waits:
                waits, over_at = True, deadlines[steps, event]
    return waits and over_at <= now

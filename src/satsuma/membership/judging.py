"""Judging: whom what leaves have turned moves in segments, worked out for many segments at once.

Of each segment only those members are looked at that its own leaves turned, or that came or went, and of each
the bits of its own leaves. A segment that nobody enters or leaves costs next to nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from satsuma.membership.planes import Bools, Numbers, Plane
from satsuma.membership.standing import KeptLeaf
from satsuma.membership.touching import Program
from satsuma.membership.turning import Ints, turn_by


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A segment to be judged.

    Attributes:
        plane: Of its members.
        candidates: In parts, each ascending and distinct, those whose membership may have changed.
    """

    program: Program
    plane: Plane
    candidates: Sequence[Numbers]


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """What was turned in the planes of segments.

    Attributes:
        ends: Of each where its part of the others ends.
        numbers: Who moved, in no order where a segment's candidates came in several parts.
        entered: Whether each entered; else it left.
    """

    ends: Ints
    numbers: Numbers
    entered: Bools

    def each(self) -> list[tuple[Numbers, Bools]]:
        """Of each segment who moved, ascending, and whether they entered."""
        found = []
        first = 0
        for end in self.ends.tolist():
            numbers, entered = self.numbers[first:end], self.entered[first:end]
            if end - first > 1:
                order = np.argsort(numbers)
                numbers, entered = numbers[order], entered[order]
            found.append((numbers, entered))
            first = end
        return found


def judge(cases: Sequence[Case], leaves: Mapping[str, KeptLeaf], alive: Bools) -> Judged:
    """Bring the planes of segments of one audience to what their leaves say, as far as candidates go.

    Args:
        leaves: By key.
        alive: By member number.
    """
    parts = [part for case in cases for part in case.candidates]
    if not parts:
        return Judged(np.zeros(len(cases), dtype=np.int64), np.zeros(0, dtype=np.uint32), alive[:0])
    planes = [leaves[key].plane for case in cases for key in case.program.leaves]
    last = max((int(part[-1]) for part in parts if len(part)), default=0)
    starts = np.cumsum([0, *(len(case.program.leaves) for case in cases)])[:-1]
    codes = [case.program.code for case in cases]
    code, sizes = np.concatenate(codes), [len(one) for one in codes]
    return Judged(
        *turn_by(
            np.where(code >= 0, code + np.repeat(starts, sizes), code),
            np.cumsum(sizes),
            max(case.program.depth for case in cases),
            np.array([plane.address for plane in planes], dtype=np.uint64),
            np.array([plane.size for plane in planes], dtype=np.int64),
            np.array([case.plane.make_room(last) for case in cases], dtype=np.uint64),
            np.concatenate(parts),
            np.cumsum([sum(map(len, case.candidates)) for case in cases]),
            alive,
        )
    )

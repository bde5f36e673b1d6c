"""Truths: what leaves say of the members whom a version may move, each leaf's bits read once for all.

Most of what a version turns it turns in the same members, so segments look at all of these together. The
truth of a leaf for all of them is one whole number, a bit for each member, and a program is a few operations
on such numbers: a segment that nobody enters or leaves costs next to nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from satsuma.membership.planes import Bools, Numbers, Places, Plane
from satsuma.membership.standing import KeptLeaf
from satsuma.membership.touching import Program


class Truths:
    """The truth of leaves of one audience for some members, once these leaves have been asked again."""

    def __init__(self, numbers: Numbers, alive: Bools, leaves: Mapping[str, KeptLeaf]) -> None:
        """Look at some members.

        Args:
            numbers: Ascending.
            alive: By member number.
            leaves: By key.
        """
        self._places = Places.of(numbers)
        self._alive = _packed(alive[numbers])
        self._all = (1 << len(numbers)) - 1
        self._leaves = leaves
        self._found: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._places)

    def differing(self, program: Program, plane: Plane) -> tuple[Numbers, Bools]:
        """Who meets a program but is not in a plane, or the other way round; and whether they meet it."""
        holds = program.bits(self._of, self._all) & self._alive
        differs = holds ^ _packed(plane.at(self._places))
        numbers: Numbers = self._places.numbers
        if not differs:
            return numbers[:0], np.zeros(0, dtype=np.bool_)
        places = np.flatnonzero(self._unpacked(differs))
        return numbers[places], self._unpacked(holds)[places]

    def _of(self, key: str) -> int:
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = _packed(self._leaves[key].plane.at(self._places))
        return found

    def _unpacked(self, bits: int) -> Bools:
        size = len(self._places)
        packed = np.frombuffer(bits.to_bytes((size + 7) // 8, "little"), dtype=np.uint8)
        return np.unpackbits(packed, count=size, bitorder="little").view(np.bool_)


def _packed(holds: Bools) -> int:
    return int.from_bytes(np.packbits(holds, bitorder="little").tobytes(), "little")

"""Members: who is in a segment at one version, as readers hold it; made at the cost of what moved.

A version keeps the bitmap of an earlier one and what has moved since; they become one bitmap when a reader
wants all members, or when much has moved.
"""

from __future__ import annotations

import numpy as np
from pyroaring import BitMap

from satsuma.membership.planes import Bools, Numbers, bitmap_of

MOVED_MIN = 4096
"""So many moves, or a sixteenth of the members, are kept beside a bitmap before it is made anew."""

_NOBODY = BitMap()


class Members:
    """The members of one segment at one version; nobody changes them, and any thread may read them."""

    __slots__ = ("_parts",)

    def __init__(self, base: BitMap) -> None:
        """Exactly these; the bitmap is handed over, and nobody may change it any more."""
        # Of a bitmap, who has entered since, none of them in it, and who has left, all of them in it. One
        # tuple, for a thread may put another in its place while others read.
        self._parts: tuple[BitMap, BitMap, BitMap] = (base, _NOBODY, _NOBODY)

    @classmethod
    def of(cls, numbers: Numbers) -> Members:
        """Of distinct numbers."""
        return cls(bitmap_of(numbers))

    def __len__(self) -> int:
        base, entered, left = self._parts
        return len(base) + len(entered) - len(left)

    def __contains__(self, number: int) -> bool:
        base, entered, left = self._parts
        return (number in base or number in entered) and number not in left

    def whole(self) -> BitMap:
        """All of them; not to be changed."""
        base, entered, left = self._parts
        if not entered and not left:
            return base
        whole = (base | entered) - left
        self._parts = (whole, _NOBODY, _NOBODY)
        return whole

    def numbers(self) -> Numbers:
        """All of them, ascending, uint32."""
        return np.frombuffer(self.whole().to_array(), dtype=np.uint32)

    def after(self, numbers: Numbers, entered: Bools) -> Members:
        """Those of the next version.

        Args:
            numbers: Of the records that moved, distinct.
            entered: For each whether it entered, not being a member; else it left, being one.
        """
        if not len(numbers):
            return self
        came, went = bitmap_of(numbers[entered]), bitmap_of(numbers[~entered])
        base, had_entered, had_left = self._parts
        # Who comes back had left the bitmap, and who goes again had entered since.
        moved = (had_entered | (came - had_left)) - went, (had_left | (went - had_entered)) - came
        here = Members(base)
        here._parts = (base, *moved)
        if sum(map(len, moved)) > max(MOVED_MIN, len(base) >> 4):
            here.whole()
        return here

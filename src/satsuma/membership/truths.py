"""Truths: what leaves say of the members whom a version may move, each leaf's bits read once for all.

Most of what a version turns it turns in the same members, so segments look at all of these together: whose
leaves stood still gives the answer that it gave before.
"""

from __future__ import annotations

from collections.abc import Mapping

from satsuma.membership.planes import Bools, Numbers, Places
from satsuma.membership.standing import KeptLeaf


class Truths:
    """The truth of leaves of one audience for some members, once these leaves have been asked again.

    Attributes:
        places: The members.
        alive: Which of them there are.
    """

    def __init__(self, numbers: Numbers, alive: Bools, leaves: Mapping[str, KeptLeaf]) -> None:
        """Look at some members.

        Args:
            numbers: Ascending.
            alive: By member number.
            leaves: By key.
        """
        self.places = Places.of(numbers)
        self.alive: Bools = alive[numbers]
        self._leaves = leaves
        self._found: dict[str, Bools] = {}

    def __len__(self) -> int:
        return len(self.places)

    def of(self, keys: Mapping[str, object]) -> dict[str, Bools]:
        """Of some leaves, by key, for each member; not to be written to."""
        for key in keys:
            if key not in self._found:
                self._found[key] = self._leaves[key].plane.at(self.places)
        return {key: self._found[key] for key in keys}

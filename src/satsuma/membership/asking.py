"""Asking leaves: the kernels' answers for some members or everyone, and the bits of planes that differ."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from satsuma.catalog.audiences import entity_of_number
from satsuma.catalog.model import Catalog
from satsuma.evaluation import kernels
from satsuma.evaluation.kernels.memberships import Memberships
from satsuma.index import Index
from satsuma.membership.planes import Numbers, Plane, united
from satsuma.membership.touching import Leaf
from satsuma.membership.turning import Ints, turn_to

Group: TypeAlias = "tuple[Numbers, list[tuple[Leaf, Plane]]]"
"""Leaves of one audience, each with its plane, and the members that they are to be asked about."""

TOGETHER_MAX = 256
"""Leaves that are touched in no more members than this, taken together, are asked about all of these."""


@dataclass(slots=True)
class Counted:
    """What a version cost, in things looked at rather than seconds.

    Attributes:
        sources: What time may have passed, such as an end of a window, that was looked at.
        leaves: Leaves asked again.
        members: Members that leaves were asked for, summed over leaves.
        whole: Leaves asked for everyone.
        turned: Bits that turned.
    """

    sources: int = 0
    leaves: int = 0
    members: int = 0
    whole: int = 0
    turned: int = 0


@dataclass(slots=True)
class Asking:
    """Asks leaves about one version and brings their planes to it; what it turned can be turned back.

    Attributes:
        index, at, catalog: Of the version, `at` in microseconds UTC.
        memberships: Answers what leaves ask about segments, lists and consent.
        forms: What the kernels keep of conditions; None: nothing.
        turned: By key of the leaf the members whose bits were turned.
    """

    index: Index
    at: int
    catalog: Catalog
    memberships: Memberships
    forms: kernels.Forms | None = None
    counted: Counted = field(default_factory=Counted)
    turned: dict[str, Numbers] = field(default_factory=dict)
    _undo: list[tuple[Sequence[Plane], Ints, Numbers]] = field(default_factory=list)

    def some(self, leaves: Sequence[tuple[Leaf, Plane]], numbers: Numbers) -> None:
        """Ask leaves of one audience about some members, ascending.

        Raises:
            Error: What evaluation raises.
        """
        answers = kernels.truths_of(
            self.index,
            [(leaf.condition, leaf.timezone) for leaf, _ in leaves],
            entity_of_number(self.catalog, leaves[0][0].audience),
            numbers=numbers.astype(np.int64),
            now=self.at,
            memberships=self.memberships,
            forms=self.forms,
        )
        self.counted.leaves += len(leaves)
        self.counted.members += len(leaves) * len(numbers)
        if not len(numbers):
            return
        planes, last = [plane for _, plane in leaves], int(numbers[-1])
        addresses = np.array([plane.make_room(last) for plane in planes], dtype=np.uint64)
        ends, turned = turn_to(addresses, numbers, answers)
        self.turned_already(planes, ends, turned)
        self.counted.turned += len(turned)
        first = 0
        for (leaf, _), end in zip(leaves, ends.tolist(), strict=True):
            if first < end:
                self.turned[leaf.key] = turned[first:end]
            first = end

    def everyone(self, leaf: Leaf, plane: Plane) -> None:
        """Ask a leaf about all members.

        Raises:
            Error: What evaluation raises.
        """
        holds = kernels.truth_of(
            self.index,
            leaf.condition,
            entity_of_number(self.catalog, leaf.audience),
            numbers=None,
            timezone=leaf.timezone,
            now=self.at,
            memberships=self.memberships,
        )
        self.counted.leaves += 1
        self.counted.whole += 1
        self.counted.members += len(holds)
        self._turn(leaf, plane, np.flatnonzero(holds != plane.whole(len(holds))).astype(np.uint32))

    def flip(self, plane: Plane, numbers: Numbers) -> None:
        """Turn bits of a plane, so that it can be undone."""
        if len(numbers):
            plane.flip(numbers)
            self.turned_already([plane], np.array([len(numbers)]), numbers)

    def turned_already(self, planes: Sequence[Plane], ends: Ints, numbers: Numbers) -> None:
        """Note bits that were turned, so that it can be undone: of each plane the numbers up to an end."""
        self._undo.append((planes, ends, numbers))

    def undo(self) -> None:
        """Turn everything back."""
        for planes, ends, numbers in reversed(self._undo):
            for plane, of_plane in zip(planes, np.split(numbers, ends[:-1]), strict=True):
                plane.flip(of_plane)
        self._undo.clear()

    def _turn(self, leaf: Leaf, plane: Plane, numbers: Numbers) -> None:
        self.flip(plane, numbers)
        if len(numbers):
            self.turned[leaf.key] = numbers
            self.counted.turned += len(numbers)


def fewer(groups: Iterable[Group]) -> list[Group]:
    """Groups of leaves with the members to be asked about, the smallest of an audience made one.

    That each is asked about members of others too costs less than asking so many times.
    """
    found: list[Group] = []
    small: dict[int, tuple[list[Numbers], list[tuple[Leaf, Plane]]]] = {}
    for numbers, leaves in sorted(groups, key=lambda group: len(group[0])):
        parts, together = small.setdefault(leaves[0][0].audience, ([], []))
        if sum(map(len, parts)) + len(numbers) > TOGETHER_MAX:
            found.append((numbers, leaves))
            continue
        parts.append(numbers)
        together += leaves
    return found + [(united(parts), together) for parts, together in small.values() if together]

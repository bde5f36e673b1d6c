"""Algebra: who meets a condition that speaks of live segments alone, by set operations on their members.

Ten segments over ten million members take a millisecond or two this way, whatever their definitions are. What
a condition excludes is never taken from everyone before it must be: a part is some records, or all but those.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

import numpy as np
from pyroaring import BitMap

from satsuma.index.entities import EntityTable
from satsuma.language import bound
from satsuma.membership.planes import bitmap_of
from satsuma.membership.standing import Standing

_NOBODY = BitMap()


class Everyone:
    """All records of an audience, at all versions that have the same ones; any thread may ask."""

    def __init__(self, table: EntityTable) -> None:
        """Of the index of one of these versions."""
        self._alive = table.alive
        self.size = int(np.count_nonzero(table.alive))

    def is_of(self, table: EntityTable) -> bool:
        """Whether the index of a version has the very same ones."""
        return self._alive is table.alive

    @cached_property
    def bitmap(self) -> BitMap:
        """Their numbers; not to be changed."""
        found = BitMap(range(len(self._alive)))
        if self.size < len(self._alive):
            found -= bitmap_of(np.flatnonzero(~self._alive).astype(np.uint32))
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Who meets a condition: some records of an audience, or all but those.

    Attributes:
        some: Numbers of records that there are; not to be changed.
        is_rest: Whether it is all others instead.
    """

    some: BitMap
    is_rest: bool = False

    def negated(self) -> Part:
        """All others."""
        return Part(self.some, not self.is_rest)

    def and_also(self, other: Part) -> Part:
        """Those who are in both."""
        return _every((self, other))


class Algebra:
    """Set operations on the members of live segments at one version."""

    def __init__(self, standing: Standing, table: EntityTable, everyone: Everyone) -> None:
        """Over one audience.

        Args:
            standing: The version.
            table: The audience's records in its index.
            everyone: The same as a set.
        """
        self._standing = standing
        self._table = table
        self._everyone = everyone

    @property
    def audience_size(self) -> int:
        """How many records the audience has."""
        return self._everyone.size

    def part(self, condition: bound.Condition) -> Part:
        """Who meets a condition for which `is_algebra` holds."""
        match condition:
            case bound.InSegment(segment):
                # Members are records that there are: whoever is deleted leaves, failed segments too.
                kept = self._standing.segments.get(segment)
                return Part(_NOBODY if kept is None else kept.members.whole())
            case bound.Not(negated):
                return self.part(negated).negated()
            case bound.All(conditions):
                return _every(map(self.part, conditions))
            case bound.AnyOf(conditions):
                # In any of some: not outside all of them.
                return _every(self.part(one).negated() for one in conditions).negated()
            case _:
                raise TypeError(f"{type(condition).__name__} is not about segments alone")

    def count(self, part: Part) -> int:
        """How many they are."""
        return self._everyone.size - len(part.some) if part.is_rest else len(part.some)

    def first_keys(self, part: Part, count: int) -> list[str]:
        """The keys of the first of them by number, at most so many."""
        some = self._everyone.bitmap - part.some if part.is_rest else part.some
        return self._table.keys_of(np.fromiter(islice(some, count), dtype=np.int64))


def _every(parts: Iterable[Part]) -> Part:
    """Those who are in all parts."""
    inside: list[BitMap] = []
    outside: list[BitMap] = []
    for part in parts:
        (outside if part.is_rest else inside).append(part.some)
    if not inside:
        return Part(outside[0] if len(outside) == 1 else BitMap.union(_NOBODY, *outside), is_rest=True)
    # The fewest first, so that all that follows is done with few.
    inside.sort(key=len)
    found = inside[0]
    for one in inside[1:]:
        found = found & one
    for one in outside:
        found = found - one
    return Part(found)


def is_algebra(condition: bound.Condition) -> bool:
    """Whether a condition speaks of membership in segments alone, of at least one."""
    match condition:
        case bound.InSegment():
            return True
        case bound.Not(negated):
            return is_algebra(negated)
        case bound.All(conditions) | bound.AnyOf(conditions):
            return bool(conditions) and all(map(is_algebra, conditions))
        case _:
            return False

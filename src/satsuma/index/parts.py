"""Parts: some interactions of one type, grouped by member and sorted; and how two of them become one.

The files hold one part. Each batch of rows that came since is another, a *run*; runs of like size are merged,
so that there are few. A member whose stored rows were changed is *out* of all parts before the run that has
all its rows anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from satsuma.index.columns import Column, among
from satsuma.record.arrow import Column as Strings

Ints = NDArray[np.int64]


def _nobody() -> Ints:
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Part:
    """Some interactions of one type, grouped by member and sorted in the total order; it never changes.

    Attributes:
        members: How many numbers the audience has.
        owners: The members that have rows here, ascending, int64; None where all have a place in `offsets`.
        offsets: Where the rows of each owner (of each member, by number) begin, and the last one's end.
        occurred_at: int64, microseconds UTC.
        ids: Of each row.
        columns: By attribute number.
        time_at: All instants again, ascending, int64; and
        time_member: whose they are, uint32.
        made: The version that brought each row, int64; None for the files' part.
        out: Members (ascending, int64) whose rows here do not count any more.
    """

    members: int
    owners: Ints | None
    offsets: Ints
    occurred_at: Ints
    ids: Strings
    columns: Mapping[int, Column]
    time_at: Ints
    time_member: NDArray[np.uint32]
    made: Ints | None = None
    out: Ints = field(default_factory=_nobody)

    @property
    def size(self) -> int:
        """How many rows there are, those that do not count any more included."""
        return len(self.occurred_at)

    @property
    def first(self) -> Ints:
        """Of all members, by number, where their rows begin."""
        return self._all[0]

    @property
    def after(self) -> Ints:
        """Of all members, by number, where their rows end."""
        return self._all[1]

    def ranges(self, numbers: NDArray[Any] | None = None) -> tuple[Ints, Ints]:
        """Where the rows of some members (None: of all, by number) begin, and end; int64.

        Of all members at a cost that grows with their number, of some with theirs.
        """
        if numbers is None:
            return self._all
        wanted = numbers.astype(np.int64, copy=False)
        first, after = self._places(wanted)
        return first, np.where(among(wanted, self.out), first, after) if len(self.out) else after

    @cached_property
    def _all(self) -> tuple[Ints, Ints]:
        if self.owners is not None:
            first, after = np.zeros(self.members, dtype=np.int64), np.zeros(self.members, dtype=np.int64)
            first[self.owners], after[self.owners] = self.offsets[:-1], self.offsets[1:]
        else:
            lacking = np.full(self.members + 1 - len(self.offsets), self.size)
            first = np.concatenate([self.offsets[:-1], lacking]) if len(lacking) else self.offsets[:-1]
            after = np.concatenate([self.offsets[1:], lacking]) if len(lacking) else self.offsets[1:]
        if len(self.out):
            after = after.copy()
            after[self.out] = first[self.out]
        return first, after

    def _places(self, members: Ints) -> tuple[Ints, Ints]:
        """Where the rows of members stand, or would, whether they count or not."""
        if self.owners is None:
            last = len(self.offsets) - 1
            return self.offsets[np.minimum(members, last)], self.offsets[np.minimum(members + 1, last)]
        at = np.searchsorted(self.owners, members)
        first = self.offsets[at]
        has = among(members, self.owners)
        return first, np.where(has, self.offsets[np.minimum(at + 1, len(self.owners))], first)

    def without(self, members: Ints) -> Part:
        """Without the rows of some members (ascending)."""
        first, after = self.ranges(members)
        out = members[first < after]
        return replace(self, out=np.union1d(self.out, out)) if len(out) else self

    def of(self, members: int, columns: Mapping[int, Column]) -> Part:
        """Of an audience that has got more numbers, with columns of later dictionaries, and new ones."""
        return replace(self, members=members, columns=columns)

    def counting(self, start: int, end: int) -> NDArray[np.bool_] | None:
        """Which rows of `start` to `end` count; None: all."""
        if not len(self.out):
            return None
        counts = np.ones(end - start, dtype=np.bool_)
        first, after = self._places(self.out)
        first, after = np.clip(first, start, end) - start, np.clip(after, start, end) - start
        for here in np.flatnonzero(first < after).tolist():
            counts[first[here] : after[here]] = False
        return counts

    def owner_of_rows(self) -> Ints:
        """The member of each row, whether it counts or not."""
        owners = np.arange(len(self.offsets) - 1) if self.owners is None else self.owners
        return np.repeat(owners, np.diff(self.offsets))

    def places_for(self, other: Part) -> Ints:
        """For each row of another part, before which row of this one it stands in the total order."""
        members = other.owner_of_rows()
        first, after = self._places(members)
        low = _bound(self.occurred_at, first, after, other.occurred_at, after_equal=False)
        high = _bound(self.occurred_at, first, after, other.occurred_at, after_equal=True)
        # Ids tell only where instants do not.
        for row in np.flatnonzero(low < high).tolist():
            own = str(other.ids[row].as_py())
            ids: list[Any] = self.ids.slice(int(low[row]), int(high[row] - low[row])).to_pylist()
            low[row] += sum(one < own for one in ids)
        return low


def _bound(values: Ints, low: Ints, high: Ints, wanted: Ints, *, after_equal: bool) -> Ints:
    """Of each range of ascending values, the first place that is not below (is above) a wanted one."""
    low, high = low.copy(), high.copy()
    open_ = np.flatnonzero(low < high)
    while len(open_):
        middle = (low[open_] + high[open_]) >> 1
        found = values[middle]
        is_before = found <= wanted[open_] if after_equal else found < wanted[open_]
        low[open_] = np.where(is_before, middle + 1, low[open_])
        high[open_] = np.where(is_before, high[open_], middle)
        open_ = open_[low[open_] < high[open_]]
    return low


def woven(start: int, end: int, places: Ints, counts: NDArray[np.bool_] | None) -> Ints:
    """The order in which rows of one part and all of another follow each other.

    Args:
        start, end: The rows of the first part.
        places: Before which of them each row of the other stands, ascending, from `start` to `end`.
        counts: Which rows of the first part, and of the other after them, are wanted; None: all.

    Returns:
        Places among the rows of the first, counted from 0, and those of the other after them.
    """
    size = end - start
    order = np.insert(np.arange(size), places - start, size + np.arange(len(places)))
    if counts is None:
        return order
    found: Ints = order[counts[order]]
    return found

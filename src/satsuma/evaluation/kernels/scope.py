"""Scope: in what conditions are evaluated, and frames, the rows whose truth is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from satsuma.catalog.model import InteractionType
from satsuma.index import Index
from satsuma.index.entities import EntityTable
from satsuma.index.interactions import InteractionTable
from satsuma.index.parts import Part
from satsuma.kernel.civil import BEFORE_ALL_US
from satsuma.kernel.windows import Window, bounds
from satsuma.kernel.zones import Zone
from satsuma.language import bound

if TYPE_CHECKING:
    from satsuma.evaluation.kernels.memberships import Memberships
    from satsuma.evaluation.kernels.vectors import Vector

Bools: TypeAlias = NDArray[np.bool_]
Ints: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Records:
    """Records of an entity: all, by number, or given ones. What is answered for no record means nothing.

    Attributes:
        numbers: Of the given ones, ascending and distinct, int64; None: all numbers from 0.
        kept: What was worked out for this frame and is asked again.
    """

    table: EntityTable
    numbers: Ints | None = None
    kept: dict[object, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return self.table.size if self.numbers is None else len(self.numbers)

    def alive(self) -> Bools:
        """Which rows of the frame are records."""
        if self.numbers is None:
            return self.table.alive
        found: Bools = self.table.alive[self.numbers]
        return found

    def numbers_of(self, rows: NDArray[Any]) -> NDArray[Any]:
        """The record numbers of some rows of the frame."""
        if self.numbers is None:
            return rows
        found: Ints = self.numbers[rows]
        return found

    def located(self, numbers: NDArray[Any]) -> Ints:
        """The row of the frame that each of some records has; -1 for those that are not in it."""
        wanted = numbers.astype(np.int64)
        if self.numbers is None:
            return np.where(wanted < self.table.size, wanted, -1)
        if not len(self.numbers):
            return np.full(len(wanted), -1)
        places = np.minimum(np.searchsorted(self.numbers, wanted), len(self.numbers) - 1)
        return np.where(self.numbers[places] == wanted, places, -1)

    def where(self, rows: Bools) -> Records:
        """A frame of some rows of this one."""
        return Records(self.table, self.numbers_of(np.flatnonzero(rows)))

    def marked(self, numbers: NDArray[Any]) -> Bools:
        """Which rows of the frame are among some records."""
        found = np.zeros(len(self), dtype=np.bool_)
        rows = self.located(numbers)
        found[rows[rows >= 0]] = True
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Some interactions of one type, all in one part of its table.

    Attributes:
        rows: Their places in the part.
        members: The number of each one's member.
    """

    type: InteractionType
    part: Part
    rows: Ints
    members: NDArray[Any]

    def __len__(self) -> int:
        return len(self.rows)

    def at(self) -> Ints:
        """When each occurred, microseconds UTC."""
        found: Ints = self.part.occurred_at[self.rows]
        return found

    def chosen(self, places: NDArray[Any]) -> Rows:
        """Some of them."""
        return Rows(self.type, self.part, self.rows[places], self.members[places])


@dataclass(frozen=True, slots=True, eq=False)
class States:
    """States that records have been in, as far as a condition speaks of them.

    Attributes:
        numbers: The record of each.
        attributes: By attribute number the values then.
        memberships: By `bound.InSegment`, `bound.InList` or `bound.Consent`, what it said then.
    """

    table: EntityTable
    numbers: Ints
    attributes: Mapping[int, Vector]
    memberships: Mapping[bound.Condition, Bools]

    def __len__(self) -> int:
        return len(self.numbers)


Frame: TypeAlias = Records | Rows | States

Truth: TypeAlias = "Callable[[bound.Condition, Frame, Scope, Bools | None], Bools]"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Moment:
    """The data and the instant that a condition is asked about.

    Attributes:
        now: Microseconds UTC.
        remembered: What was worked out once and is asked again.
    """

    index: Index
    zone: Zone
    now: int
    remembered: dict[object, Any] = field(default_factory=dict)

    def happened(self, during: Window | None) -> tuple[int, int]:
        """The instants `low <= at < high` of a window up to now."""
        key = ("window", during, self.zone.name)
        if key not in self.remembered:
            span = bounds(during, self.now, self.zone).up_to(self.now)
            low = BEFORE_ALL_US if span.low is None else span.low
            self.remembered[key] = low, self.now + 1 if span.high is None else span.high
        found: tuple[int, int] = self.remembered[key]
        return found

    def interactions(self, type_: InteractionType) -> InteractionTable:
        """The interactions of a type."""
        return self.index.interactions[type_.number]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Scope(Moment):
    """What a condition is evaluated in.

    Attributes:
        memberships: What segments, lists and consent say.
        truth: Evaluates a condition for the rows of a frame. With a fourth argument only those rows matter;
            for the others any answer may come.
        repeated: By its id, of each condition on everyone whose answer is kept, for it is asked again: a text
            that equal ones share.
    """

    memberships: Memberships
    truth: Truth
    repeated: Mapping[int, str] = field(default_factory=dict)

"""Deltas: the signed changes of members that a version makes, with their causes, netted by member."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from satsuma.membership.planes import Bools, Numbers
from satsuma.record import memberships

Cause: TypeAlias = Literal["data", "clock", "definition", "override", "merge", "erase"]

CAUSES: tuple[Cause, ...] = ("data", "clock", "definition", "override", "merge", "erase")


@dataclass(frozen=True, slots=True)
class Delta:
    """What one version changed in one segment."""

    segment: int
    entered: int
    left: int


@dataclass(frozen=True, slots=True, eq=False)
class Moved:
    """The members that one version moved in one segment.

    Attributes:
        numbers: Distinct, ascending.
        entered: For each whether it entered; else it left.
        by_clock: For each whether nothing but time moved it.
    """

    segment: int
    numbers: Numbers
    entered: Bools
    by_clock: Bools
    cause: Cause

    def delta(self) -> Delta:
        """How many."""
        entered = int(self.entered.sum())
        return Delta(self.segment, entered, len(self.numbers) - entered)


@dataclass(slots=True)
class Changes:
    """Collects what a version moves, and gives it as the record stores it."""

    moved: list[Moved] = field(default_factory=list)

    def table(self) -> pa.Table:
        """All signed changes, as `memberships.CHANGES`."""
        some = [one for one in self.moved if len(one.numbers)]
        sizes = [len(one.numbers) for one in some]
        clock = CAUSES.index("clock")
        causes = [np.where(one.by_clock, clock, CAUSES.index(one.cause)).astype(np.int8) for one in some]
        columns: list[Any] = [
            np.repeat(np.array([one.segment for one in some], dtype=np.uint32), sizes),
            _joined([one.numbers for one in some], np.uint32),
            _joined([np.where(one.entered, 1, -1) for one in some], np.int8),
            pa.DictionaryArray.from_arrays(
                pa.array(_joined(causes, np.int8)), pa.array(list(CAUSES), pa.string())
            ).cast(pa.string()),
        ]
        return pa.table([pa.array(one) for one in columns], schema=memberships.CHANGES)


def _joined(parts: Sequence[NDArray[Any]], dtype: Any) -> NDArray[Any]:
    return np.concatenate(parts).astype(dtype) if parts else np.zeros(0, dtype=dtype)

"""Scope: in what conditions are evaluated, and frames, the rows whose truth is asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

import duckdb
import numpy as np
from numpy.typing import NDArray

from satsuma.catalog.model import InteractionType
from satsuma.index import Index
from satsuma.index.entities import EntityTable
from satsuma.index.interactions import InteractionTable
from satsuma.kernel.civil import BEFORE_ALL_US
from satsuma.kernel.windows import Window, bounds
from satsuma.kernel.zones import Zone
from satsuma.language import bound

Bools: TypeAlias = NDArray[np.bool_]
Ints: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Records:
    """All records of an entity, by number; what is answered for numbers without a record means nothing."""

    table: EntityTable

    def __len__(self) -> int:
        return self.table.size


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Some interactions of one type.

    Attributes:
        rows: Their places in the table.
        members: The number of each one's member.
    """

    table: InteractionTable
    rows: Ints
    members: Ints

    def __len__(self) -> int:
        return len(self.rows)


Frame: TypeAlias = Records | Rows

Truth: TypeAlias = "Callable[[bound.Condition, Frame, Scope, Bools | None], Bools]"


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """What a condition is evaluated in.

    Attributes:
        cursor: On the record at the index's version, for lists, segments and consent.
        now: Microseconds UTC.
        truth: Evaluates a condition for the rows of a frame. With a fourth argument only those rows matter;
            for the others any answer may come.
        remembered: What was worked out once and is asked again.
    """

    index: Index
    cursor: duckdb.DuckDBPyConnection
    zone: Zone
    now: int
    truth: Truth
    remembered: dict[object, Bools] = field(default_factory=dict)

    def happened(self, during: Window | None) -> tuple[int, int]:
        """The instants `low <= at < high` of a window up to now."""
        span = bounds(during, self.now, self.zone).up_to(self.now)
        low = BEFORE_ALL_US if span.low is None else span.low
        return low, self.now + 1 if span.high is None else span.high

    def interactions(self, type_: InteractionType) -> InteractionTable:
        """The interactions of a type."""
        return self.index.interactions[type_.number]

"""Interactions: the rows of one type grouped by member and sorted by time, and in time order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from satsuma.catalog.model import InteractionType
from satsuma.index.building import ColumnMaker, StringsMaker, selected
from satsuma.index.columns import Column, open_column, open_strings
from satsuma.index.entities import BATCH_ROWS
from satsuma.index.files import Folder, Making
from satsuma.kernel.errors import InvariantError
from satsuma.record.arrow import Column as Strings
from satsuma.record.layout import ID, MEMBER, OCCURRED_AT, interaction_table
from satsuma.record.sql import quote


@dataclass(frozen=True, eq=False)
class Part:
    """Some interactions of one type, grouped by member and sorted in the total order; it never changes.

    Attributes:
        offsets: Where each member's rows begin and the last one's end, int64, by member number: of member m
            they are `offsets[m]` to `offsets[m + 1]`, in the total order.
        occurred_at: int64, microseconds UTC.
        ids: Of each row.
        columns: By attribute number.
        time_at: All instants again, ascending, int64; and
        time_member: whose they are, uint32.
    """

    offsets: NDArray[np.int64]
    occurred_at: NDArray[np.int64]
    ids: Strings
    columns: Mapping[int, Column]
    time_at: NDArray[np.int64]
    time_member: NDArray[np.uint32]

    @property
    def size(self) -> int:
        """How many rows there are."""
        return len(self.occurred_at)

    def ranges(self, numbers: NDArray[Any] | None = None) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where the rows of some members (None: of all, by number) begin, and end; int64.

        Of all members at a cost that grows with their number, of some with theirs.
        """
        if numbers is None:
            return self.offsets[:-1], self.offsets[1:]
        places = numbers.astype(np.int64)
        return self.offsets[places], self.offsets[places + 1]


@dataclass(frozen=True, eq=False)
class InteractionTable:
    """The interactions of one type.

    A member's rows are those that it has in the parts, all of them together; within a part they stand in
    their total order (instant, then id by code point), between parts in none.

    Attributes:
        parts: Disjoint; the first is the largest.
    """

    type: InteractionType
    parts: tuple[Part, ...]

    @property
    def size(self) -> int:
        """How many interactions there are."""
        return sum(part.size for part in self.parts)

    @property
    def only(self) -> Part:
        """The only part, for readers that know no other."""
        if len(self.parts) != 1:
            raise InvariantError(f"the interactions of {self.type.name!r} stand in {len(self.parts)} parts")
        return self.parts[0]

    def members_between(self, low: int, high: int) -> NDArray[np.uint32]:
        """The distinct members, ascending, with a row at `low <= at < high` (microseconds UTC)."""
        found = [np.zeros(0, dtype=np.uint32)]
        for part in self.parts:
            first, after = np.searchsorted(part.time_at, np.array([low, high], dtype=np.int64))
            found.append(part.time_member[first:after])
        return np.unique(np.concatenate(found))

    def next_at(self, at: int) -> int | None:
        """The least instant of a row that is not below `at`, microseconds UTC."""
        places = [(part, int(np.searchsorted(part.time_at, np.int64(at)))) for part in self.parts]
        return min((int(part.time_at[place]) for part, place in places if place < part.size), default=None)


def build_interactions(
    cursor: duckdb.DuckDBPyConnection, type_: InteractionType, members: int, making: Making
) -> None:
    """Write the arrays of a type. The record sorts, on the disk where it must; rows pass in batches.

    Args:
        members: How many numbers the audience has.
    """
    table = quote(interaction_table(type_))
    makers = [ColumnMaker(making, attribute) for attribute in type_.attributes.values()]
    expressions = [selected(attribute) for attribute in type_.attributes.values()]
    flat = [f"{one} AS c{i}" for i, one in enumerate(e for of_one in expressions for e in of_one)]
    fixed = [f"{MEMBER} AS member", f"epoch_us({OCCURRED_AT}) AS at", f"{ID} AS id"]
    # DuckDB orders texts by their bytes, which is by code points.
    statement = f"SELECT {', '.join([*fixed, *flat])} FROM {table} ORDER BY {MEMBER}, {OCCURRED_AT}, {ID}"
    counts = np.zeros(members + 1, dtype=np.int64)
    times, ids = making.stream("occurred_at", np.int64), StringsMaker(making, "ids")
    for batch in cursor.sql(statement).to_arrow_reader(BATCH_ROWS):
        owner, at, own_id, *rest = batch.columns
        _count(counts, owner.to_numpy(), type_)
        times.append(at.to_numpy())
        ids.append(own_id)
        for maker, wanted in zip(makers, expressions, strict=True):
            maker.append(rest[: len(wanted)])
            rest = rest[len(wanted) :]
    for maker in makers:
        maker.finish()
    making.array("offsets", np.cumsum(counts))
    _time_order(cursor, table, making)


def _count(counts: NDArray[np.int64], owner: NDArray[np.uint32], type_: InteractionType) -> None:
    if len(owner) and int(owner.max()) >= len(counts) - 1:
        raise InvariantError(f"an interaction of {type_.name!r} is of no record: {int(owner.max())}")
    # Counted one place on, so that the running sum says where each begins.
    found, of_each = np.unique(owner, return_counts=True)
    counts[found.astype(np.int64) + 1] += of_each


def _time_order(cursor: duckdb.DuckDBPyConnection, table: str, making: Making) -> None:
    at, member = making.stream("time_at", np.int64), making.stream("time_member", np.uint32)
    columns = f"epoch_us({OCCURRED_AT}) AS at, {MEMBER} AS member"
    statement = f"SELECT {columns} FROM {table} ORDER BY {OCCURRED_AT}, {MEMBER}"
    for batch in cursor.sql(statement).to_arrow_reader(BATCH_ROWS):
        at.append(batch.column(0).to_numpy())
        member.append(batch.column(1).to_numpy())


def open_interactions(folder: Folder, type_: InteractionType) -> InteractionTable:
    """The interactions of a type, from its folder."""
    part = Part(
        folder.array("offsets"),
        folder.array("occurred_at"),
        open_strings(folder, "ids"),
        {one.number: open_column(folder, one) for one in type_.attributes.values()},
        folder.array("time_at"),
        folder.array("time_member"),
    )
    return InteractionTable(type_, (part,))

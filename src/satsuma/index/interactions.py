"""Interactions: the rows of one type grouped by member and sorted by time, and in time order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from satsuma.catalog.model import InteractionType
from satsuma.index.building import ColumnMaker, selected
from satsuma.index.columns import Column, among, empty_column, open_column
from satsuma.index.dictionaries import Dictionary
from satsuma.index.entities import BATCH_ROWS
from satsuma.index.files import Folder, Making
from satsuma.index.marks import Marks
from satsuma.index.parts import Part
from satsuma.index.sorting import BY_MEMBER, BY_TIME, in_order
from satsuma.index.texts import StringsMaker, from_list, open_strings
from satsuma.kernel.errors import InvariantError
from satsuma.record.layout import ID, MEMBER, OCCURRED_AT, interaction_table
from satsuma.record.sql import quote

__all__ = ["InteractionTable", "Part", "build_interactions", "empty_interactions", "open_interactions"]

_LOOKED_AT_ONCE = 1024


@dataclass(frozen=True, eq=False)
class InteractionTable:
    """The interactions of one type.

    A member's rows are those that it has in the parts, all of them together; within a part they stand in
    their total order (instant, then id by code point), between parts in none.

    Attributes:
        parts: Disjoint; the first is of the files, the others came since, the largest first.
        rewritten: Members whose stored rows were changed since the files were made, and in which version.
        base: The version that the first part is of.
        is_saved: Whether it is files that an index of a later version may be opened from.
    """

    type: InteractionType
    parts: tuple[Part, ...]
    rewritten: Marks
    base: int
    is_saved: bool

    @property
    def size(self) -> int:
        """How many interactions there are; some that are gone may still be counted."""
        return sum(part.size for part in self.parts)

    @property
    def tail_size(self) -> int:
        """How many of them no file has."""
        return sum(part.size for part in self.parts[1:])

    def dictionary(self, attribute: int) -> Dictionary | None:
        """That of a coded attribute (its number); all parts have the same."""
        return self.parts[0].columns[attribute].dictionary

    def members_between(self, low: int, high: int) -> NDArray[np.uint32]:
        """The distinct members, ascending, with a row at `low <= at < high` (microseconds UTC)."""
        found = [np.zeros(0, dtype=np.uint32)]
        for part in self.parts:
            first, after = np.searchsorted(part.time_at, np.array([low, high], dtype=np.int64))
            members = np.unique(part.time_member[first:after])
            found.append(members[~among(members.astype(np.int64), part.out)] if len(part.out) else members)
        return np.unique(np.concatenate(found))

    def next_at(self, at: int) -> int | None:
        """The least instant of a row that is not below `at`, microseconds UTC."""
        return min((one for part in self.parts if (one := _next_at(part, at)) is not None), default=None)

    def members_with(self, attribute: int, codes: NDArray[Any]) -> NDArray[np.uint32]:
        """The distinct members, ascending, with a row that has one of some codes of a coded attribute.

        Reads the whole column.
        """
        found = [np.zeros(0, dtype=np.int64)]
        for part in self.parts:
            rows = np.flatnonzero(np.isin(part.columns[attribute].values, codes))
            owners = np.arange(len(part.offsets) - 1) if part.owners is None else part.owners
            members = np.unique(owners[np.searchsorted(part.offsets, rows, side="right") - 1])
            found.append(members[~among(members, part.out)])
        return np.unique(np.concatenate(found)).astype(np.uint32)

    def under(self, type_: InteractionType, members: int) -> InteractionTable:
        """With the attributes of a later catalog, and an audience of so many numbers."""
        if type_ is self.type and members == self.parts[0].members:
            return self
        attributes = type_.attributes.values()
        added = {one.number: empty_column(one, 0) for one in attributes if one.number not in self.columns}
        parts = tuple(
            part.of(
                members,
                {
                    one.number: added[one.number].resized(part.size)
                    if one.number in added
                    else part.columns[one.number]
                    for one in attributes
                },
            )
            for part in self.parts
        )
        return replace(self, type=type_, parts=parts)

    @property
    def columns(self) -> Mapping[int, Column]:
        """Those of the first part; all parts have columns of the same attributes, types and dictionaries."""
        return self.parts[0].columns


def _next_at(part: Part, at: int) -> int | None:
    place = int(np.searchsorted(part.time_at, np.int64(at)))
    while place < part.size:
        here = slice(place, place + _LOOKED_AT_ONCE)
        counts = ~among(part.time_member[here].astype(np.int64), part.out)
        if counts.any():
            return int(part.time_at[place + int(counts.argmax())])
        place += _LOOKED_AT_ONCE
    return None


def empty_interactions(type_: InteractionType, members: int, base: int) -> InteractionTable:
    """Of a type that has come with the version `base`."""
    nothing = np.zeros(0, dtype=np.int64)
    part = Part(
        members,
        None,
        np.zeros(1, dtype=np.int64),
        nothing,
        from_list([]),
        {one.number: empty_column(one, 0) for one in type_.attributes.values()},
        nothing,
        np.zeros(0, dtype=np.uint32),
    )
    return InteractionTable(type_, (part,), Marks(), base, is_saved=False)


def build_interactions(
    cursor: duckdb.DuckDBPyConnection, type_: InteractionType, members: int, making: Making
) -> None:
    """Write the arrays of a type. The record sorts; rows pass in batches.

    Args:
        members: How many numbers the audience has.
    """
    table = quote(interaction_table(type_))
    makers = [ColumnMaker(making, attribute) for attribute in type_.attributes.values()]
    expressions = [selected(attribute) for attribute in type_.attributes.values()]
    flat = [f"{one} AS c{i}" for i, one in enumerate(e for of_one in expressions for e in of_one)]
    fixed = [f"{MEMBER} AS member", f"epoch_us({OCCURRED_AT}) AS at", f"{ID} AS id"]
    counts = np.zeros(members + 1, dtype=np.int64)
    times, ids = making.stream("occurred_at", np.int64), StringsMaker(making, "ids")
    # DuckDB orders texts by their bytes, which is by code points.
    for batch in in_order(cursor, table, [*fixed, *flat], BY_MEMBER, [OCCURRED_AT, ID], BATCH_ROWS):
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
    """Count the rows of each member, who come in order."""
    if not len(owner):
        return
    if int(owner[-1]) >= len(counts) - 1:
        raise InvariantError(f"an interaction of {type_.name!r} is of no record: {int(owner[-1])}")
    first = np.flatnonzero(np.append(True, owner[1:] != owner[:-1]))
    # Counted one place on, so that the running sum says where each begins.
    counts[owner[first].astype(np.int64) + 1] += np.diff(np.append(first, len(owner)))


def _time_order(cursor: duckdb.DuckDBPyConnection, table: str, making: Making) -> None:
    at, member = making.stream("time_at", np.int64), making.stream("time_member", np.uint32)
    selected = [f"epoch_us({OCCURRED_AT}) AS at", f"{MEMBER} AS member"]
    for batch in in_order(cursor, table, selected, BY_TIME, [MEMBER], BATCH_ROWS):
        at.append(batch.column(0).to_numpy())
        member.append(batch.column(1).to_numpy())


def open_interactions(
    folder: Folder, type_: InteractionType, base: int, *, is_saved: bool = True
) -> InteractionTable:
    """The interactions of a type, from its folder, which reflects the version `base`."""
    offsets, at = folder.array("offsets"), folder.array("occurred_at")
    part = Part(
        len(offsets) - 1,
        None,
        offsets,
        at,
        open_strings(folder, "ids"),
        {one.number: open_column(folder, one, len(at)) for one in type_.attributes.values()},
        folder.array("time_at"),
        folder.array("time_member"),
    )
    return InteractionTable(type_, (part,), Marks(), base, is_saved)

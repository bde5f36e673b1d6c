"""Subsets: the same answers for given members, and for interactions in several parts, as for everyone."""

from __future__ import annotations

from dataclasses import replace
from unittest.mock import patch

import duckdb
import numpy as np
from numpy.typing import NDArray

from satsuma.evaluation import kernels
from satsuma.evaluation.kernels import counting, parallel, scratch
from satsuma.evaluation.kernels.memberships import SqlMemberships
from satsuma.index import Index
from satsuma.index.parts import Part
from satsuma.index.runs import only
from satsuma.language import bound

SHARES = (0.0, 0.3, 1.0)

LITTLE_BYTES = 2048
"""A limit with which a few interactions are copied at once."""

_split: list[tuple[Index, Index]] = []
"""The index that was split last, and its split."""


def members(
    index: Index, definition: bound.Definition, connection: duckdb.DuckDBPyConnection, now: int, seed: int = 1
) -> NDArray[np.uint32]:
    """The members of a definition; that the same holds in other ways of asking is asserted.

    Args:
        seed: By which given members are drawn.
    """
    with patch.object(parallel, "PIECE_MIN", 2), patch.object(parallel, "BLOCK", 5):
        found = kernels.members(index, definition, cursor=connection, now=now)
    size = index.entity(definition.audience).size
    whole = np.zeros(size, dtype=np.bool_)
    whole[found] = True
    random = np.random.default_rng(seed)
    if not (_split and _split[0][0] is index):
        _split[:] = [(index, split(index, random))]
    parted = _split[0][1]
    ways = [(index, None), *((index, np.flatnonzero(random.random(size) < share)) for share in SHARES)]
    for way, numbers in [*ways, (parted, None), (parted, np.flatnonzero(random.random(size) < 0.5))]:
        # As if searching each member's rows cost nothing; and half of the ways with next to no memory.
        limit = LITTLE_BYTES if way is index else None
        with (
            patch.object(counting, "SEARCH_NS", 0),
            patch.object(counting, "MEMBER_NS", 0),
            patch.object(scratch, "_limit_bytes", limit),
        ):
            some = kernels.truth_of(
                way,
                definition.where,
                definition.audience,
                numbers=numbers,
                timezone=definition.timezone,
                now=now,
                memberships=SqlMemberships(connection),
            )
        asked = np.arange(size) if numbers is None else numbers
        differ = asked[some != whole[asked]].tolist()
        how = "all" if numbers is None else numbers.tolist()
        assert not differ, f"asked for {how}, {way is parted = }, other answers for {differ}"
    return found


def split(index: Index, random: np.random.Generator) -> Index:
    """The same index with the interactions of each type in several parts.

    Of some members all rows stand in the first part too, where they do not count.
    """
    tables = {
        number: replace(table, parts=tuple(piece for part in table.parts for piece in pieces(part, random)))
        for number, table in index.interactions.items()
    }
    return replace(index, interactions=tables)


def pieces(part: Part, random: np.random.Generator) -> list[Part]:
    """A part as a stored one without some members and some rows, two runs, and one without rows."""
    rows = np.arange(part.size)
    owner = part.owner_of_rows()
    moved = np.flatnonzero(random.random(part.members) < 0.3)
    is_moved = np.isin(owner, moved)
    piece = np.where(is_moved, random.integers(1, 3, part.size), random.integers(0, 3, part.size))
    # The stored part keeps the rows of members that moved, and lacks the rows that came later.
    stored = only(part, rows[(piece == 0) | is_moved]).without(moved)
    return [stored, only(part, rows[piece == 1]), only(part, rows[piece == 2]), only(part, rows[:0])]

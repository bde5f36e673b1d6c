"""Subsets: what kernels answer for given members, beside what they answer for everyone."""

from __future__ import annotations

import duckdb
import numpy as np
from numpy.typing import NDArray

from satsuma.evaluation import kernels
from satsuma.evaluation.kernels.memberships import SqlMemberships
from satsuma.index import Index
from satsuma.language import bound

SHARES = (0.0, 0.15, 0.5, 1.0)


def members(
    index: Index, definition: bound.Definition, connection: duckdb.DuckDBPyConnection, now: int, seed: int = 1
) -> NDArray[np.uint32]:
    """The members of a definition; that the same holds for given members alone is asserted.

    Args:
        seed: By which the given members are drawn.
    """
    found = kernels.members(index, definition, cursor=connection, now=now)
    size = index.entity(definition.audience).size
    whole = np.zeros(size, dtype=np.bool_)
    whole[found] = True
    random = np.random.default_rng(seed)
    for share in SHARES:
        numbers = np.flatnonzero(random.random(size) < share)
        some = kernels.truth_of(
            index,
            definition.where,
            definition.audience,
            numbers=numbers,
            timezone=definition.timezone,
            now=now,
            memberships=SqlMemberships(connection),
        )
        differ = numbers[some != whole[numbers]].tolist()
        assert not differ, f"asked for {numbers.tolist()}, other answers than among all for {differ}"
    return found

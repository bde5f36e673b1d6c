"""The members that a segment should have on one version, overrides counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import duckdb
import numpy as np
from numpy.typing import NDArray

from satsuma.catalog.model import Catalog
from satsuma.language import bound
from satsuma.membership.live import LiveSegment
from satsuma.membership.loading import read_overrides
from satsuma.record import memberships

Evaluate: TypeAlias = Callable[
    [duckdb.DuckDBPyConnection, bound.Definition, Catalog, int], NDArray[np.uint32]
]
"""Member numbers (uint32, distinct) for which a definition holds at an instant (microseconds UTC)."""


def members_of(
    connection: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    segment: LiveSegment,
    evaluate: Evaluate,
    now: int,
) -> NDArray[np.uint32]:
    """Numbers of a segment's members, ascending, uint32.

    Args:
        connection: Decides which version is read.
        catalog: Of that version.
        segment: Bound to it; None as its definition means that it is static.
        evaluate: Gives the members of a bound definition.
        now: The version's instant, microseconds UTC.

    Raises:
        Error: What evaluation raises.
    """
    if segment.definition is None:
        members = memberships.static_members(connection, segment.id)
    else:
        members = evaluate(connection, segment.definition, catalog, now)
    rules = read_overrides(connection, catalog, segment)
    if not rules.some:
        return members
    return np.setdiff1d(np.union1d(members, rules.always), rules.never).astype(np.uint32)

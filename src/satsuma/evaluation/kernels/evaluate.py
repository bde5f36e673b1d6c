"""Evaluate: who meets a definition, as member numbers, from the index."""

from __future__ import annotations

import duckdb
import numpy as np
from numpy.typing import NDArray

from satsuma.catalog.model import Entity
from satsuma.evaluation.kernels.conditions import truth
from satsuma.evaluation.kernels.scope import Records, Scope
from satsuma.index import Index
from satsuma.kernel.zones import zone
from satsuma.language import bound


def members(
    index: Index, definition: bound.Definition, *, cursor: duckdb.DuckDBPyConnection, now: int
) -> NDArray[np.uint32]:
    """Numbers of the records that meet a definition, overrides left aside.

    Args:
        index: Of the version and catalog that the definition was bound to.
        cursor: On the record at that version: lists, segments and consent are read from there.
        now: Instant of evaluation, microseconds UTC.

    Returns:
        Distinct member numbers, ascending.

    Raises:
        NotYet: It has a condition that the kernels do not answer (`gaps.GAPS`).
    """
    return condition_members(
        index, definition.where, definition.audience, timezone=definition.timezone, cursor=cursor, now=now
    )


def condition_members(
    index: Index,
    condition: bound.Condition,
    audience: Entity,
    *,
    timezone: str,
    cursor: duckdb.DuckDBPyConnection,
    now: int,
) -> NDArray[np.uint32]:
    """As `members`, for one condition on the records of an audience."""
    table = index.entity(audience)
    scope = Scope(index, cursor, zone(timezone), now, truth)
    holds = table.alive & truth(condition, Records(table), scope, table.alive)
    return np.flatnonzero(holds).astype(np.uint32)

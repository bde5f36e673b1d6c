"""The members that a segment should have on one version, overrides counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from satsuma.catalog.audiences import entity_of_number
from satsuma.catalog.model import Catalog
from satsuma.language import bound
from satsuma.membership.live import LiveSegment
from satsuma.record import memberships, overrides
from satsuma.record.resolve import numbers_of_keys

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
    rules = overrides.overrides(connection, segment.id)
    if not rules:
        return members
    always = _numbers(
        connection, catalog, segment, [row.key for row in rules if row.rule == overrides.ALWAYS]
    )
    never = _numbers(connection, catalog, segment, [row.key for row in rules if row.rule == overrides.NEVER])
    return np.setdiff1d(np.union1d(members, always), never).astype(np.uint32)


def _numbers(
    connection: duckdb.DuckDBPyConnection, catalog: Catalog, segment: LiveSegment, keys: list[str]
) -> NDArray[np.uint32]:
    """Numbers of the keys whose record exists; an override waits for the others."""
    entity = entity_of_number(catalog, segment.audience)
    numbers = numbers_of_keys(connection, entity, pa.array(keys, pa.string()))
    return numbers[numbers >= 0].astype(np.uint32)

"""Verify: every live segment recomputed from the record and compared with the members that are kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import duckdb
import numpy as np

from satsuma.catalog.model import Catalog
from satsuma.membership.evaluating import Evaluate, members_of
from satsuma.membership.live import LiveSegment
from satsuma.record import memberships


@dataclass(frozen=True, slots=True)
class Difference:
    """A segment whose kept members are not what its definition gives.

    Attributes:
        missing: Numbers that should be members, and are not.
        unwanted: Numbers that are, and should not be.
        history: Whether the sum of the signed changes differs from the kept members.
    """

    segment: str
    missing: tuple[int, ...]
    unwanted: tuple[int, ...]
    history: bool


def verify(
    connection: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    live: Iterable[LiveSegment],
    evaluate: Evaluate,
    *,
    version: int,
    now: int,
) -> tuple[Difference, ...]:
    """Recompute and compare, on one version. Failed segments are skipped: their members stand still."""
    found = []
    for segment in live:
        if segment.failed:
            continue
        kept = memberships.members(connection, segment.id)
        wanted = members_of(connection, catalog, segment, evaluate, now)
        told = memberships.members_at(connection, segment.id, version)
        missing, unwanted = np.setdiff1d(wanted, kept), np.setdiff1d(kept, wanted)
        history = not np.array_equal(told, kept)
        if len(missing) or len(unwanted) or history:
            found.append(Difference(segment.name, tuple(missing.tolist()), tuple(unwanted.tolist()), history))
    return tuple(found)

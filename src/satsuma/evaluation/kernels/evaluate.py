"""Evaluate: who meets a definition, or whether given records do, from the index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from satsuma.catalog.model import Entity
from satsuma.evaluation.kernels import compiled
from satsuma.evaluation.kernels.conditions import truth
from satsuma.evaluation.kernels.families import Forms, answered
from satsuma.evaluation.kernels.memberships import Memberships, SqlMemberships
from satsuma.evaluation.kernels.planning import repeated
from satsuma.evaluation.kernels.scope import Bools, Records, Scope
from satsuma.index import Index
from satsuma.kernel.zones import zone
from satsuma.language import bound


def truth_of(
    index: Index,
    condition: bound.Condition,
    audience: Entity,
    *,
    numbers: NDArray[Any] | None = None,
    timezone: str,
    now: int,
    memberships: Memberships,
) -> Bools:
    """Whether a condition holds, for all records of an audience or for given ones.

    For given records the cost grows with them, their interactions and what they refer to, not with all that
    is stored; but a ranking (`top`) always ranks everyone.

    Args:
        index: Of the version and catalog that the condition was bound to.
        numbers: Of the records, ascending and distinct; None: all.
        timezone: In which days and calendar windows are counted.
        now: Instant of evaluation, microseconds UTC.
        memberships: At that version.

    Returns:
        For each of the numbers (None: each number of the audience), false where there is no such record.
    """
    if numbers is not None:
        asked = [(condition, timezone)]
        found: Bools = truths_of(index, asked, audience, numbers=numbers, now=now, memberships=memberships)[0]
        return found
    frame = Records(index.entity(audience))
    scope = _scope(index, timezone, now, {}, memberships, repeated([condition]))
    return frame.table.alive & truth(condition, frame, scope, frame.table.alive)


def truths_of(
    index: Index,
    conditions: Sequence[tuple[bound.Condition, str]],
    audience: Entity,
    *,
    numbers: NDArray[Any],
    now: int,
    memberships: Memberships,
    forms: Forms | None = None,
) -> Bools:
    """As `truth_of`, of many conditions for given records; they share what they have in common.

    Args:
        conditions: Each with its timezone.
        forms: Keeps what is worked out of the conditions themselves, for whoever asks them again.

    Returns:
        A row for each condition, a column for each record.
    """
    frame = Records(index.entity(audience), numbers.astype(np.int64, copy=False))
    alive = frame.alive()
    remembered: dict[object, Any] = {}
    timezones = {timezone for _, timezone in conditions}
    scopes = {one: _scope(index, one, now, remembered, memberships, {}) for one in timezones}
    asked = [(condition, scopes[timezone]) for condition, timezone in conditions]
    found = np.empty((len(asked), len(frame)), dtype=np.bool_)
    together = answered(asked, frame, alive, Forms() if forms is None else forms, found)
    for place, (condition, scope) in enumerate(asked):
        if place not in together:
            found[place] = truth(condition, frame, scope, alive)
    if not alive.all():
        found &= alive
    return found


def _scope(
    index: Index,
    timezone: str,
    now: int,
    remembered: dict[object, Any],
    memberships: Memberships,
    twice: Mapping[int, str],
) -> Scope:
    return Scope(
        index=index,
        zone=zone(timezone),
        now=now,
        remembered=remembered,
        memberships=memberships,
        truth=truth,
        repeated=twice,
    )


def members(
    index: Index, definition: bound.Definition, *, cursor: duckdb.DuckDBPyConnection, now: int
) -> NDArray[np.uint32]:
    """Numbers of the records that meet a definition, overrides left aside.

    Args:
        index: Of the version and catalog that the definition was bound to.
        cursor: On the record at that version: lists, segments, consent and the past are read from there.
        now: Instant of evaluation, microseconds UTC.

    Returns:
        Distinct member numbers, ascending.
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
    holds = truth_of(
        index, condition, audience, timezone=timezone, now=now, memberships=SqlMemberships(cursor)
    )
    return compiled.numbers_where(holds)

"""Evaluate: who meets a definition, or whether given records do, from the index."""

from __future__ import annotations

from collections.abc import Sequence
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
    (found,) = truths_of(
        index, [(condition, timezone)], audience, numbers=numbers, now=now, memberships=memberships
    )
    return found


def truths_of(
    index: Index,
    conditions: Sequence[tuple[bound.Condition, str]],
    audience: Entity,
    *,
    numbers: NDArray[Any] | None = None,
    now: int,
    memberships: Memberships,
    forms: Forms | None = None,
) -> list[Bools]:
    """As `truth_of`, for many conditions, each with its timezone, which share what they have in common.

    Args:
        forms: Keeps what is worked out of the conditions themselves, for whoever asks them again.
    """
    given = None if numbers is None else numbers.astype(np.int64, copy=False)
    frame = Records(index.entity(audience), given)
    alive = frame.alive()
    remembered: dict[object, Any] = {}
    twice = repeated(condition for condition, _ in conditions) if numbers is None else {}
    scopes: dict[str, Scope] = {}
    for _, timezone in conditions:
        if timezone not in scopes:
            scopes[timezone] = Scope(
                index=index,
                zone=zone(timezone),
                now=now,
                remembered=remembered,
                memberships=memberships,
                truth=truth,
                repeated=twice,
            )
    asked = [(condition, scopes[timezone]) for condition, timezone in conditions]
    known = Forms() if forms is None else forms
    together = answered(asked, frame, alive, known) if numbers is not None else {}
    found, all_alive = [], numbers is not None and bool(alive.all())
    for place, (condition, scope) in enumerate(asked):
        holds = together.get(place)
        if holds is None or not all_alive:
            holds = alive & (truth(condition, frame, scope, alive) if holds is None else holds)
        found.append(holds)
    return found


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

"""Effects: who enters and leaves, and which tests break, found inside the version being made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import duckdb
import numpy as np
from numpy.typing import NDArray

from satsuma.catalog.model import Catalog
from satsuma.kernel.errors import ConflictError, Error
from satsuma.language import bound
from satsuma.membership.evaluating import members_of
from satsuma.membership.follow import replace_members
from satsuma.membership.live import LiveSegment, in_dependency_order
from satsuma.membership.stored import LiveSet
from satsuma.record import memberships
from satsuma.record.change import Change
from satsuma.record.resolve import keys_of_numbers
from satsuma.segments.drafts import row_of
from satsuma.segments.files.result import Effect
from satsuma.segments.going_live import check_tests
from satsuma.segments.rooms import Rooms, audience_of

EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Found:
    """What evaluating the changed segments, and all that follow them, gave.

    Attributes:
        effects: By segment.
        refusals: By segment, why it cannot be so.
        broken: By segment, the tests that break.
    """

    effects: Mapping[int, Effect]
    refusals: Mapping[int, Error]
    broken: Mapping[int, Error]


def effects(rooms: Rooms, change: Change, changed: Iterable[int]) -> Found:
    """Evaluate live segments as a change has left them, each after those that it refers to.

    The memberships are put back as they were: following the change is the writer's.

    Args:
        rooms: For the evaluator.
        change: The version being made.
        changed: Segments that are not as before; what refers to them, however far, is evaluated too.
    """
    found: dict[int, Effect] = {}
    refusals: dict[int, Error] = {}
    broken: dict[int, Error] = {}
    for segment in _affected(change, set(changed)):
        if segment.problem is not None or segment.failed:
            continue
        try:
            plain, members = _members(rooms, change, segment)
        except Error as error:
            refusals[segment.id] = error
            break
        row = row_of(change.connection, segment.id)
        try:
            check_tests(change.connection, change.catalog, row, plain)
        except ConflictError as error:
            broken[segment.id] = error
        kept = memberships.members(change.connection, segment.id)
        found[segment.id] = _effect(change, segment, kept, members)
        replace_members(change, segment.id, members, "definition")
    if not refusals:
        # Memberships are again what they were before they were tried out.
        for number in found:
            memberships.take_back(change, number)
    return Found(found, refusals, broken)


def _affected(change: Change, changed: set[int]) -> list[LiveSegment]:
    ordered = in_dependency_order(LiveSet().read(change.connection, change.catalog))
    reached = set(changed)
    for segment in ordered:
        if segment.depends_on & reached:
            reached.add(segment.id)
    return [segment for segment in ordered if segment.id in reached]


def _members(
    rooms: Rooms, change: Change, segment: LiveSegment
) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
    """The members by the definition alone, which tests are of, and with overrides."""
    if segment.definition is None:
        plain = memberships.static_members(change.connection, segment.id)
    else:
        try:
            plain = rooms.evaluate(change.connection, segment.definition, change.catalog, change.at)
        except duckdb.Error as error:
            raise ConflictError(str(error), code="segment.failed") from error

    def known(
        _connection: duckdb.DuckDBPyConnection, _definition: bound.Definition, _catalog: Catalog, _now: int
    ) -> NDArray[np.uint32]:
        return plain

    return plain, members_of(change.connection, change.catalog, segment, known, change.at)


def _effect(
    change: Change, segment: LiveSegment, before: NDArray[np.uint32], members: NDArray[np.uint32]
) -> Effect:
    enter, leave = np.setdiff1d(members, before), np.setdiff1d(before, members)
    entity = audience_of(change.catalog, segment.audience)

    def examples(numbers: NDArray[np.uint32]) -> tuple[str, ...]:
        keys = keys_of_numbers(change.connection, entity, numbers[:EXAMPLES].astype(np.uint32))
        return tuple(sorted(key for key in keys.to_pylist() if key is not None))

    return Effect(len(members), len(enter), len(leave), examples(enter), examples(leave))

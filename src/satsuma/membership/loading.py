"""Loading: the planes of all live leaves and segments at one version, from the record and the index."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa

from satsuma.catalog.audiences import entity_of_number
from satsuma.catalog.model import Catalog
from satsuma.evaluation.kernels.memberships import SqlMemberships
from satsuma.index import Index
from satsuma.membership.asking import Asking
from satsuma.membership.live import LiveSegment, in_dependency_order
from satsuma.membership.members import Members
from satsuma.membership.planes import Numbers, Plane, united
from satsuma.membership.plans import Plan, plan_of
from satsuma.membership.saving import Saved
from satsuma.membership.standing import NO_OVERRIDES, KeptLeaf, KeptSegment, Overrides, Standing
from satsuma.membership.touching import Leaf, Touching
from satsuma.record import memberships, overrides
from satsuma.record.resolve import numbers_of_keys
from satsuma.record.touches import Touches

_FAILED = "it had failed when the workspace was opened"


@dataclass(frozen=True, slots=True, eq=False)
class Of:
    """A committed version to be loaded.

    Attributes:
        cursor: On it.
        live: All live and failed segments, bound to its catalog.
    """

    cursor: duckdb.DuckDBPyConnection
    version: int
    at: int
    catalog: Catalog
    index: Index
    live: Sequence[LiveSegment]


@dataclass(frozen=True, slots=True, eq=False)
class Earlier:
    """An earlier version that was loaded, whose planes are taken over, and what versions since touched."""

    standing: Standing
    touches: Touches


def load(
    of: Of,
    *,
    saved: Saved | None = None,
    earlier: Earlier | None = None,
    progress: Callable[[float], None] = lambda _: None,
) -> Standing:
    """Everything the engine holds at a version.

    Args:
        of: The version.
        saved: What was saved at this very version.
        earlier: Where to go on from; its planes are brought to the version and must not be used any more.
        progress: Told the part that is done, 0 to 1.

    Raises:
        Error: What evaluation raises.
    """
    ordered = in_dependency_order(of.live)
    reasons = {one.id: _FAILED for one in ordered if one.failed or one.problem is not None}
    plan = plan_of(ordered, reasons)
    asking = Asking(of.index, of.at, of.catalog, SqlMemberships(of.cursor))
    touching = None if earlier is None else _touching(of, earlier)
    leaves: dict[str, KeptLeaf] = {}
    for done, (key, leaf) in enumerate(plan.leaves.items()):
        progress(done / len(plan.leaves))
        leaves[key] = KeptLeaf(leaf, _plane(asking, leaf, saved, earlier, touching))
    unsaved = memberships.unsaved(of.cursor)
    segments = {one.id: _segment(of, one, plan, saved, unsaved.get(one.id, 0)) for one in ordered}
    # So that the first versions cost no more than later ones.
    plan.agenda.begin(of.index, of.at)
    for leaf in plan.leaves.values():
        plan.forms.of(leaf.condition, leaf.timezone)
    progress(1.0)
    return Standing(of.version, of.at, of.index, plan, leaves, segments)


def _touching(of: Of, earlier: Earlier) -> Touching:
    before = earlier.standing
    return Touching(earlier.touches, before.index, of.index, before.at, of.at, of.cursor)


def _plane(
    asking: Asking,
    leaf: Leaf,
    saved: Saved | None,
    earlier: Earlier | None,
    touching: Touching | None,
) -> Plane:
    if saved is not None and leaf.key in saved.planes:
        return saved.planes[leaf.key]
    kept = None if earlier is None else earlier.standing.leaves.get(leaf.key)
    if kept is None or touching is None or leaf.segments:
        plane = Plane()
        asking.everyone(leaf, plane)
        return plane
    data, clock = touching.data(leaf), touching.clock(leaf)
    if data is None or clock is None:
        asking.everyone(leaf, kept.plane)
    else:
        asking.some([(leaf, kept.plane)], united([data, clock]))
    return kept.plane


def _segment(of: Of, segment: LiveSegment, plan: Plan, saved: Saved | None, unsaved: int) -> KeptSegment:
    found = None if saved is None else saved.members.get(segment.id)
    members = Members.of(memberships.members(of.cursor, segment.id)) if found is None else Members(found)
    plane = Plane()
    plane.flip(members.numbers())
    reason, program = plan.reasons.get(segment.id), plan.programs[segment.id]
    return KeptSegment(
        segment,
        program,
        plane,
        members,
        read_overrides(of.cursor, of.catalog, segment),
        reason,
        unsaved,
    )


def read_overrides(
    connection: duckdb.DuckDBPyConnection, catalog: Catalog, segment: LiveSegment
) -> Overrides:
    """The overrides of a segment as they stand."""
    rules = overrides.overrides(connection, segment.id)
    if not rules:
        return NO_OVERRIDES
    found: dict[str, Numbers] = {}
    for rule in (overrides.ALWAYS, overrides.NEVER):
        keys = pa.array([row.key for row in rules if row.rule == rule], pa.string())
        numbers = numbers_of_keys(connection, entity_of_number(catalog, segment.audience), keys)
        found[rule] = np.unique(numbers[numbers >= 0]).astype(np.uint32)
    return Overrides(bool(rules), found[overrides.ALWAYS], found[overrides.NEVER])

"""Standing: what the engine holds of one version: the index, the leaves' planes and the segments' members."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from satsuma.index import Index
from satsuma.membership.live import LiveSegment
from satsuma.membership.members import Members
from satsuma.membership.planes import Numbers, Plane
from satsuma.membership.plans import Plan
from satsuma.membership.touching import Leaf, Program


@dataclass(frozen=True, slots=True, eq=False)
class KeptLeaf:
    """A leaf of live definitions and its truth for every member, shared by all segments that have it."""

    leaf: Leaf
    plane: Plane


@dataclass(frozen=True, slots=True, eq=False)
class Overrides:
    """Of one segment.

    Attributes:
        some: Whether there are any; a key that no record has waits for one.
        always, never: Numbers of the records that are named, ascending.
    """

    some: bool
    always: Numbers
    never: Numbers


NO_OVERRIDES = Overrides(False, np.zeros(0, dtype=np.uint32), np.zeros(0, dtype=np.uint32))


@dataclass(frozen=True, slots=True, eq=False)
class KeptSegment:
    """A live or failed segment at one version.

    Attributes:
        segment: Bound to the version's catalog.
        program: Of its definition; None for static segments and for those whose definition cannot be read.
        plane: Its members, overrides counted; the writer's.
        members: The same, the readers'.
        failed: Why it has failed, or None.
        unsaved: How many changes its newest stored snapshot lacks.
    """

    segment: LiveSegment
    program: Program | None
    plane: Plane
    members: Members
    overrides: Overrides
    failed: str | None
    unsaved: int


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """All of it at one version; replaced as one, so that a reader never sees half of it.

    Attributes:
        version, at: Number and instant (microseconds UTC).
        index: Of that version.
        plan: Of its live segments.
        leaves: By key.
        segments: By id.
    """

    version: int
    at: int
    index: Index
    plan: Plan
    leaves: Mapping[str, KeptLeaf]
    segments: Mapping[int, KeptSegment]

"""The live segments of one state, bound to its catalog, in the order in which they depend on each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from satsuma.kernel.errors import InvariantError
from satsuma.language import bound


@dataclass(frozen=True, slots=True)
class LiveSegment:
    """A segment whose members are kept.

    Attributes:
        id: Of the segment.
        name: For messages.
        audience: Number of its audience entity.
        definition: None for static segments, whose members are data.
        depends_on: Segments that the definition refers to, by id.
        problem: Why the definition can no longer be read, or None. Such a segment fails at the next version.
        failed: Whether it had failed at the last version.
        reads: Catalog numbers of the attributes that the definition reads.
    """

    id: int
    name: str
    audience: int
    definition: bound.Definition | None
    depends_on: frozenset[int]
    problem: str | None = None
    failed: bool = False
    reads: frozenset[int] = frozenset()


def in_dependency_order(segments: Iterable[LiveSegment]) -> tuple[LiveSegment, ...]:
    """Segments so that each comes after all that it refers to, otherwise by id.

    Raises:
        InvariantError: Segments refer to each other in a circle; the checker refuses that before it is
            stored.
    """
    by_id: Mapping[int, LiveSegment] = {segment.id: segment for segment in segments}
    graph = {number: sorted(by_id[number].depends_on & by_id.keys()) for number in sorted(by_id)}
    try:
        return tuple(by_id[number] for number in TopologicalSorter(graph).static_order())
    except CycleError as error:
        names = " -> ".join(by_id[number].name for number in error.args[1])
        raise InvariantError(f"live segments depend on each other in a circle: {names}") from error

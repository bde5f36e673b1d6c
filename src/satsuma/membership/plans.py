"""Plans: what of the live set does not change from version to version, worked out once for many versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from satsuma.evaluation import kernels
from satsuma.membership.live import LiveSegment
from satsuma.membership.touching import Agenda, Leaf, Program, program_of


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """The live segments of a version, in dependency order, with their leaves.

    Attributes:
        ordered: The segments.
        reasons: Why segments fail that do, by id.
        programs: By id of the segment; None for static ones and for those that fail.
        leaves: All distinct leaves, by key.
        groups: Those that refer to no segment, gathered by audience and by what touches them.
        users: By key of the leaf the segments that have it, in dependency order.
        referring: Segments with leaves that refer to segments.
        agenda: When time touches these leaves; the writer's.
        forms: What the kernels keep of the leaves' conditions; the writer's.
    """

    ordered: Sequence[LiveSegment]
    reasons: Mapping[int, str]
    programs: Mapping[int, Program | None]
    leaves: Mapping[str, Leaf]
    groups: Sequence[Sequence[Leaf]]
    users: Mapping[str, Sequence[LiveSegment]]
    referring: frozenset[int]
    agenda: Agenda
    forms: kernels.Forms


def plan_of(ordered: Sequence[LiveSegment], reasons: Mapping[int, str], last: Plan | None = None) -> Plan:
    """The plan of a live set; programs of definitions that stand as they stood are taken from the last."""
    if last is not None and last.ordered is ordered and last.reasons == reasons:
        return last
    before = {} if last is None else {one.id: (one, last.programs[one.id]) for one in last.ordered}
    programs = {one.id: _program(one, reasons, before.get(one.id)) for one in ordered}
    leaves: dict[str, Leaf] = {}
    users: dict[str, list[LiveSegment]] = {}
    groups: dict[tuple[int, str, str], list[Leaf]] = {}
    referring = set()
    for segment in ordered:
        program = programs[segment.id]
        for key, leaf in () if program is None else program.leaves.items():
            users.setdefault(key, []).append(segment)
            if leaf.segments:
                referring.add(segment.id)
            if key in leaves:
                continue
            leaves[key] = leaf
            if not leaf.segments:
                groups.setdefault((leaf.audience, leaf.data_shape, leaf.clock_shape), []).append(leaf)
    alike = list(groups.values())
    agenda = Agenda(alike, (leaf for leaf in leaves.values() if leaf.segments))
    forms = kernels.Forms() if last is None else last.forms
    return Plan(ordered, reasons, programs, leaves, alike, users, frozenset(referring), agenda, forms)


def _program(
    segment: LiveSegment, reasons: Mapping[int, str], before: tuple[LiveSegment, Program | None] | None
) -> Program | None:
    if segment.definition is None or segment.id in reasons:
        return None
    if before is not None and before[1] is not None and before[0].definition is segment.definition:
        return before[1]
    return program_of(segment.definition)

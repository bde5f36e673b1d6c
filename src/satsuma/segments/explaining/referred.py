"""Referred: the live segments that a definition refers to, however far, so that their future can be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import duckdb

from satsuma.catalog.model import Catalog
from satsuma.evaluation.due import depends_on_clock
from satsuma.language import bound, references
from satsuma.language.binding import bind
from satsuma.language.wire import loads, source_from_json
from satsuma.membership.live import LiveSegment, in_dependency_order
from satsuma.membership.names import StoredNames
from satsuma.record import definitions, overrides
from satsuma.record.definitions import SegmentRow
from satsuma.segments.explaining.gathering import Gathering
from satsuma.segments.explaining.places import nodes_of
from satsuma.segments.gate import Status
from satsuma.segments.rooms import audience_of


@dataclass(frozen=True, slots=True)
class Referred:
    """A live segment that a definition refers to.

    Attributes:
        definition: None for static segments, whose members are data.
        keys: The records whose membership matters.
        rules: Of those with an override, `always` or `never`.
        problem: Why its members at a later instant cannot be told, or None.
    """

    id: int
    name: str
    definition: bound.Definition | None
    keys: frozenset[str]
    rules: Mapping[str, str]
    problem: str | None


def referred(
    cursor: duckdb.DuckDBPyConnection, catalog: Catalog, names: StoredNames, gathering: Gathering
) -> tuple[Referred, ...]:
    """The segments whose members were read so far, and all that these refer to, in order of dependency.

    What their definitions need for the same records is gathered too.
    """
    rows = {row.id: row for row in definitions.segments(cursor)}
    found: dict[int, Referred] = {}
    waiting = set(gathering.keys_of_segment)
    while waiting:
        number = min(waiting)
        keys = frozenset(gathering.keys_of_segment[number])
        found[number] = _one(cursor, catalog, names, gathering, rows[number], keys)
        waiting = {
            segment
            for segment, wanted in gathering.keys_of_segment.items()
            if segment not in found or not wanted <= found[segment].keys
        }
    ordered = in_dependency_order(
        LiveSegment(one.id, one.name, rows[one.id].audience, one.definition, _uses(one.definition))
        for one in found.values()
    )
    known: dict[int, Referred] = {}
    for live in ordered:
        known[live.id] = _judged(found[live.id], known)
    return tuple(known.values())


def moves(condition: bound.Condition, segments: Mapping[int, Referred]) -> bool:
    """Whether time alone could change a condition, through the segments that it refers to too."""
    return depends_on_clock(condition) or any(
        is_moved(segments[number], segments) for number in references.segment_ids_in(condition)
    )


def is_moved(segment: Referred, segments: Mapping[int, Referred]) -> bool:
    """Whether time alone could change who is in a segment."""
    return segment.definition is not None and moves(segment.definition.where, segments)


def unknown_in(condition: bound.Condition, segments: Mapping[int, Referred]) -> str | None:
    """Why what a condition's segments will be cannot be told, or None."""
    found = (segments[number] for number in references.segment_ids_in(condition))
    return next((one.problem for one in found if one.problem is not None), None)


def _one(
    cursor: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    names: StoredNames,
    gathering: Gathering,
    row: SegmentRow,
    keys: frozenset[str],
) -> Referred:
    # Of one key `never` comes last, and so wins.
    rules = {rule.key: rule.rule for rule in overrides.overrides(cursor, row.id) if rule.key in keys}
    definition, problem = None, None
    if row.definition_id is not None:
        stored = next(one for one in definitions.definitions(cursor, row.id) if one.id == row.definition_id)
        definition = bind(source_from_json(loads(stored.source)), catalog, names).definition
        if definition is None:
            problem = f"segment “{row.name}” can no longer be read"
        else:
            problem = gathering.gather(definition.where, audience_of(catalog, row.audience), keys)
            if nodes_of(bound.Top, definition.where):
                problem = f"segment “{row.name}” ranks its whole audience"
    if row.status == Status.FAILED:
        problem = f"segment “{row.name}” has failed"
    return Referred(row.id, row.name, definition, keys, rules, problem)


def _uses(definition: bound.Definition | None) -> frozenset[int]:
    return frozenset() if definition is None else frozenset(references.segment_ids_in(definition.where))


def _judged(segment: Referred, known: Mapping[int, Referred]) -> Referred:
    """A segment that time does not move has no problem; one that uses a segment with a problem has it too."""
    if segment.definition is None:
        return segment
    if segment.problem is None:
        return replace(segment, problem=unknown_in(segment.definition.where, known))
    return segment if moves(segment.definition.where, known) else replace(segment, problem=None)

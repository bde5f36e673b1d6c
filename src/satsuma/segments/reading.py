"""Reading a segment: its definitions as people hold them, or bound, on the last version."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

import duckdb

from satsuma.catalog.model import Catalog
from satsuma.evaluation.definition import Definition
from satsuma.kernel.instants import instant_of
from satsuma.kernel.zones import zone
from satsuma.language import bound, tree
from satsuma.language.binding import bind
from satsuma.language.problems import Problem
from satsuma.membership.names import StoredNames
from satsuma.record import definitions, versions
from satsuma.record.definitions import SegmentRow
from satsuma.record.store import State
from satsuma.segments import drafts
from satsuma.segments.rooms import Rooms, audience_of
from satsuma.segments.sources import from_stored, with_names


class Bound(NamedTuple):
    """A definition checked: bound where it has no errors, and as people wrote it (None: a static segment)."""

    definition: bound.Definition | None
    problems: tuple[Problem, ...]
    written: tree.Condition | None


def definition_of(rooms: Rooms, number: int | None) -> Definition | None:
    """A stored definition of a segment, with the names that things have now."""
    if number is None:
        return None
    with rooms.reading() as (cursor, state):
        text = definitions.source_of(cursor, number)
        names = rooms.names(cursor, state)
        source = with_names(from_stored(text), names)
        return Definition(source, catalog=state.catalog, names=names, now=state.now)


def bound_draft(rooms: Rooms, segment: int) -> Bound:
    """The draft, or else the live definition, checked."""
    with rooms.reading() as (cursor, state):
        return bound_draft_at(rooms, cursor, state, segment)


def bound_draft_at(rooms: Rooms, cursor: duckdb.DuckDBPyConnection, state: State, segment: int) -> Bound:
    """The same at a version that is read."""
    names = rooms.names(cursor, state)

    def make() -> Bound:
        return _bound_anew(cursor, state, names, segment)

    # Names that somebody sees who does not see all records are theirs alone.
    return make() if rooms.whole is not None else rooms.kept_drafts.of(names, segment, make)


def _bound_anew(cursor: duckdb.DuckDBPyConnection, state: State, names: StoredNames, segment: int) -> Bound:
    row = drafts.row_of(cursor, segment)
    number = row.definition_id if row.draft_id is None else row.draft_id
    if number is None:
        return Bound(None, (), None)
    text = definitions.source_of(cursor, number)
    return _bind(with_names(from_stored(text), names), state.catalog, names, row.id)


def bound_given(rooms: Rooms, segment: int, given: tree.Source) -> Bound:
    """A definition that is not stored, checked as if it were the segment's."""
    with rooms.reading() as (cursor, state):
        row = drafts.row_of(cursor, segment)
        audience = audience_of(state.catalog, row.audience).name
        source = replace(like(row, given), audience=audience)
        return _bind(source, state.catalog, rooms.names(cursor, state), row.id)


def like(row: SegmentRow, given: tree.Source) -> tree.Source:
    """A given source as one of a segment: what it does not say is as the segment has it."""
    kind = tree.Kind(row.kind) if given.name is None else given.kind
    return replace(given, kind=kind, timezone=given.timezone or row.timezone)


def version_at(
    cursor: duckdb.DuckDBPyConnection, at: str | datetime | int | None, timezone: str
) -> int | None:
    """The number of the version in force at an instant; None before the first."""
    return None if at is None else versions.in_force(cursor, instant_of(at, zone(timezone)))


def _bind(source: tree.Source, catalog: Catalog, names: StoredNames, own_id: int) -> Bound:
    binding = bind(source, catalog, names, own_id=own_id)
    return Bound(binding.definition, binding.problems, source.where)

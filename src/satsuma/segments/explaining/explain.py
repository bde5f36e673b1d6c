"""Explain: why a record is in a segment or not, at the last version."""

from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa

from satsuma.catalog.model import Entity
from satsuma.kernel.civil import US_PER_DAY
from satsuma.kernel.errors import NotFoundError
from satsuma.language import bound, tree
from satsuma.language.binding import bind
from satsuma.language.problems import definition_error
from satsuma.language.references import segment_ids_in
from satsuma.membership.names import LIVE_STATES, StoredNames
from satsuma.record import actors, definitions, layout, overrides
from satsuma.record.definitions import SegmentRow
from satsuma.record.resolve import keys_of_numbers, numbers_of_keys
from satsuma.record.sql import quote, scalar
from satsuma.record.store import State
from satsuma.segments import drafts
from satsuma.segments.explaining.conditions import explain_conditions
from satsuma.segments.explaining.explanation import Explanation, Override
from satsuma.segments.rooms import Rooms, audience_of
from satsuma.segments.sources import from_stored, with_names

HORIZON_DAYS = 400
"""How far ahead changes are looked for: a year and some."""


def explain(rooms: Rooms, segment: int, key: str) -> Explanation:
    """Why a record is in a segment or not, by the live definition, or by the draft where none is live.

    Raises:
        NotFoundError: No record of the audience has the key.
        DefinitionError: The draft has errors.
        ForbiddenError: Whoever asks may not see all that the definition reads.
    """
    with rooms.reading() as (cursor, state):
        row = drafts.row_of(cursor, segment)
        audience = audience_of(state.catalog, row.audience)
        number = _number(cursor, audience, key)
        kept = str(keys_of_numbers(cursor, audience, np.array([number], dtype=np.uint32))[0].as_py())
        names = rooms.names(cursor, state)
        written, definition = _definition(cursor, state, row, names)
        _check_sight(rooms, cursor, state, definition, names)
        horizon = state.now + HORIZON_DAYS * US_PER_DAY
        condition = None
        if written is not None and definition is not None:
            condition = explain_conditions(
                cursor, state.catalog, state.now, kept, written, definition, names=names, horizon=horizon
            )
        member, since = _membership(cursor, row, number)
        return Explanation(
            key=kept,
            segment=row.name,
            status=row.status,
            version=state.version,
            now=state.now,
            timezone=(row.timezone or state.catalog.timezone) if definition is None else definition.timezone,
            holds=_is_picked(cursor, row, number) if condition is None else condition.holds,
            member=member,
            since=since,
            override=_override(cursor, row, kept),
            exists_since=_exists_since(cursor, audience, number),
            horizon=horizon,
            condition=condition,
        )


def _number(cursor: duckdb.DuckDBPyConnection, audience: Entity, key: str) -> int:
    number = int(numbers_of_keys(cursor, audience, pa.array([key], pa.string()))[0])
    if number < 0:
        raise NotFoundError(f"no {audience.name} “{key}”", code="not_found.record")
    return number


def _definition(
    cursor: duckdb.DuckDBPyConnection, state: State, row: SegmentRow, names: StoredNames
) -> tuple[tree.Condition | None, bound.Definition | None]:
    """As written and bound; both None of a static segment."""
    number = row.draft_id if row.definition_id is None else row.definition_id
    if number is None:
        return None, None
    text = definitions.source_of(cursor, number)
    source = with_names(from_stored(text), names)
    binding = bind(source, state.catalog, names, own_id=row.id)
    if source.where is not None and binding.definition is None:
        raise definition_error(binding.problems)
    return source.where, binding.definition


def _check_sight(
    rooms: Rooms,
    cursor: duckdb.DuckDBPyConnection,
    state: State,
    definition: bound.Definition | None,
    names: StoredNames,
) -> None:
    """Refuse a definition that reads, itself or through segments, what whoever asks may not see."""
    waiting, known = [definition], set[int]()
    while waiting:
        one = waiting.pop()
        if one is None:
            continue
        rooms.answers.check(one.where, one.audience)
        for number in set(segment_ids_in(one.where)) - known:
            known.add(number)
            row = drafts.row_of(cursor, number)
            waiting.append(_definition(cursor, state, row, names)[1])


def _is_picked(cursor: duckdb.DuckDBPyConnection, row: SegmentRow, number: int) -> bool:
    statement = "SELECT count(*) FROM static_members WHERE segment = ? AND member = ?"
    return bool(scalar(cursor, statement, [row.id, number]))


def _membership(
    cursor: duckdb.DuckDBPyConnection, row: SegmentRow, number: int
) -> tuple[bool | None, int | None]:
    """Whether it is a member of the live segment, and since when it is or is not; None of a draft."""
    if row.status not in LIVE_STATES:
        return None, None
    members = "SELECT count(*) FROM segment_members WHERE segment = ? AND member = ?"
    changes = "SELECT epoch_us(max(c.at)) FROM membership_changes c WHERE segment = ? AND member = ?"
    return bool(scalar(cursor, members, [row.id, number])), scalar(cursor, changes, [row.id, number])


def _override(cursor: duckdb.DuckDBPyConnection, row: SegmentRow, key: str) -> Override | None:
    """The override that counts: of two for one key `never`, which comes last."""
    rules = [rule for rule in overrides.overrides(cursor, row.id) if rule.key == key]
    if not rules:
        return None
    rule = rules[-1]
    return Override(rule.rule, rule.at, actors.name_of(cursor, rule.actor) or "unknown")


def _exists_since(cursor: duckdb.DuckDBPyConnection, audience: Entity, number: int) -> int:
    column, table = layout.FIRST_OBSERVED_AT, quote(layout.entity_table(audience))
    return int(scalar(cursor, f"SELECT epoch_us({column}) FROM {table} WHERE _number = ?", [number]))

"""Load: a whole workspace's file as a `Database`, row by row. For tests and for `verify`, not for large data.

It reads the tables that `record.layout` and `record.tables` lay out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import duckdb

from satsuma.catalog.model import Attribute, Catalog, Entity, InteractionType, ValueType
from satsuma.evaluation.reference.data import (
    Change,
    ConsentEntry,
    Database,
    Interaction,
    Membership,
    Observation,
    Record,
    Value,
)
from satsuma.kernel.errors import InvariantError
from satsuma.record import layout
from satsuma.record.sql import quote

_Keys = Mapping[int, str]
"""Keys of an entity's records by their dense number. Numbers of records that are gone are not in it."""


def load(source: duckdb.DuckDBPyConnection, catalog: Catalog, now: int) -> Database:
    """The state that a workspace's file holds.

    Args:
        source: A connection or cursor on the file; only read, all within the transaction it is in.
        catalog: The catalog of that state.
        now: The version's instant, microseconds UTC.
    """
    keys = {entity.number: _keys(source, entity) for entity in catalog.entities.values()}
    audiences = {entity.number: entity.name for entity in catalog.audiences()}
    return Database(
        now=now,
        catalog=catalog,
        records={
            entity.name: {record.key: record for record in _records(source, entity)}
            for entity in catalog.entities.values()
        },
        interactions={
            entity.name: _interactions(source, catalog.types_of(entity.name), keys[entity.number])
            for entity in catalog.audiences()
        },
        segments=_memberships(source, "segment", keys, audiences),
        lists=_memberships(source, "list", keys, audiences),
        consent=tuple(_consent(source, keys, audiences)),
    )


def _keys(source: duckdb.DuckDBPyConnection, entity: Entity) -> _Keys:
    return dict(_rows(source, f"SELECT _number, _key FROM {quote(layout.entity_table(entity))}"))


def _records(source: duckdb.DuckDBPyConnection, entity: Entity) -> Iterator[Record]:
    attributes = list(entity.attributes.values())
    observations = _observations(source, entity)
    fixed = f"_number, _key, epoch_us({layout.FIRST_OBSERVED_AT})"
    for number, key, since, *stored in stored_rows(source, fixed, layout.entity_table(entity), attributes):
        values = values_from(attributes, stored)
        present = {name: value for name, value in values.items() if value is not None}
        yield Record(entity.name, key, since, present, tuple(observations.get(number, ())))


def _observations(source: duckdb.DuckDBPyConnection, entity: Entity) -> dict[int, list[Observation]]:
    """By record number, what was observed: of each row only the attributes that rows of its shape gave."""
    shapes = dict(
        _rows(source, "SELECT id, attributes FROM attribute_sets WHERE entity = ?", [entity.number])
    )
    attributes = list(entity.attributes.values())
    fixed = f"_number, epoch_us({layout.OBSERVED_AT}), {layout.SEQ}, {layout.SHAPE}"
    found: dict[int, list[Observation]] = {}
    for number, at, seq, shape, *stored in stored_rows(
        source, fixed, layout.history_table(entity), attributes
    ):
        given = set(shapes[shape])
        values = {
            name: value
            for name, value in values_from(attributes, stored).items()
            if entity.attributes[name].number in given
        }
        found.setdefault(number, []).append(Observation(at, seq, values))
    return found


def _interactions(
    source: duckdb.DuckDBPyConnection, types: Iterable[InteractionType], keys: _Keys
) -> dict[str, tuple[Interaction, ...]]:
    """By member key, the interactions of an audience."""
    found: dict[str, list[Interaction]] = {}
    for of_type in types:
        attributes = list(of_type.attributes.values())
        fixed = f"_id, _member, epoch_us({layout.OCCURRED_AT})"
        for own_id, member, at, *stored in stored_rows(
            source, fixed, layout.interaction_table(of_type), attributes
        ):
            if member not in keys:
                raise InvariantError(f"interaction {own_id!r} of {of_type.name!r} is of no record: {member}")
            values = {name: one for name, one in values_from(attributes, stored).items() if one is not None}
            key = keys[member]
            one = Interaction(of_type.audience, key, of_type.name, own_id, at, values)
            found.setdefault(key, []).append(one)
    return {key: tuple(of_member) for key, of_member in found.items()}


def _memberships(
    source: duckdb.DuckDBPyConnection, what: str, keys: Mapping[int, _Keys], audiences: Mapping[int, str]
) -> dict[int, Membership]:
    """Segments or lists by id. Members and changes of records that are gone are left out."""
    changes_table = "membership_changes" if what == "segment" else "list_changes"
    which = "WHERE status IN ('live', 'failed')" if what == "segment" else ""
    audience_of = dict(_rows(source, f"SELECT id, audience FROM {what}s {which}"))
    members: dict[int, list[str]] = {number: [] for number in audience_of}
    changes: dict[int, list[Change]] = {number: [] for number in audience_of}
    # One statement for all of them: tests load workspaces with many segments after each version.
    for number, member in _rows(source, f"SELECT {what}, member FROM {what}_members"):
        if number in audience_of and member in keys[audience_of[number]]:
            members[number].append(keys[audience_of[number]][member])
    changed = f'SELECT {what}, member, version, epoch_us("at"), sign FROM {changes_table}'
    for number, member, *rest in _rows(source, changed):
        if number in audience_of and member in keys[audience_of[number]]:
            changes[number].append(Change(keys[audience_of[number]][member], *rest))
    return {
        number: Membership(audiences[audience], frozenset(members[number]), tuple(changes[number]))
        for number, audience in audience_of.items()
    }


def _consent(
    source: duckdb.DuckDBPyConnection, keys: Mapping[int, _Keys], audiences: Mapping[int, str]
) -> Iterator[ConsentEntry]:
    columns = 'audience, member, topic, state, epoch_us("at"), seq'
    for audience, member, topic, state, at, seq in _rows(source, f"SELECT {columns} FROM consent_ledger"):
        if member in keys[audience]:
            yield ConsentEntry(audiences[audience], keys[audience][member], topic, state, at, seq)


def stored_rows(
    source: duckdb.DuckDBPyConnection,
    fixed: str,
    table: str,
    attributes: list[Attribute],
    rest: str = "",
    values: list[object] | None = None,
) -> Iterator[tuple[Any, ...]]:
    """Rows of a table: fixed expressions first, then the stored columns of each attribute.

    Args:
        rest: What follows the table in the statement, with `values` for its parameters.
    """
    stored = [
        f"epoch_us({quote(name)})" if attribute.type is ValueType.TIMESTAMP else quote(name)
        for attribute in attributes
        for name in _stored_columns(attribute)
    ]
    return _rows(source, f"SELECT {', '.join([fixed, *stored])} FROM {quote(table)} {rest}", values)


def _stored_columns(attribute: Attribute) -> tuple[str, ...]:
    if attribute.type is ValueType.LOCATION:
        return layout.latitude_column(attribute), layout.longitude_column(attribute)
    return (layout.column(attribute),)


def values_from(attributes: list[Attribute], stored: Iterable[Any]) -> dict[str, Value | None]:
    """Values by attribute name from a row's stored columns; None where missing."""
    cells = iter(stored)
    found: dict[str, Value | None] = {}
    for attribute in attributes:
        value = next(cells)
        match attribute.type:
            case ValueType.LOCATION:
                longitude = next(cells)
                found[attribute.name] = None if value is None else (value, longitude)
            case ValueType.CHOICES:
                found[attribute.name] = None if value is None else frozenset(value)
            case _:
                found[attribute.name] = value
    return found


def _rows(
    source: duckdb.DuckDBPyConnection, statement: str, values: list[object] | None = None
) -> Iterator[tuple[Any, ...]]:
    yield from source.execute(statement, values or []).fetchall()

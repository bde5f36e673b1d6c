"""Load a state into a real record: the tables of a workspace's file, in memory, for engines that read those.

The opposite of `satsuma.evaluation.reference.load`, which the round trip in `test_load` proves.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import duckdb

from satsuma.catalog.model import Attribute, Catalog, Entity, InteractionType, ValueType
from satsuma.evaluation.reference.data import Database, Membership, Record, Value
from satsuma.kernel.text import fold
from satsuma.record import layout, tables
from satsuma.record.schema import apply_catalog
from satsuma.record.sql import quote

_Numbers = Mapping[tuple[str, str], int]
"""The dense number of each record, by entity and key."""


def record_of(database: Database) -> duckdb.DuckDBPyConnection:
    """An in-memory file holding a state. The caller closes it."""
    connection = duckdb.connect()
    for statement in tables.STATEMENTS:
        connection.execute(statement)
    apply_catalog(connection, Catalog(), database.catalog)
    numbers = _numbers(database)
    for entity in database.catalog.entities.values():
        _entity(connection, entity, database.records.get(entity.name, {}), numbers)
    for of_type in database.catalog.interactions.values():
        _interactions(connection, of_type, database, numbers)
    _memberships(connection, database, numbers)
    _consent(connection, database, numbers)
    return connection


def keys_of(connection: duckdb.DuckDBPyConnection, entity: Entity, numbers: Iterable[int]) -> set[str]:
    """The keys of an entity's records by their numbers."""
    wanted = set(numbers)
    rows = connection.execute(f"SELECT _number, _key FROM {quote(layout.entity_table(entity))}").fetchall()
    return {key for number, key in rows if number in wanted}


def _numbers(database: Database) -> _Numbers:
    """Numbers in another order than keys have, and not from 0, so that no evaluator may rely on either."""
    return {
        (entity, key): 7 + place
        for entity, records in database.records.items()
        for place, key in enumerate(sorted(records, key=lambda key: (key[::-1], key)))
    }


def _entity(
    connection: duckdb.DuckDBPyConnection, entity: Entity, records: Mapping[str, Record], numbers: _Numbers
) -> None:
    attributes = list(entity.attributes.values())
    current, history, shapes = [], [], dict[tuple[int, ...], int]()
    for record in records.values():
        number = numbers[entity.name, record.key]
        latest = max((o.at for o in record.observations), default=None)
        current.append(
            [
                number,
                record.key,
                _time(record.exists_since),
                _time(latest),
                *_cells(attributes, record.attributes),
            ]
        )
        for one in record.observations:
            given = tuple(sorted(entity.attributes[name].number for name in one.values))
            shape = shapes.setdefault(given, entity.number * 1000 + len(shapes))
            history.append([number, _time(one.at), one.seq, 1, shape, None, *_cells(attributes, one.values)])
    _insert(connection, layout.entity_table(entity), current)
    _insert(connection, layout.history_table(entity), history)
    _insert(connection, "attribute_sets", [[shape, entity.number, list(of)] for of, shape in shapes.items()])


def _interactions(
    connection: duckdb.DuckDBPyConnection, of_type: InteractionType, database: Database, numbers: _Numbers
) -> None:
    attributes = list(of_type.attributes.values())
    rows = [
        [
            one.id,
            numbers[one.audience, one.member],
            _time(one.occurred_at),
            1,
            None,
            *_cells(attributes, one.attributes),
        ]
        for of_member in database.interactions.get(of_type.audience, {}).values()
        for one in of_member
        if one.type == of_type.name
    ]
    _insert(connection, layout.interaction_table(of_type), rows)


def _memberships(connection: duckdb.DuckDBPyConnection, database: Database, numbers: _Numbers) -> None:
    then = _time(0)
    for own, segment in database.segments.items():
        audience = database.catalog.entities[segment.audience].number
        row = {
            "id": own, "name": f"segment {own}", "name_folded": f"segment {own}", "audience": audience,
            "kind": "dynamic", "status": "live", "created_at": then, "created_version": 1, "changed_at": then,
        }  # fmt: skip
        _insert_named(connection, "segments", row)
        _insert(connection, "segment_members", [[own, number] for number in _members(segment, numbers)])
        _insert(connection, "membership_changes", [[*one, "data"] for one in _changes(own, segment, numbers)])
    for own, of_list in database.lists.items():
        audience = database.catalog.entities[of_list.audience].number
        row = {
            "id": own, "name": f"list {own}", "name_folded": f"list {own}", "audience": audience,
            "subscription": False, "created_at": then, "created_version": 1,
        }  # fmt: skip
        _insert_named(connection, "lists", row)
        _insert(connection, "list_members", [[own, number] for number in _members(of_list, numbers)])
        _insert(connection, "list_changes", list(_changes(own, of_list, numbers)))


def _members(membership: Membership, numbers: _Numbers) -> list[int]:
    return sorted(numbers[membership.audience, key] for key in membership.members)


def _changes(own: int, membership: Membership, numbers: _Numbers) -> Iterable[list[Any]]:
    for change in membership.changes:
        yield [
            own,
            numbers[membership.audience, change.member],
            change.version,
            _time(change.at),
            change.sign,
        ]


def _consent(connection: duckdb.DuckDBPyConnection, database: Database, numbers: _Numbers) -> None:
    for entry in database.consent:
        row = {
            "seq": entry.seq, "member": numbers[entry.audience, entry.member],
            "audience": database.catalog.entities[entry.audience].number, "topic": entry.topic,
            "state": entry.state, "at": _time(entry.at), "version": 1, "actor": 1,
        }  # fmt: skip
        _insert_named(connection, "consent_ledger", row)


def _cells(attributes: list[Attribute], values: Mapping[str, Value | None]) -> list[Any]:
    """The stored columns of attributes, in order."""
    cells: list[Any] = []
    for attribute in attributes:
        value = values.get(attribute.name)
        match attribute.type, value:
            case ValueType.LOCATION, None:
                cells += [None, None]
            case ValueType.LOCATION, (latitude, longitude):
                cells += [latitude, longitude]
            case ValueType.TEXT, _:
                cells += [value, None if value is None else fold(str(value))]
            case ValueType.TIMESTAMP, int():
                cells.append(_time(value))
            case ValueType.CHOICES, frozenset():
                cells.append(sorted(value))
            case _:
                cells.append(value)
    return cells


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: list[list[Any]]) -> None:
    for row in rows:
        marks = ", ".join("?" for _ in row)
        connection.execute(f"INSERT INTO {quote(table)} VALUES ({marks})", row)


def _insert_named(connection: duckdb.DuckDBPyConnection, table: str, row: Mapping[str, Any]) -> None:
    marks = ", ".join("?" for _ in row)
    connection.execute(
        f"INSERT INTO {quote(table)} ({', '.join(map(quote, row))}) VALUES ({marks})", list(row.values())
    )


def _time(at: int | None) -> dt.datetime | None:
    """An instant as DuckDB takes it."""
    # DuckDB's TIMESTAMP has no zone; ours are all UTC.
    return None if at is None else dt.datetime(1970, 1, 1) + dt.timedelta(microseconds=at)  # noqa: DTZ001

"""Known: all that the record holds about one record, as plain data for the person whom it is about."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import duckdb

from satsuma.catalog.model import Attribute, Catalog, Entity, ValueType
from satsuma.kernel.instants import format_instant
from satsuma.record import quarantine
from satsuma.record.erasing import Erased
from satsuma.record.intake.kept import row_of
from satsuma.record.layout import columns, entity_table, history_table, interaction_table
from satsuma.record.sql import fetch, quote


def known(connection: duckdb.DuckDBPyConnection, catalog: Catalog, who: Erased) -> dict[str, Any]:
    """Attributes, their history, interactions, memberships, and refused rows; instants as text in UTC."""
    entity, number = who.entity, who.number
    now = _rows(connection, entity_table(entity), "_number", number)[0]
    past = _rows(connection, history_table(entity), "_number", number)
    shapes = dict(connection.execute("SELECT id, attributes FROM attribute_sets").fetchall())
    return {
        "entity": entity.name,
        "key": who.keys[0],
        "aliases": list(who.keys[1:]),
        "known_since": _plain(now["_first_observed_at"]),
        "attributes": _values(now, entity.attributes),
        "history": [
            {
                "observed_at": _plain(row["_observed_at"]),
                "version": row["_version"],
                "values": _given(row, entity, shapes),
            }
            for row in sorted(past, key=lambda row: row["_seq"])
        ],
        "interactions": {
            type_.name: [
                {"id": row["_id"], "occurred_at": _plain(row["_occurred_at"])}
                | _values(row, type_.attributes)
                for row in sorted(
                    _rows(connection, interaction_table(type_), "_member", number),
                    key=lambda row: (row["_occurred_at"], row["_id"]),
                )
            ]
            for type_ in catalog.types_of(entity.name)
        },
        "segments": _segments(connection, who),
        "referred_to_by": _referrers(connection, catalog, who),
        "refused_rows": [
            {"target": row.target, "at": format_instant(row.at), "reason": row.message, "row": row.row}
            for row in quarantine.waiting(connection, replayed=True)
            if who.is_in(_row(row.row))
        ],
    }


def _rows(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    name: str,
    number: int,
) -> list[dict[str, Any]]:
    found = fetch(connection, f"SELECT * FROM {quote(table)} WHERE {name} = ?", [number])
    rows: list[dict[str, Any]] = found.to_pylist()
    return rows


def _values(row: Mapping[str, Any], attributes: Mapping[str, Attribute]) -> dict[str, Any]:
    found = {}
    for name, attribute in attributes.items():
        value = _value(row, attribute)
        if value is not None:
            found[name] = value
    return found


def _given(row: Mapping[str, Any], entity: Entity, shapes: Mapping[int, list[int]]) -> dict[str, Any]:
    """What an observation gave; None where it cleared an attribute."""
    given = set(shapes[row["_shape"]])
    return {name: _value(row, one) for name, one in entity.attributes.items() if one.number in given}


def _value(row: Mapping[str, Any], attribute: Attribute) -> Any:
    stored = columns(attribute)
    if attribute.type is ValueType.LOCATION:
        latitude, longitude = (row[name] for name, _ in stored)
        return None if latitude is None else {"latitude": latitude, "longitude": longitude}
    return _plain(row[stored[0][0]])


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return value.isoformat() + "Z"
        case date():
            return value.isoformat()
        case Decimal():
            return str(value)
        case _:
            return value


def _segments(connection: duckdb.DuckDBPyConnection, who: Erased) -> list[dict[str, Any]]:
    rows = connection.execute(
        "SELECT s.name, c.version, epoch_us(c.at), c.sign, c.cause FROM membership_changes c"
        " JOIN segments s ON s.id = c.segment WHERE s.audience = ? AND c.member = ?"
        " ORDER BY c.version, s.name",
        [who.entity.number, who.number],
    ).fetchall()
    return [
        {
            "segment": name,
            "version": version,
            "at": format_instant(at),
            "change": "entered" if sign > 0 else "left",
            "cause": cause,
        }
        for name, version, at, sign, cause in rows
    ]


def _referrers(connection: duckdb.DuckDBPyConnection, catalog: Catalog, who: Erased) -> list[dict[str, Any]]:
    found = []
    for owner in catalog.entities.values():
        for attribute in owner.attributes.values():
            if attribute.type is ValueType.REFERENCE and attribute.to == who.entity.name:
                rows = connection.execute(
                    f"SELECT _key FROM {quote(entity_table(owner))}"
                    f" WHERE list_contains(?::VARCHAR[], {quote(columns(attribute)[0][0])}) ORDER BY _key",
                    [list(who.keys)],
                ).fetchall()
                found += [{"entity": owner.name, "key": key, "attribute": attribute.name} for (key,) in rows]
    return found


def _row(text: str) -> Any:
    try:
        return row_of(text)
    except ValueError:
        return text

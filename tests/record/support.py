"""A small catalog, and batches made by hand, for tests of the record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pyarrow as pa

from satsuma.catalog.model import Attribute, Catalog, Entity, InteractionType, Mode, OwnerKind, ValueType
from satsuma.kernel.instants import parse_instant
from satsuma.kernel.text import fold
from satsuma.kernel.zones import zone
from satsuma.record.intake import Intake, RowGroup
from satsuma.record.layout import column, columns, folded_column, latitude_column, longitude_column
from satsuma.record.quarantine import REFUSED
from satsuma.record.sql import ARROW_TYPES

Row = Mapping[str, Any]
_Fixed = Mapping[str, tuple[str, pa.DataType]]


def _attributes(owner: str, kind: OwnerKind, *given: tuple[Any, ...]) -> Mapping[str, Attribute]:
    found = {}
    for number, name, value_type, *to in given:
        found[name] = Attribute(number, name, value_type, owner, kind, to=to[0] if to else None)
    return MappingProxyType(found)


CONTACT = Entity(
    1,
    "contact",
    audience=True,
    attributes=_attributes(
        "contact",
        OwnerKind.ENTITY,
        (2, "city", ValueType.TEXT),
        (3, "age", ValueType.INTEGER),
        (4, "tags", ValueType.CHOICES),
        (5, "home", ValueType.LOCATION),
        (6, "account", ValueType.REFERENCE, "account"),
        (7, "friend", ValueType.REFERENCE, "contact"),
    ),
)
ACCOUNT = Entity(
    8,
    "account",
    audience=False,
    attributes=_attributes(
        "account",
        OwnerKind.ENTITY,
        (9, "industry", ValueType.TEXT),
        (10, "owner", ValueType.REFERENCE, "contact"),
    ),
)
PURCHASE = InteractionType(
    11,
    "purchase",
    "contact",
    _attributes(
        "purchase",
        OwnerKind.INTERACTION,
        (12, "amount", ValueType.DECIMAL),
        (13, "seller", ValueType.REFERENCE, "account"),
    ),
)
VISIT = InteractionType(
    14, "visit", "contact", _attributes("visit", OwnerKind.INTERACTION, (15, "page", ValueType.TEXT))
)


def catalog(mode: Mode = Mode.LEARN) -> Catalog:
    """Contacts and accounts that refer to each other and to themselves, and two interaction types."""
    return Catalog(
        version=1,
        mode=mode,
        entities=MappingProxyType({"contact": CONTACT, "account": ACCOUNT}),
        interactions=MappingProxyType({"purchase": PURCHASE, "visit": VISIT}),
        next_number=16,
    )


def records(entity: Entity, rows: Sequence[Row], known: Catalog, first_position: int = 0) -> Intake:
    """Rows about records as intake gives them: `id`, perhaps `observed_at` (microseconds), attributes."""
    fixed: _Fixed = {"_key": ("id", pa.string()), "_observed_at": ("observed_at", pa.timestamp("us"))}
    return _intake(entity.attributes, rows, fixed, known, first_position)


def interactions(
    interaction: InteractionType, rows: Sequence[Row], known: Catalog, first_position: int = 0
) -> Intake:
    """Interactions as intake gives them: perhaps `id`, the audience's key, `occurred_at`, attributes."""
    fixed: _Fixed = {
        "_id": ("id", pa.string()),
        "_member_key": (interaction.audience, pa.string()),
        "_occurred_at": ("occurred_at", pa.timestamp("us")),
    }
    return _intake(interaction.attributes, rows, fixed, known, first_position)


def _intake(
    attributes: Mapping[str, Attribute],
    rows: Sequence[Row],
    fixed: _Fixed,
    known: Catalog,
    first_position: int,
) -> Intake:
    names = {name for name, _ in fixed.values()}
    groups: dict[tuple[str, ...], list[tuple[int, Row]]] = {}
    for position, row in enumerate(rows, first_position):
        groups.setdefault(tuple(sorted(row.keys() - names)), []).append((position, row))
    made = []
    for given_names, members in groups.items():
        given = tuple(attributes[name] for name in given_names)
        table = {
            field: pa.array([row.get(name) for _, row in members], t) for field, (name, t) in fixed.items()
        }
        table["_position"] = pa.array([position for position, _ in members], pa.int64())
        for attribute in given:
            table.update(_stored(attribute, [row[attribute.name] for _, row in members]))
        made.append(RowGroup(given, pa.table(table)))
    return Intake(tuple(made), REFUSED.empty_table(), known)


def _stored(attribute: Attribute, values: Iterable[Any]) -> dict[str, Any]:
    values = list(values)
    if attribute.type is ValueType.LOCATION:
        return {
            latitude_column(attribute): pa.array([v and v[0] for v in values], pa.float64()),
            longitude_column(attribute): pa.array([v and v[1] for v in values], pa.float64()),
        }
    stored = {column(attribute): pa.array(values, ARROW_TYPES[columns(attribute)[0][1]])}
    if attribute.type is ValueType.TEXT:
        stored[folded_column(attribute)] = pa.array([v and fold(v) for v in values], pa.string())
    return stored


def value_of(attribute: Attribute, row: Mapping[str, Any]) -> Any:
    """The value of an attribute in a stored row, as rows made by hand have it."""
    if attribute.type is ValueType.LOCATION:
        latitude, longitude = row[latitude_column(attribute)], row[longitude_column(attribute)]
        assert (latitude is None) == (longitude is None)
        return None if latitude is None else (latitude, longitude)
    value = row[column(attribute)]
    if attribute.type is ValueType.TEXT:
        assert row[folded_column(attribute)] == (None if value is None else fold(value))
    return value


def plain_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row from quarantine (JSON, read) as a row made by hand."""
    found = dict(row)
    for name in ("observed_at", "occurred_at"):
        if name in found:
            found[name] = parse_instant(found[name], zone("UTC"))
    if found.get("amount") is not None:
        found["amount"] = Decimal(found["amount"])
    if found.get("home") is not None:
        found["home"] = (found["home"]["latitude"], found["home"]["longitude"])
    return found

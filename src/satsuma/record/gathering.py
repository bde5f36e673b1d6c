"""Gathering: the groups of a batch as one table in the order the rows came, and refused rows out of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from satsuma.catalog.model import Attribute, ValueType
from satsuma.record.arrow import Field, rows_at
from satsuma.record.layout import column, latitude_column, longitude_column
from satsuma.record.quarantine import REFUSED
from satsuma.record.sql import stored_fields

if TYPE_CHECKING:
    from satsuma.record.intake import Intake, RowGroup

RECORD_FIELDS = (
    pa.field("_key", pa.string()),
    pa.field("_observed_at", pa.timestamp("us")),
    pa.field("_position", pa.int64()),
)
INTERACTION_FIELDS = (
    pa.field("_id", pa.string()),
    pa.field("_member_key", pa.string()),
    pa.field("_occurred_at", pa.timestamp("us")),
    pa.field("_position", pa.int64()),
)


@dataclass(frozen=True, slots=True)
class Batch:
    """The rows of a batch that fit the catalog, in the order of their positions.

    Attributes:
        rows: The fixed fields, then the stored columns of `attributes`; null where a row does not give one.
        attributes: Those that any row gives, by number.
        group: For each row the place of its group in the intake, int64.
    """

    rows: pa.Table
    attributes: list[Attribute]
    group: NDArray[np.int64]

    def take(self, places: NDArray[np.int64]) -> Batch:
        """The rows at those places."""
        return Batch(rows_at(self.rows, places), self.attributes, self.group[places])


def gather(groups: Sequence[RowGroup], fixed: Sequence[Field]) -> Batch:
    """The groups of an intake as one batch."""
    by_number = {a.number: a for group in groups for a in group.given}
    attributes = [by_number[number] for number in sorted(by_number)]
    schema = pa.schema([*fixed, *stored_fields(attributes)])
    tables = [_fitted(group.table, schema) for group in groups if group.table.num_rows]
    rows = pa.concat_tables(tables) if tables else schema.empty_table()
    sizes = [group.table.num_rows for group in groups]
    group = np.repeat(np.arange(len(groups)), sizes)
    positions = rows["_position"].to_numpy()
    if np.any(positions[1:] < positions[:-1]):
        order = np.argsort(positions, kind="stable")
        rows, group = rows_at(rows, order), group[order]
    return Batch(rows, attributes, group)


def _fitted(table: pa.Table, schema: pa.Schema) -> pa.Table:
    present = set(table.column_names)
    columns = [
        table.column(field.name).cast(field.type)
        if field.name in present
        else pa.chunked_array([pa.nulls(table.num_rows, field.type)])
        for field in schema
    ]
    return pa.table(columns, schema=schema)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why some rows of a batch cannot be taken; `places` are theirs, ascending."""

    code: str
    message: str
    places: NDArray[np.int64]


def refuse(batch: Batch, intake: Intake, names: dict[str, str], reasons: Iterable[Reason]) -> pa.Table:
    """The rows that the intake or the store refuses (`quarantine.REFUSED`), as they came, by position.

    Args:
        batch: The batch.
        intake: What it was gathered from.
        names: Fixed field → the name it has in a row, such as `_key` → `id`.
        reasons: Which rows, and why.
    """
    found: list[dict[str, object]] = []
    for reason in reasons:
        rows = rows_at(batch.rows, reason.places).to_pylist()
        for place, row in zip(reason.places.tolist(), rows, strict=True):
            came = _as_it_came(row, intake.groups[batch.group[place]].given, names)
            found.append(
                {
                    "position": row["_position"],
                    "code": reason.code,
                    "message": reason.message,
                    "row": json.dumps(came, ensure_ascii=False),
                }
            )
    if not found:
        return intake.refused
    here = pa.Table.from_pylist(found, schema=REFUSED)
    return pa.concat_tables([intake.refused, here]).sort_by("position")


def _as_it_came(row: dict[str, Any], given: Iterable[Attribute], names: dict[str, str]) -> dict[str, object]:
    came = {name: _plain(row[field]) for field, name in names.items() if row[field] is not None}
    for attribute in given:
        if attribute.type is ValueType.LOCATION:
            latitude, longitude = row[latitude_column(attribute)], row[longitude_column(attribute)]
            value = None if latitude is None else {"latitude": latitude, "longitude": longitude}
            came[attribute.name] = value
        else:
            came[attribute.name] = _plain(row[column(attribute)])
    return came


def _plain(value: object) -> object:
    match value:
        case datetime():
            return f"{value.isoformat()}Z"
        case date():
            return value.isoformat()
        case Decimal():
            return str(value)
        case _:
            return value

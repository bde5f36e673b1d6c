"""What intake gives: rows that fit, by the attributes they give, and refused rows with their reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa

from satsuma.catalog.model import Attribute, Catalog
from satsuma.record.intake.kept import row_json

POSITION = "_position"
MEMBER_KEY = "_member_key"

_TEXT: pa.DataType = pa.string()
REFUSED_SCHEMA = pa.schema({"position": pa.int64(), "code": _TEXT, "message": _TEXT, "row": _TEXT})
"""Of refused rows; `row` is the row as JSON (`kept.row_json`)."""


@dataclass(frozen=True, slots=True)
class RowGroup:
    """Rows that fit and give the same attributes.

    Attributes:
        given: The attributes that these rows give; others of their records are left as they are.
        table: The stored columns (`record.layout.columns`) of all that is given, and before them, of
        entities:
            `_key` (string), `_observed_at` (timestamp[us], null for the commit's instant); of interactions:
            `_id` (string, null where one is to be derived), `_member_key` (string), `_occurred_at`
            (timestamp[us]); of both `_position` (int64), the row's place in all that arrived.
    """

    given: tuple[Attribute, ...]
    table: pa.Table


@dataclass(frozen=True, slots=True)
class Intake:
    """A batch taken in: the positions in groups and `refused` are those of the rows that came, each once.

    Attributes:
        refused: By ascending position, as `REFUSED_SCHEMA`.
        catalog: The catalog after learning; the same object if nothing was learned.
        untyped: Whether the rows came from a source without types, such as CSV.
    """

    groups: tuple[RowGroup, ...]
    refused: pa.Table
    catalog: Catalog
    untyped: bool = False


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """One row that was not taken."""

    position: int
    code: str
    message: str
    row: object


def refused_table(rows: Iterable[RefusedRow]) -> pa.Table:
    """Refused rows as a table, by ascending position."""
    ordered = sorted(rows, key=lambda row: row.position)
    return pa.table(
        {
            "position": [row.position for row in ordered],
            "code": [row.code for row in ordered],
            "message": [row.message for row in ordered],
            "row": [row_json(row.row) for row in ordered],
        },
        schema=REFUSED_SCHEMA,
    )

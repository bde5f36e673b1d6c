"""What intake gives: rows that fit, by the attributes they give, and refused rows with their reason."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import pyarrow as pa

from satsuma.catalog.model import Attribute, Catalog

POSITION = "_position"
MEMBER_KEY = "_member_key"

_TEXT: pa.DataType = pa.string()
REFUSED_SCHEMA = pa.schema({"position": pa.int64(), "code": _TEXT, "message": _TEXT, "row": _TEXT})
"""Of refused rows; `row` is the row as it came, a JSON object."""

_SHOWN_CHARS_MAX = 80
_INTEGER_BITS_MAX = 4_000


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
    """

    groups: tuple[RowGroup, ...]
    refused: pa.Table
    catalog: Catalog


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


def row_json(row: object) -> str:
    """A row as it came, as JSON text; what JSON does not know is written as text."""
    return json.dumps(_plain(row), ensure_ascii=True)


def shown(value: object) -> str:
    """A value for a message: as JSON, cut short, in characters that can be stored."""
    written = str(value) if isinstance(value, Decimal) else json.dumps(_plain(value), ensure_ascii=False)
    text = written.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= _SHOWN_CHARS_MAX else text[: _SHOWN_CHARS_MAX - 3] + "..."


def _plain(value: Any) -> object:
    match value:
        case None | bool():
            return value
        case int():
            # Python refuses to write out longer ones in decimal.
            return int(value) if value.bit_length() < _INTEGER_BITS_MAX else hex(value)
        case str():
            return str(value)
        case float():
            return value if value - value == 0 else str(value)
        case Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case set() | frozenset():
            return sorted((_plain(item) for item in value), key=str)
        case bytes():
            return base64.b64encode(value).decode()
        case datetime() | date() | time():
            return value.isoformat()
        case Decimal():
            return str(value)
        case _:
            item = getattr(value, "item", None)
            plain = item() if callable(item) and getattr(value, "ndim", None) == 0 else None
            return str(value) if plain is None or type(plain) is type(value) else _plain(plain)

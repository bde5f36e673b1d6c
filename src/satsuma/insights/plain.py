"""Values as plain data: what is read from the store, ready to be written as JSON."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from satsuma.catalog.model import Attribute, ValueType
from satsuma.record.layout import column, latitude_column, longitude_column
from satsuma.record.sql import quote


def plain(value: Any) -> Any:
    """A value; instants in ISO 8601 with `Z`, days likewise, decimals as text, exactly."""
    match value:
        case dt.datetime():
            naive = value if value.tzinfo is None else value.astimezone(dt.UTC).replace(tzinfo=None)
            return f"{naive.isoformat()}Z"
        case dt.date():
            return value.isoformat()
        case Decimal():
            return f"{value.normalize():f}"
        case float() if not math.isfinite(value):
            return str(value)
        case _:
            return value


def selected(attributes: Iterable[Attribute], table: str) -> list[str]:
    """The stored columns of attributes as SQL, in order; of a location two."""
    found = []
    for attribute in attributes:
        if attribute.type is ValueType.LOCATION:
            found += [f"{table}.{quote(name(attribute))}" for name in (latitude_column, longitude_column)]
        else:
            found.append(f"{table}.{quote(column(attribute))}")
    return found


def values_of(attributes: Iterable[Attribute], row: Iterable[Any]) -> dict[str, Any]:
    """The values of a row that `selected` gives, by attribute; those without a value are left out."""
    cells = iter(row)
    found: dict[str, Any] = {}
    for attribute in attributes:
        if attribute.type is ValueType.LOCATION:
            latitude, longitude = next(cells), next(cells)
            value = None if latitude is None else {"latitude": latitude, "longitude": longitude}
        else:
            value = plain(next(cells))
        if value is not None:
            found[attribute.name] = value
    return found


_LABELS = ("name", "full_name", "fullname", "display_name", "title", "label")
_PARTS = (("first_name", "last_name"), ("firstname", "lastname"), ("given_name", "family_name"))


def label_of(key: str, values: Mapping[str, Any]) -> str:
    """What people know a record by: its name, if it has one, or else its key."""
    for name in _LABELS:
        if isinstance(found := values.get(name), str) and found.strip():
            return found
    for parts in _PARTS:
        written = " ".join(str(values[part]) for part in parts if values.get(part))
        if written:
            return written
    return key

"""Values: traits and properties of messages as the attributes of a row.

Objects become dotted names (`address.city`), lists of plain values stay lists, and lists of anything else are
kept as JSON text. Where an attribute is new, text that is an ISO 8601 date, or time with offset, is one: JSON
has no type for them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from satsuma.catalog.model import Attribute, ValueType

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,6})?(Z|[-+][0-9]{2}:?[0-9]{2})"
)
_CONTAINERS = (dict, list)
_CONTEXT: Mapping[str, Mapping[str, str]] = {
    section: {field: f"context.{section}.{field}" for field in fields.split()}
    for section, fields in (
        ("app", "name version"),
        ("campaign", "name source medium term content"),
        ("device", "type"),
        ("os", "name"),
        ("page", "path referrer url"),
    )
}
_PLAIN_CONTEXT = {name: f"context.{name}" for name in ("groupId", "locale", "timezone")}
"""What of a message's context is kept with interactions. Addresses, user agents and ids of devices are not:
they tell a person, not what the person did."""


def attributes_of(
    values: Mapping[str, Any],
    known: Mapping[str, Attribute],
    *,
    reserved: Collection[str],
    instead: str,
) -> dict[str, object]:
    """The attributes that traits or properties give.

    Args:
        values: As they came.
        known: The attributes that there are.
        reserved: Names that no attribute can have.
        instead: What a reserved name gets before it, and a dot.
    """
    found: dict[str, object] = {}
    for name, value in values.items():
        if name in known and name not in reserved and not isinstance(value, _CONTAINERS):
            found[name] = value  # most are
        else:
            _put(found, f"{instead}.{name}" if name in reserved else name, value, known)
    return found


def context_of(context: Mapping[str, Any], declared: Collection[str] | None) -> dict[str, object]:
    """The part of a message's context that is kept, under names such as `context.campaign.source`.

    Args:
        context: As it came.
        declared: The only names to give; None where any may be given.
    """
    found: dict[str, object] = {}
    for section, value in context.items():
        fields = _CONTEXT.get(section)
        if fields is not None and isinstance(value, dict):
            for field, part in value.items():
                if field in fields and isinstance(part, str) and part:
                    found[fields[field]] = part
        elif section in _PLAIN_CONTEXT and isinstance(value, str) and value:
            found[_PLAIN_CONTEXT[section]] = value
    if declared is None:
        return found
    return {name: value for name, value in found.items() if name in declared}


def _put(found: dict[str, object], name: str, value: Any, known: Mapping[str, Attribute]) -> None:
    attribute = known.get(name)
    match value:
        case dict() if attribute is None and sorted(value) != ["latitude", "longitude"]:
            for inner, part in value.items():
                _put(found, f"{name}.{inner}", part, known)
        case list() if attribute is None and not value:
            pass  # nothing to learn a type from, and nothing to keep
        case list() if any(isinstance(one, dict | list) for one in value):
            found[name] = _as_json(value)
        case dict() | list() if attribute is not None and attribute.type is ValueType.TEXT:
            found[name] = _as_json(value)
        case str() if attribute is None:
            found[name] = _time_of(value)
        case _:
            found[name] = value


def _as_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _time_of(text: str) -> str | date | datetime:
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
        if _TIME.fullmatch(text):
            return datetime.fromisoformat(text)
    except ValueError:
        pass  # written like one, but there is no such day or time: it is text
    return text

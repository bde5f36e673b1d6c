"""Kept rows: refused rows as JSON, from which they are read back as what they came as.

What JSON has no type for is an object of one name that begins with `$`: `{"$date": "2026-01-31"}`, and
likewise `$timestamp`, `$decimal`, `$number` (NaN and the infinities) and `$other` (what no attribute takes).
The single name of any other object gets a second `$` before it where it begins with one.
"""

from __future__ import annotations

import base64
import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

_SHOWN_CHARS_MAX = 80
_INTEGER_BITS_MAX = 4_000
_FINER_THAN_US = re.compile(r"[.,][0-9]{7}")


@dataclass(frozen=True, slots=True)
class Kept:
    """A value that Python has no exact form for, as text: a time in nanoseconds, or what no attribute takes.

    Attributes:
        kind: `date`, `timestamp`, `decimal`, `number` or `other`.
    """

    kind: str
    text: str


def row_json(row: object) -> str:
    """A row as JSON text."""
    return json.dumps(_plain(row, is_tagged=True), ensure_ascii=True)


def row_of(text: str) -> Any:
    """A row, read back from `row_json`."""
    return json.loads(text, object_hook=_untagged)


def shown(value: object) -> str:
    """A value for a message: as JSON, cut short, in characters that can be stored."""
    plain = _plain(value, is_tagged=False)
    written = str(value) if isinstance(value, Decimal) else json.dumps(plain, ensure_ascii=False)
    text = written.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= _SHOWN_CHARS_MAX else text[: _SHOWN_CHARS_MAX - 3] + "..."


def _plain(value: Any, *, is_tagged: bool) -> object:
    match value:
        case None | bool():
            return value
        case int():
            # Python refuses to write out longer ones in decimal.
            short = value.bit_length() < _INTEGER_BITS_MAX
            return int(value) if short else _tagged(Kept("other", hex(value)), is_tagged=is_tagged)
        case str():
            return str(value)
        case float() if value - value == 0:
            return value
        case Mapping():
            plain = {str(key): _plain(item, is_tagged=is_tagged) for key, item in value.items()}
            if is_tagged and len(plain) == 1:
                return {_escaped(name): item for name, item in plain.items()}
            return plain
        case list() | tuple():
            return [_plain(item, is_tagged=is_tagged) for item in value]
        case set() | frozenset():
            return sorted((_plain(item, is_tagged=is_tagged) for item in value), key=str)
        case uuid.UUID():
            return str(value)
        case Kept():
            return _tagged(value, is_tagged=is_tagged)
        case _:
            kept = _kept(value)
            return _tagged(kept, is_tagged=is_tagged) if kept else _of_numpy(value, is_tagged=is_tagged)


def _kept(value: Any) -> Kept | None:
    match value:
        case float():
            return Kept("number", str(value))
        case bytes():
            return Kept("other", base64.b64encode(value).decode())
        case datetime():
            return Kept("timestamp", value.isoformat())
        case date():
            return Kept("date", value.isoformat())
        case time():
            return Kept("other", value.isoformat())
        case Decimal():
            return Kept("decimal", str(value))
        case _:
            return None


def _of_numpy(value: Any, *, is_tagged: bool) -> object:
    """NumPy's scalars and arrays as Python's; anything else as its text."""
    if callable(getattr(value, "item", None)):
        plain = value.item() if getattr(value, "ndim", None) == 0 else value.tolist()
        if type(plain) is not type(value):
            return _plain(plain, is_tagged=is_tagged)
    return _tagged(Kept("other", str(value)), is_tagged=is_tagged)


def _tagged(kept: Kept, *, is_tagged: bool) -> object:
    return {f"${kept.kind}": kept.text} if is_tagged else kept.text


def _escaped(name: str) -> str:
    return f"${name}" if name.startswith("$") else name


def _untagged(found: dict[str, Any]) -> object:
    if len(found) != 1:
        return found
    [(name, value)] = found.items()
    if name.startswith("$$"):
        return {name[1:]: value}
    if not name.startswith("$") or not isinstance(value, str):
        return found
    kept = Kept(name[1:], value)
    try:
        match kept.kind:
            case "number":
                return float(value)
            case "decimal":
                return Decimal(value)
            case "date":
                return date.fromisoformat(value)
            case "timestamp" if not _FINER_THAN_US.search(value):
                return datetime.fromisoformat(value)
    except (ValueError, InvalidOperation):
        pass  # no value of Python, such as a date of the year 10000: it is kept as it is
    return kept

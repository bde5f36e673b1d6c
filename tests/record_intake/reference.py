"""The rules of intake once more, one value at a time and as plainly as can be, to compare intake with."""

import datetime as dt
import json
import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from satsuma.catalog.model import Attribute, ValueType
from satsuma.kernel.errors import UsageError
from satsuma.kernel.instants import instant_of
from satsuma.kernel.text import fold
from satsuma.kernel.zones import Zone


class Refused(Exception):  # noqa: N818 - it is no error, it is an answer
    """A value that does not fit; the message is the code."""


def text_of(value: Any) -> str | None:
    if not isinstance(value, str) or any("\ud800" <= c <= "\udfff" for c in value):
        raise Refused("value.type")
    normal = unicodedata.normalize("NFC", value)
    if len(normal.encode()) > 65_536:
        raise Refused("value.too_long")
    return normal or None


def key_of(value: Any, code: str = "value") -> str | None:
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    if isinstance(value, Decimal) and value == int(value):
        return str(int(value))
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    try:
        text = text_of(value)
    except Refused as refused:
        raise Refused(str(refused).replace("value", code)) from None
    if text is not None and len(text.encode()) > 512:
        raise Refused(f"{code}.too_long")
    return text


def exact(value: Any, written: str) -> Fraction | None:
    """A number as an exact fraction; None for empty text."""
    if value == "":
        return None
    if isinstance(value, str):
        if not re.fullmatch(written, value, re.ASCII):
            raise Refused("value.not_finite" if spelled_infinite(value, written) else "value.type")
        if "e" in value.lower():
            return Fraction(float(value)) if math.isfinite(float(value)) else refuse("value.not_finite")
        return Fraction(value)
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise Refused("value.type")
    if not (isinstance(value, int) or math.isfinite(value)):
        raise Refused("value.not_finite")
    return Fraction(repr(value)) if isinstance(value, float) else Fraction(value)


def spelled_infinite(value: str, written: str) -> bool:
    return "[eE]" in written and value.lower().lstrip("+-") in {"nan", "inf", "infinity"}


def refuse(code: str) -> Any:
    raise Refused(code)


def integer_of(value: Any) -> int | None:
    number = exact(value, r"[-+]?\d+(\.\d+)?")
    if number is None:
        return None
    number = Fraction(value) if isinstance(value, float) else number
    if number.denominator != 1:
        raise Refused("value.type")
    return int(number) if -(2**63) <= number < 2**63 else refuse("value.range")


def number_of(value: Any) -> float | None:
    number = exact(value, r"[-+]?\d+(\.\d+)?([eE][-+]?\d+)?")
    if number is None:
        return None
    return float(value) if isinstance(value, float | str) else float(number)


def decimal_of(value: Any) -> Decimal | None:
    number = exact(value, r"[-+]?\d+(\.\d+)?")
    if number is None:
        return None
    scaled = number * 10_000
    if scaled.denominator != 1 or abs(scaled) >= 10**18:
        raise Refused("value.range")
    return Decimal(int(scaled)).scaleb(-4)


def boolean_of(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    if value == "":
        return None
    if value in ("true", "True", "TRUE", "false", "False", "FALSE"):
        return str(value).lower() == "true"
    raise Refused("value.type")


def date_of(value: Any) -> dt.date | None:
    match value:
        case "":
            return None
        case str() if re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
            try:
                return dt.date.fromisoformat(value)
            except ValueError:
                raise Refused("value.type") from None
        case dt.datetime() if value.tzinfo is None and value.time() == dt.time():
            return value.date()
        case dt.date() if not isinstance(value, dt.datetime):
            return value
        case _:
            raise Refused("value.type")


def instant(value: Any, zone: Zone) -> int | None:
    if value == "":
        return None
    if not isinstance(value, str | dt.date):
        raise Refused("value.type")
    try:
        return instant_of(value, zone)
    except UsageError as error:
        if "six digits" in error.message:
            raise Refused("value.precision") from None
        raise Refused("value.type" if isinstance(value, str) else "value.range") from None


def choice_of(value: Any, options: tuple[str, ...] | None) -> str | None:
    text = text_of(value)
    if text is not None and options is not None and text not in options:
        raise Refused("value.option")
    return text


def choices_of(value: Any, options: tuple[str, ...] | None) -> list[str] | None:
    if value == "":
        return None
    if isinstance(value, str) and value.startswith("["):
        try:
            value = json.loads(value)
        except ValueError:
            raise Refused("value.type") from None
    if not isinstance(value, list):
        raise Refused("value.type")
    found = set()
    for item in value:
        text = {True: "true", False: "false"}[item] if isinstance(item, bool) else item
        text = str(text) if isinstance(text, int) else text
        if text is not None and (text := choice_of(text, options)) is not None:
            found.add(text)
    return sorted(found) or None


def location_of(value: Any) -> tuple[float, float] | None:
    if not isinstance(value, Mapping) or set(value) != {"latitude", "longitude"}:
        raise Refused("value.type")
    for part in value.values():
        if part is not None and not math.isfinite(part):
            raise Refused("value.not_finite")
    latitude, longitude = value["latitude"], value["longitude"]
    if (latitude is not None and abs(latitude) > 90) or (longitude is not None and abs(longitude) > 180):
        raise Refused("value.range")
    if (latitude is None) != (longitude is None):
        raise Refused("value.half")
    return None if latitude is None else (float(latitude), float(longitude))


def stored(value: Any, attribute: Attribute, zone: Zone) -> tuple[Any, ...]:
    """What the stored columns of an attribute hold for a value; or Refused."""
    columns = 2 if attribute.type in (ValueType.TEXT, ValueType.LOCATION) else 1
    readers: dict[ValueType, Callable[[Any], Any]] = {
        ValueType.TEXT: text_of,
        ValueType.INTEGER: integer_of,
        ValueType.NUMBER: number_of,
        ValueType.DECIMAL: decimal_of,
        ValueType.BOOLEAN: boolean_of,
        ValueType.DATE: date_of,
        ValueType.TIMESTAMP: lambda v: instant(v, zone),
        ValueType.CHOICE: lambda v: choice_of(v, attribute.options),
        ValueType.CHOICES: lambda v: choices_of(v, attribute.options),
        ValueType.REFERENCE: key_of,
        ValueType.LOCATION: location_of,
    }
    found = None if value is None else readers[attribute.type](value)
    if found is None:
        return (None,) * columns
    if attribute.type is ValueType.TEXT:
        return (found, fold(found))
    return found if attribute.type is ValueType.LOCATION else (found,)


def take(
    row: Mapping[str, Any], key: str, attributes: Mapping[str, Attribute], zone: Zone
) -> str | dict[str, tuple[Any, ...]]:
    """The code a row is refused with, or its key and stored values by name."""
    try:
        found_key = None if row.get(key) is None else key_of(row[key], "key")
        if found_key is None:
            return "key.missing"
        values = {name: stored(row[name], attributes[name], zone) for name in row if name != key}
    except Refused as refused:
        return str(refused)
    return {key: (found_key,), **values}

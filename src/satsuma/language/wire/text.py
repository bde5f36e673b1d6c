"""JSON text with exact numbers: the standard library's writer knows no decimals, its reader loses digits."""

from __future__ import annotations

import json
from decimal import Decimal

from satsuma.kernel.errors import UsageError
from satsuma.kernel.limits import DEFINITION_BYTES_MAX


def loads(text: str) -> object:
    """Parsed JSON of a text; numbers with a point or an exponent become `Decimal`.

    Raises:
        UsageError: Not JSON, nested too deep, or larger than DEFINITION_BYTES_MAX.
    """
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > DEFINITION_BYTES_MAX:
        raise UsageError(
            f"{size} bytes of JSON; expected at most {DEFINITION_BYTES_MAX}", code="usage.definition"
        )
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)
    except RecursionError:
        raise UsageError("the JSON is nested too deep", code="usage.definition") from None
    except ValueError as error:
        raise UsageError(f"the text is not JSON: {error}", code="usage.definition") from None


def dumps(value: object, *, sort_keys: bool = False) -> str:
    """The text of parsed JSON, on one line, decimals written out in full.

    >>> dumps({"b": [1, Decimal("0.10")], "a": "é"}, sort_keys=True)
    '{"a": "é", "b": [1, 0.10]}'
    """
    match value:
        case dict():
            items = sorted(value.items()) if sort_keys else value.items()
            inner = (f"{_text(str(key))}: {dumps(item, sort_keys=sort_keys)}" for key, item in items)
            return "{" + ", ".join(inner) + "}"
        case list() | tuple():
            return "[" + ", ".join(dumps(item, sort_keys=sort_keys) for item in value) + "]"
        case Decimal():
            return str(value)
        case str():
            return _text(value)
        case _:
            return json.dumps(value, allow_nan=False)


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _refuse_constant(constant: str) -> object:
    raise ValueError(f"{constant} is no number of JSON")

"""Tokens of the text form as values: numbers, texts and words."""

from __future__ import annotations

import json
import re
from decimal import Decimal

from satsuma.kernel.errors import UsageError
from satsuma.kernel.limits import TEXT_BYTES_MAX
from satsuma.kernel.text import is_well_formed
from satsuma.language.tree import Number
from satsuma.language.wire.reader import NUMBER_DIGITS_MAX, NUMBER_EXPONENT_MAX, exact_number

_UNPRINTED = re.compile("[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_TOKEN_CHARS_MAX = 2 * NUMBER_EXPONENT_MAX  # longer ones are beyond the limits, however they are written


def read_number(token: str) -> Number:
    """A number as written: `int`, or `Decimal` where it has a point or an exponent.

    Raises:
        UsageError: Beyond the limits that JSON has too.
    """
    if len(token) <= _TOKEN_CHARS_MAX:
        number = exact_number(int(token) if token.lstrip("-").isdigit() else Decimal(token))
        if number is not None:
            return number
    raise UsageError(
        "found a number with too many digits",
        code="form.too_long",
        hint=f"at most {NUMBER_DIGITS_MAX} digits, and exponents up to {NUMBER_EXPONENT_MAX}, are read",
    )


def write_number(value: Number) -> str:
    """What `read_number` reads back as an equal number of the same type.

    Raises:
        UsageError: NaN, infinite, or beyond what can be read.
    """
    if exact_number(value) is None:
        raise UsageError("a number that is not finite, or has too many digits, cannot be written as text")
    text = str(value)
    return f"{text}.0" if isinstance(value, Decimal) and text.lstrip("-").isdigit() else text


def read_string(token: str) -> str:
    """The text between double quotes, escaped as in JSON.

    Raises:
        UsageError: Too long, or with half of a surrogate pair by itself.
    """
    value: str = json.loads(token)
    if len(value) > TEXT_BYTES_MAX:
        raise UsageError(
            f"found {len(value)} characters, expected at most {TEXT_BYTES_MAX}", code="form.too_long"
        )
    if not is_well_formed(value):
        raise UsageError("a text with half of a surrogate pair cannot be stored", code="type.text")
    return value


def write_string(value: str) -> str:
    """Text in double quotes. What cannot be seen, or turns the direction of what follows, is escaped."""
    quoted = json.dumps(value, ensure_ascii=False)
    return _UNPRINTED.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)

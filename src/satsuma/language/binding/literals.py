"""Literals: what is written, as a value of the type it is compared with."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal

from satsuma.catalog.model import ValueType
from satsuma.kernel.errors import UsageError
from satsuma.kernel.instants import parse_moment
from satsuma.kernel.limits import KEY_BYTES_MAX
from satsuma.kernel.numbers import INT64_MAX, INT64_MIN
from satsuma.kernel.suggest import did_you_mean
from satsuma.kernel.text import is_well_formed, nfc
from satsuma.language import tree
from satsuma.language.binding.context import Context
from satsuma.language.binding.reads import Domain
from satsuma.language.bound import Constant
from satsuma.language.numbers import places, whole_digits
from satsuma.language.problems import shown

DECIMAL_WHOLE_DIGITS_MAX = 14
PLACES_MAX = 18
"""Digits after the point of a literal that is compared exactly: more than are stored."""

WIDE_DIGITS_MAX = 37
"""Digits of a literal that a sum is compared with: what every engine's widest exact type holds."""


def constant(ctx: Context, scalar: tree.Scalar, domain: Domain, path: str) -> Constant | None:
    """A literal typed by what it is compared with; None where a problem was noted."""
    match domain.type:
        case ValueType.TEXT:
            text = _text(ctx, scalar, domain, path)
            return None if text is None else Constant(text, ValueType.TEXT)
        case ValueType.CHOICE | ValueType.CHOICES:
            option = _option(ctx, scalar, domain, path)
            return None if option is None else Constant(option, ValueType.CHOICE)
        case ValueType.REFERENCE:
            return _key(ctx, scalar, domain, path)
        case ValueType.BOOLEAN:
            if isinstance(scalar, bool):
                return Constant(scalar, ValueType.BOOLEAN)
            _refuse(ctx, scalar, domain, path, "true or false")
            return None
        case ValueType.INTEGER | ValueType.NUMBER | ValueType.DECIMAL:
            return _number(ctx, scalar, domain, path)
        case ValueType.DATE | ValueType.TIMESTAMP:
            return _moment(ctx, scalar, domain, path)
        case ValueType.LOCATION:
            _refuse(ctx, scalar, domain, path, "a circle")
            return None


def _refuse(ctx: Context, scalar: tree.Scalar, domain: Domain, path: str, expected: str) -> None:
    hint = ""
    if isinstance(scalar, str) and domain.type.is_numeric:
        hint = "write numbers without quotes"
    elif domain.type in (ValueType.TEXT, ValueType.CHOICE, ValueType.CHOICES, ValueType.REFERENCE):
        hint = "write texts in quotes"
    message = (
        f"found {shown(scalar)}, expected {expected}, since {domain.what} is of type {domain.type.value}"
    )
    ctx.error("type.value", path, message, hint)


def _text(ctx: Context, scalar: tree.Scalar, domain: Domain, path: str) -> str | None:
    if not isinstance(scalar, str):
        _refuse(ctx, scalar, domain, path, "a text")
        return None
    if not scalar:
        message = f"found an empty text, and {domain.what} is never that: empty text is a missing value"
        ctx.error("type.value", path, message, "ask with is_missing or is_present")
        return None
    if not is_well_formed(scalar):
        ctx.error("type.text", path, "found half of a surrogate pair, expected text that has a UTF-8 form")
        return None
    return nfc(scalar)


def _option(ctx: Context, scalar: tree.Scalar, domain: Domain, path: str) -> str | None:
    text = _text(ctx, scalar, domain, path)
    if text is None or domain.options is None or text in domain.options:
        return text
    hint = did_you_mean(text, domain.options) or f"the options are {', '.join(domain.options[:8])}"
    ctx.error("type.option", path, f"found {shown(text)}, which is no option of {domain.what}", hint)
    return None


def _key(ctx: Context, scalar: tree.Scalar, domain: Domain, path: str) -> Constant | None:
    key = _text(ctx, scalar, domain, path)
    if key is None:
        return None
    if len(key.encode()) > KEY_BYTES_MAX:
        message = f"found a key of {len(key.encode())} bytes, expected at most {KEY_BYTES_MAX}"
        ctx.error("type.range", path, message)
        return None
    kept = key if domain.to is None else ctx.names.resolve_key(domain.to, key)
    return Constant(kept, ValueType.REFERENCE)


def _number(ctx: Context, scalar: tree.Scalar, domain: Domain, path: str) -> Constant | None:
    if isinstance(scalar, bool | str):
        _refuse(ctx, scalar, domain, path, "a number")
        return None
    number = _whole_if_whole(scalar)
    fault = number_fault(number, domain)
    if fault is not None:
        ctx.error("type.range", path, f"found {shown(scalar)}, expected {fault}, for {domain.what}")
        return None
    return Constant(number, ValueType.INTEGER if isinstance(number, int) else ValueType.DECIMAL)


def number_fault(number: tree.Number, domain: Domain) -> str | None:
    """What a number would have to be to be compared with, or added to, the values of a domain."""
    if domain.type is ValueType.NUMBER:
        return "a number below 1.8e308" if math.isinf(float(number)) else None
    if places(number) > PLACES_MAX:
        return f"at most {PLACES_MAX} digits after the point"
    if domain.wide:
        fits = whole_digits(number) + places(number) <= WIDE_DIGITS_MAX
        return None if fits else f"at most {WIDE_DIGITS_MAX} digits"
    if domain.type is ValueType.DECIMAL:
        fits = whole_digits(number) <= DECIMAL_WHOLE_DIGITS_MAX
        return None if fits else f"at most {DECIMAL_WHOLE_DIGITS_MAX} digits before the point"
    return None if INT64_MIN <= number <= INT64_MAX else "an integer of 64 bits"


def _whole_if_whole(number: tree.Number) -> tree.Number:
    """A decimal without a fraction as an integer, so that 1.0 is 1; far exponents are left as they are."""
    if isinstance(number, Decimal) and number.adjusted() < WIDE_DIGITS_MAX:
        return int(number) if number == number.to_integral_value() else number
    return number


def _moment(ctx: Context, scalar: tree.Scalar, domain: Domain, path: str) -> Constant | None:
    if not isinstance(scalar, str):
        _refuse(ctx, scalar, domain, path, 'a time such as "2026-01-31" or "2026-01-31T09:30:00Z"')
        return None
    try:
        moment = parse_moment(scalar, ctx.zone)
    except UsageError as error:
        ctx.error("type.value", path, error.message, error.hint)
        return None
    return Constant(moment, ValueType.DATE if isinstance(moment, dt.date) else ValueType.TIMESTAMP)

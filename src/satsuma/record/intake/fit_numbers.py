"""Readers of integers, numbers, decimals and booleans."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from satsuma.catalog.learn import is_text
from satsuma.kernel.errors import UsageError
from satsuma.kernel.numbers import DECIMAL_DIGITS, DECIMAL_PLACES, fits_int64, parse_decimal, unscaled
from satsuma.record.intake.fitted import (
    Fitted,
    Refusal,
    Values,
    by_distinct,
    faults_where,
    none_fit,
    pc,
    read_text,
    without_empty,
)

DECIMAL = pa.decimal128(DECIMAL_DIGITS, DECIMAL_PLACES)

_INTEGER_TYPE = Refusal("value.type", "an integer")
_INTEGER_RANGE = Refusal("value.range", "an integer of 64 bits, from -2^63 to 2^63-1")
_INTEGER_WHOLE = Refusal("value.type", "an integer, without a fraction")
_NUMBER_TYPE = Refusal("value.type", "a number")
_FINITE = Refusal("value.not_finite", "a finite number")
_DECIMAL_TYPE = Refusal("value.type", "a decimal")
_DECIMAL_FITS = Refusal("value.range", "a decimal of at most 14 digits before the point and 4 after it")
_BOOLEAN_TYPE = Refusal("value.type", "true or false")

_INTEGER_TEXT = r"^-?[0-9]{1,18}$"
_NUMBER_TEXT = r"^[-+]?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?$"
_DECIMAL_TEXT = r"^[-+]?[0-9]{1,14}(\.[0-9]{1,4})?$"
_PLAIN_NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?")
_BOOLEAN_TEXT = r"^([Tt]rue|[Ff]alse|TRUE|FALSE)$"

# Below it every double with four decimal places is the nearest to one such decimal only.
_EXACT_BELOW = 2.0**53


def fit_integer(values: Values) -> Fitted:
    """Integers of 64 bits, from integers, whole floats and decimals, and text such as `-12`."""
    t, arrow = pa.types, values.type
    if t.is_integer(arrow):
        if not t.is_uint64(arrow):
            return Fitted((pc.cast(values, pa.int64()),))
        large = pc.greater(values, pa.scalar(2**63 - 1, pa.uint64()))
        fits = pc.cast(pc.if_else(large, None, values), pa.int64())
        return Fitted((fits,), faults_where((large, _INTEGER_RANGE)))
    if t.is_floating(arrow):
        return _integer_of_floats(pc.cast(values, pa.float64()))
    if t.is_decimal(arrow):
        return by_distinct(values, pa.int64(), _integer_of_decimal)
    if is_text(arrow):
        return read_text(
            without_empty(values),
            pa.int64(),
            pattern=_INTEGER_TEXT,
            fast=lambda text: pc.cast(text, pa.int64()),
            slow=_integer_of_text,
        )
    return none_fit(values, (pa.int64(),), _INTEGER_TYPE)


def _integer_of_floats(values: Values) -> Fitted:
    finite = pc.is_finite(values)
    whole = pc.equal(pc.floor(values), values)
    # -2^63 is a double and fits; 2^63 is one and does not.
    inside = pc.and_(pc.greater_equal(values, -(2.0**63)), pc.less(values, 2.0**63))
    fits = pc.and_(pc.and_(finite, whole), inside)
    return Fitted(
        (pc.cast(pc.if_else(fits, values, None), pa.int64(), safe=False),),
        faults_where(
            (pc.invert(finite), _FINITE),
            (pc.and_(finite, pc.invert(whole)), _INTEGER_WHOLE),
            (pc.and_(pc.and_(finite, whole), pc.invert(inside)), _INTEGER_RANGE),
        ),
    )


def _integer_of_decimal(value: Decimal) -> object:
    if value != value.to_integral_value():
        return _INTEGER_WHOLE
    return int(value) if fits_int64(int(value)) else _INTEGER_RANGE


def _integer_of_text(text: str) -> object:
    if not _PLAIN_NUMBER.fullmatch(text):
        return _INTEGER_TYPE
    whole, _, fraction = text.partition(".")
    if fraction.strip("0"):
        return _INTEGER_WHOLE
    digits = whole.lstrip("+-").lstrip("0") or "0"
    if len(digits) > 19:
        return _INTEGER_RANGE
    value = -int(digits) if whole.startswith("-") else int(digits)
    return value if fits_int64(value) else _INTEGER_RANGE


def fit_number(values: Values) -> Fitted:
    """Finite doubles, from floats, integers and decimals (the nearest double), and text such as `-1.5e3`."""
    t, arrow = pa.types, values.type
    if t.is_decimal(arrow):
        # By way of text, which is read as the nearest double; Arrow's own conversion may miss it by one.
        return _finite(pc.cast(pc.cast(values, pa.string()), pa.float64()))
    if t.is_floating(arrow) or t.is_integer(arrow):
        return _finite(pc.cast(values, pa.float64(), safe=False))
    if is_text(arrow):
        read = read_text(
            without_empty(values),
            pa.float64(),
            pattern=_NUMBER_TEXT,
            fast=lambda text: pc.cast(text, pa.float64()),
            slow=_number_of_text,
        )
        finite = _finite(read.arrays[0])
        return Fitted(finite.arrays, (*read.faults, *finite.faults))
    return none_fit(values, (pa.float64(),), _NUMBER_TYPE)


def _finite(values: Values) -> Fitted:
    finite = pc.is_finite(values)
    # Adding zero makes the one zero of both.
    if pc.all(finite).as_py():
        return Fitted((pc.add(values, 0.0),))
    return Fitted(
        (pc.add(pc.if_else(finite, values, None), 0.0),), faults_where((pc.invert(finite), _FINITE))
    )


def _number_of_text(text: str) -> object:
    lowered = text.lower().lstrip("+-")
    return _FINITE if lowered in {"nan", "inf", "infinity"} else _NUMBER_TYPE


def fit_decimal(values: Values) -> Fitted:
    """Decimals of 18 digits, 4 after the point, exactly: what has more is refused and never rounded.

    A float counts as the decimal it is printed as (0.1 is a tenth).
    """
    t, arrow = pa.types, values.type
    if t.is_floating(arrow):
        return _decimal_of_floats(pc.cast(values, pa.float64()))
    if t.is_integer(arrow):
        return _decimal_of_integers(values)
    if t.is_decimal(arrow):
        try:
            return Fitted((pc.cast(values, DECIMAL),))
        except pa.ArrowInvalid:
            return by_distinct(values, DECIMAL, _decimal_that_fits)
    if is_text(arrow):
        return read_text(
            without_empty(values),
            DECIMAL,
            pattern=_DECIMAL_TEXT,
            fast=lambda text: pc.cast(text, DECIMAL),
            slow=_decimal_of_text,
        )
    return none_fit(values, (DECIMAL,), _DECIMAL_TYPE)


def _decimal_of_integers(values: Values) -> Fitted:
    if not pa.types.is_uint64(values.type):
        values = pc.cast(values, pa.int64())
    limit = 10 ** (DECIMAL_DIGITS - DECIMAL_PLACES)
    inside = pc.less(values, pa.scalar(limit, values.type))
    if not pa.types.is_uint64(values.type):
        inside = pc.and_(inside, pc.greater(values, -limit))
    fits = pc.cast(pc.if_else(inside, values, None), pa.int64())
    faults = faults_where((pc.invert(inside), _DECIMAL_FITS))
    return Fitted((_of_unscaled(fits, 10**DECIMAL_PLACES),), faults)


def _of_unscaled(values: Any, factor: int = 1) -> Values:
    """Decimals of ten-thousandths (int64, each below 10^18 when multiplied by the factor)."""
    ten_thousandths = np.zeros((len(values), 2), dtype=np.int64)
    valid = values.is_valid().to_numpy(zero_copy_only=False)
    ten_thousandths[:, 0] = np.where(valid, values.fill_null(0).to_numpy(zero_copy_only=False) * factor, 0)
    ten_thousandths[:, 1] = ten_thousandths[:, 0] >> 63
    validity = pa.array(valid).buffers()[1]
    return pa.Array.from_buffers(DECIMAL, len(values), [validity, pa.py_buffer(ten_thousandths.data)])


def _decimal_of_floats(values: Any) -> Fitted:
    numbers = values.fill_null(0.0).to_numpy(zero_copy_only=False)
    with np.errstate(over="ignore", invalid="ignore"):
        scaled = np.rint(numbers * 10**DECIMAL_PLACES)
        exact = (np.abs(scaled) < _EXACT_BELOW) & (scaled / 10**DECIMAL_PLACES == numbers)
    valid = values.is_valid().to_numpy(zero_copy_only=False)
    unscaled_values = pa.array(np.where(exact, scaled, 0.0).astype(np.int64), mask=~(valid & exact))
    rest = np.flatnonzero(valid & ~exact).astype(np.int64)
    whole = Fitted((_of_unscaled(unscaled_values),))
    if not len(rest):
        return whole
    slow = by_distinct(values.take(pa.array(rest)), DECIMAL, _decimal_of_float)
    return _overlay(whole, rest, slow)


def _overlay(whole: Fitted, rows: Any, part: Fitted) -> Fitted:
    """A column with some rows, null so far, from another one."""
    take = np.arange(len(whole.arrays[0]), dtype=np.int64)
    take[rows] = len(take) + np.arange(len(rows))
    joined: Any = pa.concat_arrays([whole.arrays[0], part.arrays[0]])
    faults = tuple(type(fault)(rows[fault.rows], fault.refusal) for fault in part.faults)
    return Fitted((joined.take(pa.array(take)),), faults)


def _decimal_of_float(value: float) -> object:
    return _decimal_that_fits(Decimal(repr(value))) if math.isfinite(value) else _FINITE


def _decimal_that_fits(value: Decimal) -> object:
    ten_thousandths = unscaled(value)
    return _DECIMAL_FITS if ten_thousandths is None else Decimal(ten_thousandths).scaleb(-DECIMAL_PLACES)


def _decimal_of_text(text: str) -> object:
    try:
        return parse_decimal(text)
    except UsageError:
        return _DECIMAL_FITS if _PLAIN_NUMBER.fullmatch(text) else _DECIMAL_TYPE


def fit_boolean(values: Values) -> Fitted:
    """Truth values, from booleans and the words `true` and `false` in any case that is usual."""
    if pa.types.is_boolean(values.type):
        return Fitted((values,))
    if is_text(values.type):
        lower: Callable[[Values], Values] = pc.ascii_lower
        return read_text(
            without_empty(values),
            pa.bool_(),
            pattern=_BOOLEAN_TEXT,
            fast=lambda text: pc.equal(lower(text), "true"),
            slow=lambda _: _BOOLEAN_TYPE,
        )
    return none_fit(values, (pa.bool_(),), _BOOLEAN_TYPE)

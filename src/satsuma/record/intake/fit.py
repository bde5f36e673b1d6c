"""Fitting: a column as it came made into the stored columns of an attribute, a key or an instant."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa

from satsuma.catalog.model import Attribute, ValueType
from satsuma.kernel.errors import InvariantError
from satsuma.kernel.zones import Zone
from satsuma.record.intake.columns import Column, Part
from satsuma.record.intake.fit_numbers import DECIMAL, fit_boolean, fit_decimal, fit_integer, fit_number
from satsuma.record.intake.fit_places import fit_location
from satsuma.record.intake.fit_texts import TEXT, TEXTS, fit_choice, fit_choices, fit_key, fit_text
from satsuma.record.intake.fit_times import INSTANT, fit_date, fit_timestamp
from satsuma.record.intake.fitted import Fault, Fitted, Refusal, Rows, Values, nulls, scatter

_Reader = Callable[[Values], Fitted]

STORED: dict[ValueType, tuple[pa.DataType, ...]] = {
    ValueType.TEXT: (TEXT, TEXT),
    ValueType.INTEGER: (pa.int64(),),
    ValueType.NUMBER: (pa.float64(),),
    ValueType.DECIMAL: (DECIMAL,),
    ValueType.BOOLEAN: (pa.bool_(),),
    ValueType.DATE: (pa.date32(),),
    ValueType.TIMESTAMP: (INSTANT,),
    ValueType.CHOICE: (TEXT,),
    ValueType.CHOICES: (TEXTS,),
    ValueType.REFERENCE: (TEXT,),
    ValueType.LOCATION: (pa.float64(), pa.float64()),
}
"""Arrow types of the stored columns of each attribute type, in the order of `record.layout.columns`."""


def fit_attribute(column: Column, attribute: Attribute, zone: Zone, length: int) -> Fitted:
    """The stored columns of an attribute, from a column of a block of some length."""
    strange = Refusal("value.type", f"a value of type {attribute.type}")
    return _fit(column, _reader(attribute, zone), STORED[attribute.type], strange, length)


def fit_key_column(column: Column, code: str, length: int) -> Fitted:
    """Keys (text), with codes that begin with `code`."""
    strange = Refusal(f"{code}.type", "a key: text, or a whole number")
    return _fit(column, lambda values: fit_key(values, code), (TEXT,), strange, length)


def fit_instant_column(column: Column, code: str, zone: Zone, length: int) -> Fitted:
    """Instants; whatever cannot be read as one has the code `<code>.unreadable`."""
    strange = Refusal("", "a time such as 2026-01-31T09:30:00Z")
    fitted = _fit(column, lambda values: fit_timestamp(values, zone), (INSTANT,), strange, length)
    faults = (
        Fault(fault.rows, Refusal(f"{code}.unreadable", fault.refusal.expected)) for fault in fitted.faults
    )
    return Fitted(fitted.arrays, tuple(faults))


def _reader(attribute: Attribute, zone: Zone) -> _Reader:
    match attribute.type:
        case ValueType.TEXT:
            return fit_text
        case ValueType.INTEGER:
            return fit_integer
        case ValueType.NUMBER:
            return fit_number
        case ValueType.DECIMAL:
            return fit_decimal
        case ValueType.BOOLEAN:
            return fit_boolean
        case ValueType.DATE:
            return fit_date
        case ValueType.TIMESTAMP:
            return lambda values: fit_timestamp(values, zone)
        case ValueType.CHOICE:
            return lambda values: fit_choice(values, attribute.options)
        case ValueType.CHOICES:
            return lambda values: fit_choices(values, attribute.options)
        case ValueType.REFERENCE:
            return fit_key
        case ValueType.LOCATION:
            return fit_location


def _fit(
    column: Column, read: _Reader, types: tuple[pa.DataType, ...], strange: Refusal, length: int
) -> Fitted:
    if len(column.parts) == 1 and column.parts[0].rows is None:
        fitted = _read(column.parts[0].values, read, types)
    else:
        pieces = [(_rows(part, length), _read(part.values, read, types)) for part in column.parts]
        fitted = scatter(length, types, pieces)
    for array, arrow in zip(fitted.arrays, types, strict=True):
        if array.type != arrow or len(array) != length:
            message = f"column {column.name!r} was read as {array.type}, expected {arrow} x {length}"
            raise InvariantError(message)
    if column.strange:
        rows = np.array(sorted(column.strange), dtype=np.int64)
        fitted = Fitted(fitted.arrays, (*fitted.faults, Fault(rows, strange)))
    return fitted


def _rows(part: Part, length: int) -> Rows:
    return np.arange(length, dtype=np.int64) if part.rows is None else part.rows


def _read(values: Values, read: _Reader, types: tuple[pa.DataType, ...]) -> Fitted:
    if pa.types.is_null(values.type):
        return Fitted(tuple(nulls(len(values), arrow) for arrow in types))
    return read(values)

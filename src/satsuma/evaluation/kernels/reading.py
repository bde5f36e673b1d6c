"""Reading: the values of attribute paths and right sides, for all rows of a frame."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias, assert_never

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from satsuma.catalog.model import Attribute, ValueType
from satsuma.evaluation.kernels import vectors
from satsuma.evaluation.kernels.scope import Frame, Ints, Records, Rows, Scope, States
from satsuma.evaluation.kernels.vectors import Vector
from satsuma.index.entities import EntityTable
from satsuma.kernel.civil import US_PER_DAY, US_PER_HOUR, date_of_day, day_of_date
from satsuma.kernel.durations import Duration, shift_date, shift_instant, shift_instants
from satsuma.kernel.errors import InvariantError
from satsuma.kernel.zones import Zone
from satsuma.language import bound

_WEEKDAYS = pa.array(
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"], pa.large_string()
)
# Day 0 was a Thursday.
_WEEKDAY_OF_DAY_0 = 3


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value for all rows, with its type."""

    value: bound.Scalar
    type: ValueType


Right: TypeAlias = Scalar | Vector


def read(what: bound.Read, frame: Frame, scope: Scope) -> Vector:
    """The values of a path; missing for interactions whose type lacks the attribute."""
    type_name = frame.type.name if isinstance(frame, Rows) else None
    for name, path in what.by_type:
        if name == type_name:
            return vectors.common(_follow(path, frame, scope), what.type)
    return vectors.nothing(what.type, len(frame))


def operand(right: bound.Operand, frame: Frame, scope: Scope) -> Right:
    """The right side, for all rows."""
    match right:
        case bound.Constant():
            return Scalar(right.value, right.type)
        case bound.Shifted(what, of_member, added):
            values = _of_member(what, frame, scope) if of_member else read(what, frame, scope)
            return values if added is None else _plus(values, added, scope.zone)
        case bound.Now(added):
            at = scope.now if added is None else shift_instant(scope.now, added, scope.zone)
            return Scalar(at, ValueType.TIMESTAMP)
        case bound.Today(added):
            today = scope.zone.today(scope.now)
            return Scalar(today if added is None else shift_date(today, added), ValueType.DATE)
        case _:
            assert_never(right)


def days_of(at: Ints, zone: Zone) -> Ints:
    """The local day of each instant, as a day number: the last that had begun by then."""
    day = zone.local_us_many(at) // US_PER_DAY
    while True:
        has_begun = zone.from_local_us_many((day + 1) * US_PER_DAY) <= at
        if not has_begun.any():
            return day
        day = day + has_begun


def _of_member(what: bound.Read, frame: Frame, scope: Scope) -> Vector:
    if not isinstance(frame, Rows):
        raise InvariantError('`{"member": path}` stands for the member of an interaction; found a record')
    return read(what, Records(scope.index.named(frame.type.audience), frame.members), scope)


def _follow(path: bound.Path, frame: Frame, scope: Scope) -> Vector:
    if isinstance(frame, States):
        return _of_state(path, frame)
    table = None if isinstance(frame, Rows) else frame.table
    columns = frame.part.columns if isinstance(frame, Rows) else frame.table.columns
    places = frame.rows if isinstance(frame, Rows) else frame.numbers
    for hop in path.hops:
        codes = vectors.of_column(columns[hop.number], places).data
        places = scope.index.links[hop.number].targets_of(codes)
        to = scope.index.of.catalog.entities.get(hop.to or "")
        if to is None:
            return _nothing(path, len(frame))
        table = scope.index.entity(to)
        columns = table.columns
    if isinstance(path.leaf, Attribute):
        return vectors.of_column(columns[path.leaf.number], places)
    if table is not None:
        return _keys(table, places)
    if isinstance(frame, Rows):
        return _of_interaction(path.leaf, frame, scope.zone)
    raise InvariantError(f"a record has no {path.leaf.value!r}")


def _nothing(path: bound.Path, size: int) -> Vector:
    """What lies behind a reference to an entity that is not there."""
    type = path.leaf.type if isinstance(path.leaf, Attribute) else ValueType.REFERENCE
    return vectors.nothing(type, size)


def _of_state(path: bound.Path, frame: States) -> Vector:
    if path.hops:
        raise InvariantError("`held` speaks of attributes of the record itself; found a path")
    if isinstance(path.leaf, Attribute):
        return frame.attributes[path.leaf.number]
    return _keys(frame.table, frame.numbers)


def _keys(table: EntityTable, numbers: NDArray[np.int64] | None) -> Vector:
    """The keys of records; missing where there is none."""
    if numbers is None:
        return vectors.of_strings(table.keys, ValueType.REFERENCE, table.key_codes)
    used, codes = np.unique(np.append(numbers, -1), return_inverse=True)
    keys = table.keys_of(used[1:])
    vector = vectors.of_strings(pa.array(keys, pa.large_string()), ValueType.REFERENCE, codes[:-1])
    gone = np.array([False, *(not key for key in keys)], dtype=np.bool_)
    return replace(vector, data=np.where(gone[vector.data], 0, vector.data)) if gone.any() else vector


def _of_interaction(which: bound.Builtin, frame: Rows, zone: Zone) -> Vector:
    match which:
        case bound.Builtin.ID:
            return vectors.of_strings_at(frame.part.ids, ValueType.TEXT, frame.rows)
        case bound.Builtin.OCCURRED_AT:
            return Vector(ValueType.TIMESTAMP, frame.at())
        case bound.Builtin.HOUR:
            return Vector(ValueType.INTEGER, zone.local_us_many(frame.at()) // US_PER_HOUR % 24)
        case bound.Builtin.WEEKDAY:
            day = zone.local_us_many(frame.at()) // US_PER_DAY
            return vectors.of_strings(_WEEKDAYS, ValueType.CHOICE, (day + _WEEKDAY_OF_DAY_0) % 7 + 1)
        case bound.Builtin.KEY:
            raise InvariantError("an interaction has an id, not a key")
        case _:
            assert_never(which)


def _plus(values: Vector, added: int | Decimal | Duration, zone: Zone) -> Vector:
    match values.type, added:
        case ValueType.DATE, Duration():
            days, place = np.unique(values.data, return_inverse=True)
            moved = [day_of_date(shift_date(date_of_day(int(day)), added)) for day in days]
            return replace(values, data=np.array(moved, dtype=np.int64)[place])
        case ValueType.TIMESTAMP, Duration():
            return replace(values, data=shift_instants(values.data, added, zone))
        case ValueType.NUMBER, int() | Decimal():
            return replace(values, data=values.data + as_double(added))
        case _, int() | Decimal():
            return vectors.plus(values, Fraction(added))
        case _:
            raise InvariantError(f"{added!r} cannot be added to a {values.type.value}")


def as_double(value: float | Decimal) -> float:
    """The double nearest to a number; beyond the largest, infinity."""
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")


def day_number(value: object) -> int:
    """The number of a date."""
    if not isinstance(value, dt.date):
        raise InvariantError(f"{value!r} is no date")
    return day_of_date(value)

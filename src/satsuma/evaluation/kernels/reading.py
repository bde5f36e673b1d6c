"""Reading: the values of attribute paths and right sides, for all rows of a frame."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias, assert_never

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from satsuma.catalog.model import Attribute, ValueType
from satsuma.evaluation.kernels import vectors
from satsuma.evaluation.kernels.scope import Frame, Ints, Records, Rows, Scope
from satsuma.evaluation.kernels.vectors import Vector
from satsuma.index.columns import Column
from satsuma.index.entities import EntityTable
from satsuma.index.interactions import InteractionTable
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
    type_name = frame.table.type.name if isinstance(frame, Rows) else None
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
    if isinstance(frame, Records):
        raise InvariantError('`{"member": path}` stands for the member of an interaction; found a record')
    members = Records(scope.index.named(frame.table.type.audience))
    return vectors.reached(read(what, members, scope), frame.members)


def _follow(path: bound.Path, frame: Frame, scope: Scope) -> Vector:
    table: EntityTable | InteractionTable | None = frame.table
    places = frame.rows if isinstance(frame, Rows) else None
    for hop in path.hops:
        if table is None:
            break
        codes = vectors.of_column(_columns(table)[hop.number], places).data
        places = scope.index.links[hop.number].targets[codes]
        to = scope.index.of.catalog.entities.get(hop.to or "")
        table = None if to is None else scope.index.entity(to)
    if isinstance(path.leaf, Attribute):
        if table is None:
            return vectors.nothing(path.leaf.type, len(frame))
        return vectors.of_column(_columns(table)[path.leaf.number], places)
    if isinstance(table, InteractionTable):
        return _of_interaction(path.leaf, table, places, scope.zone)
    if table is None:
        return vectors.nothing(ValueType.REFERENCE, len(frame))
    keys = vectors.of_strings(table.keys, ValueType.REFERENCE, table.key_codes)
    return keys if places is None else vectors.reached(keys, places)


def _columns(table: EntityTable | InteractionTable) -> Mapping[int, Column]:
    return table.only.columns if isinstance(table, InteractionTable) else table.columns


def _of_interaction(
    which: bound.Builtin, table: InteractionTable, rows: NDArray[np.int64] | None, zone: Zone
) -> Vector:
    if rows is None:
        rows = np.arange(table.size)
    match which:
        case bound.Builtin.ID:
            return vectors.of_strings(table.only.ids, ValueType.TEXT, rows + 1)
        case bound.Builtin.OCCURRED_AT:
            return Vector(ValueType.TIMESTAMP, table.only.occurred_at[rows])
        case bound.Builtin.HOUR:
            wall_us = zone.local_us_many(table.only.occurred_at[rows])
            return Vector(ValueType.INTEGER, wall_us // US_PER_HOUR % 24)
        case bound.Builtin.WEEKDAY:
            day = zone.local_us_many(table.only.occurred_at[rows]) // US_PER_DAY
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

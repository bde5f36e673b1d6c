"""Values: conditions on one value: text, sets, windows, anniversaries, distance; for all rows of a frame."""

from __future__ import annotations

import calendar
import datetime as dt
import json
import math
from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import Any, TypeAlias, assert_never

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from satsuma.catalog.model import Attribute, ValueType
from satsuma.evaluation.kernels import compiled
from satsuma.evaluation.kernels.comparing import between, compare, days
from satsuma.evaluation.kernels.deciding import decided
from satsuma.evaluation.kernels.reading import Scalar, day_number, operand, read
from satsuma.evaluation.kernels.scope import Bools, Frame, Ints, Records, Scope
from satsuma.evaluation.kernels.texts import text_test
from satsuma.evaluation.kernels.vectors import Vector
from satsuma.kernel.civil import month_and_day
from satsuma.kernel.durations import ahead, back, back_date, shift_date
from satsuma.kernel.windows import Window, bounds, date_bounds
from satsuma.language import bound

OfValue: TypeAlias = (
    bound.Compare
    | bound.Between
    | bound.OneOf
    | bound.TextTest
    | bound.HasAny
    | bound.HasAll
    | bound.IsSet
    | bound.Within
    | bound.MoreThan
    | bound.Anniversary
    | bound.Near
)
"""Conditions on one value, false where it is missing."""

_EARTH_RADIUS_KM = 6371.0088
_MM_PER_KM = 1_000_000
_A_LEAP_YEAR = 2000


def of_value(condition: OfValue, frame: Frame, scope: Scope) -> Bools:
    """Where a condition on one value holds."""
    reduced = _behind_reference(condition, frame)
    if reduced is not None:
        return _through(*reduced, frame, scope)
    value = read(condition.read, frame, scope)
    match condition:
        case bound.Compare(_, op, right, exact):
            return compare(value, op, operand(right, frame, scope), scope.zone, exact_text=exact)
        case bound.Between(_, low, high):
            return between(value, operand(low, frame, scope), operand(high, frame, scope), scope.zone)
        case bound.OneOf(_, values, exact):
            return _one_of(value, values, scope, exact_text=exact)
        case bound.TextTest(_, op, right, exact):
            return text_test(value, op, operand(right, frame, scope), folded=not exact)
        case bound.HasAny(_, wanted):
            return _by_set(value, ("any", wanted), lambda own: not wanted.isdisjoint(own))
        case bound.HasAll(_, wanted):
            return _by_set(value, ("all", wanted), lambda own: wanted <= own)
        case bound.IsSet(_, wanted):
            return _by_set(value, ("is", wanted), lambda own: wanted == own)
        case bound.Within(_, window):
            return within(value, window, scope)
        case bound.MoreThan():
            return _more_than(value, condition, scope)
        case bound.Anniversary():
            return _anniversary(value, condition, scope)
        case bound.Near():
            return _near(value, condition)
        case _:
            assert_never(condition)


def _behind_reference(condition: OfValue, frame: Frame) -> tuple[Attribute, OfValue] | None:
    """Of all records: the reference that a condition begins with, and what it asks of the record there."""
    if not isinstance(frame, Records) or frame.numbers is not None:
        return None
    path = next((path for name, path in condition.read.by_type if name is None), None)
    if path is None or not path.hops:
        return None
    if any(isinstance(getattr(condition, side, None), bound.Shifted) for side in ("right", "low", "high")):
        return None
    rest = replace(condition.read, by_type=((None, bound.Path(path.hops[1:], path.leaf)),))
    return path.hops[0], replace(condition, read=rest)


def _through(hop: Attribute, there: OfValue, frame: Frame, scope: Scope) -> Bools:
    """Decided once for each record that is referred to; false where none is."""
    entity = scope.index.of.catalog.entities.get(hop.to or "")
    if entity is None or not isinstance(frame, Records):
        return np.zeros(len(frame), dtype=np.bool_)
    target = Records(scope.index.entity(entity))
    holds = of_value(there, target, scope)
    by_code = np.append(holds, False)[scope.index.links[hop.number].targets]
    return compiled.gathered(by_code, frame.table.columns[hop.number].values)


def within(value: Vector, window: Window, scope: Scope) -> Bools:
    """Where a date or an instant lies in a window, its future part included."""
    low: int | None
    high: int | None
    if value.type is ValueType.DATE:
        first, last = date_bounds(window, scope.zone.today(scope.now), scope.zone)
        low = None if first is None else day_number(first)
        high = None if last is None else day_number(last) + 1
    else:
        span = bounds(window, scope.now, scope.zone)
        low, high = span.low, span.high
    return value.but(value.between(low, None if high is None else high - 1))


def _one_of(value: Vector, wanted: tuple[bound.Constant, ...], scope: Scope, *, exact_text: bool) -> Bools:
    found = np.zeros(len(value), dtype=np.bool_)
    for one in wanted:
        found |= compare(value, bound.Cmp.EQ, Scalar(one.value, one.type), scope.zone, exact_text=exact_text)
    return found


def _by_set(value: Vector, question: Hashable, passes: Callable[[frozenset[str]], bool]) -> Bools:
    """Sets are stored as texts: JSON arrays in order."""

    def ask(texts: Any) -> Any:
        own = texts.to_pylist()
        return pa.array([bool(one) and passes(frozenset(json.loads(one))) for one in own], pa.bool_())

    return decided(value, question, ask, folded=False)


def _more_than(value: Vector, condition: bound.MoreThan, scope: Scope) -> Bools:
    ago = condition.direction == "ago"
    if value.type is ValueType.DATE:
        today = scope.zone.today(scope.now)
        edge = back_date(today, condition.duration) if ago else shift_date(today, condition.duration)
        limit = day_number(edge)
    else:
        limit = (back if ago else ahead)(scope.now, condition.duration, scope.zone)
    return value.but(value.data <= limit if ago else value.data > limit)


def _anniversary(value: Vector, condition: bound.Anniversary, scope: Scope) -> Bools:
    """Decided once for each day of a leap year."""
    today = scope.zone.today(scope.now)
    falls = np.zeros((12, 31), dtype=np.bool_)
    for month in range(1, 13):
        for day in range(1, calendar.monthrange(_A_LEAP_YEAR, month)[1] + 1):
            falls[month - 1, day - 1] = _falls((month, day), condition, today)
    numbers: Ints = days(value, scope.zone).astype(np.int64)
    month_number, day_in_month = month_and_day(numbers)
    return value.but(falls[month_number % 12, day_in_month])


def _falls(born: tuple[int, int], condition: bound.Anniversary, today: dt.date) -> bool:
    if condition.days is not None:
        first, last = (today.toordinal() + offset for offset in condition.days)
        years = range(_year_of(first), _year_of(last) + 1)
        return any(first <= _in_year(year, born).toordinal() <= last for year in years)
    this_year = _in_year(today.year, born)
    if condition.weekday is not None:
        return this_year.weekday() == condition.weekday
    return this_year.month == condition.month and condition.day in (None, this_year.day)


def _in_year(year: int, born: tuple[int, int]) -> dt.date:
    if born == (2, 29) and not calendar.isleap(year):
        return dt.date(year, 2, 28)
    return dt.date(year, *born)


def _year_of(ordinal: int) -> int:
    return dt.date.fromordinal(min(max(ordinal, 1), dt.date.max.toordinal())).year


def _near(value: Vector, condition: bound.Near) -> Bools:
    """By the haversine formula; both sides in whole millimetres, ties to even."""
    if value.longitude is None:
        return np.zeros(len(value), dtype=np.bool_)
    phi = np.radians(value.data)
    half_phi = np.radians(condition.latitude - value.data) / 2
    half_lambda = np.radians(condition.longitude - value.longitude) / 2
    other = math.cos(math.radians(condition.latitude))
    h: NDArray[Any] = np.sin(half_phi) ** 2 + np.cos(phi) * other * np.sin(half_lambda) ** 2
    distance_km = 2 * _EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(1.0, h)))
    return value.but(np.rint(distance_km * _MM_PER_KM) <= round(condition.km * _MM_PER_KM))

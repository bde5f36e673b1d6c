"""Values: how two present values compare, and the tests on one: text, windows, anniversaries, distance.

Every function here is about present values; the callers answer false for missing ones before they come here.
"""

from __future__ import annotations

import calendar
import datetime as dt
import math
import operator
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any, TypeAlias, assert_never

import pyarrow as pa
import pyarrow.compute as pc

from satsuma.catalog.model import ValueType
from satsuma.evaluation.reference.data import Value
from satsuma.kernel.durations import ahead, back, back_date, shift_date
from satsuma.kernel.errors import InvariantError
from satsuma.kernel.text import fold
from satsuma.kernel.windows import Window, bounds, date_bounds
from satsuma.kernel.zones import Zone
from satsuma.language import bound

Datum: TypeAlias = Value | Fraction
"""A present value, or an exact number that came of calculating with one."""

Number: TypeAlias = Decimal | Fraction | float
"""Integers too: they are taken where a float is."""

EARTH_RADIUS_KM = 6371.0088
_MM_PER_KM = 1_000_000

_OPERATORS: dict[bound.Cmp, Callable[[Any, Any], bool]] = {
    bound.Cmp.EQ: operator.eq,
    bound.Cmp.GT: operator.gt,
    bound.Cmp.GE: operator.ge,
    bound.Cmp.LT: operator.lt,
    bound.Cmp.LE: operator.le,
}


def compares(
    left: tuple[Datum, ValueType],
    op: bound.Cmp,
    right: tuple[Datum, ValueType],
    zone: Zone,
    *,
    exact_text: bool = False,
) -> bool:
    """Whether two present values, each with its type, compare.

    Text compares folded unless `exact_text`. Integers and decimals compare exactly; as soon as one side is a
    `number`, both compare as doubles. Where one side is a date and the other a timestamp, the timestamp
    counts as the local day it lies in.
    """
    (a, a_type), (b, b_type) = left, right
    types = {a_type, b_type}
    if types == {ValueType.DATE, ValueType.TIMESTAMP}:
        return _OPERATORS[op](_day(a, zone), _day(b, zone))
    if a_type.is_numeric and b_type.is_numeric:
        if ValueType.NUMBER in types:
            return _OPERATORS[op](as_double(number(a)), as_double(number(b)))
        return _OPERATORS[op](exact(number(a)), exact(number(b)))
    if types == {ValueType.TEXT} and not exact_text:
        return _OPERATORS[op](fold(text(a)), fold(text(b)))
    return _OPERATORS[op](a, b)


def identity(value: Datum, type: ValueType, *, exact_text: bool) -> object:
    """What two values of one type share exactly when they are equal: for `count_distinct` and `same`."""
    if type is ValueType.TEXT:
        return value if exact_text else fold(text(value))
    if type.is_numeric and type is not ValueType.NUMBER:
        return exact(number(value))
    return value


def text_test(op: bound.TextOp, value: str, right: str, *, exact_text: bool) -> bool:
    """`contains`, `starts_with`, `ends_with`, `like` (the whole text), `matches` (RE2); folded unless exact.

    For `matches` the value is folded and the pattern is matched without regard to case.
    """
    if op is bound.TextOp.MATCHES:
        return _matches(value if exact_text else fold(value), right, ignore_case=not exact_text)
    if not exact_text:
        value, right = fold(value), fold(right)
    match op:
        case bound.TextOp.CONTAINS:
            return right in value
        case bound.TextOp.STARTS_WITH:
            return value.startswith(right)
        case bound.TextOp.ENDS_WITH:
            return value.endswith(right)
        case bound.TextOp.LIKE:
            return _like(value, _like_tokens(right))
        case _:
            assert_never(op)


def _matches(value: str, pattern: str, *, ignore_case: bool) -> bool:
    """RE2 itself: unanchored, `^` and `$` at the ends of the text, `.` no line end."""
    found = pc.match_substring_regex(pa.array([value]), pattern, ignore_case=ignore_case)
    return bool(found[0].as_py())


_ANY_RUN = object()
_ANY_ONE = object()


@cache
def _like_tokens(pattern: str) -> tuple[object, ...]:
    """A pattern as characters and wildcards; a character after a backslash, or a last one, is itself."""
    tokens: list[object] = []
    characters = iter(pattern)
    for character in characters:
        if character == "\\":
            tokens.append(next(characters, "\\"))
        else:
            tokens.append({"%": _ANY_RUN, "_": _ANY_ONE}.get(character, character))
    return tuple(tokens)


def _like(value: str, tokens: tuple[object, ...]) -> bool:
    """Whether the tokens cover the whole value: which of its prefixes do the tokens so far cover?"""
    covered = {0}
    for token in tokens:
        if token is _ANY_RUN:
            covered = set(range(min(covered), len(value) + 1)) if covered else set()
        else:
            covered = {n + 1 for n in covered if n < len(value) and token in (_ANY_ONE, value[n])}
    return len(value) in covered


def within(value: Datum, type: ValueType, window: Window, now: int, zone: Zone) -> bool:
    """Whether a date or a timestamp lies in a window, its future part included."""
    if type is ValueType.DATE:
        first, last = date_bounds(window, zone.today(now), zone)
        day = date(value)
        return (first is None or first <= day) and (last is None or day <= last)
    return instant(value) in bounds(window, now, zone)


def more_than(value: Datum, type: ValueType, condition: bound.MoreThan, now: int, zone: Zone) -> bool:
    """`ago`: at or before a duration ago. `ahead`: after a duration ahead. Dates are counted from today."""
    ago = condition.direction == "ago"
    if type is ValueType.DATE:
        today = zone.today(now)
        if ago:
            return date(value) <= back_date(today, condition.duration)
        return date(value) > shift_date(today, condition.duration)
    if ago:
        return instant(value) <= back(now, condition.duration, zone)
    return instant(value) > ahead(now, condition.duration, zone)


def anniversary(value: Datum, condition: bound.Anniversary, now: int, zone: Zone) -> bool:
    """Whether an anniversary of the local date falls where the condition says.

    In every year the anniversary is the day with the date's month and day; that of 29 February is 28 February
    in common years. `days` asks whether one falls on any of the days from today's offset to another; `month`,
    `day` and `weekday` ask about the anniversary in today's year.
    """
    day = _day(value, zone)
    today = zone.today(now)
    if condition.days is not None:
        first, last = (today.toordinal() + offset for offset in condition.days)
        years = range(_date_of(first).year, _date_of(last).year + 1)
        return any(first <= _anniversary_in(year, day).toordinal() <= last for year in years)
    this_year = _anniversary_in(today.year, day)
    if condition.weekday is not None:
        return this_year.weekday() == condition.weekday
    return this_year.month == condition.month and condition.day in (None, this_year.day)


def _anniversary_in(year: int, day: dt.date) -> dt.date:
    """The anniversary of a date in a year."""
    if (day.month, day.day) == (2, 29) and not calendar.isleap(year):
        return dt.date(year, 2, 28)
    return day.replace(year=year)


def _date_of(ordinal: int) -> dt.date:
    """The date of an ordinal; beyond the years 1 to 9999 the first or last date."""
    return dt.date.fromordinal(min(max(ordinal, 1), dt.date.max.toordinal()))


def is_near(place: Datum, condition: bound.Near) -> bool:
    """Whether the great-circle distance, in whole millimetres, is at most that of the condition.

    Both are rounded to whole millimetres, ties to even, so that evaluators whose sines differ in the last bit
    agree where people look: at distance 0, at the poles, across the date line.
    """
    if not isinstance(place, tuple):
        raise InvariantError(f"{place!r} is no location")
    distance_km = great_circle_km(place, (condition.latitude, condition.longitude))
    return round(distance_km * _MM_PER_KM) <= round(condition.km * _MM_PER_KM)


def great_circle_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Distance of two places (latitude, longitude in degrees) on a sphere, by the haversine formula."""
    (latitude_a, longitude_a), (latitude_b, longitude_b) = a, b
    phi_a, phi_b = math.radians(latitude_a), math.radians(latitude_b)
    half_phi = math.radians(latitude_b - latitude_a) / 2
    half_lambda = math.radians(longitude_b - longitude_a) / 2
    h = math.sin(half_phi) ** 2 + math.cos(phi_a) * math.cos(phi_b) * math.sin(half_lambda) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, h)))


def as_double(value: Number) -> float:
    """The double nearest to a number; beyond the largest, infinity."""
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def exact(value: Number) -> Fraction:
    """A number without loss."""
    return Fraction(value)


def number(value: Datum) -> Number:
    """The value, which must be a number."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | Fraction | float):
        raise InvariantError(f"{value!r} is no number")
    return value


def text(value: Datum) -> str:
    """The value, which must be text."""
    if not isinstance(value, str):
        raise InvariantError(f"{value!r} is no text")
    return value


def date(value: Datum) -> dt.date:
    """The value, which must be a date."""
    if not isinstance(value, dt.date):
        raise InvariantError(f"{value!r} is no date")
    return value


def instant(value: Datum) -> int:
    """The value, which must be an instant."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvariantError(f"{value!r} is no instant")
    return value


def _day(value: Datum, zone: Zone) -> dt.date:
    """A date, or the local day in which an instant lies: the last that had begun by then."""
    return value if isinstance(value, dt.date) else zone.today(instant(value))

"""Readers of dates and instants."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from satsuma.catalog.learn import is_text
from satsuma.kernel.civil import MAX_DAY, MAX_INSTANT_US, MIN_DAY, MIN_INSTANT_US, US_PER_DAY
from satsuma.kernel.errors import UsageError
from satsuma.kernel.instants import parse_date, parse_instant
from satsuma.kernel.zones import UTC, Zone
from satsuma.record.intake.fitted import (
    Fitted,
    Refusal,
    Values,
    faults_where,
    none_fit,
    pc,
    read_text,
    rows_where,
    scatter,
    without_empty,
)

INSTANT = pa.timestamp("us")

_DATE_TYPE = Refusal("value.type", "a date such as 2026-01-31")
_DATE_ALONE = Refusal("value.type", "a date alone, without a time of day or a zone")
_DATE_RANGE = Refusal("value.range", "a date of the years 1 to 9999")
_TIME_TYPE = Refusal("value.type", "a time such as 2026-01-31T09:30:00Z")
_TIME_RANGE = Refusal("value.range", "a time of the years 1 to 9999")
_TIME_FINER = Refusal("value.precision", "a time of at most microseconds")

_DAY_TEXT = r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_CLOCK_TEXT = r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?"
_DATE_TEXT = rf"^{_DAY_TEXT}$"
_LOCAL_TEXT = rf"^{_DAY_TEXT}([T ]{_CLOCK_TEXT})?$"
_INSTANT_TEXT = rf"^{_DAY_TEXT}[T ]{_CLOCK_TEXT}(Z|[-+]([01][0-9]|2[0-3])(:?[0-5][0-9])?)$"

_UNITS_PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}


def fit_date(values: Values) -> Fitted:
    """Dates, from dates, from times without a zone at midnight sharp, and from text such as `2026-01-31`."""
    arrow: Any = values.type
    if pa.types.is_date(arrow):
        return _date_of_days(_days(values))
    if pa.types.is_timestamp(arrow):
        if arrow.tz is not None:
            return none_fit(values, (pa.date32(),), _DATE_ALONE)
        per_day = _UNITS_PER_SECOND[arrow.unit] * 86_400
        units = _numbers(values)
        midnight = pa.array(units % per_day == 0)
        faults = faults_where((pc.and_(values.is_valid(), pc.invert(midnight)), _DATE_ALONE))
        days = pa.array(units // per_day, mask=values.is_null().to_numpy(zero_copy_only=False))
        read = _date_of_days(pc.if_else(midnight, days, None))
        return Fitted(read.arrays, (*faults, *read.faults))
    if is_text(arrow):
        return read_text(
            without_empty(values), pa.date32(), pattern=_DATE_TEXT, fast=_dates_of_text, slow=_date_of_text
        )
    return none_fit(values, (pa.date32(),), _DATE_TYPE)


def _days(values: Values) -> Values:
    """Numbers of days (int64) of a column of dates of either width."""
    if pa.types.is_date32(values.type):
        return pc.cast(pc.cast(values, pa.int32()), pa.int64())
    days = _numbers(values) // 86_400_000
    return pa.array(days, mask=values.is_null().to_numpy(zero_copy_only=False))


def _date_of_days(days: Values) -> Fitted:
    inside = pc.and_(pc.greater_equal(days, MIN_DAY), pc.less_equal(days, MAX_DAY))
    fits = days if pc.all(inside).as_py() else pc.if_else(inside, days, None)
    dates = pc.cast(pc.cast(fits, pa.int32()), pa.date32())
    return Fitted((dates,), faults_where((pc.invert(inside), _DATE_RANGE)))


def _dates_of_text(text: Values) -> Values:
    dates = pc.cast(text, pa.date32())
    if pc.any(pc.less(pc.cast(dates, pa.int32()), MIN_DAY)).as_py():
        raise pa.ArrowInvalid("the year 0 is none of ours")
    return dates


def _date_of_text(text: str) -> object:
    try:
        return parse_date(text)
    except UsageError:
        return _DATE_TYPE


def fit_timestamp(values: Values, zone: Zone) -> Fitted:
    """Instants in microseconds UTC; local times, and dates (from their start), are read in the zone.

    From timestamps of any unit and zone, from dates, and from text as `kernel.instants` reads it. What is
    finer than a microsecond is refused and never cut.
    """
    arrow: Any = values.type
    if pa.types.is_date(arrow):
        read = _date_of_days(_days(values))
        wall = pc.multiply(_days(read.arrays[0]), US_PER_DAY)
        located = _instants(wall, zone)
        return Fitted(located.arrays, (*read.faults, *located.faults))
    if pa.types.is_timestamp(arrow):
        scaled, faults = _microseconds(values)
        located = _instants(scaled, zone if arrow.tz is None else None)
        return Fitted(located.arrays, (*faults, *located.faults))
    if is_text(arrow):
        return _of_text(without_empty(values), zone)
    return none_fit(values, (INSTANT,), _TIME_TYPE)


def instants_of_texts(texts: Values) -> NDArray[np.int64] | None:
    """Instants of text, microseconds UTC, which is the zone of local times; None where one text is none."""
    fitted = fit_timestamp(texts, UTC)
    instants: Any = fitted.arrays[0]
    if fitted.faults or instants.null_count:
        return None
    found: NDArray[np.int64] = instants.cast(pa.int64()).to_numpy()
    return found


def _numbers(values: Any) -> Any:
    """The numbers (int64) that temporal values are stored as; nulls as 0."""
    return pc.fill_null(pc.cast(values, pa.int64()), 0).to_numpy(zero_copy_only=False)


def _microseconds(values: Any) -> tuple[Values, tuple[Any, ...]]:
    """Timestamps of any unit as microseconds (int64)."""
    units, null = _numbers(values), values.is_null().to_numpy(zero_copy_only=False)
    match values.type.unit:
        case "ns":
            finer = ~null & (units % 1_000 != 0)
            faults = faults_where((pa.array(finer), _TIME_FINER))
            return pa.array(units // 1_000, mask=null | finer), faults
        case "us":
            return pa.array(units, mask=null), ()
        case unit:
            factor = 1_000_000 // _UNITS_PER_SECOND[unit]
            far = ~null & ((units < MIN_INSTANT_US // factor) | (units > MAX_INSTANT_US // factor))
            faults = faults_where((pa.array(far), _TIME_RANGE))
            return pa.array(np.where(far, 0, units) * factor, mask=null | far), faults


def _instants(micros: Values, zone: Zone | None) -> Fitted:
    """Instants of microseconds: UTC, or where a zone is given what its clocks show."""
    inside = pc.and_(pc.greater_equal(micros, MIN_INSTANT_US), pc.less_equal(micros, MAX_INSTANT_US))
    faults = faults_where((pc.invert(inside), _TIME_RANGE))
    fits = micros if not faults else pc.if_else(inside, micros, None)
    if zone is not None and zone.name != "UTC":
        null = fits.is_null().to_numpy(zero_copy_only=False)
        wall = pc.fill_null(fits, 0).to_numpy(zero_copy_only=False)
        located = _instants(pa.array(zone.from_local_us_many(wall), mask=null), None)
        return Fitted(located.arrays, (*faults, *located.faults))
    return Fitted((pc.cast(fits, INSTANT),), faults)


def _of_text(text: Values, zone: Zone) -> Fitted:
    """Instants of text, with offsets and without, by Arrow; of what is written otherwise, by the kernel."""

    def slow(value: str) -> object:
        try:
            return parse_instant(value, zone)
        except UsageError as error:
            return _TIME_FINER if "at most six digits" in error.message else _TIME_TYPE

    def with_offset(part: Values) -> Values:
        return _checked(pc.cast(pc.cast(part, pa.timestamp("us", "UTC")), pa.int64()), None)

    def local(part: Values) -> Values:
        return _checked(pc.cast(pc.cast(part, INSTANT), pa.int64()), zone)

    zoned = pc.fill_null(pc.match_substring_regex(text, r"[0-9](Z|[-+][0-9:]+)$"), False)
    zoned = pc.and_(zoned, pc.greater(pc.binary_length(pc.fill_null(text, "")), 10))
    pieces = []
    for mask, pattern, fast in ((zoned, _INSTANT_TEXT, with_offset), (pc.invert(zoned), _LOCAL_TEXT, local)):
        rows = rows_where(mask)
        if len(rows):
            part = text if len(rows) == len(text) else text.take(pa.array(rows))
            pieces.append((rows, read_text(part, INSTANT, pattern=pattern, fast=fast, slow=slow)))
    return pieces[0][1] if len(pieces) == 1 else scatter(len(text), (INSTANT,), pieces)


def _checked(micros: Values, zone: Zone | None) -> Values:
    """Instants, all inside the years 1 to 9999; raises ArrowInvalid where one is not."""
    read = _instants(micros, zone)
    if read.faults:
        raise pa.ArrowInvalid("a time outside the years 1 to 9999")
    return read.arrays[0]

"""Calendar arithmetic agrees with the standard library on every day there is."""

from datetime import date, datetime

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from satsuma.kernel.civil import (
    AFTER_ALL_US,
    BEFORE_ALL_US,
    MAX_DAY,
    MAX_INSTANT_US,
    MIN_DAY,
    MIN_INSTANT_US,
    date_of_day,
    datetime_of_wall,
    day_of_date,
    first_day,
    month_and_day,
    wall_of_datetime,
    within_range,
)


def test_month_and_day_agree_with_numpy_for_every_day_of_ten_thousand_years() -> None:
    days = np.arange(MIN_DAY, MAX_DAY + 1, dtype=np.int64)
    months = days.astype("datetime64[D]").astype("datetime64[M]")
    month, day_in_month = month_and_day(days)
    assert np.array_equal(month, months.astype(np.int64) + 1970 * 12)
    assert np.array_equal(day_in_month, days - months.astype("datetime64[D]").astype(np.int64))
    assert np.array_equal(first_day(month) + day_in_month, days)


@given(st.dates())
def test_one_day_is_counted_as_a_column_of_days_is(value: date) -> None:
    day = day_of_date(value)
    month, day_in_month = month_and_day(day)
    assert (month // 12, month % 12 + 1, day_in_month + 1) == (value.year, value.month, value.day)
    assert first_day(month) == day_of_date(value.replace(day=1))
    assert date_of_day(day) == value


@given(st.datetimes())
def test_wall_times_and_datetimes_convert_without_loss(value: datetime) -> None:
    assert datetime_of_wall(wall_of_datetime(value)) == value


def test_range_is_years_1_to_9999_to_the_microsecond() -> None:
    assert datetime_of_wall(MIN_INSTANT_US) == datetime.min  # noqa: DTZ901 - wall times
    assert datetime_of_wall(MAX_INSTANT_US) == datetime.max  # noqa: DTZ901 - wall times
    assert within_range(MIN_INSTANT_US - 10**18) == BEFORE_ALL_US == MIN_INSTANT_US - 1
    assert within_range(MAX_INSTANT_US + 10**18) == AFTER_ALL_US == MAX_INSTANT_US + 1
    assert (date_of_day(MIN_DAY - 5), date_of_day(MAX_DAY + 5)) == (date.min, date.max)

"""Civil: the proleptic Gregorian calendar in whole numbers, for one value or for a whole column at once.

Days are numbered from 1970-01-01 (day 0), months from January of year 0 (`year * 12 + month - 1`). A *wall
time* is what a clock on the wall shows, as microseconds since 1970-01-01T00:00 on that wall. The arithmetic
is Howard Hinnant's ("chrono-compatible low-level date algorithms"): a year begins in March, so the leap day
comes last.
"""

from datetime import date, datetime
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

US_PER_SECOND = 1_000_000
US_PER_MINUTE = 60 * US_PER_SECOND
US_PER_HOUR = 60 * US_PER_MINUTE
US_PER_DAY = 24 * US_PER_HOUR

_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_DAYS_FROM_MARCH_OF_YEAR_0 = 719_468
_DAYS_PER_ERA = 146_097  # 400 years, after which the calendar repeats

MIN_DAY = date.min.toordinal() - _EPOCH_ORDINAL
MAX_DAY = date.max.toordinal() - _EPOCH_ORDINAL

# Instants and wall times of the years 1 to 9999. What falls outside is written as the microsecond before or
# after all of them, so that comparing with it still tells the truth about everything inside.
MIN_INSTANT_US = MIN_DAY * US_PER_DAY
MAX_INSTANT_US = (MAX_DAY + 1) * US_PER_DAY - 1
BEFORE_ALL_US = MIN_INSTANT_US - 1
AFTER_ALL_US = MAX_INSTANT_US + 1

Ints = TypeVar("Ints", int, NDArray[np.int64])


def first_day(month: Ints) -> Ints:
    """Number of the first day of a month.

    >>> first_day(1970 * 12), first_day(1970 * 12 + 1)
    (0, 31)
    """
    year = (month - 2) // 12
    days_before_month = (153 * ((month - 2) % 12) + 2) // 5
    return 365 * year + year // 4 - year // 100 + year // 400 + days_before_month - _DAYS_FROM_MARCH_OF_YEAR_0


def month_and_day(day: Ints) -> tuple[Ints, Ints]:
    """The month a day lies in, and how many days of that month came before it.

    >>> month_and_day(31) == (1970 * 12 + 1, 0)
    True
    """
    era = (day + _DAYS_FROM_MARCH_OF_YEAR_0) // _DAYS_PER_ERA
    day_of_era = (day + _DAYS_FROM_MARCH_OF_YEAR_0) % _DAYS_PER_ERA
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    month_from_march = (5 * day_of_year + 2) // 153
    month = (era * 400 + year_of_era) * 12 + month_from_march + 2
    return month, day_of_year - (153 * month_from_march + 2) // 5


def day_of_date(value: date) -> int:
    """Number of a date's day; of a datetime, its own date's."""
    return value.toordinal() - _EPOCH_ORDINAL


def date_of_day(day: int) -> date:
    """Date of a day number; before year 1 or after year 9999 the first or the last date there is."""
    return date.fromordinal(min(max(day, MIN_DAY), MAX_DAY) + _EPOCH_ORDINAL)


def wall_of_datetime(value: datetime) -> int:
    """What a datetime's fields say, as a wall time in microseconds; its tzinfo and fold are not looked at."""
    seconds = (value.hour * 60 + value.minute) * 60 + value.second
    return day_of_date(value) * US_PER_DAY + seconds * US_PER_SECOND + value.microsecond


def datetime_of_wall(wall_us: int) -> datetime:
    """The naive datetime of a wall time; outside the years 1 to 9999 the first or the last there is."""
    day, rest_us = divmod(min(max(wall_us, MIN_INSTANT_US), MAX_INSTANT_US), US_PER_DAY)
    seconds, microsecond = divmod(rest_us, US_PER_SECOND)
    on = date_of_day(day)
    return datetime(  # noqa: DTZ001 - wall times bear no zone
        on.year, on.month, on.day, seconds // 3600, seconds // 60 % 60, seconds % 60, microsecond
    )


def within_range(at: int) -> int:
    """An instant pulled into [BEFORE_ALL_US, AFTER_ALL_US]."""
    return min(max(at, BEFORE_ALL_US), AFTER_ALL_US)

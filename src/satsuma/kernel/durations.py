"""Durations: lengths of time in one unit, and what lies one of them before or after a moment.

Seconds to weeks are exact: a day is 24 hours. Months, quarters and years are steps in the calendar of a
zone, and stepping must never lead backwards while `now` moves on. These rulings make it so:

- The step goes from the latest wall time that clocks have come to. In the second pass of a repeated hour
  that is where the first pass ended, so the answer waits there.
- It leads to the same wall time so many months away. Where that month lacks the day, to the end of that
  month, which is the first instant of the next: 31 March less a month is the start of 1 March.
- A wall time that was skipped means the moment of the jump; a repeated one means its first pass.

Stepping forward follows the very same rulings, so 31 January and a month is the start of 1 March too. Dates
have no instants between them: there a lacking day means the month's last one, which makes the days in
`(back, today]` the days of the instants' window. Answers beyond the years 1 to 9999 are one microsecond
outside them (instants) or the first or last date.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from satsuma.kernel.civil import (
    AFTER_ALL_US,
    BEFORE_ALL_US,
    US_PER_DAY,
    US_PER_HOUR,
    US_PER_MINUTE,
    US_PER_SECOND,
    date_of_day,
    day_of_date,
    first_day,
    month_and_day,
    within_range,
)
from satsuma.kernel.errors import UsageError
from satsuma.kernel.limits import DURATION_YEARS_MAX
from satsuma.kernel.suggest import did_you_mean
from satsuma.kernel.zones import Zone


class Unit(StrEnum):
    """What a duration counts."""

    SECONDS = "seconds"
    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    QUARTERS = "quarters"
    YEARS = "years"

    @property
    def singular(self) -> str:
        """The word for one of it, such as `day`."""
        return self.value[:-1]


_US = {
    Unit.SECONDS: US_PER_SECOND,
    Unit.MINUTES: US_PER_MINUTE,
    Unit.HOURS: US_PER_HOUR,
    Unit.DAYS: US_PER_DAY,
    Unit.WEEKS: 7 * US_PER_DAY,
}
_DAYS = {Unit.DAYS: 1, Unit.WEEKS: 7}
_MONTHS = {Unit.MONTHS: 1, Unit.QUARTERS: 3, Unit.YEARS: 12}
_EXACT_US_MAX = DURATION_YEARS_MAX * 366 * US_PER_DAY
_MONTHS_MAX = DURATION_YEARS_MAX * 12


@dataclass(frozen=True, slots=True)
class Duration:
    """So many of one unit; negative ones point the other way and occur only where something is added.

    Raises:
        UsageError: More than DURATION_YEARS_MAX years in either direction.
    """

    n: int
    unit: Unit

    def __post_init__(self) -> None:
        exact_us = self.exact_us
        if abs(self.months) > _MONTHS_MAX or (exact_us is not None and abs(exact_us) > _EXACT_US_MAX):
            raise UsageError(
                f"more {self.unit} than a duration may have; expected at most {DURATION_YEARS_MAX} years",
                code="usage.duration",
            )

    def __str__(self) -> str:
        return f"{self.n} {self.unit.singular if abs(self.n) == 1 else self.unit.value}"

    def __neg__(self) -> "Duration":
        return Duration(-self.n, self.unit)

    @property
    def exact_us(self) -> int | None:
        """Length in microseconds; None for months and longer, whose length depends on where they stand."""
        us = _US.get(self.unit)
        return None if us is None else self.n * us

    @property
    def months(self) -> int:
        """Months of a duration of months, quarters or years; 0 for the exact units."""
        return self.n * _MONTHS.get(self.unit, 0)

    @property
    def is_whole_days(self) -> bool:
        """Whether it can be taken from a date: days and longer."""
        return self.unit in _DAYS or self.unit in _MONTHS

    @classmethod
    def from_json(cls, value: object, *, allow_negative: bool = False) -> "Duration":
        """The duration of `{"days": 30}`.

        Args:
            value: Parsed JSON.
            allow_negative: Take zero and negative numbers too, as where something is added to a moment.

        Raises:
            UsageError: Not one unit with a whole number, not positive, or too long.
        """
        if not isinstance(value, dict) or len(value) != 1:
            raise _refused(f"found {_shown(value)}")
        [(unit, n)] = value.items()
        if unit not in tuple(Unit):
            raise _refused(f"found the unit {unit!r}", hint=did_you_mean(str(unit), tuple(Unit)))
        if isinstance(n, bool) or not isinstance(n, int):
            raise _refused(f"found {_shown(n)} {unit}")
        duration = cls(n, Unit(unit))
        if n <= 0 and not allow_negative:
            raise _refused(f"found {n} {unit}", expected="a duration longer than nothing")
        return duration

    def to_json(self) -> dict[str, int]:
        """As in a definition: `{"days": 30}`."""
        return {self.unit.value: self.n}


def back(now: int, duration: Duration, zone: Zone) -> int:
    """The instant a duration before `now`; as `now` moves on it never moves backwards.

    Args:
        now: Microseconds UTC.
        duration: Positive; a negative one leads ahead.
        zone: In whose calendar months, quarters and years are stepped.

    Returns:
        Microseconds UTC, or BEFORE_ALL_US where that is before year 1.
    """
    return shift_instant(now, -duration, zone)


def ahead(now: int, duration: Duration, zone: Zone) -> int:
    """The instant a duration after `now`; as `now` moves on it never moves backwards. As `back`, mirrored."""
    return shift_instant(now, duration, zone)


def shift_instant(at: int, duration: Duration, zone: Zone) -> int:
    """An instant plus a duration of either sign: what `back` and `ahead` are made of."""
    exact_us = duration.exact_us
    if exact_us is not None:
        return within_range(at + exact_us)
    day, rest_us = divmod(zone.reached_us(at), US_PER_DAY)
    month, day_in_month = month_and_day(day)
    target = month + duration.months
    wall_us = (first_day(target) + day_in_month) * US_PER_DAY + rest_us
    return within_range(zone.from_local_us(min(wall_us, first_day(target + 1) * US_PER_DAY)))


def back_many(nows: NDArray[np.int64], duration: Duration, zone: Zone) -> NDArray[np.int64]:
    """`back` of a column of instants (int64, microseconds UTC, any shape)."""
    return shift_instants(nows, -duration, zone)


def shift_instants(at: NDArray[np.int64], duration: Duration, zone: Zone) -> NDArray[np.int64]:
    """`shift_instant` of a column of instants (int64, microseconds UTC, any shape)."""
    exact_us = duration.exact_us
    if exact_us is not None:
        return np.clip(at + exact_us, BEFORE_ALL_US, AFTER_ALL_US)
    wall_us = zone.reached_us_many(at)
    day = wall_us // US_PER_DAY
    month, day_in_month = month_and_day(day)
    target = month + duration.months
    there_us = (first_day(target) + day_in_month) * US_PER_DAY + (wall_us - day * US_PER_DAY)
    there_us = np.minimum(there_us, first_day(target + 1) * US_PER_DAY)
    return np.clip(zone.from_local_us_many(there_us), BEFORE_ALL_US, AFTER_ALL_US)


def back_date(today: date, duration: Duration) -> date:
    """The date a duration before another; a day that the target month lacks is that month's last.

    Raises:
        UsageError: The duration has a unit shorter than a day.
    """
    return shift_date(today, -duration)


def shift_date(day: date, duration: Duration) -> date:
    """A date plus a duration of either sign; a day that the target month lacks is that month's last.

    Raises:
        UsageError: The duration has a unit shorter than a day.
    """
    return date_of_day(shift_day(day_of_date(day), duration))


def shift_day(day: int, duration: Duration) -> int:
    """`shift_date` by day numbers, which go on beyond the years 1 to 9999."""
    if not duration.is_whole_days:
        raise UsageError(
            f"{duration} cannot be taken from or added to a date; expected days or longer units",
            code="usage.duration",
        )
    if duration.unit in _DAYS:
        return day + duration.n * _DAYS[duration.unit]
    month, day_in_month = month_and_day(day)
    target = month + duration.months
    return min(first_day(target) + day_in_month, first_day(target + 1) - 1)


def _refused(found: str, *, expected: str = 'a duration such as {"days": 30}', hint: str = "") -> UsageError:
    return UsageError(f"{found}; expected {expected}", code="usage.duration", hint=hint)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."

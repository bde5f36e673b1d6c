"""Instants: reading and writing moments and dates as text, always as whole microseconds UTC.

Read are ISO 8601's extended forms: `2026-01-31`, `2026-01-31T09:30`, with a space for the `T`, with seconds
and up to six digits after them, with `Z` or an offset such as `+01:00`, `+0100`, `+01`. Without offset a
time is read in a zone; a date alone is the start of its local day. Years go from 1 to 9999.
"""

import re
from datetime import date, datetime, timedelta
from typing import NoReturn

from satsuma.kernel.civil import (
    MAX_INSTANT_US,
    MIN_INSTANT_US,
    US_PER_DAY,
    US_PER_HOUR,
    US_PER_MINUTE,
    US_PER_SECOND,
    date_of_day,
    day_of_date,
    wall_of_datetime,
    within_range,
)
from satsuma.kernel.errors import UsageError
from satsuma.kernel.zones import Zone

_DATE = r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"
_TIME = r"(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]+))?)?"
_OFFSET = r"(?P<utc>[Zz])|(?P<sign>[-+])(?P<ahead_hour>[0-9]{2})(?::?(?P<ahead_minute>[0-9]{2}))?"
_INSTANT = re.compile(rf"{_DATE}(?:[Tt ]{_TIME}(?:{_OFFSET})?)?")
_DATE_ALONE = re.compile(_DATE)
_FORMS = "expected a date such as 2026-01-31, or a time such as 2026-01-31T09:30:00Z"


def parse_moment(text: str, zone: Zone) -> date | int:
    """What a text says: a date where it is one alone (a caller may mean its whole day), else an instant.

    This is for literals, which are only compared with: where the zone or the offset leads out of the years 1
    to 9999 the answer is BEFORE_ALL_US or AFTER_ALL_US.

    Raises:
        UsageError: Not one of the forms, or no such day or time.
    """
    match = _INSTANT.fullmatch(text)
    if match is None:
        _refuse(text, _FORMS)
    day = _date(match, text)
    if match["hour"] is None:
        return day
    wall_us = day_of_date(day) * US_PER_DAY + _time_us(match, text)
    if match["utc"] is None and match["sign"] is None:
        return within_range(zone.from_local_us(wall_us))
    return within_range(wall_us - _ahead_us(match, text))


def parse_instant(text: str, zone: Zone) -> int:
    """Microseconds UTC of a text; without offset it is read in the zone, a date alone is its day's start.

    >>> from satsuma.kernel.zones import zone
    >>> format_instant(parse_instant("2026-07-01T09:30", zone("Europe/Berlin")))
    '2026-07-01T07:30:00Z'

    Raises:
        UsageError: Not one of the forms, no such day or time, or outside the years 1 to 9999.
    """
    moment = parse_moment(text, zone)
    return _in_range(moment if isinstance(moment, int) else zone.start_of_day(moment), text)


def parse_date(text: str) -> date:
    """The date of `YYYY-MM-DD`.

    Raises:
        UsageError: Another form, or no such day.
    """
    match = _DATE_ALONE.fullmatch(text)
    if match is None:
        _refuse(text, "expected a date such as 2026-01-31")
    return _date(match, text)


def format_instant(at: int) -> str:
    """Text of an instant, in UTC, with as many digits after the seconds as it takes (none, three or six).

    >>> format_instant(0), format_instant(1_500_000), format_instant(1)
    ('1970-01-01T00:00:00Z', '1970-01-01T00:00:01.500Z', '1970-01-01T00:00:00.000001Z')
    """
    return _format_wall(at) + "Z"


def format_local(at: int, zone: Zone) -> str:
    """Text of an instant by the clocks of a zone, with their offset: it reads back as the same instant.

    >>> from satsuma.kernel.zones import zone
    >>> format_local(0, zone("Europe/Berlin"))
    '1970-01-01T01:00:00+01:00'
    """
    ahead_us = zone.offset_us(at)
    if ahead_us % US_PER_MINUTE:
        # Local mean times of the 19th century have seconds, which no offset can be written with.
        return format_instant(at)
    hours, minutes = divmod(abs(ahead_us) // US_PER_MINUTE, 60)
    return f"{_format_wall(at + ahead_us)}{'-' if ahead_us < 0 else '+'}{hours:02}:{minutes:02}"


def instant_of(value: str | datetime | date | int, zone: Zone) -> int:
    """Microseconds UTC of anything that says a moment.

    Args:
        value: Text; a datetime, read in the zone where it has none of its own (`fold` is not looked at); a
        date,
            meaning the start of its local day; or microseconds UTC.
        zone: Where times without offset, and dates, are read.

    Raises:
        UsageError: None of these, or outside the years 1 to 9999.
    """
    match value:
        case str():
            return parse_instant(value, zone)
        case datetime():
            return _in_range(_instant_of_datetime(value, zone), str(value))
        case date():
            return _in_range(zone.start_of_day(value), str(value))
        case int() if not isinstance(value, bool):
            return _in_range(value, str(value))
        case _:
            raise UsageError(
                f"{value!r} ({type(value).__name__}) is no moment; expected text, a datetime, a date, or"
                " an integer of microseconds since 1970 UTC",
                code="usage.instant",
            )


def _instant_of_datetime(value: datetime, zone: Zone) -> int:
    # Some subclasses are finer than what is stored; losing that would be silent.
    if getattr(value, "nanosecond", 0):
        _refuse(str(value), "expected at most microseconds")
    ahead = value.utcoffset()
    if ahead is None:
        return zone.from_local(value)
    return wall_of_datetime(value) - ahead // timedelta(microseconds=1)


def _date(match: re.Match[str], text: str) -> date:
    try:
        return date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError as error:
        _refuse(text, f"there is no such day: {error}")


def _time_us(match: re.Match[str], text: str) -> int:
    hour, minute, second = (int(match[part] or 0) for part in ("hour", "minute", "second"))
    if hour > 23 or minute > 59 or second > 59:
        _refuse(text, "expected a time from 00:00:00 to 23:59:59")
    fraction = match["fraction"] or ""
    if fraction[6:].strip("0"):
        _refuse(text, "expected at most six digits after the seconds")
    return (
        hour * US_PER_HOUR + minute * US_PER_MINUTE + second * US_PER_SECOND + int(fraction[:6].ljust(6, "0"))
    )


def _ahead_us(match: re.Match[str], text: str) -> int:
    if match["utc"]:
        return 0
    hour, minute = int(match["ahead_hour"]), int(match["ahead_minute"] or 0)
    if hour > 23 or minute > 59:
        _refuse(text, "expected an offset from -23:59 to +23:59")
    ahead_us = hour * US_PER_HOUR + minute * US_PER_MINUTE
    return -ahead_us if match["sign"] == "-" else ahead_us


def _format_wall(wall_us: int) -> str:
    day, rest_us = divmod(wall_us, US_PER_DAY)
    seconds, microsecond = divmod(rest_us, US_PER_SECOND)
    fraction = ""
    if microsecond:
        fraction = f".{microsecond:06}" if microsecond % 1000 else f".{microsecond // 1000:03}"
    clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{fraction}"
    return f"{date_of_day(day).isoformat()}T{clock}"


def _in_range(at: int, text: str) -> int:
    if not MIN_INSTANT_US <= at <= MAX_INSTANT_US:
        _refuse(text, "expected a moment in the years 1 to 9999 (UTC)")
    return at


def _refuse(text: str, expected: str) -> NoReturn:
    shown = text if len(text) <= 60 else text[:57] + "..."
    raise UsageError(f"{shown!r} cannot be read as a moment; {expected}", code="usage.instant")

"""Pools: the values and instants of one world, few enough that data and definitions meet in them.

Text holds what case, normal form, escapes and byte order get wrong; numbers what doubles and overflow do;
instants lie on the bounds of the world's windows, a microsecond or an hour beside them.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from decimal import Decimal
from typing import TypeVar

from satsuma.catalog.model import Attribute, ValueType
from satsuma.kernel.civil import MAX_INSTANT_US, MIN_INSTANT_US, US_PER_DAY, US_PER_HOUR, US_PER_SECOND
from satsuma.kernel.durations import Duration, Unit, ahead, back
from satsuma.kernel.instants import format_instant, parse_instant
from satsuma.kernel.windows import Before, BetweenAgo, Calendar, Fixed, Last, Next, Period, Window, bounds
from satsuma.kernel.zones import Zone, zone

T = TypeVar("T")
Json = str | int | float | bool | list[str] | dict[str, float]
"""A value as rows bear it: decimals, dates and times as text."""

ZONES = (
    "UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia",
    "America/Sao_Paulo", "America/Havana", "Asia/Kathmandu", "America/St_Johns",
)  # fmt: skip

NOWS = (
    "2024-02-29T12:00:00Z", "2023-03-31T09:30:00Z", "2025-05-31T22:30:00Z", "2023-12-31T23:59:59.999999Z",
    "2024-01-01T00:00:00Z", "2025-03-30T01:00:00Z", "2025-10-26T00:30:00Z", "2025-10-26T01:30:00Z",
    "2024-11-03T05:30:00Z", "2024-11-03T06:30:00Z", "2025-04-05T15:15:00Z", "2025-07-15T10:00:00.123456Z",
    "2025-11-02T04:30:00Z", "2025-02-28T23:30:00Z", "2028-02-28T23:59:59Z", "2011-12-30T12:00:00Z",
)  # fmt: skip
"""Month ends, leap days, hours that clocks repeat and skip, a day that Samoa never had."""

TEXTS = (
    "Paris", "PARIS", "paris", "Par", "is", "a", "A", "ab", "aB", "İstanbul", "istanbul", "i̇stanbul", "ıI",
    "ΑΣ",
    "\u03b1ς", "\u03b1\u03c3", "\u03b1Σ!", "straße", "STRASSE", "STRAẞE", "é", "e\u0301", "É", "😀", "a😀b",
    "\uffee", "it's",
    "''",
    'say "hi"', "50%", "100%", "a_b", "a.b", "axb", "a\\b", "%", "_", "\\", "\\%", "line\nbreak", "tab\t",
    " a",
    "null", "NULL", "true", "0", "-1", "日本語", "ﬁ", "Å", "Ångström", "K", "k", "\u017f", "ǅ", "(a|b)*",
    "x" * 3000,
    "q" * 64 + "é", "\u00a0", "{}", "[a]", "$1", "--", "/*", "a;b", "Ω", "ω", "ϴ", "\u0345",
)  # fmt: skip

INTEGERS = (0, 1, -1, 2, 3, 5, 7, 10, 23, 100, 2**31, 2**53, 2**53 + 1, -(2**53) - 1, 2**63 - 1, -(2**63))
NUMBERS = (
    0.0, -0.0, 0.1, 0.2, 0.3, 0.30000000000000004, 1.0, 1.5, 2.0, 2.5, -3.25, 10.0, 1e16, -1e16,
    9007199254740992.0,
    1e308, -1e308, 5e-324, 1e-7, 123456789.12345, 0.1234567890125, 3.0,
)  # fmt: skip
DECIMALS = (
    "0", "0.0001", "-0.0001", "0.1", "0.2", "0.3", "1", "1.5", "2", "2.5", "-3.25", "10", "10.5", "19.99",
    "100",
    "99999999999999.9999", "-99999999999999.9999", "90071992547409.93", "0.3333",
)  # fmt: skip
OPTIONS = ("bronze", "Silver", "silver", "gold", "İ", "e\u0301", "it's", "a,b", '"q"', "😀", "1")
PLACES = (
    (52.52, 13.4), (48.137, 11.575), (0.0, 0.0), (90.0, 0.0), (-90.0, 45.0), (0.0, 180.0), (0.0, -180.0),
    (-33.9, 151.2), (52.52, 13.41), (37.77, -122.42),
)  # fmt: skip
DAYS = ("2000-02-29", "1904-02-29", "1999-02-28", "2001-03-01", "1970-01-01", "0001-01-01", "9999-12-31")

_DURATIONS = (
    Duration(1, Unit.SECONDS), Duration(90, Unit.MINUTES), Duration(1, Unit.HOURS),
    Duration(24, Unit.HOURS),
    Duration(1, Unit.DAYS), Duration(2, Unit.DAYS), Duration(7, Unit.DAYS), Duration(30, Unit.DAYS),
    Duration(1, Unit.WEEKS), Duration(2, Unit.WEEKS), Duration(1, Unit.MONTHS), Duration(2, Unit.MONTHS),
    Duration(1, Unit.QUARTERS), Duration(1, Unit.YEARS), Duration(3, Unit.YEARS),
    Duration(1000, Unit.YEARS),
)  # fmt: skip
_BESIDE_US = (0, 0, 0, 0, 1, -1, US_PER_SECOND, US_PER_HOUR, -US_PER_HOUR, US_PER_DAY, -US_PER_DAY)
VALUES_PER_ATTRIBUTE = 5


class Draw(random.Random):
    """Randomness with a seed, and a few words for it."""

    def chance(self, probability: float) -> bool:
        """Whether it happens this time."""
        return self.random() < probability

    def some(self, things: Sequence[T], low: int, high: int) -> list[T]:
        """From `low` to `high` of them, each once."""
        many = min(self.randint(low, high), len(things))
        return self.sample(list(things), many)

    def maybe(self, thing: T, probability: float = 0.5) -> T | None:
        """It or nothing."""
        return thing if self.chance(probability) else None


class Pools:
    """What one world's data and definitions are made of.

    Attributes:
        now: The instant around which it all lies, microseconds UTC.
        durations, windows: Those that its definitions use mostly.
        instants: On and beside the bounds of these, ascending.
    """

    def __init__(self, draw: Draw, clocks: Zone) -> None:
        self.draw = draw
        self.zone = clocks
        self.now = parse_instant(draw.choice(NOWS), zone("UTC"))
        if draw.chance(0.3):
            self.now += draw.randint(-400 * US_PER_DAY, 400 * US_PER_DAY)
        self.durations = draw.some(_DURATIONS[:-1], 6, 8)
        if draw.chance(0.1):
            self.durations.append(_DURATIONS[-1])
        self.windows = [self._window() for _ in range(14)]
        self.instants = sorted(self._instants())
        self.days = sorted(self._days())
        self._values: dict[tuple[str, str], list[Json]] = {}

    def of(self, attribute: Attribute) -> list[Json]:
        """The values that an attribute has in this world."""
        own = (attribute.owner, attribute.name)
        if own not in self._values:
            many = range(VALUES_PER_ATTRIBUTE)
            self._values[own] = [self._value(attribute) for _ in many]
        return self._values[own]

    def instant(self) -> int:
        """An instant, of the past as of the future."""
        if self.draw.chance(0.15):
            return self.now - self.draw.randint(0, 120 * US_PER_DAY)
        return self.draw.choice(self.instants)

    def past(self) -> int:
        """An instant that is not after now."""
        return min(self.instant(), self.now)

    def window(self) -> Window:
        """A window, mostly one of this world's."""
        return self._window() if self.draw.chance(0.1) else self.draw.choice(self.windows)

    def duration(self) -> Duration:
        """A duration of this world's."""
        return self.draw.choice(self.durations)

    def day_duration(self) -> Duration:
        """A duration that can be taken from a date."""
        whole = [one for one in self.durations if one.is_whole_days]
        return self.draw.choice(whole or [Duration(1, Unit.DAYS)])

    def moment(self) -> str:
        """A time as definitions have it: a date, or an instant, with or without offset."""
        at = self.instant()
        match self.draw.randrange(5):
            case 0:
                return self.draw.choice(self.days)
            case 1 if MIN_INSTANT_US + US_PER_DAY < at < MAX_INSTANT_US - US_PER_DAY:
                return self.zone.to_local(at).isoformat()
            case _:
                return format_instant(at)

    def _window(self) -> Window:
        near, far = self.duration(), self.duration()
        match self.draw.randrange(7):
            case 0 | 1:
                return Last(near)
            case 2:
                return Before(near)
            case 3:
                return BetweenAgo(far, near)
            case 4:
                return Next(near)
            case 5:
                ends = [format_instant(back(self.now, one, self.zone)) for one in (far, near)]
                if self.draw.chance(0.5):
                    ends = [self.zone.today(parse_instant(end, self.zone)).isoformat() for end in ends]
                ends.sort()
                start, end = self.draw.choice((ends, [ends[0], None], [None, ends[1]]))
                return Fixed(start, end)
            case _:
                return Calendar(self.draw.choice(list(Period)), self.draw.choice((0, 0, -1, -1, 1, -2, -5)))

    def _instants(self) -> set[int]:
        found = {self.now}
        for duration in self.durations:
            found |= {back(self.now, duration, self.zone), ahead(self.now, duration, self.zone)}
        for window in self.windows:
            span = bounds(window, self.now, self.zone)
            found |= {end for end in (span.low, span.high) if end is not None}
        today = self.zone.today(self.now)
        found |= {self.zone.start_of_day(today - dt.timedelta(days=ago)) for ago in range(3)}
        for at in self.draw.some(sorted(found), 4, 4):
            found |= {ahead(at, duration, self.zone) for duration in self.durations[:3]}
        if self.draw.chance(0.2):
            found |= {
                parse_instant("0001-01-02T00:00Z", self.zone),
                parse_instant("9999-12-30T00:00Z", self.zone),
            }
        beside = {at + self.draw.choice(_BESIDE_US) for at in found for _ in range(2)}
        lowest, highest = MIN_INSTANT_US + 3 * US_PER_DAY, MAX_INSTANT_US - 3 * US_PER_DAY
        return {min(max(at, lowest), highest) for at in found | beside}

    def _days(self) -> set[str]:
        days = {self.zone.today(at) for at in self.draw.some(self.instants, 12, 12)}
        today = self.zone.today(self.now)
        for many in (0, 1, -1, 7, -7):
            year = self.draw.choice((0, 0, -1, -4, -30))
            moved = today + dt.timedelta(days=many)
            days.add(moved.replace(year=moved.year + year, day=min(moved.day, 28)))
        return {day.isoformat() for day in days} | set(self.draw.some(DAYS, 2, 4))

    def _value(self, attribute: Attribute) -> Json:
        draw = self.draw
        match attribute.type:
            case ValueType.TEXT:
                return self.text()
            case ValueType.INTEGER:
                return draw.choice(INTEGERS) if draw.chance(0.4) else draw.randint(-2, 12)
            case ValueType.NUMBER:
                return draw.choice(NUMBERS)
            case ValueType.DECIMAL:
                return draw.choice(DECIMALS)
            case ValueType.BOOLEAN:
                return draw.chance(0.5)
            case ValueType.DATE:
                return draw.choice(self.days)
            case ValueType.TIMESTAMP:
                return format_instant(draw.choice(self.instants))
            case ValueType.CHOICE:
                return draw.choice(attribute.options or OPTIONS)
            case ValueType.CHOICES:
                return draw.some(attribute.options or OPTIONS, 1, 3)
            case ValueType.LOCATION:
                latitude, longitude = draw.choice(PLACES)
                return {"latitude": latitude, "longitude": longitude}
            case ValueType.REFERENCE:
                return "nobody"

    def text(self) -> str:
        """A text: one of the odd ones, or two of them in a row."""
        one = self.draw.choice(TEXTS)
        return one + self.draw.choice(TEXTS[:50]) if self.draw.chance(0.2) else one


def exactly(value: Json) -> int | Decimal:
    """A value of a number as a definition writes it."""
    if isinstance(value, bool | list | dict):
        raise TypeError(f"{value!r} is no number")
    return value if isinstance(value, int) else Decimal(repr(value) if isinstance(value, float) else value)

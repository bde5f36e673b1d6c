"""Oracle of time zones: the standard library's own reading of the same rules, and zones worth trying."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from satsuma.kernel.civil import US_PER_DAY, US_PER_HOUR
from satsuma.kernel.zones import Zone, zone

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# Half-hour saving, jumps at midnight, saving that is negative, days skipped and repeated whole, odd offsets,
# a clock set back a minute after midnight, a month of standard time inside summer.
TRICKY_ZONES = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "Pacific/Apia",
    "Pacific/Kwajalein",
    "America/St_Johns",
    "Europe/Dublin",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "Asia/Manila",
    "America/Juneau",
    "Asia/Gaza",
    "America/Nuuk",
    "Asia/Tehran",
    "Antarctica/Troll",
    "Pacific/Kiritimati",
    "UTC",
]


@cache
def oracle(name: str) -> ZoneInfo:
    """The standard library's zone, from the same files."""
    with resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def local_by_oracle(at: int, name: str) -> datetime:
    """Local time with its fold, by the standard library."""
    return (EPOCH + timedelta(microseconds=at)).astimezone(oracle(name))


def offset_by_oracle(at: int, name: str) -> int:
    """Microseconds ahead of UTC, by the standard library."""
    ahead = local_by_oracle(at, name).utcoffset()
    assert ahead is not None
    return ahead // timedelta(microseconds=1)


def first_after(condition: Callable[[int], bool], low: int, high: int) -> int:
    """First instant in (low, high] at which a condition that turns true once is true."""
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if condition(middle) else (middle, high)
    return high


def instant(text: str) -> int:
    """Microseconds UTC of an ISO text with offset, by the standard library."""
    return (datetime.fromisoformat(text) - EPOCH) // timedelta(microseconds=1)


def wall(text: str) -> datetime:
    """The naive datetime of an ISO text without offset."""
    value = datetime.fromisoformat(text)
    assert value.tzinfo is None
    return value


FROM_US, TO_US = instant("1840-01-01T00:00Z"), instant("2120-01-01T00:00Z")

zones = st.sampled_from(TRICKY_ZONES).map(zone)


@st.composite
def zones_and_instants(draw: st.DrawFn) -> tuple[Zone, int]:
    """A zone, and an instant that often lies within hours or days of a change of its clocks."""
    of = draw(zones)
    changes = of.transitions(FROM_US, TO_US)
    if len(changes) > 1 and draw(st.booleans()):
        near = draw(st.sampled_from(changes[1:]))[0]
        reach = draw(st.sampled_from([0, 1, 3 * US_PER_HOUR, 2 * US_PER_DAY]))
        return of, near + draw(st.integers(-reach, reach))
    return of, draw(st.integers(FROM_US, TO_US))

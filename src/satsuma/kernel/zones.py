"""Zones: time zones by IANA name, converting between instants and what clocks on the wall show.

Rules come from the `tzdata` package, never from the machine's own files, so the same installation answers the
same everywhere. Everything is whole microseconds. Two functions carry the meaning:

- `from_local`: the first instant at which clocks have shown a wall time or a later one. So a repeated wall
  time means its first pass, a skipped one the moment of the jump, and later wall times never mean earlier
  instants.
- `reached_us`: the latest wall time clocks have come to by an instant. It stands still while clocks pass
  through an hour for the second time, so it never runs backwards either.
"""

from array import array
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from importlib import import_module, resources
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from satsuma.kernel.civil import US_PER_DAY, date_of_day, datetime_of_wall, day_of_date, wall_of_datetime
from satsuma.kernel.errors import UsageError
from satsuma.kernel.suggest import nearest
from satsuma.kernel.tzif import BEGINNING_US, read_tzif

_END_US = -BEGINNING_US


@dataclass(frozen=True, slots=True)
class Zone:
    """A time zone; get one from `zone(name)`. Equal by name.

    Stretch i of the zone's history runs from `_starts[i]` to the start of the next one, at `_offsets[i]`;
    by its end clocks have come to wall time `_reached[i]`, in it or in a stretch before. All are
    microseconds.
    """

    name: str
    _starts: "array[int]" = field(repr=False, compare=False)
    _offsets: "array[int]" = field(repr=False, compare=False)
    _reached: "array[int]" = field(repr=False, compare=False)

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return zone, (self.name,)

    def __str__(self) -> str:
        return self.name

    def offset_us(self, at: int) -> int:
        """What local clocks are ahead of UTC at an instant, in microseconds."""
        return self._offsets[self._stretch(at)]

    def local_us(self, at: int) -> int:
        """Wall time at an instant, in microseconds since 1970-01-01T00:00 on the wall."""
        return at + self._offsets[self._stretch(at)]

    def to_local(self, at: int) -> datetime:
        """Wall time at an instant, as a naive datetime."""
        return datetime_of_wall(self.local_us(at))

    def local_date(self, at: int) -> date:
        """The date that local clocks show at an instant; for the day `now` belongs to, see `today`."""
        return date_of_day(self.local_us(at) // US_PER_DAY)

    def reached_us(self, at: int) -> int:
        """The latest wall time that clocks have come to by an instant: it stands still in a repeated hour."""
        i = self._stretch(at)
        return max(at + self._offsets[i], self._reached[i - 1]) if i else at + self._offsets[0]

    def from_local_us(self, wall_us: int) -> int:
        """The first instant at which clocks show this wall time or a later one."""
        i = bisect_right(self._reached, wall_us)
        return max(self._starts[i], wall_us - self._offsets[i])

    def from_local(self, naive: datetime) -> int:
        """The first instant at which clocks show this wall time or a later one; `fold` is not looked at."""
        return self.from_local_us(wall_of_datetime(naive))

    def start_of_day(self, day: date) -> int:
        """The first instant that bears the date.

        Where midnight is skipped, the moment of the jump; a date that is skipped whole starts where the
        next one does, and so has no instants.
        """
        return self.from_local_us(day_of_date(day) * US_PER_DAY)

    def today(self, at: int) -> date:
        """The last date that has begun by an instant.

        This is `local_date`, save where clocks were set back over midnight: then the new date, once begun,
        stays. So days follow each other without overlap, and today never becomes yesterday.
        """
        day = self.local_us(at) // US_PER_DAY
        while self.from_local_us((day + 1) * US_PER_DAY) <= at:
            day += 1
        return date_of_day(day)

    def transitions(self, from_us: int, to_us: int) -> list[tuple[int, int]]:
        """Offsets in force in [from_us, to_us).

        Returns:
            Pairs (instant, offset in microseconds from it on): first `from_us` with the offset in force
            there, then each change inside. Empty where from_us >= to_us.
        """
        if from_us >= to_us:
            return []
        i = self._stretch(from_us)
        found = [(from_us, self._offsets[i])]
        for later in range(i + 1, len(self._starts)):
            if self._starts[later] >= to_us:
                break
            found.append((self._starts[later], self._offsets[later]))
        return found

    def offset_us_many(self, at: NDArray[np.int64]) -> NDArray[np.int64]:
        """`offset_us` of a column of instants (int64, any shape)."""
        return _view(self._offsets).take(self._stretch_many(at))

    def local_us_many(self, at: NDArray[np.int64]) -> NDArray[np.int64]:
        """`local_us` of a column of instants (int64, any shape)."""
        return at + self.offset_us_many(at)

    def reached_us_many(self, at: NDArray[np.int64]) -> NDArray[np.int64]:
        """`reached_us` of a column of instants (int64, any shape)."""
        i = self._stretch_many(at)
        before = np.where(i > 0, _view(self._reached).take(i - 1), BEGINNING_US)
        reached: NDArray[np.int64] = np.maximum(at + _view(self._offsets).take(i), before)
        return reached

    def from_local_us_many(self, wall_us: NDArray[np.int64]) -> NDArray[np.int64]:
        """`from_local_us` of a column of wall times (int64, any shape)."""
        i = np.searchsorted(_view(self._reached), wall_us, side="right")
        unbroken_us = wall_us - _view(self._offsets).take(i)
        first: NDArray[np.int64] = np.maximum(_view(self._starts).take(i), unbroken_us)
        return first

    def _stretch(self, at: int) -> int:
        return bisect_right(self._starts, at) - 1

    def _stretch_many(self, at: NDArray[np.int64]) -> NDArray[np.intp]:
        return np.searchsorted(_view(self._starts), at, side="right") - 1


def _view(column: "array[int]") -> NDArray[np.int64]:
    return np.frombuffer(column, dtype=np.int64)


def zone(name: str) -> Zone:
    """The zone of an IANA name, such as `Europe/Berlin`; each is read once.

    Raises:
        UsageError: There is no such name in the installed time zone rules.
    """
    if name not in zone_names():
        raise UsageError(
            f"no time zone {name!r}; expected an IANA name such as 'Europe/Berlin'",
            code="usage.timezone",
            hint=_hint(name),
        )
    return _load(name)


@cache
def zone_names() -> frozenset[str]:
    """Every name that `zone` knows."""
    return frozenset(resources.files("tzdata").joinpath("zones").read_text("ascii").split())


@cache
def zone_rules_version() -> str:
    """The IANA release that the rules come from, such as `2026a`."""
    return str(import_module("tzdata").IANA_VERSION)


def _hint(name: str) -> str:
    near = nearest(name, zone_names()) or nearest(name, _by_city())
    return f"did you mean {_by_city().get(near, near)!r}?" if near else ""


@cache
def _by_city() -> dict[str, str]:
    """Full names by their last part, since people write the city alone."""
    return {name.rpartition("/")[2]: name for name in sorted(zone_names())}


@cache
def _load(name: str) -> Zone:
    data = resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()
    stretches = read_tzif(data)
    starts = [start for start, _ in stretches]
    offsets = [offset for _, offset in stretches]
    ends = [end + offset for end, offset in zip([*starts[1:], _END_US], offsets, strict=True)]
    # No zone has yet been set back twice within one repeated hour; with the maximum it could be.
    return Zone(name, _column(starts), _column(offsets), _column(accumulate(ends, max)))


def _column(values: Iterable[int]) -> "array[int]":
    return array("q", values)


UTC = zone("UTC")

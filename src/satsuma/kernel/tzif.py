"""Tzif: reads one compiled time zone into the list of its offsets, through year 9999.

The file holds the changes up to some year and then a rule for all years after it (RFC 9636, TZif version 2
and later). The standard library answers for one moment at a time; converting columns and finding when
something changes needs the list itself.
"""

import re
import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from satsuma.kernel.civil import US_PER_DAY, US_PER_SECOND, first_day
from satsuma.kernel.errors import DataError

BEGINNING_US = -(2**62)  # before any instant: the first offset has been in force for ever

_HEADER = struct.Struct(">4sc15x6l")
_LAST_YEAR = 10_000  # one more than instants have, so that their last local day is right too
_RULE = re.compile(
    r"(?:<[^>]+>|[A-Za-z]+)(?P<standard>[-+\d:]+)"
    r"(?:(?:<[^>]+>|[A-Za-z]+)(?P<saving>[-+\d:]*),(?P<start>[^,]+),(?P<end>[^,]+))?"
)


@dataclass(frozen=True, slots=True)
class _Counts:
    """Numbers of entries in one data block of the file, in the order of its header."""

    ut_flags: int
    standard_flags: int
    leap_seconds: int
    changes: int
    types: int
    name_bytes: int

    def block_bytes(self, time_bytes: int) -> int:
        leaps = self.leap_seconds * (time_bytes + 4)
        flags = self.ut_flags + self.standard_flags
        return self.changes * (time_bytes + 1) + self.types * 6 + self.name_bytes + leaps + flags


def read_tzif(data: bytes) -> list[tuple[int, int]]:
    """Offsets of a zone in order of time.

    Args:
        data: A TZif file of version 2 or later.

    Returns:
        Pairs (first instant in microseconds UTC, offset from UTC in microseconds); the first pair begins at
        BEGINNING_US, neighbours differ in offset, and rules are followed through year 9999.

    Raises:
        DataError: Not such a file, or its rule for later years is not understood.
    """
    try:
        return _read(data)
    except (struct.error, IndexError, ValueError, KeyError) as error:
        raise DataError(f"a compiled time zone cannot be read: {error}") from error


def _read(data: bytes) -> list[tuple[int, int]]:
    magic, version, *first = _HEADER.unpack_from(data)
    if magic != b"TZif" or version < b"2":
        raise ValueError(f"found {magic!r} version {version!r}, expected TZif of version 2 or later")
    # The first block repeats the second one in 32 bits, for programs of the last century.
    second = _HEADER.size + _Counts(*first).block_bytes(4)
    counts = _Counts(*_HEADER.unpack_from(data, second)[2:])
    at = second + _HEADER.size
    instants_s = struct.unpack_from(f">{counts.changes}q", data, at)
    kinds = data[at + 8 * counts.changes : at + 9 * counts.changes]
    types_at = at + 9 * counts.changes
    offsets_s = [struct.unpack_from(">l", data, types_at + 6 * kind)[0] for kind in range(counts.types)]
    found = [(BEGINNING_US, offsets_s[0] * US_PER_SECOND)]
    for instant_s, kind in zip(instants_s, kinds, strict=True):
        found.append((instant_s * US_PER_SECOND, offsets_s[kind] * US_PER_SECOND))
    rule = data[at + counts.block_bytes(8) :].decode("ascii").strip("\n")
    return _without_repeats(found + _by_rule(rule, after_us=found[-1][0]))


def _without_repeats(found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Drops changes of name or of saving alone, which move no clock."""
    return [pair for i, pair in enumerate(found) if i == 0 or pair[1] != found[i - 1][1]]


def _by_rule(rule: str, after_us: int) -> list[tuple[int, int]]:
    """Changes of a POSIX rule such as `CET-1CEST,M3.5.0,M10.5.0/3` later than an instant."""
    match = _RULE.fullmatch(rule)
    if match is None:
        raise ValueError(f"rule for later years {rule!r} is not of the form that POSIX gives it")
    # POSIX counts offsets westward.
    standard_s = -_seconds(match["standard"])
    if match["start"] is None:
        return [(after_us + 1, standard_s * US_PER_SECOND)]
    saving_s = -_seconds(match["saving"]) if match["saving"] else standard_s + 3600
    first_year = 1 if after_us == BEGINNING_US else 1970 + after_us // (366 * US_PER_DAY) - 1
    years = np.arange(first_year, _LAST_YEAR + 1, dtype=np.int64)
    starts = (_rule_wall_s(match["start"], years) - standard_s) * US_PER_SECOND
    ends = (_rule_wall_s(match["end"], years) - saving_s) * US_PER_SECOND
    changes = [(at, saving_s * US_PER_SECOND) for at in starts.tolist()]
    changes += [(at, standard_s * US_PER_SECOND) for at in ends.tolist()]
    return sorted(change for change in changes if change[0] > after_us)


def _rule_wall_s(rule: str, years: NDArray[np.int64]) -> NDArray[np.int64]:
    """Wall times, in seconds, at which one half of a rule strikes in each of the years."""
    day_rule, _, time = rule.partition("/")
    if not day_rule.startswith("M"):
        raise ValueError(f"day {day_rule!r} of the rule for later years, expected Mmonth.week.weekday")
    month, week, weekday = (int(part) for part in day_rule[1:].split("."))
    first = first_day(years * 12 + month - 1)
    # Day 0 was a Thursday; Sunday is 0.
    days = first + (weekday - 4 - first) % 7 + (week - 1) * 7
    if week == 5:  # the last one, which may be the fourth
        days = np.where(days < first_day(years * 12 + month), days, days - 7)
    return days * 86_400 + (_seconds(time) if time else 7200)


def _seconds(text: str) -> int:
    """Seconds of `[+-]hours[:minutes[:seconds]]`."""
    sign = -1 if text.startswith("-") else 1
    parts = [int(part) for part in text.lstrip("+-").split(":")]
    return sign * sum(part * unit for part, unit in zip(parts, (3600, 60, 1), strict=False))

"""Retention: how far back live definitions look at who entered and left segments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from satsuma.kernel.civil import BEFORE_ALL_US
from satsuma.kernel.windows import bounds
from satsuma.kernel.zones import zone
from satsuma.language import references
from satsuma.membership.live import LiveSegment


def read_from(live: Iterable[LiveSegment], now: int) -> Mapping[int, int]:
    """Segment → the instant (microseconds UTC) from which on live definitions read its changes.

    Windows only move forwards, so what they do not read now they will not read later. What is asked of a
    segment's past as a whole, such as within `held`, is read from the beginning. Segments whose changes
    nobody reads are not in it.
    """
    found: dict[int, int] = {}
    for segment in live:
        for number, at in _read(segment, now):
            found[number] = min(at, found.get(number, at))
    return found


def _read(segment: LiveSegment, now: int) -> Iterator[tuple[int, int]]:
    definition = segment.definition
    if definition is None:
        # One that cannot be read at present may be again.
        yield from ((number, BEFORE_ALL_US) for number in segment.depends_on)
        return
    for crossed in references.crossings_in(definition.where):
        low = bounds(crossed.during, now, zone(definition.timezone)).low
        yield crossed.segment, BEFORE_ALL_US if low is None else low
    yield from ((number, BEFORE_ALL_US) for number in references.segments_held_in(definition.where))

"""Quiet stretches of the record's past: from one instant to another, nothing of a source happened.

Most ticks of the clock pass nothing. What was found out about the past at one version holds at the next, but
for what was written since; so it is kept, and the record is asked only where something may lie.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from satsuma.catalog.model import Catalog
from satsuma.membership.touching.sources import (
    ConsentPassed,
    CrossingPassed,
    JoiningPassed,
    ObservationPassed,
)
from satsuma.record.touches import Touches

OfPast: TypeAlias = CrossingPassed | JoiningPassed | ConsentPassed | ObservationPassed

STRETCHES_MAX = 10_000
"""More than this many are not kept: segments and lists that come and go would leave theirs behind."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Nothing happened at `low <= at < high`; whether something did at `high`."""

    low: int
    high: int
    happened: bool


class Quiet:
    """Kept from version to version by whoever makes them; not to be shared by threads."""

    def __init__(self) -> None:
        """Nothing is known."""
        self._stretches: dict[OfPast, Stretch] = {}

    def covers(self, source: OfPast, low: int, high: int) -> bool:
        """Whether nothing of a source happened at `low <= at < high`."""
        known = self._stretches.get(source)
        return known is not None and known.low <= low and high <= known.high

    def from_(self, source: OfPast, at: int) -> Stretch:
        """What is known of the time from an instant on; an empty stretch where nothing is."""
        known = self._stretches.get(source)
        if known is None or not known.low <= at <= known.high:
            return Stretch(at, at, happened=False)
        return Stretch(at, known.high, known.happened)

    def note(self, source: OfPast, stretch: Stretch) -> None:
        """Keep a stretch, the only one of its source."""
        if len(self._stretches) >= STRETCHES_MAX:
            self._stretches.clear()
        self._stretches[source] = stretch

    def forget(self, touches: Touches, before: Catalog, catalog: Catalog) -> None:
        """A version wrote this, and may have changed the catalog.

        Segments and lists change at the version's very instant; the rest may be of the past.
        """
        if before.version != catalog.version:
            # Sources go by names, which may have passed to others.
            self._stretches.clear()
        written = {entity.name for entity in catalog.entities.values() if entity.number in touches.history}
        consented = {entity.name for entity in catalog.entities.values() if entity.number in touches.consent}
        self._stretches = {
            source: stretch
            for source, stretch in self._stretches.items()
            if not (isinstance(source, ObservationPassed) and source.entity in written)
            and not (isinstance(source, ConsentPassed) and source.entity in consented)
        }

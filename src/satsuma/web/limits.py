"""Limits of the public pages: how often somebody may try, by where they come from."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

REMEMBERED_MAX = 50_000
"""Places that are remembered at once; the one that was idle longest is forgotten first."""


class Limit:
    """A bucket of tries for each place, which fills up again as time passes (a token bucket)."""

    def __init__(self, tries: int, per_seconds: float) -> None:
        """So many tries at once, and as many again in so many seconds."""
        self._tries = float(tries)
        self._per_us = tries / (per_seconds * 1_000_000)
        self._left: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._lock = Lock()

    def take(self, place: str, now: int) -> bool:
        """Whether a place may try once more at an instant (microseconds UTC); that try is then gone."""
        with self._lock:
            left = self._filled(place, now)
            allowed = left >= 1.0
            self._left[place] = (left - 1.0 if allowed else left, now)
            self._left.move_to_end(place)
            while len(self._left) > REMEMBERED_MAX:
                self._left.popitem(last=False)
            return allowed

    def is_spent(self, place: str, now: int) -> bool:
        """Whether a place has no try left; takes none."""
        with self._lock:
            return self._filled(place, now) < 1.0

    def _filled(self, place: str, now: int) -> float:
        left, at = self._left.get(place, (self._tries, now))
        return min(self._tries, left + max(0, now - at) * self._per_us)

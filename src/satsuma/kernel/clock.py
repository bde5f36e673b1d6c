"""Clock: where `now` comes from. Below the workspace nothing asks; it is handed an instant."""

import time
from datetime import date, datetime
from threading import Lock
from typing import Protocol

from satsuma.kernel.errors import UsageError
from satsuma.kernel.instants import format_instant, instant_of
from satsuma.kernel.zones import UTC


class Clock(Protocol):
    """Anything that tells the time and never runs backwards."""

    def now(self) -> int:
        """The instant it is, in microseconds UTC; never less than an answer before."""
        ...


class SystemClock:
    """The machine's clock; when the machine is set back it stands still until the time is reached again."""

    def __init__(self) -> None:
        self._latest = 0
        self._lock = Lock()

    def now(self) -> int:
        """The instant it is, in microseconds UTC."""
        with self._lock:
            self._latest = max(self._latest, time.time_ns() // 1000)
            return self._latest


class ManualClock:
    """A clock that moves only when told to, for tests, simulations and replays.

    >>> clock = ManualClock("2026-01-01T00:00:00Z")
    >>> clock.set("2026-02-01")
    >>> format_instant(clock.now())
    '2026-02-01T00:00:00Z'
    """

    def __init__(self, start: str | datetime | date | int) -> None:
        self._now = instant_of(start, UTC)

    def now(self) -> int:
        """The instant it was last set to, in microseconds UTC."""
        return self._now

    def set(self, to: str | datetime | date | int) -> None:
        """Moves the clock; what bears no offset is read in UTC.

        Raises:
            UsageError: Not a moment, or one before the present one.
        """
        at = instant_of(to, UTC)
        if at < self._now:
            raise UsageError(
                f"the clock is at {format_instant(self._now)} and cannot be set back to {format_instant(at)}",
                code="usage.clock",
                hint="time only moves on; open another workspace to begin earlier",
            )
        self._now = at

"""Ticking: versions at the instants at which time alone may change something live.

Between two versions made by changes the clock may move someone in or out of a segment. `Ticks.to` makes a
version at every such instant on the way, or with a grid at the first of its points that is not before it. A
pause with very many of them is coarsened evenly, and the answer says so. `Ticker` does this as the system's
clock passes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Event, Thread
from typing import TypeAlias

from satsuma.kernel.civil import US_PER_SECOND
from satsuma.kernel.clock import Clock
from satsuma.kernel.errors import Error

CATCH_UP_VERSIONS_MAX = 10_000
"""So many versions are made for the time that has passed; of more instants some share one."""

CLOCK_STEP_MAX_US = 86_400 * US_PER_SECOND
"""A clock that jumps ahead by more while it is watched is not believed until someone says so."""

NextDue: TypeAlias = Callable[[int, int], int | None]
"""The first instant in `(after, upto]` at which time may change something live; None if there is none."""


@dataclass(frozen=True, slots=True)
class Passed:
    """What making time pass did.

    Attributes:
        versions: How many versions were made.
        coarsened_us: The grid to which instants were gathered for there were too many; 0: none were.
    """

    versions: int
    coarsened_us: int


class Ticks:
    """Makes time pass."""

    def __init__(
        self,
        next_due: NextDue,
        make: Callable[[int], object],
        now: Callable[[], int],
        *,
        versions_max: int = CATCH_UP_VERSIONS_MAX,
    ) -> None:
        """Wire it.

        Args:
            next_due: Asked after every version that is made.
            make: Makes a version at an instant.
            now: The last version's instant.
            versions_max: Beyond so many versions instants are gathered.
        """
        self._next_due = next_due
        self._make = make
        self._now = now
        self._versions_max = versions_max

    def to(
        self,
        upto: int,
        *,
        grid_us: int = 0,
        progress: Callable[[float], None] = lambda _: None,
    ) -> Passed:
        """Make a version at each due instant after the last version, up to an instant and with it.

        Args:
            upto: Microseconds UTC. No version is made there if nothing is due.
            grid_us: Instants are gathered at its multiples; 0: none are.
            progress: Told the part of the time that has passed, 0 to 1; what it raises ends it between
                versions.
        """
        begun = self._now()
        coarse_us = self._coarse_us(upto, grid_us)
        grid_us, made = max(grid_us, coarse_us), 0
        while (due := self._next_due(self._now(), upto)) is not None:
            self._make(_gathered(due, grid_us, upto))
            made += 1
            progress((self._now() - begun) / max(upto - begun, 1))
        return Passed(made, coarse_us)

    def _coarse_us(self, upto: int, grid_us: int) -> int:
        """The grid that keeps within the number of versions; 0 where none is needed."""
        at = self._now()
        even_us = -(-(upto - at) // self._versions_max)
        if even_us <= max(grid_us, 1):
            return 0
        for _ in range(self._versions_max):
            due = self._next_due(at, upto)
            if due is None:
                return 0
            at = _gathered(due, grid_us, upto)
        return even_us if self._next_due(at, upto) is not None else 0


def _gathered(due: int, grid_us: int, upto: int) -> int:
    return due if not grid_us else min(-(-due // grid_us) * grid_us, upto)


class Ticker:
    """Makes time pass as a clock does, in a thread of its own."""

    def __init__(
        self, ticks: Ticks, clock: Clock, steady_us: Callable[[], int], *, tick_us: int = US_PER_SECOND
    ) -> None:
        """Wire it.

        Args:
            clock: What versions bear.
            steady_us: Microseconds that pass evenly whatever is done to the clock.
            tick_us: How often the clock is looked at; due changes show within one.
        """
        self._ticks = ticks
        self._clock = clock
        self._steady_us = steady_us
        self._tick_us = tick_us
        self._stop = Event()
        self._thread: Thread | None = None
        self.stopped_by: str | None = None
        """Why it no longer ticks, for the operator; None while it does."""

    def start(self) -> None:
        """Begin; a second call while it ticks does nothing."""
        if self._thread is not None and self._thread.is_alive():
            return
        self.stopped_by = None
        self._stop.clear()
        self._thread = Thread(target=self._run, name="satsuma-ticker", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End it, after the version that it may be making."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        steady_us, wall_us = self._steady_us(), self._clock.now()
        while not self._stop.wait(self._tick_us / 1_000_000):
            now_us, passed_us = self._clock.now(), self._steady_us() - steady_us
            if now_us - wall_us - passed_us > CLOCK_STEP_MAX_US:
                days = (now_us - wall_us - passed_us) / CLOCK_STEP_MAX_US
                self.stopped_by = f"the clock jumped ahead by {days:.1f} days: check it, then let time go on"
                return
            steady_us, wall_us = steady_us + passed_us, now_us
            try:
                self._ticks.to(now_us, grid_us=self._tick_us, progress=self._go_on)
            except _Stopped:
                return
            except Error as error:
                self.stopped_by = error.message
                return

    def _go_on(self, _: float) -> None:
        if self._stop.is_set():
            raise _Stopped


class _Stopped(Exception):  # noqa: N818 - not an error: the ticker was asked to end
    pass

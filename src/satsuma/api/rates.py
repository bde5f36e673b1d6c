"""Rates: how often a caller may ask, by buckets that fill with time."""

from __future__ import annotations

import time
from collections import OrderedDict
from threading import Lock

from satsuma.api.problems import RefusedError

CALLERS_MAX = 10_000
"""Remembered; the one that was quiet for longest is forgotten first."""


class Rates:
    """One bucket for each caller: it holds what one may ask in a while, and fills evenly."""

    def __init__(self, count: int, *, minutes: int = 1) -> None:
        """Wire it.

        Args:
            count: So often; 0 means without limit.
            minutes: In so long.
        """
        self._count = count
        self._minutes = minutes
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def check(self, caller: str) -> None:
        """Count one request.

        Raises:
            RefusedError: It is one too many (`access.rate`).
        """
        if not self._count:
            return
        wait = self._take(caller)
        if wait > 0:
            raise RefusedError(
                "access.rate",
                f"more than {self._count} requests"
                + (" a minute" if self._minutes == 1 else f" in {self._minutes} minutes"),
                headers={"Retry-After": str(max(1, round(wait + 0.5)))},
            )

    def _take(self, caller: str) -> float:
        """Take one from the bucket; gives how many seconds to wait where it is empty."""
        now, per_second = time.monotonic(), self._count / (60 * self._minutes)
        with self._lock:
            level, before = self._buckets.pop(caller, (float(self._count), now))
            level = min(float(self._count), level + (now - before) * per_second)
            enough = level >= 1
            self._buckets[caller] = (level - 1 if enough else level, now)
            if len(self._buckets) > CALLERS_MAX:
                self._buckets.popitem(last=False)
        return 0.0 if enough else (1 - level) / per_second

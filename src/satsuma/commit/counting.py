"""Counting: how versions went, for those who watch a server."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

COMMIT_US_BOUNDS = (
    1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 10_000_000,
)  # fmt: skip
GROUP_BOUNDS = (1, 2, 5, 10, 25, 50, 100, 250, 1_000)


@dataclass(frozen=True, slots=True)
class Histogram:
    """Things counted by size.

    Attributes:
        bounds: Upper bounds of the buckets, inclusive, ascending.
        counts: Of each bucket, and last of all that is larger.
        total: The sum of all sizes.
    """

    bounds: Sequence[int]
    counts: tuple[int, ...]
    total: int = 0

    @classmethod
    def empty(cls, bounds: Sequence[int]) -> Histogram:
        """Nothing counted yet."""
        return cls(bounds, (0,) * (len(bounds) + 1))

    def plus(self, size: int) -> Histogram:
        """With one more."""
        place = bisect_left(self.bounds, size)
        counts = tuple(count + (here == place) for here, count in enumerate(self.counts))
        return Histogram(self.bounds, counts, self.total + size)


@dataclass(frozen=True, slots=True)
class Counted:
    """How versions went since the workspace was opened.

    Attributes:
        waiting: Commands that wait now.
        versions: Versions made.
        commands: Commands that are in them.
        failed: Commands that ended with an error.
        repeated: Attempts at a version that were given up for a smaller one, or for a segment that failed.
        groups: Versions by how many commands are in them.
        commit_us: Versions by how long they took to be made, in microseconds.
    """

    waiting: int = 0
    versions: int = 0
    commands: int = 0
    failed: int = 0
    repeated: int = 0
    groups: Histogram = field(default_factory=lambda: Histogram.empty(GROUP_BOUNDS))
    commit_us: Histogram = field(default_factory=lambda: Histogram.empty(COMMIT_US_BOUNDS))

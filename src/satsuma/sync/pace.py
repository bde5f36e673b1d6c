"""Pace: how many rows of a file make one version, so that nobody waits long behind an import.

Versions are made one at a time, and a single change waits for the chunk before it. So the next chunk is made
as large as can be written in the time that a chunk may take, as the ones before it were.
"""

from __future__ import annotations

from dataclasses import dataclass

CHUNK_US = 500_000
"""What a chunk may take. A change that comes meanwhile waits for that one, and goes before the next."""

CHUNK_ROWS_MIN = 5_000
"""A version has a price of its own: with fewer rows an import would mostly pay that."""


@dataclass(slots=True)
class Pace:
    """The size of the chunks to come; one thread tells, others may read.

    Attributes:
        rows_max: What a chunk never exceeds.
        rows: What the next one may have.
    """

    rows_max: int
    rows: int = 0

    def __post_init__(self) -> None:
        self.rows = self.rows_max

    def took(self, rows: int, took_us: int) -> None:
        """A chunk of so many rows took so long; 0: nobody measures."""
        if not took_us or not rows:
            return
        fitting = rows * CHUNK_US // took_us
        # Half of the way up, for one quick chunk may be luck; all of the way down.
        wanted = fitting if fitting < self.rows else (self.rows + fitting) // 2
        self.rows = min(max(wanted, CHUNK_ROWS_MIN), self.rows_max)

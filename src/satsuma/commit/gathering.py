"""Gathering: how long a version of many small requests waits for more of them.

A version costs much before its first row, and little for one row more. Callers who wait for their answers
fall into two camps, of which one sends while the version of the other is made: every version is half as large
as it could be, and takes about as long. So after a version of a crowd the next one waits until all who are
about have sent again, and for no longer than a version takes. Whoever comes alone waits for nobody.
"""

from __future__ import annotations

CROWD_MIN = 16
"""Fewer than so many callers are no crowd."""

WAIT_US_MAX = 100_000
"""The longest that a version waits, however long the one before took."""


class Gathering:
    """Tells when the next version shall begin; instants are of a clock that goes evenly, in microseconds."""

    def __init__(self) -> None:
        self._crowd = 0
        self._due_us = 0

    @property
    def crowd(self) -> int:
        """So many who wait are all who are expected: the next version begins at once."""
        return self._crowd if self._crowd >= CROWD_MIN else 1

    def wait_us(self, waiting: int, now_us: int) -> int:
        """How long a version shall still wait for more callers; 0: it begins.

        Args:
            waiting: Callers who wait now; at least one.
            now_us: The instant.
        """
        return 0 if waiting >= self.crowd else max(0, self._due_us - now_us)

    def made(self, taken: int, waiting: int, begun_us: int, ended_us: int) -> None:
        """Note a version that was made.

        Args:
            taken: Callers whose requests were in it.
            waiting: Callers who came while it was made.
            begun_us, ended_us: When it was made.
        """
        self._crowd = taken + waiting
        self._due_us = ended_us + min(ended_us - begun_us, WAIT_US_MAX)

"""Kept drafts: definitions of segments as they were bound, for as long as names mean the same.

Whoever watches a compound asks for its estimate at version after version, of which most change records alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from satsuma.membership.names import StoredNames

T = TypeVar("T")


class KeptDrafts(Generic[T]):
    """What was made of the drafts of segments while names meant the same; any thread may ask."""

    def __init__(self) -> None:
        self._kept: tuple[StoredNames, dict[int, T]] | None = None

    def of(self, names: StoredNames, segment: int, make: Callable[[], T]) -> T:
        """What is kept of a segment, or is made now.

        Args:
            names: As `KeptNames` gives them: others where a segment, a definition or the catalog is another.
            segment: Its id.
            make: From these names, the catalog and what is stored of the segment, and from nothing else.
        """
        kept = self._kept
        if kept is None or kept[0] is not names:
            self._kept = kept = (names, {})
        if segment not in kept[1]:
            # Two threads may make it at the same time; either's is right.
            kept[1][segment] = make()
        return kept[1][segment]

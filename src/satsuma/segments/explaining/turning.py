"""Turns: when the truth of a condition changes, before now or after it, as far as that is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from satsuma.segments.explaining.places import Place, Truth


class Known(StrEnum):
    """What is known of a change.

    AT: its instant. NEVER: there is none. BEYOND: none up to the horizon. UNKNOWN: it cannot be told.
    """

    AT = "at"
    NEVER = "never"
    BEYOND = "beyond"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Turn:
    """When the truth of a condition changes.

    Attributes:
        at: Microseconds UTC, where it is known.
        reason: Why it is not known, where it is not.
    """

    known: Known
    at: int | None = None
    reason: str | None = None


NEVER = Turn(Known.NEVER)
BEYOND = Turn(Known.BEYOND)


class Turns:
    """The turns of all places of a definition, while time is gone through in one direction from now."""

    def __init__(self, root: Place, present: Mapping[int, bool], unknown: Mapping[int, str]) -> None:
        """Nothing is settled yet.

        Args:
            present: The truths now, by place number.
            unknown: Why nothing is known of some leaves but their present.
        """
        self._root = root
        self._present = present
        self._unknown = unknown
        self._open = {place.number: place for place in root.walk()}
        self.settled: dict[int, Turn] = {}

    @property
    def is_over(self) -> bool:
        """Whether every place has turned, or is beyond what can be known."""
        return not self._open

    def see(self, at: int, of_leaf: Callable[[int], Truth]) -> None:
        """Settle the places that differ from now; `at` is where the change from what was seen before lies."""
        truths = self._root.truths(of_leaf)
        for number in list(self._open):
            truth = truths[number]
            if truth is None:
                self._settle(number, Turn(Known.UNKNOWN, reason=self._reason(self._open[number])))
            elif truth != self._present[number]:
                self._settle(number, Turn(Known.AT, at))

    def end(self, rest: Callable[[Place], Turn]) -> dict[int, Turn]:
        """All turns; those of places that never turned as told by `rest`."""
        for place in list(self._open.values()):
            self._settle(place.number, rest(place))
        return self.settled

    def _settle(self, number: int, turn: Turn) -> None:
        del self._open[number]
        self.settled[number] = turn

    def _reason(self, place: Place) -> str:
        reasons = (self._unknown[one.number] for one in place.walk() if one.number in self._unknown)
        return next(reasons, "it cannot be told")

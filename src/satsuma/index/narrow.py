"""Narrow: the integers of a column in as few bytes as their range takes, to compare many of them at once.

An age takes one byte rather than eight, and a processor compares as many in one step as fit its registers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROWS_MIN = 1 << 14
"""Fewer values are compared as they are."""

_BYTES_MAX = 4


@dataclass(frozen=True, slots=True, eq=False)
class Narrow:
    """Integers, each less the least of them.

    Attributes:
        base: The least.
        values: What each is above it, uint8, uint16 or uint32.
    """

    base: int
    values: NDArray[Any]

    def between(self, low: int | None, high: int | None) -> NDArray[np.bool_]:
        """Where `low <= value <= high`; None: no bound."""
        kind = self.values.dtype.type
        most = int(np.iinfo(kind).max)
        first = 0 if low is None else max(low - self.base, 0)
        last = most if high is None else min(high - self.base, most)
        found: NDArray[np.bool_]
        if first > last:
            found = np.zeros(len(self.values), dtype=np.bool_)
        elif first == last:
            found = self.values == kind(first)
        elif first == 0:
            found = self.values <= kind(last)
        elif last == most:
            found = self.values >= kind(first)
        else:
            # What is below the first wraps around, to above the last.
            found = (self.values - kind(first)) <= kind(last - first)
        return found


def narrow_of(values: NDArray[Any]) -> Narrow | None:
    """Integers in fewer bytes; None where that saves none, or they are few."""
    if len(values) < ROWS_MIN or values.dtype.kind != "i":
        return None
    base = int(values.min())
    kind = np.min_scalar_type(int(values.max()) - base)
    if kind.itemsize > min(_BYTES_MAX, values.dtype.itemsize // 2):
        return None
    return Narrow(base, (values - values.dtype.type(base)).astype(kind))

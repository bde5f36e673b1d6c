"""Overlap: how many are in exactly these segments and in none of the others, for each combination (UpSet)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from satsuma.kernel.errors import UsageError

SEGMENTS_MAX = 12


@dataclass(frozen=True, slots=True)
class Intersection:
    """Those in exactly the segments of these places, and in none of the others."""

    places: tuple[int, ...]
    count: int


def intersections(members: Sequence[NDArray[np.uint32]]) -> list[Intersection]:
    """Every combination that somebody is in, the largest first.

    Args:
        members: Of each segment, distinct numbers of one audience.

    Raises:
        UsageError: There are fewer than two segments, or too many.
    """
    check_count(len(members))
    everyone = np.unique(np.concatenate(members))
    marks = np.zeros(len(everyone), dtype=np.int64)
    for place, numbers in enumerate(members):
        marks[np.searchsorted(everyone, numbers)] |= 1 << place
    found, counts = np.unique(marks, return_counts=True)
    rows = [
        Intersection(tuple(p for p in range(len(members)) if mark >> p & 1), int(count))
        for mark, count in zip(found.tolist(), counts.tolist(), strict=True)
    ]
    return sorted(rows, key=lambda one: (-one.count, one.places))


def check_count(segments: int) -> None:
    """Refuse fewer than two segments, and more than combinations can be read of.

    Raises:
        UsageError: That many.
    """
    if not 2 <= segments <= SEGMENTS_MAX:
        raise UsageError(f"found {segments} segments, expected 2 to {SEGMENTS_MAX}", code="usage.segments")

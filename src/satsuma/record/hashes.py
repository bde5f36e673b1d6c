"""Hashes of what a table holds, so that new rows are told from repeated ones without reading the table.

Sorted runs of 64-bit hashes, small runs merged into larger ones as they come (a log-structured merge tree,
after O'Neil et al., 1996). A run never changes, so whoever kept the runs of before still has them. A hash
that is found says only *perhaps*: rows may have been removed since, and two texts may share a hash.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class HashRuns:
    """Sorted uint64 arrays, the largest first; each is longer than all after it that came later."""

    runs: tuple[NDArray[np.uint64], ...] = ()

    def __len__(self) -> int:
        return sum(len(run) for run in self.runs)

    def contains(self, hashes: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """For each hash, whether a run has it. Fastest where they are sorted, for the cache's sake."""
        found = np.zeros(len(hashes), dtype=np.bool_)
        for run in self.runs:
            places = np.searchsorted(run, hashes)
            places[places == len(run)] = 0
            found |= run[places] == hashes
        return found

    def with_sorted(self, hashes: NDArray[np.uint64]) -> HashRuns:
        """These and some more, given in ascending order."""
        if not len(hashes):
            return self
        runs, last = list(self.runs), hashes
        while runs and len(runs[-1]) <= 2 * len(last):
            # The stable sort finds the ascending runs in its input and merges them: linear, not n log n.
            last = np.sort(np.concatenate((runs.pop(), last)), kind="stable")
        return HashRuns((*runs, last))

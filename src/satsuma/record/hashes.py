"""Hashes of what a table holds, so that new rows are told from repeated ones without reading the table.

Sorted runs of 64-bit hashes, small runs merged into larger ones as they come (a log-structured merge tree,
after O'Neil et al., 1996), and below them a file. A run never changes, so whoever kept the runs of before
still has them. A hash that is found says only *perhaps*: rows may have been removed since, and two texts may
share a hash.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from satsuma.record.hash_file import HashFile

Hashes = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class HashRuns:
    """Sorted uint64 arrays, the largest first; each is longer than all after it that came later.

    Attributes:
        runs: Those that grow.
        sealed: Those that are being written to a file.
        file: What has been written.
    """

    runs: tuple[Hashes, ...] = ()
    sealed: tuple[Hashes, ...] = ()
    file: HashFile | None = None

    def __len__(self) -> int:
        return self.in_memory + (0 if self.file is None else len(self.file))

    @property
    def in_memory(self) -> int:
        """How many are in no file."""
        return sum(len(run) for run in (*self.sealed, *self.runs))

    def contains(self, hashes: Hashes) -> NDArray[np.bool_]:
        """For each hash, whether a run has it. Fastest where they are sorted, for the cache's sake.

        Raises:
            DamagedError: The file cannot tell.
        """
        found = np.zeros(len(hashes), dtype=np.bool_) if self.file is None else self.file.contains(hashes)
        for run in (*self.sealed, *self.runs):
            places = np.searchsorted(run, hashes)
            places[places == len(run)] = 0
            found |= run[places] == hashes
        return found

    def with_sorted(self, hashes: Hashes) -> HashRuns:
        """These and some more, given in ascending order."""
        if not len(hashes):
            return self
        runs, last = list(self.runs), hashes
        while runs and len(runs[-1]) <= 2 * len(last):
            # The stable sort finds the ascending runs in its input and merges them: linear, not n log n.
            last = np.sort(np.concatenate((runs.pop(), last)), kind="stable")
        return replace(self, runs=(*runs, last))

    def seal(self) -> HashRuns:
        """With all that is in memory set apart, to be written."""
        return HashRuns((), (*self.sealed, *self.runs), self.file)

    def unseal(self, file: HashFile | None) -> HashRuns:
        """On a file that has what was set apart; None: it could not be written, all goes on as before."""
        if file is not None:
            return HashRuns(self.runs, (), file)
        # In order of size, as they are asked and merged.
        runs = sorted((*self.sealed, *self.runs), key=len, reverse=True)
        return HashRuns(tuple(runs), (), self.file)

    def sealed_pieces(self) -> Iterator[Hashes]:
        """What is in the file and what was set apart, ascending, in pieces.

        Raises:
            DamagedError: The file is not what was written.
        """
        more = list(self.sealed)
        for piece in () if self.file is None else self.file.pieces():
            ends = [int(np.searchsorted(run, piece[-1], side="right")) for run in more]
            yield _merged([piece, *(run[:end] for run, end in zip(more, ends, strict=True))])
            more = [run[end:] for run, end in zip(more, ends, strict=True)]
        yield _merged(more)


def _merged(runs: list[Hashes]) -> Hashes:
    if len(runs) == 1:
        return runs[0]
    return np.sort(np.concatenate([np.zeros(0, dtype=np.uint64), *runs]), kind="stable")

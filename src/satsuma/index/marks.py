"""Marks: which members of a table differ from its files, and since which version."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from satsuma.index.columns import among

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Marks:
    """Members, and the last version that marked each.

    Attributes:
        members: Ascending, int64.
        versions: Of each.
    """

    members: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    versions: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def __len__(self) -> int:
        return len(self.members)

    def marked(self, members: Ints, version: int) -> Marks:
        """With some more (ascending)."""
        if not len(members):
            return self
        kept = np.flatnonzero(~among(self.members, members))
        both = np.concatenate([self.members[kept], members])
        versions = np.concatenate([self.versions[kept], np.full(len(members), version)])
        order = np.argsort(both, kind="stable")
        return Marks(both[order], versions[order])

    def since(self, version: int) -> Marks:
        """Those of versions above one."""
        later = self.versions > version
        return Marks(self.members[later], self.versions[later])

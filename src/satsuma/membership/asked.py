"""Asked: memberships as conditions ask for them while a version is being made.

Members of segments come from the planes, which follow in dependency order; what this version itself has moved
counts for `entered` and `left`. Lists, consent and earlier changes are read from the record, in the version's
own transaction.
"""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
import numpy as np

from satsuma.evaluation.kernels.memberships import SqlMemberships
from satsuma.evaluation.kernels.scope import Bools, Records
from satsuma.membership.deltas import Moved
from satsuma.membership.planes import Places, Plane


class Asked(SqlMemberships):
    """Answers of one version in the making.

    Attributes:
        planes: Members by segment, of the segments that have followed already.
        moved: What this version has moved in them.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        at: int,
        planes: Mapping[int, Plane],
        moved: Mapping[int, Moved],
    ) -> None:
        """Wire it; the mappings grow as segments follow."""
        super().__init__(connection)
        self._at = at
        self._planes = planes
        self._moved = moved

    def segment(self, segment: int, frame: Records) -> Bools:
        """Whether each record of a frame is a member."""
        plane = self._planes.get(segment)
        if plane is None:
            return np.zeros(len(frame), dtype=np.bool_)
        return plane.whole(len(frame)) if frame.numbers is None else plane.at(Places.of(frame.numbers))

    def crossed(self, segment: int, *, entered: bool, low: int, high: int, frame: Records) -> Bools:
        """Whether each record entered (left) it in a version of `low <= at < high`, this one counted."""
        found = super().crossed(segment, entered=entered, low=low, high=high, frame=frame)
        now = self._moved.get(segment)
        if now is None or not low <= self._at < high:
            return found
        numbers = now.numbers[now.entered == entered]
        if frame.numbers is None:
            found[numbers] = True
            return found
        here: Bools = found | np.isin(frame.numbers, numbers)
        return here

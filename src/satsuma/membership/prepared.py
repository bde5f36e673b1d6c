"""Prepared leaves: evaluated for everyone beside the writer, and caught up when their segments join.

Going live takes a second or more over a large audience. So a leaf is evaluated on the last version while
versions go on being made; what these touch is noted, and when the segment joins, the leaf is asked again for
those only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from threading import Lock

from satsuma.index import Index
from satsuma.kernel.errors import InvariantError
from satsuma.membership.planes import Numbers, Plane, united
from satsuma.membership.standing import Standing
from satsuma.membership.touching import Leaf, Touching
from satsuma.record.change import Change
from satsuma.record.touches import Touches

LOGGED_VERSIONS_MAX = 10_000
"""Preparations that are older than so many versions are given up: their leaves are evaluated anew."""


@dataclass(slots=True)
class Since:
    """A version at which leaves were evaluated, and what versions after it touched.

    Attributes:
        standing: Of that version; None until it has been read.
    """

    standing: Standing | None = None
    touches: list[Touches] = field(default_factory=list)
    _touching: tuple[Change, Touching] | None = None

    def touching(self, change: Change, index: Index) -> Touching:
        """What all versions since touched, the one in the making included."""
        if self._touching is None or self._touching[0] is not change:
            before = self.standing
            if before is None:
                raise InvariantError("leaves were prepared at no version")
            merged = Touches.merged([*self.touches, change.touches])
            found = Touching(merged, before.index, index, before.at, change.at, change.connection)
            self._touching = change, found
        return self._touching[1]


class Prepared:
    """Planes that wait for their segments to join. Any thread may prepare; the writer takes."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._planes: dict[str, tuple[Plane, Since]] = {}
        self._since: list[Since] = []

    def begin(self) -> Since:
        """Note from now on what versions touch; `end` stops it."""
        since = Since()
        with self._lock:
            self._since.append(since)
        return since

    def put(self, key: str, plane: Plane, since: Since) -> None:
        """Offer the plane of a leaf at the version of `since`."""
        with self._lock:
            self._planes[key] = plane, since

    def end(self, since: Since) -> None:
        """Forget what was prepared at a version."""
        with self._lock:
            self._since = [one for one in self._since if one is not since]
            self._planes = {key: kept for key, kept in self._planes.items() if kept[1] is not since}

    def note(self, touches: Touches) -> None:
        """A version was made, and touched this."""
        with self._lock:
            for since in self._since:
                since.touches.append(touches)
            worn_out = [one for one in self._since if len(one.touches) > LOGGED_VERSIONS_MAX]
        for since in worn_out:
            self.end(since)

    def plane(self, leaf: Leaf, change: Change, index: Index) -> tuple[Plane, Numbers | None] | None:
        """A plane for a leaf that joins, and the members to be asked for since; None where none waits.

        Args:
            leaf: It refers to no segment: those are evaluated when they join.
            change: The version in the making.
            index: Of it.
        """
        with self._lock:
            found = self._planes.pop(leaf.key, None)
        if found is None or leaf.segments:
            return None
        plane, since = found
        touching = since.touching(change, index)
        data, clock = touching.data(leaf), touching.clock(leaf)
        return plane, None if data is None or clock is None else united([data, clock])


def prepared_leaves(leaves: Iterable[Leaf], standing: Standing) -> list[Leaf]:
    """Those of some leaves that are worth preparing: not kept already, and referring to no segment."""
    return [leaf for leaf in leaves if leaf.key not in standing.leaves and not leaf.segments]

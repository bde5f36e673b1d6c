"""Snapshot: the members of all live segments at one version, held together whatever is committed meanwhile.

Nothing is copied when one is taken: it is the immutable state that the engine published with that version, so
    that a reader of several segments never sees one at an earlier version than another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pyroaring import BitMap

from satsuma.catalog.audiences import audience_named, entity_of_number
from satsuma.kernel.errors import NotFoundError
from satsuma.kernel.suggest import did_you_mean
from satsuma.kernel.text import fold
from satsuma.membership.standing import KeptSegment, Standing
from satsuma.record.arrow import texts


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """The live segments at one version; any thread may read it, for as long as it likes.

    Attributes:
        standing: What the engine published.
    """

    standing: Standing

    @property
    def version(self) -> int:
        """The number of the version."""
        return self.standing.version

    @property
    def at(self) -> int:
        """Its instant, microseconds UTC."""
        return self.standing.at

    @property
    def sizes(self) -> Mapping[str, int]:
        """How many members each live segment has, by name."""
        return {kept.segment.name: len(kept.members) for kept in self.standing.segments.values()}

    def members(self, segment: str) -> BitMap:
        """Member numbers of a live segment. A copy.

        Raises:
            NotFoundError: No live segment has the name.
        """
        return self._kept(segment).members.whole().copy()

    def contains(self, segment: str, key: str) -> bool:
        """Whether the record that has a key is a member; an unknown key is not.

        Raises:
            NotFoundError: No live segment has the name.
        """
        kept = self._kept(segment)
        number = self._number(kept.segment.audience, key)
        return number is not None and number in kept.members

    def segments_of(self, key: str, audience: str | None = None) -> tuple[str, ...]:
        """Names of the live segments that a record is in, sorted.

        Raises:
            NotFoundError: No record has the key.
        """
        entity = audience_named(self.standing.index.of.catalog, audience)
        number = self._number(entity.number, key)
        if number is None:
            raise NotFoundError(f"no {entity.name} “{key}”", code="not_found.record")
        kept = self.standing.segments.values()
        return tuple(
            sorted(
                one.segment.name
                for one in kept
                if one.segment.audience == entity.number and number in one.members
            )
        )

    def _kept(self, name: str) -> KeptSegment:
        wanted = fold(name)
        for kept in self.standing.segments.values():
            if fold(kept.segment.name) == wanted:
                return kept
        names = [kept.segment.name for kept in self.standing.segments.values()]
        raise NotFoundError(
            f"no live segment “{name}”", code="not_found.segment", hint=did_you_mean(name, names)
        )

    def holds(self, key: str, audience: str | None = None) -> bool:
        """Whether a record bears the key itself, not as an alias."""
        return self._number(audience_named(self.standing.index.of.catalog, audience).number, key) is not None

    def _number(self, audience: int, key: str) -> int | None:
        index = self.standing.index
        entity = entity_of_number(index.of.catalog, audience)
        number = int(index.entity(entity).find(texts([key]))[0])
        return None if number < 0 else number

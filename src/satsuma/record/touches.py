"""Touches: which records, interactions and memberships a version in the making has written to.

Every write path notes here what it may have changed; whoever keeps something true of the record then looks at
nothing else. Noting too much costs time, noting too little makes memberships wrong, so paths note what they
name rather than what they find changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from satsuma.catalog.model import Entity

Numbers: TypeAlias = "NDArray[np.uint32]"
Parts: TypeAlias = dict[int, list[Numbers]]
"""Numbers by what they count in, in the pieces in which they were noted; a number may come again."""


@dataclass(slots=True)
class Touches:
    """What a version has written to; entities and interaction types by their catalog numbers.

    Attributes:
        records: Entity → records that were made, or whose current attributes may have changed.
        attributes: Entity → numbers of the attributes that those were given; all, where one was made.
        created: Entity → those of `records` that were made.
        gone: Entity → records that were deleted or merged away.
        history: Entity → records whose attributes' past may have changed; all of `records` and `gone`.
        appended: Type → members with new rows, which bear this version's number.
        rewritten: Type → members with rows that were removed, moved to another member, or changed.
        lists: List → members that joined or left.
        consent: Entity → members whose ledger changed; entries may count only from a later instant.
        static: Static segment → members put in or taken out.
        overrides: Segments whose overrides changed.
        defined: Segments that were made, changed or removed, or whose uses of others were.
        converted: ("entity" or "type", number) of tables whose stored columns were converted or dropped.
        unmarked: Entity → those of `records` whose change no row of this version in the history tells.
    """

    records: Parts = field(default_factory=dict)
    attributes: dict[int, set[int]] = field(default_factory=dict)
    created: Parts = field(default_factory=dict)
    gone: Parts = field(default_factory=dict)
    history: Parts = field(default_factory=dict)
    appended: Parts = field(default_factory=dict)
    rewritten: Parts = field(default_factory=dict)
    lists: Parts = field(default_factory=dict)
    consent: Parts = field(default_factory=dict)
    static: Parts = field(default_factory=dict)
    overrides: set[int] = field(default_factory=set)
    defined: set[int] = field(default_factory=set)
    converted: set[tuple[str, int]] = field(default_factory=set)
    unmarked: Parts = field(default_factory=dict)

    @property
    def some(self) -> bool:
        """Whether anything was written at all."""
        return any(getattr(self, each.name) for each in fields(Touches))

    @staticmethod
    def numbers(which: Mapping[int, list[Numbers]], key: int) -> Numbers:
        """The distinct numbers that are noted under a key, ascending, uint32."""
        parts = which.get(key)
        return np.unique(np.concatenate(parts)) if parts else np.zeros(0, dtype=np.uint32)

    @staticmethod
    def merged(several: Iterable[Touches]) -> Touches:
        """What some versions have touched together; none of them is changed."""
        found = Touches()
        for one in several:
            for each in fields(Touches):
                _join(getattr(found, each.name), getattr(one, each.name))
        return found

    def make(self, entity: Entity, numbers: NDArray[Any]) -> None:
        """Records were made."""
        if len(numbers):
            _note(self.created, entity.number, numbers)
            self.write(entity, numbers, (attribute.number for attribute in entity.attributes.values()))

    def write(
        self, entity: Entity, numbers: NDArray[Any], attributes: Iterable[int], *, marked: bool = True
    ) -> None:
        """Current attributes of records were written.

        Args:
            entity: Theirs.
            numbers: Of the records.
            attributes: Numbers of the attributes.
            marked: Whether rows of this version in the history, or new numbers, tell of it.
        """
        if not len(numbers):
            return
        _note(self.records, entity.number, numbers)
        self.attributes.setdefault(entity.number, set()).update(attributes)
        self.rewrite_past(entity, numbers)
        if not marked:
            _note(self.unmarked, entity.number, numbers)

    def rewrite_past(self, entity: Entity, numbers: NDArray[Any]) -> None:
        """The past of records was written to: an observation, or since when they exist."""
        _note(self.history, entity.number, numbers)

    def remove(self, entity: Entity, numbers: NDArray[Any]) -> None:
        """Records were removed."""
        _note(self.gone, entity.number, numbers)
        self.rewrite_past(entity, numbers)

    def append(self, type_number: int, members: NDArray[Any]) -> None:
        """Interactions of members were added."""
        _note(self.appended, type_number, members)

    def rewrite(self, type_number: int, members: NDArray[Any]) -> None:
        """Interactions of members were removed, moved or changed."""
        _note(self.rewritten, type_number, members)

    def join_or_leave(self, list_id: int, members: NDArray[Any]) -> None:
        """Members joined or left a list."""
        _note(self.lists, list_id, members)

    def give_consent(self, audience: int, members: NDArray[Any]) -> None:
        """The ledger of members changed; `audience` is their entity's number."""
        _note(self.consent, audience, members)

    def pick(self, segment: int, members: NDArray[Any]) -> None:
        """Members were put into a static segment, or taken out."""
        _note(self.static, segment, members)


def _note(which: Parts, key: int, numbers: NDArray[Any]) -> None:
    if len(numbers):
        which.setdefault(key, []).append(numbers.astype(np.uint32))


def _join(into: Any, other: Any) -> None:
    if isinstance(into, set):
        into |= other
        return
    for key, value in other.items():
        if isinstance(value, set):
            into.setdefault(key, set()).update(value)
        else:
            into.setdefault(key, []).extend(value)

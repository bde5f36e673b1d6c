"""Names: what the checker must ask of a workspace beside its catalog, as protocols.

The rooms above hold segments, lists, aliases and the data; they answer these. `NO_NAMES` answers for a
workspace that has none of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from satsuma.catalog.model import Attribute, InteractionType


@dataclass(frozen=True, slots=True)
class SegmentEntry:
    """What is to be known of a segment that may be referred to.

    Attributes:
        audience: Name of the entity whose records are its members.
        live: Whether it may be referred to: its members are kept.
        depends_on: The segments that its own definition refers to.
    """

    id: int
    name: str
    audience: str
    live: bool
    depends_on: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ListEntry:
    """What is to be known of a marketing list that may be referred to."""

    id: int
    name: str
    audience: str


class Names(Protocol):
    """Segments, lists and aliases of a workspace."""

    def find_segment(self, ref: str | int) -> SegmentEntry | None:
        """The segment of a name (without regard to case) or a number."""
        ...

    def find_list(self, ref: str | int) -> ListEntry | None:
        """The list of a name (without regard to case) or a number."""
        ...

    def segment_names(self) -> Iterable[str]:
        """Names of all segments, for suggestions."""
        ...

    def list_names(self) -> Iterable[str]:
        """Names of all lists, for suggestions."""
        ...

    def resolve_key(self, entity: str, key: str) -> str:
        """The key under which a record is kept: where two were merged, the one that stayed; else the key."""
        ...

    def live_with_hash(self, canonical_hash: str) -> Iterable[SegmentEntry]:
        """Live segments whose definition has this canonical hash."""
        ...


class Statistics(Protocol):
    """What the checker may ask about the data, for warnings."""

    def is_missing_for_all(self, attribute: Attribute) -> bool:
        """Whether no record, or interaction, has a value of the attribute."""
        ...

    def never_occurred(self, interaction: InteractionType) -> bool:
        """Whether no interaction of the type has been recorded."""
        ...


class _NoNames:
    def find_segment(self, ref: str | int) -> SegmentEntry | None:  # noqa: ARG002 -- the protocol's
        return None

    def find_list(self, ref: str | int) -> ListEntry | None:  # noqa: ARG002 -- the protocol's
        return None

    def segment_names(self) -> Iterable[str]:
        return ()

    def list_names(self) -> Iterable[str]:
        return ()

    def resolve_key(self, entity: str, key: str) -> str:  # noqa: ARG002 -- the protocol's
        return key

    def live_with_hash(self, canonical_hash: str) -> Iterable[SegmentEntry]:  # noqa: ARG002 -- the protocol's
        return ()


NO_NAMES: Names = _NoNames()
"""A workspace without segments, lists and aliases."""

"""Taken: what a write did, as values that the layers above go on from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


def _none() -> NDArray[np.uint32]:
    return np.empty(0, dtype=np.uint32)


def _no_places() -> NDArray[np.int64]:
    return np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of the rows of an upsert or append.

    Attributes:
        accepted: Rows taken.
        duplicates: Interactions ignored because their (type, id) is there already.
        quarantined: Rows refused, by the intake or by the store.
        created: Numbers of the records made, ascending, uint32.
        touched: Numbers of the records that rows were taken for, ascending, uint32.
        duplicate_positions: Positions of the duplicates in the batch, ascending, int64.
    """

    accepted: int
    duplicates: int
    quarantined: int
    created: NDArray[np.uint32] = field(default_factory=_none)
    touched: NDArray[np.uint32] = field(default_factory=_none)
    duplicate_positions: NDArray[np.int64] = field(default_factory=_no_places)


@dataclass(frozen=True, slots=True)
class Deleted:
    """What a deletion removed.

    Attributes:
        numbers: Of the records removed, ascending, uint32.
        keys: Their keys, in the same order.
        unknown: The keys given that no record has.
        interactions: Interaction type → how many were removed; only types of which some were.
        static_segments: Ids of segments that lost static members.
        lists: Ids of lists that lost members.
    """

    numbers: NDArray[np.uint32]
    keys: tuple[str, ...]
    unknown: tuple[str, ...]
    interactions: Mapping[str, int]
    static_segments: tuple[int, ...]
    lists: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Retracted:
    """What a retraction removed: interactions and the records they were of; and the ids nobody has."""

    removed: int
    members: NDArray[np.uint32]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge joined.

    Attributes:
        keep, drop: Numbers of the record that stays and of the one that is gone.
        keep_key, drop_key: Their keys.
        attributes: Catalog numbers of the attributes that the kept record took over.
        referring: Entity → numbers of the records whose references were rewritten, ascending, uint32.
        interactions: Interaction type → numbers of the members whose interactions were moved or rewritten.
    """

    keep: int
    drop: int
    keep_key: str
    drop_key: str
    attributes: tuple[int, ...]
    referring: Mapping[str, NDArray[np.uint32]]
    interactions: Mapping[str, NDArray[np.uint32]]

"""Arrivals: what upserts and appends have in common, from arriving keys to record numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from satsuma.catalog.model import Entity
from satsuma.record.arrow import Column, places_of
from satsuma.record.counters import members
from satsuma.record.gathering import Reason
from satsuma.record.resolve import Resolved
from satsuma.record.transaction import Transaction

DELETED_SINCE = ("data.deleted_since", "the record was deleted after this was observed or occurred")


@dataclass(frozen=True, slots=True)
class Numbered:
    """Numbers for the distinct keys of a batch, new ones for records that do not exist yet.

    Attributes:
        numbers: int64, one for each key; -1 for a key that no row bears any more.
        first: The first new number, which is how many numbers were given before.
        keys: Keys of the new records, in the order of their numbers.
        created: uint32, the new numbers, ascending.
    """

    numbers: NDArray[np.int64]
    first: int
    keys: Column
    created: NDArray[np.uint32]


def number_new(
    transaction: Transaction, entity: Entity, known: Resolved, codes: NDArray[np.int64]
) -> Numbered:
    """Give numbers to records that do not exist yet, in the order in which rows first name them.

    Args:
        transaction: The version that makes them.
        entity: Theirs.
        known: What the store says of the distinct keys.
        codes: For each row that is taken, the place of its key in `known`.
    """
    used, first_rows = np.unique(codes, return_index=True)
    is_new = known.numbers[used] < 0
    places = used[is_new][np.argsort(first_rows[is_new])]
    first = transaction.memory.counters.take(members(entity.number), len(places))
    numbers = known.numbers.copy()
    numbers[places] = np.arange(first, first + len(places))
    created = np.arange(first, first + len(places), dtype=np.uint32)
    keys: Any = known.keys
    return Numbered(numbers, first, keys.take(places_of(places)), created)


def without(count: int, reasons: Iterable[Reason]) -> NDArray[np.int64]:
    """The places of `count` rows that no reason names, ascending."""
    good = np.ones(count, dtype=np.bool_)
    for reason in reasons:
        good[reason.places] = False
    return np.flatnonzero(good)

"""Changed: which rows of the record an index has to read anew to go on from one version to a later one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from satsuma.record.transaction import Transaction
from satsuma.record.written import Written

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class ChangedRecords:
    """Of one entity.

    Attributes:
        numbers: All that may differ, ascending, int64.
        read: Those of them to be read; those that are not found are gone.
        gone: Others that are.
        attributes: Numbers of the attributes to be read; None: all.
        written: Values at hand, in order; what is read counts more.
    """

    numbers: Ints
    read: Ints
    gone: Ints
    attributes: frozenset[int] | None = None
    written: Sequence[Written] = ()


@dataclass(frozen=True, slots=True, eq=False)
class ChangedInteractions:
    """Of one interaction type.

    Attributes:
        after: Rows of versions above this one are new; None: there are none.
        rewritten: Members (ascending, int64) all of whose rows are to be read anew.
        gone: Members that have no rows any more, likewise.
        written: All new rows, where they are at hand; else they are read.
    """

    after: int | None
    rewritten: Ints
    gone: Ints
    written: Sequence[Written] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Changed:
    """What versions have changed, by catalog number; what is not named is as it was.

    Attributes:
        converted: Numbers of entities and types whose tables are to be read whole.
    """

    entities: Mapping[int, ChangedRecords] = field(default_factory=dict)
    interactions: Mapping[int, ChangedInteractions] = field(default_factory=dict)
    converted: frozenset[int] = frozenset()


def of_change(change: Transaction) -> Changed:
    """What one version has changed, all of whose rows are written."""
    touches, version = change.touches, change.version
    entities = {}
    for number in touches.records.keys() | touches.gone.keys():
        gone = _numbers(touches.numbers(touches.gone, number))
        entities[number] = ChangedRecords(
            np.union1d(_numbers(touches.numbers(touches.records, number)), gone),
            np.setdiff1d(_numbers(touches.numbers(touches.unmarked, number)), gone),
            gone,
            frozenset(touches.attributes.get(number, ())),
            change.written.get(number, ()),
        )
    catalog, interactions = change.catalog, {}
    for type_ in catalog.interactions.values():
        gone = _numbers(touches.numbers(touches.gone, catalog.entities[type_.audience].number))
        rewritten = np.setdiff1d(_numbers(touches.numbers(touches.rewritten, type_.number)), gone)
        after = version - 1 if type_.number in touches.appended else None
        if after is not None or len(rewritten) or len(gone):
            # Rows that were written may have been removed by the same version.
            is_at_hand = not len(rewritten) and not len(gone)
            written = change.written.get(type_.number, ()) if is_at_hand else ()
            interactions[type_.number] = ChangedInteractions(after, rewritten, gone, written)
    converted = frozenset(number for _, number in touches.converted)
    return Changed(entities, interactions, converted)


def _numbers(*several: NDArray[np.uint32]) -> Ints:
    return np.unique(np.concatenate(several)).astype(np.int64)

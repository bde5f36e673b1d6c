"""Static segments: whose members are picked by hand, from a file, by a query, or as they were elsewhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from satsuma.kernel.errors import ConflictError
from satsuma.language import tree
from satsuma.record import memberships
from satsuma.record.arrow import texts
from satsuma.record.change import Change
from satsuma.record.definitions import SegmentRow
from satsuma.record.resolve import numbers_among
from satsuma.segments.rooms import audience_of


@dataclass(frozen=True, slots=True)
class Picked:
    """What an edit of a static segment did.

    Attributes:
        changed: How many were put in, or taken out.
        unchanged: How many were in, or out, already.
        unknown: Keys that no record has, in the order given.
    """

    changed: int
    unchanged: int
    unknown: tuple[str, ...] = ()


def pick(change: Change, row: SegmentRow, keys: Iterable[str], *, adding: bool) -> Picked:
    """Put the records of keys, or aliases, into a static segment, or take them out.

    Raises:
        ConflictError: The segment is not static.
    """
    check_static(row)
    wanted = list(dict.fromkeys(keys))
    entity = audience_of(change.catalog, row.audience)
    numbers = numbers_among(change, entity, texts(wanted))
    unknown = tuple(key for key, number in zip(wanted, numbers, strict=True) if number < 0)
    found = np.unique(numbers[numbers >= 0]).astype(np.uint32)
    changed = put(change, row, found, adding=adding)
    return Picked(changed, len(found) - changed, unknown)


def put(change: Change, row: SegmentRow, numbers: NDArray[np.uint32], *, adding: bool) -> int:
    """As `pick`, by member numbers (distinct); gives how many changed."""
    check_static(row)
    write = memberships.add_static if adding else memberships.remove_static
    return len(write(change, row.id, numbers))


def check_static(row: SegmentRow) -> None:
    """Refuse a segment whose members follow a definition.

    Raises:
        ConflictError: It is dynamic or compound (`segment.kind`).
    """
    if row.kind != tree.Kind.STATIC:
        raise ConflictError(
            f"segment “{row.name}” is {row.kind}: its members follow its definition",
            code="segment.kind",
            hint="only static segments are edited by hand; overrides include or exclude single people",
        )

"""Links: where references lead, and back: from each record to those that refer to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from satsuma.catalog.model import Attribute
from satsuma.index.columns import Column
from satsuma.index.entities import EntityTable
from satsuma.index.files import Folder, Making
from satsuma.kernel.errors import InvariantError


@dataclass(frozen=True, slots=True, eq=False)
class Links:
    """Of one reference attribute.

    Attributes:
        column: The attribute's, of an entity; None for an interaction type's.
        targets: By code of the reference's column, the number of the record that the key is of; -1 where
            there is none. int64.
    """

    column: Column | None
    targets: NDArray[np.int64]
    _offsets: NDArray[np.int64] | None
    _referrers: NDArray[np.uint32] | None

    def targets_of(self, codes: NDArray[Any]) -> NDArray[np.int64]:
        """Of some codes, the number of the record that the key is of; -1 where there is none."""
        found: NDArray[np.int64] = self.targets[codes]
        return found

    def across(self, numbers: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """From records to those that they refer to.

        Returns:
            Pairs: the place in `numbers`, ascending, and the number of the record at the end. int64.
        """
        if self.column is None:
            raise InvariantError("only an entity's references lead from record to record")
        led_to = self.targets_of(self.column.take(numbers).values)
        pair = np.flatnonzero(led_to >= 0)
        return pair, led_to[pair]

    def referrers(self, numbers: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """From records back to those that refer to them.

        Returns:
            Pairs: the place in `numbers`, ascending, and the number of the record that refers. int64.
        """
        if self._offsets is None or self._referrers is None:
            raise InvariantError("the index has no way back along an interaction's reference")
        places = numbers.astype(np.int64)
        pair, rows = expand(self._offsets[places], self._offsets[places + 1])
        return pair, self._referrers[rows].astype(np.int64)


def expand(first: NDArray[np.int64], after: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Of ranges of places, the range of each place, and the places, one range after another. int64."""
    counts = after - first
    of_range = np.repeat(np.arange(len(first)), counts)
    begins = np.cumsum(counts) - counts
    return of_range, np.arange(len(of_range)) + (first - begins)[of_range]


def build_links(
    making: Making, attribute: Attribute, column: Column, target: EntityTable | None, *, both_ways: bool
) -> None:
    """Write the links of a reference attribute.

    Args:
        column: Its column.
        target: The entity it refers to; None where the catalog has none.
        both_ways: Whether the column is an entity's.
    """
    targets = _targets(column, target)
    making.array(f"{attribute.number}.targets", targets)
    if not both_ways:
        return
    led_to = targets[column.values]
    referrers = np.flatnonzero(led_to >= 0)
    led_to = led_to[referrers]
    counts = np.bincount(led_to, minlength=target.size if target else 0)
    offsets = np.zeros(len(counts) + 1, dtype=np.int64)
    np.cumsum(counts, out=offsets[1:])
    making.array(f"{attribute.number}.offsets", offsets)
    in_order = referrers[np.argsort(led_to, kind="stable")]
    making.array(f"{attribute.number}.referrers", in_order.astype(np.uint32))


def open_links(folder: Folder, attribute: Attribute, column: Column) -> Links:
    """The links of a reference attribute, whose column is given."""
    offsets = f"{attribute.number}.offsets"
    if offsets not in folder:
        return Links(None, folder.array(f"{attribute.number}.targets"), None, None)
    return Links(
        column,
        folder.array(f"{attribute.number}.targets"),
        folder.array(offsets),
        folder.array(f"{attribute.number}.referrers"),
    )


def linked(
    attributes: Mapping[str, Attribute], columns: Mapping[int, Column]
) -> list[tuple[Attribute, Column]]:
    """The reference attributes among these, with their columns."""
    return [(one, columns[one.number]) for one in attributes.values() if one.to is not None]


def _targets(column: Column, target: EntityTable | None) -> NDArray[np.int64]:
    dictionary: Any = column.dictionary
    if target is None or not target.size:
        return np.full(len(dictionary), -1, dtype=np.int64)
    found = pc.fill_null(pc.index_in(dictionary.exact, value_set=target.keys), -1)
    targets = np.array(found.to_numpy(zero_copy_only=False), dtype=np.int64)
    # Empty text is the key of records that are gone.
    targets[0] = -1
    return targets

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


@dataclass(frozen=True, slots=True, eq=False)
class Links:
    """Of one reference attribute.

    Attributes:
        targets: By code of the reference's column, the number of the record that the key is of; -1 where
            there is none. int64.
        offsets, referrers: Of an entity's attribute, the numbers (uint32, ascending) of the records that
            refer to record n: `referrers[offsets[n]:offsets[n + 1]]`. None for an interaction's.
    """

    targets: NDArray[np.int64]
    offsets: NDArray[np.int64] | None
    referrers: NDArray[np.uint32] | None


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


def open_links(folder: Folder, attribute: Attribute) -> Links:
    """The links of a reference attribute."""
    offsets = f"{attribute.number}.offsets"
    if offsets not in folder:
        return Links(folder.array(f"{attribute.number}.targets"), None, None)
    return Links(
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

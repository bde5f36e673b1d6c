"""Orders: the values of a column of dates or timestamps from the least to the greatest.

An order is made of what is stored of a column when the clock first asks for it. Columns of later versions
share it for as long as they share what is stored; the rows that differ are few, and are gone through.
"""

from __future__ import annotations

from dataclasses import dataclass
from weakref import ref

import numpy as np
from numpy.typing import NDArray

from satsuma.index.columns import Arrays, Column, Patch, among

_LEAST, _GREATEST = np.iinfo(np.int64).min, np.iinfo(np.int64).max
_LOOKED_AT_ONCE = 1024


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """Values in ascending order, int64, and the rows that they stand in, int64."""

    values: NDArray[np.int64]
    rows: NDArray[np.int64]


def rows_between(column: Column, low: int, high: int) -> NDArray[np.uint32]:
    """Rows of a column of dates or timestamps with a value in `low <= value < high`, ascending."""
    stored, patch = column.layers
    order = _order_of(stored)
    first, after = np.searchsorted(order.values, np.array([_in_range(low), _in_range(high)]))
    found = order.rows[first:after]
    if patch is not None:
        rows, values = _present(patch)
        is_in = (values >= _in_range(low)) & (values < _in_range(high))
        found = np.concatenate([found[~among(found, patch.rows)], rows[is_in]])
    return np.sort(found).astype(np.uint32)


def next_value(column: Column, low: int) -> int | None:
    """The least value of a column of dates or timestamps that is not below another, or None."""
    stored, patch = column.layers
    found = _next_stored(_order_of(stored), patch, low)
    if patch is None:
        return found
    _, values = _present(patch)
    ahead = values[values >= _in_range(low)]
    if not len(ahead):
        return found
    return int(ahead.min()) if found is None else min(found, int(ahead.min()))


def _next_stored(order: Order, patch: Patch | None, low: int) -> int | None:
    place = int(np.searchsorted(order.values, np.int64(_in_range(low))))
    while place < len(order.values):
        rows = order.rows[place : place + _LOOKED_AT_ONCE]
        counts = np.ones(len(rows), dtype=np.bool_) if patch is None else ~among(rows, patch.rows)
        if counts.any():
            return int(order.values[place + int(counts.argmax())])
        place += len(rows)
    return None


def _present(patch: Patch) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The rows of a patch that have a value, and these."""
    valid = patch.arrays.valid
    values = patch.arrays.values.astype(np.int64)
    return (patch.rows, values) if valid is None else (patch.rows[valid], values[valid])


def _order_of(stored: Arrays) -> Order:
    values = stored.values
    kept = _ORDERS.get(id(values))
    if kept is not None and kept[0]() is values:
        return kept[1]
    rows = np.arange(len(values)) if stored.valid is None else np.flatnonzero(stored.valid)
    there = values[rows].astype(np.int64)
    in_order = np.argsort(there, kind="stable")
    order = Order(there[in_order], rows[in_order])
    number = id(values)
    _ORDERS[number] = ref(values, lambda _: _ORDERS.pop(number, None)), order
    return order


def _in_range(value: int) -> int:
    return min(max(value, _LEAST), _GREATEST)


_ORDERS: dict[int, tuple[ref[NDArray[np.generic]], Order]] = {}
"""By identity of the stored values, which are arrays and so cannot be keys themselves."""

"""Orders: the values of a column of dates or timestamps from the least to the greatest.

An order is made when the clock first asks for it, and kept as long as its column is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from satsuma.index.columns import Column

_LEAST, _GREATEST = np.iinfo(np.int64).min, np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """Values in ascending order, int64, and the rows that they stand in, uint32."""

    values: NDArray[np.int64]
    rows: NDArray[np.uint32]

    def between(self, low: int, high: int) -> NDArray[np.uint32]:
        """Rows with a value in `low <= value < high`, ascending."""
        first, after = np.searchsorted(self.values, np.array([_in_range(low), _in_range(high)]))
        return np.sort(self.rows[first:after])

    def next(self, low: int) -> int | None:
        """The least value that is not below another, or None."""
        place = int(np.searchsorted(self.values, np.int64(_in_range(low))))
        return int(self.values[place]) if place < len(self.values) else None


def order_of(column: Column) -> Order:
    """The order of a column's values; missing ones have no place in it."""
    found = _ORDERS.get(column)
    if found is None:
        found = _ORDERS[column] = _ordered(column.values, column.valid)
    return found


def _ordered(values: NDArray[Any], valid: NDArray[np.bool_] | None) -> Order:
    rows = np.arange(len(values)) if valid is None else np.flatnonzero(valid)
    there = values[rows].astype(np.int64)
    in_order = np.argsort(there, kind="stable")
    return Order(there[in_order], rows[in_order].astype(np.uint32))


def _in_range(value: int) -> int:
    return min(max(value, _LEAST), _GREATEST)


_ORDERS: WeakKeyDictionary[Column, Order] = WeakKeyDictionary()

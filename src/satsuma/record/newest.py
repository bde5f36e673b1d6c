"""Newest: of several observations of each record, the one that counts, attribute by attribute.

The current value of an attribute is that of the observation with the greatest (observed_at, seq) among those
that give it; a null that is given has cleared it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from satsuma.catalog.model import Attribute
from satsuma.record.arrow import Chunked, places_of, table_of
from satsuma.record.layout import columns

GIVEN = "_given"


@dataclass(frozen=True, slots=True)
class Newest:
    """One row for each record.

    Attributes:
        numbers: uint32, ascending.
        first_us, last_us: int64, the least and the greatest observed_at among its rows.
        values: The stored columns of all attributes; null where no row gives it.
        flags: Column of `values` → name of a boolean column of `given`, for attributes that not all records
            are given by some row.
        given: Those boolean columns: whether a row gives the attribute.
    """

    numbers: NDArray[np.uint32]
    first_us: NDArray[np.int64]
    last_us: NDArray[np.int64]
    values: pa.Table
    flags: Mapping[str, str]
    given: Mapping[str, NDArray[np.bool_]]

    def table(self, chosen: NDArray[np.bool_] | None = None) -> pa.Table:
        """`_number`, `_first` and `_last` (microseconds), values and flags, of all or the chosen records."""
        columns = {
            "_number": self.numbers,
            "_first": self.first_us,
            "_last": self.last_us,
            **{name: self.values.column(name) for name in self.values.column_names},
            **self.given,
        }
        found = table_of(columns)
        return found if chosen is None else found.filter(pa.array(chosen))


def newest(
    numbers: NDArray[np.uint32],
    observed_us: NDArray[np.int64],
    seq: NDArray[np.uint64],
    shape: NDArray[np.uint32],
    *,
    rows: pa.Table,
    attributes: Sequence[Attribute],
    having: Mapping[int, frozenset[int]],
) -> Newest:
    """The newest observation of each attribute of each record.

    Args:
        numbers, observed_us, seq, shape: Of each row; seq is distinct.
        rows: The stored columns of `attributes`, one row for each of the above.
        attributes: Of one entity.
        having: Shape → numbers of the attributes it gives; of all shapes that occur.
    """
    order = np.lexsort((seq, observed_us, numbers))
    ordered = numbers[order]
    is_first = np.ones(len(order), dtype=np.bool_)
    is_first[1:] = ordered[1:] != ordered[:-1]
    starts = np.flatnonzero(is_first)
    ends = np.append(starts[1:], len(order)) - 1
    shapes = np.unique(shape)
    values: dict[str, Chunked] = {}
    flags: dict[str, str] = {}
    given: dict[str, NDArray[np.bool_]] = {}
    by_shapes: dict[tuple[int, ...], list[Attribute]] = {}
    for attribute in attributes:
        giving = tuple(int(s) for s in shapes if attribute.number in having[int(s)])
        by_shapes.setdefault(giving, []).append(attribute)
    for giving, alike in by_shapes.items():
        names = [name for attribute in alike for name, _ in columns(attribute)]
        if len(giving) == len(shapes):
            picked = places_of(order[ends])
        else:
            gives = np.isin(shape[order], np.array(giving, dtype=np.uint32))
            last = _last_in_each(gives, starts)
            is_given = last >= 0
            picked = places_of(order[np.where(is_given, last, 0)], ~is_given)
            flag = f"{GIVEN}_{len(given)}"
            given[flag] = is_given
            flags.update(dict.fromkeys(names, flag))
        values.update({name: rows.column(name).take(picked) for name in names})
    return Newest(
        numbers=ordered[starts],
        first_us=observed_us[order[starts]],
        last_us=observed_us[order[ends]],
        values=table_of(values),
        flags=flags,
        given=given,
    )


def _last_in_each(gives: NDArray[np.bool_], starts: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each group of rows (by its start) the last place where `gives`; -1 where there is none."""
    if not len(starts):
        return np.empty(0, dtype=np.int64)
    places = np.where(gives, np.arange(len(gives)), -1)
    return np.maximum.reduceat(places, starts)

"""Alike: whether what an index holds is what the record gave, value by value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from satsuma.catalog.model import Attribute, ValueType
from satsuma.index.building import values_of
from satsuma.index.columns import CODED, Arrays, Column
from satsuma.index.dictionaries import Dictionary
from satsuma.index.links import Links
from satsuma.index.parts import Ints, Part
from satsuma.index.texts import large

Bools = NDArray[np.bool_]

_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(29)
_SUMMED_AT_ONCE = 1 << 18


def same_values(
    attribute: Attribute, dictionary: Dictionary | None, found: Arrays, values: Sequence[Any]
) -> Bools:
    """By row, whether a column has the values that the record gave for `building.selected`."""
    whole = [_whole(value) for value in values]
    if attribute.type in CODED and dictionary is not None:
        is_code: Bools = found.values < len(dictionary)
        texts: Bools = equal(dictionary.take(np.where(is_code, found.values, 0)), whole[0])
        both: Bools = texts & is_code
        return both
    wanted = values_of(attribute.type, whole)
    if attribute.type is ValueType.BOOLEAN:
        same: Bools = found.values == wanted.values
        return same
    valid, own = _valid(wanted), _valid(found)
    same = _alike(found.values, wanted.values)
    if wanted.longitude is not None and found.longitude is not None:
        same &= _alike(found.longitude, wanted.longitude)
    found_same: Bools = (valid == own) & (same | ~valid)
    return found_same


def _valid(arrays: Arrays) -> Bools:
    return np.ones(len(arrays), dtype=np.bool_) if arrays.valid is None else arrays.valid


def _alike(first: NDArray[Any], second: NDArray[Any]) -> Bools:
    same: Bools = first == second
    if first.dtype.kind == "f":
        same |= np.isnan(first) & np.isnan(second)
    return same


def equal(first: Any, second: Any) -> Bools:
    """By row, whether texts are equal; null counts as empty."""
    same: Any = pc.equal(large(_whole(first)), large(_whole(second)))
    found: Bools = same.to_numpy(zero_copy_only=False)
    return found


def _whole(values: Any) -> Any:
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values


def present(column: Column, places: Ints) -> Bools:
    """Which of some rows have a value."""
    found = column.take(places)
    if column.dictionary is not None or column.type is ValueType.BOOLEAN:
        coded: Bools = found.values != 0
        return coded
    return _valid(found)


def is_in_time(part: Part) -> bool:
    """Whether a part's rows in the order of time ascend, and are its rows."""
    ascends = bool((part.time_at[1:] >= part.time_at[:-1]).all())
    told = _sum(part.time_member, part.time_at)
    return ascends and told == _sum(part.owner_of_rows(), part.occurred_at)


def _sum(members: NDArray[Any], at: Ints) -> int:
    """A number that tells pairs, in whatever order, from others, all but surely."""
    total = 0
    for start in range(0, len(at), _SUMMED_AT_ONCE):
        here = slice(start, start + _SUMMED_AT_ONCE)
        mixed = (at[here].view(np.uint64) * _FACTOR + members[here].astype(np.uint64)) * _FACTOR
        total += int((mixed ^ (mixed >> _SHIFT)).sum(dtype=np.uint64))
    return total % 2**64


def same_links(links: Links, anew: Links) -> Iterator[Bools]:
    """Whether links lead where others do: by code, by record referred to, and back."""
    codes = np.arange(len(anew.target))
    if len(links.target) < len(codes) or len(links.code) < len(anew.code):
        yield np.zeros(1, dtype=np.bool_)
        return
    yield links.targets_of(codes) == anew.targets
    yield links.codes_of(np.arange(len(anew.code))) == anew.code.values
    if anew.base is not None:
        ends, wanted = links.referring_by(codes), anew.referring_by(codes)
        yield np.array([np.array_equal(one, other) for one, other in zip(ends, wanted, strict=True)])

"""Columns: the values of one attribute over the rows of a table, as arrays.

Types with few distinct values are *coded*: text, choices, references and sets are codes of a dictionary,
0 for missing, so that a condition on them is decided once for each distinct value. Booleans are coded
without one: 1 is false, 2 is true. The others stand as they are stored.

    type                              values                              missing
    text, choice, reference, choices  code, uint8, uint16 or uint32       0
    boolean                           uint8: 1 false, 2 true              0
    integer                           int64                               by `valid`
    decimal                           int64, ten-thousandths              by `valid`
    number                            float64                             by `valid`
    timestamp                         int64, microseconds UTC             by `valid`
    date                              int32, days since 1970-01-01        by `valid`
    location                          float64 latitude, and `longitude`   by `valid`

A column never changes. That of a later version shares the arrays of the earlier one and has a *patch*: the
rows that differ, which grows from version to version, until it is folded into arrays of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from satsuma.catalog.model import Attribute, ValueType
from satsuma.index.dictionaries import Dictionary, dictionary_of, open_dictionary
from satsuma.index.files import Folder
from satsuma.index.narrow import Narrow, narrow_of

CODED = frozenset({ValueType.TEXT, ValueType.CHOICE, ValueType.REFERENCE, ValueType.CHOICES})
"""Types whose values are codes of a dictionary."""


DTYPES: dict[ValueType, np.dtype[Any]] = {
    ValueType.BOOLEAN: np.dtype(np.uint8),
    ValueType.INTEGER: np.dtype(np.int64),
    ValueType.DECIMAL: np.dtype(np.int64),
    ValueType.NUMBER: np.dtype(np.float64),
    ValueType.TIMESTAMP: np.dtype(np.int64),
    ValueType.DATE: np.dtype(np.int32),
    ValueType.LOCATION: np.dtype(np.float64),
    **dict.fromkeys(CODED, np.dtype(np.uint32)),
}
"""What values are written as; codes get narrower where they can."""

PATCH_MIN = 4096
_PATCH_MAX = 65_536
_PATCH_PART = 32


@dataclass(frozen=True, slots=True, eq=False)
class Arrays:
    """Values by row, as the table above says.

    Attributes:
        valid: Where there is a value; None for coded values, and where no value is missing.
        longitude: Of locations, degrees.
    """

    values: NDArray[Any]
    valid: NDArray[np.bool_] | None = None
    longitude: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return len(self.values)

    def take(self, places: NDArray[Any]) -> Arrays:
        """The values at some rows."""
        return Arrays(
            self.values[places],
            None if self.valid is None else self.valid[places],
            None if self.longitude is None else self.longitude[places],
        )

    def piece(self, start: int, end: int) -> Arrays:
        """The values of rows from one to before another."""
        return Arrays(
            self.values[start:end],
            None if self.valid is None else self.valid[start:end],
            None if self.longitude is None else self.longitude[start:end],
        )

    def placed(self, rows: NDArray[Any], on: Arrays) -> Arrays:
        """These values at some rows of others, which are not changed."""
        values = on.values.astype(np.result_type(on.values, self.values), copy=True)
        values[rows] = self.values
        valid, longitude = None, None
        if self.valid is not None or on.valid is not None:
            valid = np.ones(len(on), dtype=np.bool_) if on.valid is None else on.valid.copy()
            valid[rows] = True if self.valid is None else self.valid
        if on.longitude is not None and self.longitude is not None:
            longitude = on.longitude.copy()
            longitude[rows] = self.longitude
        return Arrays(values, valid, longitude)


def missing(type: ValueType, size: int) -> Arrays:
    """As many missing values."""
    is_coded = type in CODED or type is ValueType.BOOLEAN
    return Arrays(
        np.zeros(size, dtype=np.uint8 if type in CODED else DTYPES[type]),
        None if is_coded else np.zeros(size, dtype=np.bool_),
        np.zeros(size) if type is ValueType.LOCATION else None,
    )


def chained(type: ValueType, parts: Sequence[Arrays]) -> Arrays:
    """Values of one type, one after another."""
    if not parts:
        return missing(type, 0)
    valid = None
    if any(one.valid is not None for one in parts):
        valid = np.concatenate(
            [np.ones(len(one), dtype=np.bool_) if one.valid is None else one.valid for one in parts]
        )
    longitudes = [one.longitude for one in parts if one.longitude is not None]
    return Arrays(
        np.concatenate([one.values for one in parts]),
        valid,
        np.concatenate(longitudes) if longitudes else None,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """The rows (int64, ascending) of a column that differ from what is stored, with their values."""

    rows: NDArray[np.int64]
    arrays: Arrays

    def with_(self, type: ValueType, rows: NDArray[np.int64], arrays: Arrays) -> Patch:
        """This patch and a later one."""
        kept = np.flatnonzero(~among(self.rows, rows))
        both = np.concatenate([self.rows[kept], rows])
        order = np.argsort(both, kind="stable")
        return Patch(both[order], chained(type, [self.arrays.take(kept), arrays]).take(order))


class Column:
    """An attribute's values by row; it never changes."""

    def __init__(
        self,
        type: ValueType,
        stored: Arrays,
        dictionary: Dictionary | None = None,
        *,
        size: int | None = None,
        patch: Patch | None = None,
    ) -> None:
        """A column.

        Args:
            type: Of the attribute.
            stored: The first rows.
            dictionary: Of a coded column.
            size: How many rows there are; those that are neither stored nor in the patch have no value.
            patch: What differs.
        """
        self.type = type
        self.dictionary = dictionary
        self._stored = stored
        self._size = len(stored) if size is None else size
        self._patch = patch

    def __len__(self) -> int:
        return self._size

    @cached_property
    def whole(self) -> Arrays:
        """All rows; made when first asked for where not all stand in the files, and kept."""
        found = self._stored
        if len(found) < self._size:
            found = chained(self.type, [found, missing(self.type, self._size - len(found))])
        return found if self._patch is None else self._patch.arrays.placed(self._patch.rows, found)

    @property
    def values(self) -> NDArray[Any]:
        """The values of all rows."""
        return self.whole.values

    @property
    def valid(self) -> NDArray[np.bool_] | None:
        """Where there is a value, of all rows; None for coded columns, and where no value is missing."""
        return self.whole.valid

    @property
    def longitude(self) -> NDArray[np.float64] | None:
        """Of locations the longitudes of all rows, degrees."""
        return self.whole.longitude

    @cached_property
    def narrow(self) -> Narrow | None:
        """The integers of all rows in few bytes, where they fit; made when first asked for, and kept."""
        return narrow_of(self.values)

    @property
    def layers(self) -> tuple[Arrays, Patch | None]:
        """The first rows as they are stored, which columns of later versions share, and what differs."""
        return self._stored, self._patch

    def take(self, places: NDArray[Any]) -> Arrays:
        """The values at some rows (each at least 0), at a cost that does not grow with the column."""
        if "whole" in self.__dict__ or (self._patch is None and self._size == len(self._stored)):
            return self.whole.take(places)
        places = places.astype(np.int64, copy=False)
        outside = np.flatnonzero(places >= len(self._stored))
        if len(self._stored):
            found = self._stored.take(np.minimum(places, len(self._stored) - 1))
        else:
            found = missing(self.type, len(places))
        if len(outside):
            found = missing(self.type, len(outside)).placed(outside, found)
        if self._patch is None or not len(self._patch.rows):
            return found
        at = np.minimum(np.searchsorted(self._patch.rows, places), len(self._patch.rows) - 1)
        patched = np.flatnonzero(self._patch.rows[at] == places)
        return self._patch.arrays.take(at[patched]).placed(patched, found) if len(patched) else found

    def piece(self, start: int, end: int) -> Arrays:
        """The values of rows from one to before another."""
        if self._patch is None and end <= len(self._stored):
            return self._stored.piece(start, end)
        return self.take(np.arange(start, end))

    def resized(self, size: int) -> Column:
        """With more rows, which have no value yet."""
        return self if size == self._size else self._with(size=size)

    def patched(
        self, rows: NDArray[np.int64], arrays: Arrays, size: int, dictionary: Dictionary | None
    ) -> Column:
        """With other values at some rows (ascending), of `size` rows.

        Args:
            dictionary: A later version of the column's own, of whose codes the values are.
        """
        patch = Patch(rows, arrays)
        if self._patch is not None:
            patch = self._patch.with_(self.type, rows, arrays)
        made = self._with(size=size, patch=patch, dictionary=dictionary)
        if len(patch.rows) <= max(PATCH_MIN, min(size // _PATCH_PART, _PATCH_MAX)):
            return made
        return Column(self.type, made.whole, dictionary)

    def of(self, dictionary: Dictionary | None) -> Column:
        """With a later version of its dictionary."""
        return self if dictionary is self.dictionary else self._with(dictionary=dictionary)

    def _with(self, **changed: Any) -> Column:
        own = {"size": self._size, "patch": self._patch, "dictionary": self.dictionary, **changed}
        made = Column(self.type, self._stored, **own)
        if own["size"] == self._size and own["patch"] is self._patch and "whole" in self.__dict__:
            made.__dict__["whole"] = self.whole
            if "narrow" in self.__dict__:
                made.__dict__["narrow"] = self.narrow
        return made


def among(values: NDArray[Any], sorted_: NDArray[Any]) -> NDArray[np.bool_]:
    """Which of some values are among others, which ascend."""
    if not len(sorted_):
        return np.zeros(len(values), dtype=np.bool_)
    at = np.minimum(np.searchsorted(sorted_, values), len(sorted_) - 1)
    found: NDArray[np.bool_] = sorted_[at] == values
    return found


class Names:
    """What the arrays of an attribute's column are called: by its number, which no rename changes."""

    def __init__(self, number: int) -> None:
        self.values = f"{number}.values"
        self.valid = f"{number}.valid"
        self.longitude = f"{number}.longitude"


def empty_column(attribute: Attribute, size: int) -> Column:
    """A column in which no row has a value yet."""
    dictionary = None
    if attribute.type in CODED:
        dictionary = dictionary_of([""], folded=attribute.type is ValueType.TEXT)
    return Column(attribute.type, missing(attribute.type, 0), dictionary, size=size)


def open_column(folder: Folder, attribute: Attribute, size: int) -> Column:
    """The column of an attribute, from its table's folder; an empty one where that has none."""
    names = Names(attribute.number)
    if names.values not in folder:
        return empty_column(attribute, size)
    stored = Arrays(
        folder.array(names.values),
        folder.array(names.valid) if names.valid in folder else None,
        folder.array(names.longitude) if attribute.type is ValueType.LOCATION else None,
    )
    dictionary = open_dictionary(folder, attribute.number) if attribute.type in CODED else None
    return Column(attribute.type, stored, dictionary)

"""Vectors: one value for each row of a frame, with what is needed to compare them.

Exact numbers are
integers over a scale; where 64 bits do not hold them, Python's own (arrays of objects), never doubles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from satsuma.catalog.model import ValueType
from satsuma.evaluation.kernels import exact
from satsuma.index.columns import Arrays, Column
from satsuma.index.dictionaries import Dictionary
from satsuma.kernel.errors import InvariantError
from satsuma.kernel.text import fold

SCALE = {ValueType.DECIMAL: 10_000}
_FEW = 4
"""Where a frame has at most one row for so many texts, only the texts of its rows are looked at."""
NO_TEXT = Dictionary(
    pa.array([""], pa.large_string()), pa.array([""], pa.large_string()), np.zeros(1, np.uint32)
)


@dataclass(frozen=True, slots=True, eq=False)
class Vector:
    """Values by row.

    Attributes:
        data: Codes of the dictionary; 1 and 2 for booleans; else int64, float64, or objects (Python's
            integers). Days for dates, microseconds UTC for timestamps, degrees of latitude for locations.
        valid: Where there is a value. None: everywhere, or for codes and booleans, where they are not 0.
        scale: What `data` of integers and decimals is to be divided by.
        exact: Whether text never compares folded (ids).
        column: Of what the data were read, as long as they are the values of all its rows.
    """

    type: ValueType
    data: NDArray[Any]
    valid: NDArray[np.bool_] | None = None
    dictionary: Dictionary | None = None
    longitude: NDArray[np.float64] | None = None
    scale: int = 1
    exact: bool = False
    column: Column | None = None

    def __len__(self) -> int:
        return len(self.data)

    @property
    def is_coded(self) -> bool:
        """Whether 0 in the data is a missing value."""
        return self.dictionary is not None or self.type is ValueType.BOOLEAN

    def between(self, low: int | None, high: int | None) -> NDArray[np.bool_]:
        """Where integers lie between two bounds, both included (None: no bound); of missing ones anything."""
        if self.column is not None and self.data is self.column.values:
            narrow = self.column.narrow
            if narrow is not None:
                return narrow.between(low, high)
        found = np.ones(len(self.data), dtype=np.bool_)
        if low is not None:
            found &= np.asarray(self.data >= low, dtype=np.bool_)
        if high is not None:
            found &= np.asarray(self.data <= high, dtype=np.bool_)
        return found

    def present(self) -> NDArray[np.bool_]:
        """Where there is a value."""
        if self.is_coded:
            found: NDArray[np.bool_] = self.data != 0
            return found
        return np.ones(len(self.data), dtype=np.bool_) if self.valid is None else self.valid

    def but(self, answer: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """An answer, but false where there is no value."""
        if self.is_coded or self.valid is None:
            # What is decided by code is false for code 0 already.
            return answer
        found: NDArray[np.bool_] = answer & self.valid
        return found

    def at(self, places: NDArray[Any]) -> Vector:
        """The values at some rows."""
        return replace(
            self,
            data=self.data[places],
            valid=None if self.valid is None else self.valid[places],
            longitude=None if self.longitude is None else self.longitude[places],
        )


def of_column(column: Column, places: NDArray[Any] | None) -> Vector:
    """A column's values at some rows (None: all); missing where the place is -1."""
    if places is None:
        return replace(_of_arrays(column, column.whole), column=column)
    nowhere = places < 0
    if not nowhere.any():
        return _of_arrays(column, column.take(places))
    if not len(column):
        return missing(_of_arrays(column, column.whole), len(places))
    return _without(_of_arrays(column, column.take(np.where(nowhere, 0, places))), nowhere)


def _of_arrays(column: Column, arrays: Arrays) -> Vector:
    return Vector(
        column.type,
        arrays.values,
        arrays.valid,
        column.dictionary,
        arrays.longitude,
        SCALE.get(column.type, 1),
    )


def reached(whole: Vector, places: NDArray[np.int64]) -> Vector:
    """The values at some rows; missing where the place is -1."""
    nowhere = places < 0
    if not nowhere.any():
        return whole.at(places)
    if not len(whole):
        return missing(whole, len(places))
    return _without(whole.at(np.where(nowhere, 0, places)), nowhere)


def _without(vector: Vector, nowhere: NDArray[np.bool_]) -> Vector:
    """A vector without the values at some rows."""
    if vector.is_coded:
        return replace(vector, data=np.where(nowhere, 0, vector.data))
    return replace(vector, valid=vector.present() & ~nowhere)


def missing(like: Vector, size: int) -> Vector:
    """As many missing values."""
    data: NDArray[Any] = np.zeros(size, dtype=like.data.dtype)
    valid = None if like.is_coded else np.zeros(size, dtype=np.bool_)
    longitude = None if like.longitude is None else np.zeros(size)
    return replace(like, data=data, valid=valid, longitude=longitude)


def nothing(type: ValueType, size: int) -> Vector:
    """Missing values of a type."""
    coded = type in (ValueType.TEXT, ValueType.CHOICE, ValueType.REFERENCE, ValueType.CHOICES)
    kind = (
        np.uint8
        if coded or type is ValueType.BOOLEAN
        else np.float64
        if type is ValueType.NUMBER
        else np.int64
    )
    like = Vector(
        type,
        np.zeros(0, dtype=kind),
        dictionary=NO_TEXT if coded else None,
        longitude=np.zeros(0) if type is ValueType.LOCATION else None,
        scale=SCALE.get(type, 1),
    )
    return missing(like, size)


def of_strings(strings: Any, type: ValueType, codes: NDArray[Any]) -> Vector:
    """Texts that compare exactly (keys, ids): code 0 is missing, code n the nth of the strings."""
    both: list[Any] = [pa.array([""], pa.large_string()), strings.cast(pa.large_string())]
    return Vector(type, codes, dictionary=Dictionary(pa.concat_arrays(both)), exact=True)


def of_strings_at(strings: Any, type: ValueType, places: NDArray[Any]) -> Vector:
    """As `of_strings`, of the strings at some places, each its own; missing where the place is -1."""
    used, codes = np.unique(np.append(places, -1), return_inverse=True)
    return of_strings(strings.take(pa.array(used[1:])), type, codes[:-1])


def plus(vector: Vector, added: Fraction) -> Vector:
    """Exact numbers and an exact number."""
    scale = vector.scale * added.denominator
    data = exact.times(vector.data, added.denominator)
    more = added.numerator * vector.scale
    if exact.greatest(data) + abs(more) >= exact.INT64_END:
        data = data.astype(object)
    return replace(vector, data=data + more, scale=scale)


def rescaled(vector: Vector, scale: int) -> Vector:
    """The same numbers over a scale that is a multiple of theirs."""
    return replace(vector, data=exact.times(vector.data, scale // vector.scale), scale=scale)


def doubles(vector: Vector) -> NDArray[np.float64]:
    """The double nearest to each number."""
    if vector.type is ValueType.NUMBER:
        return vector.data
    return exact.quotients(vector.data, np.full(len(vector), vector.scale, dtype=np.int64))


def common(vector: Vector, type: ValueType) -> Vector:
    """Numbers as the common type of what is read; others as they are."""
    if not vector.type.is_numeric or vector.type is type:
        return vector
    if type is ValueType.NUMBER:
        return Vector(type, doubles(vector), vector.valid)
    if type is ValueType.DECIMAL:
        return replace(rescaled(vector, SCALE[type]), type=type)
    return vector


def joined(vectors: Sequence[Vector]) -> Vector:
    """The values of vectors of one type, one after another; coded ones get one dictionary."""
    first = vectors[0]
    if len(vectors) == 1:
        return first
    if first.dictionary is not None:
        return _joined_codes(vectors)
    valid = None
    if any(one.valid is not None for one in vectors):
        valid = np.concatenate([one.present() for one in vectors])
    scale = max(one.scale for one in vectors)
    if any(scale % one.scale for one in vectors):
        scale = int(np.prod([one.scale for one in vectors]))
    return replace(
        first, data=np.concatenate([rescaled(one, scale).data for one in vectors]), valid=valid, scale=scale
    )


def _joined_codes(vectors: Sequence[Vector]) -> Vector:
    dictionaries = [one.dictionary for one in vectors if one.dictionary is not None]
    if all(one is dictionaries[0] for one in dictionaries):
        return replace(vectors[0], data=np.concatenate([one.data for one in vectors]))
    known: dict[str, int] = {"": 0}
    parts = []
    for one in vectors:
        used, codes = np.unique(one.data, return_inverse=True)
        own = texts_of(one, used)
        parts.append(np.array([known.setdefault(text, len(known)) for text in own], dtype=np.int64)[codes])
    return replace(vectors[0], data=np.concatenate(parts), dictionary=dictionary_of(list(known)))


def dictionary_of(texts: list[str]) -> Dictionary:
    """A dictionary of distinct texts, the first of them empty."""
    folded: dict[str, int] = {}
    folded_code = np.array([folded.setdefault(fold(text), len(folded)) for text in texts], dtype=np.uint32)
    stored = pa.array(texts, pa.large_string())
    return Dictionary(stored, pa.array(list(folded), pa.large_string()), folded_code)


def narrowed(vector: Vector) -> Vector:
    """The same texts with a dictionary of only these, where that is much smaller."""
    if vector.dictionary is None or len(vector) * _FEW > len(vector.dictionary):
        return vector
    used, codes = np.unique(np.append(vector.data, 0), return_inverse=True)
    return replace(vector, data=codes[:-1], dictionary=dictionary_of(texts_of(vector, used)))


def texts_of(vector: Vector, codes: NDArray[Any]) -> list[str]:
    """The texts of some codes."""
    if vector.dictionary is None:
        raise InvariantError(f"a {vector.type.value} has no texts")
    return vector.dictionary.texts(codes)


def texts_at(strings: Any, places: NDArray[np.int64]) -> list[str]:
    """The texts at some places of an Arrow array."""
    found: list[str] = strings.take(pa.array(places)).to_pylist()
    return found


def identities(vector: Vector) -> NDArray[Any]:
    """Numbers that are equal where values count as the same: texts folded; 0 for missing texts."""
    if vector.dictionary is None or vector.exact or vector.type is not ValueType.TEXT:
        return vector.data
    return vector.dictionary.folded_codes(vector.data)


def translated(vector: Vector, to: Vector, *, folded: bool) -> NDArray[np.int64]:
    """By code of one vector the code of the same text in the other; -1 where it has none."""
    own, others = strings(vector, folded=folded), strings(to, folded=folded)
    found = pc.fill_null(pc.index_in(own, value_set=others), -1)
    codes: NDArray[np.int64] = np.array(found.to_numpy(zero_copy_only=False), dtype=np.int64)
    return codes


def strings(vector: Vector, *, folded: bool) -> Any:
    """The texts of a vector's dictionary, or by folded code their folded forms."""
    dictionary: Any = vector.dictionary
    return dictionary.folded if folded and dictionary.folded is not None else dictionary.exact

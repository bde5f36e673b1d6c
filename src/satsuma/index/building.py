"""Building: columns written from the record's rows as they come, in batches.

A column of codes keeps the distinct values that it has seen in memory, and nothing else that grows.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from satsuma.catalog.model import Attribute, ValueType
from satsuma.index.columns import CODED, DTYPES, Arrays, Names
from satsuma.index.dictionaries import dictionary_of, write_dictionary
from satsuma.index.files import Making
from satsuma.record.layout import column, latitude_column, longitude_column
from satsuma.record.sql import quote


def selected(attribute: Attribute) -> list[str]:
    """The SQL expressions whose values `ColumnMaker.append` takes for an attribute."""
    if attribute.type is ValueType.LOCATION:
        return [quote(latitude_column(attribute)), quote(longitude_column(attribute))]
    stored = quote(column(attribute))
    match attribute.type:
        case ValueType.DECIMAL:
            # Multiplied in a wider type: 18 digits and four places more.
            return [f"CAST(CAST({stored} AS DECIMAL(38, 4)) * 10000 AS BIGINT)"]
        case ValueType.TIMESTAMP:
            return [f"epoch_us({stored})"]
        case ValueType.CHOICES:
            return [f"CAST(to_json(list_sort({stored})) AS VARCHAR)"]
        case _:
            return [stored]


class ColumnMaker:
    """Writes the column of one attribute.

    Rows come in order, a batch at a time: all of the table's (`rows` is None), or some, each with the place
    it has among `rows` places; the others are missing.
    """

    def __init__(self, making: Making, attribute: Attribute, rows: int | None = None) -> None:
        self._making = making
        self._type = attribute.type
        self._number = attribute.number
        self._names = Names(attribute.number)
        self._codes: dict[str, int] = {"": 0}
        self._all_valid = True
        dtype: np.dtype[Any] = DTYPES[self._type]
        has_valid = self._type not in CODED and self._type is not ValueType.BOOLEAN
        self._parts: list[tuple[str, np.dtype[Any]]] = [(self._names.values, dtype)]
        if has_valid:
            self._parts.append((self._names.valid, np.dtype(np.bool_)))
        if self._type is ValueType.LOCATION:
            self._parts.append((self._names.longitude, dtype))
        self._placed = None if rows is None else [np.zeros(rows, dtype=kind) for _, kind in self._parts]
        if self._placed is None:
            self._streams = [making.stream(name, kind) for name, kind in self._parts]

    def append(self, values: list[Any], places: NDArray[Any] | None = None) -> None:
        """Take a batch: the Arrow arrays of `selected`, and where each row stands."""
        parts = self._arrays(values)
        if self._placed is not None:
            for whole, part in zip(self._placed, parts, strict=True):
                whole[places] = part
            return
        for stream, part in zip(self._streams, parts, strict=True):
            stream.append(part)

    def finish(self) -> None:
        """Write what is left: the dictionary, and nothing about missing values where there are none."""
        if self._placed is not None:
            for (name, _), values in zip(self._parts, self._placed, strict=True):
                self._making.array(name, values)
            is_valid = self._placed[1].all() if len(self._parts) > 1 else True
            self._all_valid = self._all_valid and bool(is_valid)
        if len(self._parts) > 1 and self._all_valid:
            self._making.drop(self._names.valid)
        if self._type in CODED:
            self._finish_codes()

    def _arrays(self, values: list[Any]) -> list[NDArray[Any]]:
        if self._type in CODED:
            return [self._coded(values[0])]
        found = values_of(self._type, values)
        if len(self._parts) == 1:
            return [found.values]
        self._all_valid = self._all_valid and found.valid is None
        valid = np.ones(len(found), dtype=np.bool_) if found.valid is None else found.valid
        return [found.values, valid, *([] if found.longitude is None else [found.longitude])]

    def _coded(self, values: Any) -> NDArray[np.uint32]:
        encoded = pc.fill_null(values, "").dictionary_encode()
        known = self._codes
        own = [known.setdefault(text, len(known)) for text in encoded.dictionary.to_pylist()]
        codes: NDArray[np.uint32] = np.array(own, dtype=np.uint32)
        places: NDArray[np.int64] = encoded.indices.to_numpy(zero_copy_only=False)
        return codes[places]

    def _finish_codes(self) -> None:
        narrow = np.min_scalar_type(len(self._codes) - 1)
        if narrow != np.dtype(np.uint32):
            codes = self._making.take_back(self._names.values)
            self._making.array(self._names.values, codes.astype(narrow))
        dictionary = dictionary_of(list(self._codes), folded=self._type is ValueType.TEXT)
        write_dictionary(self._making, self._number, dictionary)


def values_of(type: ValueType, columns: list[Any]) -> Arrays:
    """The values of a type without codes, of the Arrow arrays of `selected`."""
    first = columns[0]
    if type is ValueType.BOOLEAN:
        return Arrays(pc.fill_null(pc.add(first.cast(pa.uint8()), 1), 0).to_numpy(zero_copy_only=False))
    valid = first.is_valid().to_numpy(zero_copy_only=False)
    if type is ValueType.DATE:
        first = first.cast(pa.int32())
    values = pc.fill_null(first, 0).to_numpy(zero_copy_only=False).astype(DTYPES[type], copy=False)
    longitude = None
    if type is ValueType.LOCATION:
        longitude = pc.fill_null(columns[1], 0).to_numpy(zero_copy_only=False)
    return Arrays(values, None if valid.all() else valid, longitude)

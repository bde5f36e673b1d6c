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
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from satsuma.catalog.model import Attribute, ValueType
from satsuma.index.dictionaries import Dictionary
from satsuma.index.files import Folder
from satsuma.record.arrow import Column as Strings

CODED = frozenset({ValueType.TEXT, ValueType.CHOICE, ValueType.REFERENCE, ValueType.CHOICES})
"""Types whose values are codes of a dictionary."""


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


class Column:
    """An attribute's values by row; it never changes.

    Attributes:
        type: Of the attribute.
        dictionary: Of coded columns.
    """

    def __init__(self, type: ValueType, stored: Arrays, dictionary: Dictionary | None = None) -> None:
        """A column of values that stand as they are in the files."""
        self.type = type
        self.dictionary = dictionary
        self._stored = stored

    def __len__(self) -> int:
        return len(self._stored)

    @cached_property
    def whole(self) -> Arrays:
        """All rows; made when first asked for where not all stand in the files, and kept."""
        return self._stored

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

    def take(self, places: NDArray[Any]) -> Arrays:
        """The values at some rows (each at least 0), at a cost that does not grow with the column."""
        return self._stored.take(places)


class Names:
    """What the arrays of an attribute's column are called: by its number, which no rename changes."""

    def __init__(self, attribute: Attribute) -> None:
        number = attribute.number
        self.values = f"{number}.values"
        self.valid = f"{number}.valid"
        self.longitude = f"{number}.longitude"
        self.exact = f"{number}.exact"
        self.folded = f"{number}.folded"
        self.folded_code = f"{number}.folded_code"


def open_column(folder: Folder, attribute: Attribute) -> Column:
    """The column of an attribute, from its table's folder."""
    names = Names(attribute)
    dictionary = None
    if attribute.type in CODED:
        is_text = attribute.type is ValueType.TEXT
        dictionary = Dictionary(
            open_strings(folder, names.exact),
            open_strings(folder, names.folded) if is_text else None,
            folder.array(names.folded_code) if is_text else None,
        )
    stored = Arrays(
        folder.array(names.values),
        folder.array(names.valid) if names.valid in folder else None,
        folder.array(names.longitude) if attribute.type is ValueType.LOCATION else None,
    )
    return Column(attribute.type, stored, dictionary)


def open_strings(folder: Folder, name: str) -> Strings:
    """Texts, over the mapped bytes: `name.ends` has where each begins and the last ends, `name` all bytes."""
    ends = folder.array(f"{name}.ends")
    buffers: list[Any] = [None, _buffer(ends), _buffer(folder.array(name))]
    found: Strings = pa.Array.from_buffers(pa.large_string(), len(ends) - 1, buffers)
    return found


def _buffer(values: Any) -> Any:
    return pa.py_buffer(values)


def bytes_of(strings: Any) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Lengths, and all bytes, of an Arrow array of texts; null counts as empty."""
    large: Any = pc.fill_null(strings.cast(pa.large_string()), "")
    _, ends_buffer, bytes_buffer = large.buffers()
    ends = np.frombuffer(ends_buffer, dtype=np.int64)[large.offset : large.offset + len(large) + 1]
    if not len(large) or bytes_buffer is None:
        return np.zeros(len(large), dtype=np.int64), np.empty(0, dtype=np.uint8)
    text = np.frombuffer(bytes_buffer, dtype=np.uint8)[ends[0] : ends[-1]]
    return np.diff(ends), text

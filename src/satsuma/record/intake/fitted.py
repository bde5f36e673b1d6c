"""What all readers of values share: what fits, which rows do not and why, reading by distinct values.

A reader gets a whole column and gives arrays of the same length. It reads what it can by Arrow's functions;
the rest, which is little or has few distinct values, goes through `by_distinct` and plain Python.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute
from numpy.typing import NDArray

# The stubs know narrower overloads than the functions have: `equal(array, "")` is one of theirs.
pc: Any = pyarrow.compute

Values: TypeAlias = Any
"""A `pyarrow.Array`; its stubs are generic over types that are not known before the rows are."""

Rows: TypeAlias = NDArray[np.int64]

_PIECE_ROWS = 4_096


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a value does not fit.

    Attributes:
        code: Stable and dotted, such as `value.option`.
        expected: What would fit, as the end of the sentence "found ..., expected ...".
    """

    code: str
    expected: str


@dataclass(frozen=True, slots=True)
class Fault:
    """The rows (ascending) whose value does not fit for one reason."""

    rows: Rows
    refusal: Refusal


@dataclass(frozen=True, slots=True)
class Fitted:
    """A column as it is stored: an array for each stored column, null where missing or faulty."""

    arrays: tuple[Values, ...]
    faults: tuple[Fault, ...] = ()


def rows_where(mask: Values) -> Rows:
    """The rows at which a boolean array is true (null is not)."""
    return np.flatnonzero(pc.fill_null(mask, False).to_numpy(zero_copy_only=False)).astype(np.int64)


def faults_where(*reasons: tuple[Values, Refusal]) -> tuple[Fault, ...]:
    """Faults of the rows at which each mask is true; none for a mask that is true nowhere."""
    found = ((rows_where(mask), refusal) for mask, refusal in reasons)
    return tuple(Fault(rows, refusal) for rows, refusal in found if len(rows))


def nulls(length: int, arrow: pa.DataType) -> Values:
    """A column without any value."""
    make: Any = pa.nulls
    return make(length, arrow)


def none_fit(values: Values, types: Iterable[pa.DataType], refusal: Refusal) -> Fitted:
    """Every value that is there is refused."""
    faults = faults_where((values.is_valid(), refusal))
    return Fitted(tuple(nulls(len(values), arrow) for arrow in types), faults)


def without_empty(values: Values) -> Values:
    """Text as `string`, with null for empty text, which means missing."""
    text: Values = values if pa.types.is_string(values.type) else pc.cast(values, pa.string())
    empty = pc.equal(text, "")
    return pc.if_else(empty, None, text) if pc.any(empty).as_py() else text


def by_distinct(values: Values, arrow: pa.DataType, read: Callable[[Any], object]) -> Fitted:
    """Read each distinct value by a Python function, which gives a value for `arrow`, None, or a Refusal."""
    encoded: Any = values.dictionary_encode()
    read_values: list[object] = []
    refused: dict[Refusal, list[int]] = {}
    for index, value in enumerate(encoded.dictionary.to_pylist()):
        result = None if value is None else read(value)
        if isinstance(result, Refusal):
            refused.setdefault(result, []).append(index)
            result = None
        read_values.append(result)
    faults = tuple(
        Fault(rows_where(pc.is_in(encoded.indices, pa.array(indices, encoded.indices.type))), refusal)
        for refusal, indices in refused.items()
    )
    return Fitted((pa.array(read_values, arrow).take(encoded.indices),), faults)


def read_text(
    values: Values,
    arrow: pa.DataType,
    *,
    pattern: str,
    fast: Callable[[Values], Values],
    slow: Callable[[str], object],
) -> Fitted:
    """Read text: by `fast` what matches the pattern, by `slow` what does not or what `fast` cannot read.

    Args:
        values: Text without empty text.
        arrow: Type of the result.
        pattern: RE2; `fast` agrees with `slow` on all that matches, unless it raises ArrowInvalid.
        fast: Reads a whole array.
        slow: Reads one text; gives the value or a Refusal.
    """
    matches = pc.fill_null(pc.match_substring_regex(values, pattern), True)
    if pc.all(matches).as_py():
        return _read_pieces(values, arrow, fast, slow)
    quick, rest = rows_where(matches), rows_where(pc.invert(matches))
    return scatter(
        len(values),
        (arrow,),
        [
            (quick, _read_pieces(values.take(pa.array(quick)), arrow, fast, slow)),
            (rest, by_distinct(values.take(pa.array(rest)), arrow, slow)),
        ],
    )


def _read_pieces(
    values: Values, arrow: pa.DataType, fast: Callable[[Values], Values], slow: Callable[[str], object]
) -> Fitted:
    """Read all at once, or where that fails in pieces, so that one bad value does not slow down others."""
    try:
        return Fitted((fast(values),))
    except pa.ArrowInvalid:
        if len(values) <= _PIECE_ROWS:
            return by_distinct(values, arrow, slow)
    pieces = []
    for start in range(0, len(values), _PIECE_ROWS):
        piece = values.slice(start, _PIECE_ROWS)
        rows = np.arange(start, start + len(piece), dtype=np.int64)
        pieces.append((rows, _read_pieces(piece, arrow, fast, slow)))
    return scatter(len(values), (arrow,), pieces)


def scatter(length: int, types: Iterable[pa.DataType], pieces: Iterable[tuple[Rows, Fitted]]) -> Fitted:
    """Put pieces of a column together, each read from the rows named with it; other rows are null."""
    pieces = list(pieces)
    source = np.full(length, -1, dtype=np.int64)
    start = 0
    for rows, _ in pieces:
        source[rows] = np.arange(start, start + len(rows))
        start += len(rows)
    take = pa.array(source, mask=source < 0)
    arrays = []
    for index, arrow in enumerate(types):
        parts = [fitted.arrays[index] for _, fitted in pieces]
        joined: Any = pa.concat_arrays(parts) if parts else nulls(0, arrow)
        arrays.append(joined.take(take))
    faults = tuple(
        Fault(rows[fault.rows], fault.refusal) for rows, fitted in pieces for fault in fitted.faults
    )
    return Fitted(tuple(arrays), faults)

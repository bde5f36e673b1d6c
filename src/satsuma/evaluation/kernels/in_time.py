"""In time: an attribute's numbers in the order of time, in which a window is one run of rows.

The files have a type's instants in the order of time, with their members. A member's own rows stand in the
same order in both, so one pass over the members in time finds where each value belongs. That is begun when
sums are first asked for, beside whoever asks, and kept as long as the column is, in as few bytes as hold the
numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock, Thread
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from satsuma.evaluation.kernels import scratch
from satsuma.evaluation.kernels.compiled import Bools, Ints, as_input, compiled_once
from satsuma.evaluation.kernels.parallel import in_pieces
from satsuma.index.columns import Column
from satsuma.index.parts import Part

WORTH_A_THREAD = 3
"""From so many rows for each member on it pays to add up half of them apart."""

_NARROW = np.dtype(np.uint32)


@dataclass(frozen=True, slots=True, eq=False)
class InTime:
    """A part's values of one attribute in time order.

    Attributes:
        values: uint32 or int64; 0 where one is missing.
        greatest: Of their sizes.
    """

    values: NDArray[Any]
    greatest: int


_kept: WeakKeyDictionary[Column, InTime] = WeakKeyDictionary()
_begun: WeakKeyDictionary[Column, bool] = WeakKeyDictionary()
_lock = Lock()
_making = Lock()

AT_ONCE_ROWS = 1 << 18
"""Of so many rows nobody notices how long it takes."""


def in_time(part: Part, attribute: int) -> InTime | None:
    """The integers or decimals of an attribute (its number) of the files' part; None: not yet, or no room."""
    column = part.columns[attribute]
    found = _kept.get(column)
    if found is not None:
        return found
    with _lock:
        if column in _begun:
            return _kept.get(column)
        _begun[column] = True
    if part.size <= AT_ONCE_ROWS:
        _make(part, column)
    else:
        Thread(target=_make, args=(part, column), name="values in time", daemon=True).start()
    return _kept.get(column)


def _make(part: Part, column: Column) -> None:
    # One after another, so that all together keep within their bound.
    with _making:
        made = _made(part, column)
        if made is not None:
            _kept[column] = made


def _made(part: Part, column: Column) -> InTime | None:
    values, valid = column.values, column.valid
    least, most = (int(values.min()), int(values.max())) if len(values) else (0, 0)
    kind = _NARROW if least >= 0 and most <= np.iinfo(_NARROW).max else np.dtype(np.int64)
    held = sum(one.values.nbytes for one in _kept.values())
    if held + part.size * kind.itemsize > scratch.kept_bytes_max():
        return None
    found = np.empty(part.size, dtype=kind)
    # The places are those of all rows, also of members whose rows here do not count any more.
    _place(
        as_input(part.time_member, np.uint32),
        np.array(part.offsets[:-1], dtype=np.int64),
        as_input(values, np.int64),
        as_input(np.zeros(0) if valid is None else valid, np.bool_),
        found,
    )
    found.flags.writeable = False
    return InTime(found, max(most, -least))


@compiled_once
def _place(
    time_member: NDArray[np.uint32], next_row: Ints, values: Ints, valid: Bools, found: NDArray[Any]
) -> None:
    for i in range(len(time_member)):
        row = next_row[time_member[i]]
        next_row[time_member[i]] = row + 1
        found[i] = values[row] if len(valid) == 0 or valid[row] else 0


def add_values(members: NDArray[np.uint32], values: NDArray[Any], total: Ints) -> None:
    """Add to each member's total (int64, contiguous) the values of its rows; of many by two threads."""

    def of_piece(piece: slice) -> Ints:
        own = np.zeros_like(total) if piece.start else total
        _add_values(as_input(members[piece], np.uint32), as_input(values[piece], values.dtype), own)
        return own

    if len(members) < WORTH_A_THREAD * len(total):
        of_piece(slice(0, len(members)))
        return
    for own in in_pieces(of_piece, len(members))[1:]:
        total += own


@compiled_once
def _add_values(members: NDArray[np.uint32], values: NDArray[Any], total: Ints) -> None:
    for i in range(len(members)):
        total[members[i]] += np.int64(values[i])


def warmed() -> None:
    """Compile the loops, or load them."""
    nothing = np.zeros(0, dtype=np.uint32)
    number, valid = as_input(np.zeros(1), np.int64), as_input(np.ones(1), np.bool_)
    for kind in (_NARROW, np.dtype(np.int64)):
        _place(
            as_input(nothing, np.uint32), np.zeros(1, dtype=np.int64), number, valid, np.zeros(1, dtype=kind)
        )
        add_values(nothing, np.zeros(0, dtype=kind), np.zeros(1, dtype=np.int64))

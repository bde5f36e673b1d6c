"""Texts: Arrow arrays of texts over mapped bytes, and finding texts among many by their hashes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from satsuma.index.files import Folder, Making
from satsuma.record.arrow import Column as Strings

_HASHED_AT_ONCE = 1 << 16
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xD6E8FEB86659FD93)
_HALF = np.uint64(32)


def large(values: Any) -> Any:
    """An array of texts of the type that the index has; null counts as empty."""
    return pc.fill_null(values.cast(pa.large_string()), "")


def filled(strings: Any) -> NDArray[np.bool_]:
    """Which texts are neither null nor empty."""
    lengths: Any = pc.binary_length(large(strings))
    found: NDArray[np.bool_] = lengths.to_numpy(zero_copy_only=False) > 0
    return found


def from_list(texts: list[str]) -> Strings:
    """Texts as the index has them."""
    return pa.array(texts, pa.large_string())


def joined(first: Any, second: Any) -> Strings:
    """Texts, one array after the other."""
    found: Strings = pa.concat_arrays([first, second])
    return found


def taken(strings: Any, places: NDArray[Any]) -> Strings:
    """The texts at some places."""
    found: Strings = strings.take(pa.array(places.astype(np.int64, copy=False)))
    return found


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
    whole: Any = large(strings)
    _, ends_buffer, bytes_buffer = whole.buffers()
    ends = np.frombuffer(ends_buffer, dtype=np.int64)[whole.offset : whole.offset + len(whole) + 1]
    if not len(whole) or bytes_buffer is None:
        return np.zeros(len(whole), dtype=np.int64), np.empty(0, dtype=np.uint8)
    text = np.frombuffer(bytes_buffer, dtype=np.uint8)[ends[0] : ends[-1]]
    return np.diff(ends), text


def hashes_of(strings: Any) -> NDArray[np.uint64]:
    """A hash of each text, the same in every process; empty text has 0."""
    starts = range(0, len(strings), _HASHED_AT_ONCE)
    parts = [_hashes(*bytes_of(strings.slice(start, _HASHED_AT_ONCE))) for start in starts]
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.uint64)


def _hashes(lengths: NDArray[np.int64], text: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """Polynomials of the bytes, in 64 bits."""
    found = np.zeros(len(lengths), dtype=np.uint64)
    some = np.flatnonzero(lengths)
    if not len(some):
        return found
    ends = np.cumsum(lengths[some])
    starts = ends - lengths[some]
    place = np.arange(len(text)) - np.repeat(starts, lengths[some])
    powers = np.cumprod(np.full(int(lengths.max()), _FACTOR))
    sums = np.add.reduceat((text.astype(np.uint64) + np.uint64(1)) * powers[place], starts)
    sums = (sums ^ (sums >> _HALF)) * _MIX
    found[some] = np.maximum(sums ^ (sums >> _HALF), np.uint64(1))
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Lookup:
    """Finds texts in an array of distinct ones, whose empty ones are none.

    Attributes:
        hashes: Of the texts that are not empty, ascending.
        places: Where each stands, uint32.
    """

    strings: Strings
    hashes: NDArray[np.uint64]
    places: NDArray[np.uint32]

    def find(self, wanted: Strings) -> NDArray[np.int64]:
        """The place of each text; -1 where it is not there, or empty."""
        found = np.full(len(wanted), -1, dtype=np.int64)
        hashes = hashes_of(wanted)
        at = np.searchsorted(self.hashes, hashes)
        open_ = np.flatnonzero(hashes != 0)
        while len(open_):
            # Texts that share a hash stand side by side; of each all are looked at until one is equal.
            open_ = open_[at[open_] < len(self.hashes)]
            open_ = open_[self.hashes[at[open_]] == hashes[open_]]
            if not len(open_):
                break
            places = self.places[at[open_]]
            same: Any = pc.equal(taken(self.strings, places), large(taken(wanted, open_)))
            is_same = same.to_numpy(zero_copy_only=False)
            found[open_[is_same]] = places[is_same]
            open_ = open_[~is_same]
            at[open_] += 1
        return found


def lookup_of(strings: Strings) -> Lookup:
    """A lookup, made in memory."""
    hashes = hashes_of(strings)
    some = np.flatnonzero(hashes != 0)
    order = some[np.argsort(hashes[some], kind="stable")]
    return Lookup(strings, hashes[order], order.astype(np.uint32))


def write_lookup(making: Making, name: str, strings: Strings) -> None:
    """Write what finds texts, for `open_lookup`."""
    made = lookup_of(strings)
    making.array(f"{name}.hashes", made.hashes)
    making.array(f"{name}.places", made.places)


def open_lookup(folder: Folder, name: str, strings: Strings) -> Lookup:
    """What finds texts among those that `open_strings` gave."""
    return Lookup(strings, folder.array(f"{name}.hashes"), folder.array(f"{name}.places"))


class StringsMaker:
    """Writes texts in the order in which they come, for `open_strings`."""

    def __init__(self, making: Making, name: str) -> None:
        self._bytes = making.stream(name, np.uint8)
        self._ends = making.stream(f"{name}.ends", np.int64)
        self._end = 0
        self._ends.append(np.zeros(1, dtype=np.int64))

    def append(self, strings: Any) -> None:
        """Take an Arrow array; null counts as empty."""
        lengths, text = bytes_of(strings)
        ends = self._end + np.cumsum(lengths)
        self._bytes.append(text)
        self._ends.append(ends)
        self._end = int(ends[-1]) if len(ends) else self._end

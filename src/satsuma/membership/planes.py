"""Planes: one bit for each member number, packed, of a leaf's or a segment's truth.

A thousand leaves over ten million members take 1.25 GB this way. Bits are read and turned at given numbers,
at a cost that does not depend on how many members there are. Only the writer holds planes.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

Numbers = NDArray[np.uint32]
Bools = NDArray[np.bool_]

_BITS = np.left_shift(np.uint8(1), np.arange(8, dtype=np.uint8))


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Where planes have the bits of some numbers, worked out once for many planes.

    Attributes:
        numbers: Ascending, distinct.
        bytes, bits: Of each number the place of its byte, and the byte in which only its bit is 1.
        bytes_min: So many bytes have a place for all of them.
    """

    numbers: NDArray[Any]
    bytes: NDArray[np.intp]
    bits: NDArray[np.uint8]
    bytes_min: int

    @classmethod
    def of(cls, numbers: NDArray[Any]) -> Places:
        """Of ascending numbers."""
        # As NumPy indexes, so that it need not convert them for each plane.
        bytes = (numbers >> 3).astype(np.intp)
        return cls(numbers, bytes, _BITS[numbers & 7], int(bytes[-1]) + 1 if len(bytes) else 0)

    def __len__(self) -> int:
        return len(self.numbers)


class Plane:
    """One bit for each number below `size`; numbers beyond it have 0."""

    def __init__(self, packed: NDArray[np.uint8] | None = None) -> None:
        """Hold packed bits, the lowest of a byte first; None: all are 0."""
        self._packed = np.zeros(0, dtype=np.uint8) if packed is None else packed
        self._address: int | None = None

    @classmethod
    def of(cls, holds: Bools) -> Plane:
        """A plane of one truth for each number."""
        return cls(np.packbits(holds, bitorder="little"))

    @property
    def packed(self) -> NDArray[np.uint8]:
        """The bits, to be stored."""
        return self._packed

    @property
    def size(self) -> int:
        """How many numbers have a bit, a multiple of 8."""
        return len(self._packed) * 8

    @property
    def address(self) -> int:
        """Where the bits are, for compiled loops; until they are turned or room is made."""
        if self._address is None:
            self._address = self._packed.ctypes.data
        return self._address

    def at(self, places: Places) -> Bools:
        """The bits of some numbers."""
        if places.bytes_min > len(self._packed):
            known = int(np.searchsorted(places.numbers, self.size))
            found = np.zeros(len(places), dtype=np.bool_)
            found[:known] = (self._packed[places.bytes[:known]] & places.bits[:known]) != 0
            return found
        bits: Bools = (self._packed.take(places.bytes) & places.bits) != 0
        return bits

    def flip(self, numbers: NDArray[Any]) -> None:
        """Turn the bits of distinct numbers; doing it again undoes it."""
        if not len(numbers):
            return
        self.make_room(int(numbers.max()))
        # Several numbers may share a byte.
        np.bitwise_xor.at(self._packed, numbers >> 3, _BITS[numbers & 7])

    def make_room(self, last: int) -> int:
        """Have a bit that can be turned for each number up to the last one; gives the address."""
        if last >= self.size:
            # Somewhat more than is asked for: members come a few at a time.
            bytes_wanted = (last >> 3) + 1
            grown = np.zeros(bytes_wanted + bytes_wanted // 8 + 16, dtype=np.uint8)
            grown[: len(self._packed)] = self._packed
            self._packed, self._address = grown, None
        elif not self._packed.flags.writeable:
            self._packed, self._address = self._packed.copy(), None
        return self.address

    def whole(self, size: int) -> Bools:
        """The bits of all numbers below `size`."""
        bits: NDArray[np.uint8] = np.unpackbits(self._packed, count=min(size, self.size), bitorder="little")
        if size <= len(bits):
            return bits.view(np.bool_)
        found = np.zeros(size, dtype=np.bool_)
        found[: len(bits)] = bits.view(np.bool_)
        return found

    def numbers(self) -> Numbers:
        """The numbers whose bit is 1, ascending, uint32."""
        bits = np.unpackbits(self._packed, bitorder="little")
        return np.flatnonzero(bits).astype(np.uint32)


def bitmap_of(numbers: Numbers) -> BitMap:
    """Distinct numbers as a Roaring bitmap."""
    # Of an array of Python's it takes the memory as it is; of NumPy's it takes numbers one by one.
    return BitMap(array("I", np.ascontiguousarray(numbers, dtype=np.uint32).tobytes()))


def united(parts: Iterable[NDArray[Any]]) -> Numbers:
    """The distinct numbers of several arrays, ascending, uint32."""
    some = [part for part in parts if len(part)]
    if not some:
        return np.zeros(0, dtype=np.uint32)
    # Sorted, not hashed as `np.unique` does: that is several times slower for what is sorted in parts.
    found = np.sort(np.concatenate(some).astype(np.uint32, copy=False), kind="stable")
    is_first = np.ones(len(found), dtype=np.bool_)
    np.not_equal(found[1:], found[:-1], out=is_first[1:])
    return found[is_first]

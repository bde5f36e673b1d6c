"""A hash file: sorted 64-bit hashes on the disk, mapped into memory, of which a search reads single blocks.

    hashes (uint64, ascending), filled up to whole blocks with the greatest there is
    the first hash of each block (uint64), the sum of each block (uint64)
    a manifest (JSON): what it is of, how many hashes
    a tail (`_TAIL`) with the checksum of all but the hashes

A block's sum is checked when it is first read, so that a file is never read whole. It is the sum of its
hashes times odd numbers, modulo 2**64: no single bit turns without it. Nothing is synced; a file that is
damaged is made anew from the record.
"""

from __future__ import annotations

import json
import mmap
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]

FORMAT = 1
BLOCK = 64
"""Hashes in a block. A batch of 10,000 reads about as many blocks, until all have been read once."""

_PIECE_BLOCKS = 4096

_TAIL = struct.Struct("<IIQ16s")
_MAGIC = b"satsuma hashes 1"
_GREATEST = np.iinfo(np.uint64).max
_WEIGHTS: Hashes = np.arange(BLOCK, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C16) + np.uint64(1)


class DamagedError(Exception):
    """A block is not what was written."""


class HashFile:
    """A hash file that was opened; any number of threads may search it."""

    def __init__(self, mapped: mmap.mmap, stamp: Mapping[str, Any], count: int, blocks: int) -> None:
        """Use `open_file`."""
        self.stamp = stamp
        self._count = count
        self._hashes: Hashes = np.frombuffer(mapped, np.uint64, blocks * BLOCK)
        self._firsts, self._sums = np.frombuffer(mapped, np.uint64, 2 * blocks, blocks * BLOCK * 8).reshape(
            2, blocks
        )
        self._is_checked = np.zeros(blocks, dtype=np.bool_)

    def __len__(self) -> int:
        return self._count

    @property
    def blocks_read(self) -> int:
        """How many blocks were read so far."""
        return int(self._is_checked.sum())

    def contains(self, hashes: Hashes) -> NDArray[np.bool_]:
        """For each hash, whether it is in the file; costs what is asked.

        Raises:
            DamagedError: A block that had to be read is not what was written.
        """
        blocks = np.searchsorted(self._firsts, hashes, side="right") - 1
        found = np.zeros(len(hashes), dtype=np.bool_)
        inside = np.flatnonzero(blocks >= 0)
        blocks, wanted = blocks[inside], hashes[inside]
        self._check(blocks)
        # The last place in its block whose hash is not above the wanted one.
        places = blocks * BLOCK
        step = BLOCK // 2
        while step:
            places += np.where(self._hashes[places + step] <= wanted, step, 0)
            step //= 2
        found[inside] = self._hashes[places] == wanted
        return found

    def pieces(self) -> Iterator[Hashes]:
        """All hashes, ascending, in pieces.

        Raises:
            DamagedError: A block is not what was written.
        """
        for first in range(0, len(self._firsts), _PIECE_BLOCKS):
            last = min(first + _PIECE_BLOCKS, len(self._firsts))
            self._check(np.arange(first, last))
            yield self._hashes[first * BLOCK : min(last * BLOCK, self._count)]

    def _check(self, blocks: NDArray[np.int64]) -> None:
        new = blocks[~self._is_checked[blocks]]
        if not len(new):
            return
        # Mostly they ascend.
        new = new[np.append(True, new[1:] != new[:-1])]
        read = self._hashes.reshape(-1, BLOCK)[new]
        if not np.array_equal(_sums(read), self._sums[new]):
            raise DamagedError
        self._is_checked[new] = True


def write_file(path: Path, stamp: Mapping[str, Any], pieces: Iterable[Hashes]) -> None:
    """Write a file of hashes that come ascending, under another name first.

    Raises:
        OSError: It cannot be written; nothing is left behind.
    """
    making = path.with_name(path.name + ".making")
    try:
        with making.open("wb") as file:
            firsts, sums, count = [np.zeros(0, np.uint64)], [np.zeros(0, np.uint64)], 0
            for blocks, more in _in_blocks(pieces):
                file.write(blocks.data)
                firsts.append(blocks[:, 0].copy())
                sums.append(_sums(blocks))
                count += more
            both = np.concatenate([*firsts, *sums])
            manifest = json.dumps({"format": FORMAT, "stamp": dict(stamp), "count": count}).encode()
            head = both.tobytes() + manifest
            file.write(head)
            file.write(_TAIL.pack(len(manifest), zlib.crc32(head), len(both) // 2, _MAGIC))
        making.rename(path)
    finally:
        making.unlink(missing_ok=True)


def open_file(path: Path) -> HashFile | None:
    """A file that is there and, but for its hashes, what was written; else None."""
    try:
        with path.open("rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        size, check, blocks, magic = _TAIL.unpack(mapped[-_TAIL.size :])
        start = blocks * BLOCK * 8
        if magic != _MAGIC or len(mapped) != start + 16 * blocks + size + _TAIL.size:
            return None
        head = mapped[start : -_TAIL.size]
        if zlib.crc32(head) != check:
            return None
        manifest = json.loads(head[16 * blocks :])
        if manifest["format"] != FORMAT:
            return None
        if hasattr(mapped, "madvise"):
            # Places that are asked for have nothing to do with each other: what lies beside them is not read.
            mapped.madvise(mmap.MADV_RANDOM)
        return HashFile(mapped, manifest["stamp"], manifest["count"], blocks)
    except (OSError, ValueError, KeyError, TypeError, struct.error):
        return None


def _in_blocks(pieces: Iterable[Hashes]) -> Iterator[tuple[Hashes, int]]:
    """Whole blocks, by row, and how many hashes they have."""
    left = np.zeros(0, dtype=np.uint64)
    for piece in pieces:
        left = np.concatenate((left, piece))
        whole = len(left) - len(left) % BLOCK
        if whole:
            yield left[:whole].reshape(-1, BLOCK), whole
            left = left[whole:]
    if len(left):
        filled = np.full(BLOCK, _GREATEST, dtype=np.uint64)
        filled[: len(left)] = left
        yield filled.reshape(1, BLOCK), len(left)


def _sums(blocks: Hashes) -> Hashes:
    found: Hashes = (blocks * _WEIGHTS).sum(axis=1, dtype=np.uint64)
    return found

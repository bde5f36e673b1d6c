"""Files: a folder of plain arrays with a manifest that says what they hold and whether they are whole.

An array is a file of its values, one after another, as the machine that wrote them keeps them. The manifest,
`manifest.json`, is written last:

    {"format": 2, "stamp": {...}, "arrays": {"age": {"dtype": "<i8", "length": 3, "crc32": 9}}}

`stamp` says which state of the record the arrays reflect. A folder is made under another name and renamed
when it is whole. Nothing is synced to the disk: what a power cut leaves is told by its checksums, and made
anew from the record.
"""

from __future__ import annotations

import json
import shutil
import zlib
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import numpy as np
from numpy.typing import DTypeLike, NDArray

from satsuma.kernel.mapping import mapped

FORMAT = 2
MANIFEST = "manifest.json"
_CHECKED_AT_ONCE_BYTES = 1 << 22
_CHECKED_TOGETHER_BYTES = 1 << 26
_CHECKERS = 2

Stamp = Mapping[str, Any]
"""Which state of the record is reflected, as plain JSON."""


class Stream:
    """One array being written, piece by piece."""

    def __init__(self, path: Path, dtype: DTypeLike) -> None:
        self.dtype = np.dtype(dtype)
        self.length = 0
        self._crc32 = 0
        self._file: BinaryIO = path.open("wb")

    def append(self, values: NDArray[Any]) -> None:
        """Add values at the end, as the array's type."""
        piece = np.ascontiguousarray(values, dtype=self.dtype).data.cast("B")
        self._file.write(piece)
        self._crc32 = zlib.crc32(piece, self._crc32)
        self.length += len(values)

    def close(self) -> None:
        """Nothing more comes; a second call does nothing."""
        self._file.close()

    def entry(self) -> dict[str, Any]:
        """What the manifest says of it."""
        return {"dtype": self.dtype.str, "length": self.length, "crc32": self._crc32}


class Making:
    """A folder being made; use it in a `with`, which leaves nothing behind where it fails."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._under = path.with_name(f"{path.name}.making")
        self._streams: dict[str, Stream] = {}
        shutil.rmtree(self._under, ignore_errors=True)
        self._under.mkdir(parents=True)

    def stream(self, name: str, dtype: DTypeLike) -> Stream:
        """An array to be written piece by piece."""
        found = self._streams[name] = Stream(self._under / name, dtype)
        return found

    def array(self, name: str, values: NDArray[Any]) -> None:
        """A whole array."""
        stream = self.stream(name, values.dtype)
        stream.append(values)
        stream.close()

    def take_back(self, name: str) -> NDArray[Any]:
        """A written array, to be written in another form: its file is removed."""
        stream = self._streams.pop(name)
        stream.close()
        path = self._under / name
        values = np.fromfile(path, dtype=stream.dtype)
        path.unlink()
        return values

    def drop(self, name: str) -> None:
        """An array that turns out to say nothing."""
        self._streams.pop(name).close()
        (self._under / name).unlink()

    def finish(self, stamp: Stamp) -> None:
        """Write the manifest and put the folder in its place."""
        for stream in self._streams.values():
            stream.close()
        manifest = {
            "format": FORMAT,
            "stamp": dict(stamp),
            "arrays": {name: stream.entry() for name, stream in self._streams.items()},
        }
        (self._under / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
        shutil.rmtree(self.path, ignore_errors=True)
        self._under.rename(self.path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for stream in self._streams.values():
            stream.close()
        shutil.rmtree(self._under, ignore_errors=True)


class Folder:
    """A whole folder, opened: its arrays are mapped, not read, and cannot be written to."""

    def __init__(self, path: Path, stamp: Stamp, arrays: Mapping[str, Mapping[str, Any]]) -> None:
        self.stamp = stamp
        self._path = path
        self._arrays = arrays
        self._mapped: dict[str, NDArray[Any]] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._arrays

    @property
    def name(self) -> str:
        """What it is called."""
        return self._path.name

    def map_all(self) -> None:
        """Map all arrays now, so that they can be had when the files are gone."""
        self._mapped.update({name: self.array(name) for name in self._arrays})

    def array(self, name: str) -> NDArray[Any]:
        """An array of it, read-only."""
        if name in self._mapped:
            return self._mapped[name]
        entry = self._arrays[name]
        return mapped(self._path / name, np.dtype(entry["dtype"]), entry["length"])

    @property
    def bytes(self) -> int:
        """What all arrays take on the disk."""
        return sum(np.dtype(one["dtype"]).itemsize * one["length"] for one in self._arrays.values())


def open_folder(path: Path, stamp: Stamp) -> Folder | None:
    """The folder, if it is there, of this format and stamp, and whole by sizes and checksums; else None."""
    return open_suitable(path, lambda found: found == dict(stamp))


def open_suitable(path: Path, is_suitable: Callable[[Stamp], bool]) -> Folder | None:
    """As `open_folder`, with a stamp that is found suitable."""
    try:
        manifest = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
        if manifest["format"] != FORMAT or not is_suitable(manifest["stamp"]):
            return None
        arrays: dict[str, dict[str, Any]] = manifest["arrays"]
        if not _are_whole(path, arrays):
            return None
        return Folder(path, manifest["stamp"], arrays)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        # Whatever is wrong with it, it is made anew.
        return None


def _are_whole(path: Path, arrays: Mapping[str, Mapping[str, Any]]) -> bool:
    """Two files are read at a time where there is much to read: the sums are worked out outside the lock."""
    size = sum(np.dtype(one["dtype"]).itemsize * int(one["length"]) for one in arrays.values())
    files = [(path / name, entry) for name, entry in arrays.items()]
    if size < _CHECKED_TOGETHER_BYTES:
        return all(_is_whole(*one) for one in files)
    with ThreadPoolExecutor(_CHECKERS, thread_name_prefix="checksums") as pool:
        return all(pool.map(lambda one: _is_whole(*one), files))


def _is_whole(path: Path, entry: Mapping[str, Any]) -> bool:
    wanted = np.dtype(entry["dtype"]).itemsize * int(entry["length"])
    if path.stat().st_size != wanted:
        return False
    crc32 = 0
    with path.open("rb") as file:
        while piece := file.read(_CHECKED_AT_ONCE_BYTES):
            crc32 = zlib.crc32(piece, crc32)
    return crc32 == int(entry["crc32"])

"""Streams: the bytes of text files, plain or gzipped, up to a size that is settled before reading begins."""

from __future__ import annotations

import codecs
import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from satsuma.kernel.errors import DataError
from satsuma.sync.formats.base import unreadable

_BLOCK_BYTES = 1_048_576
GZIP_SUFFIX = ".gz"

_MARKS = {
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "zip, as spreadsheets are",
    b"PAR1": "Parquet",
}


class Bounded(io.RawIOBase):
    """The bytes of a file from one place up to another, whatever is added to it meanwhile."""

    def __init__(self, path: Path, end: int, start: int = 0) -> None:
        super().__init__()
        self._file: BinaryIO = path.open("rb", buffering=0)
        self._file.seek(start)
        self.at = start
        self._end = end

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer as far as there are bytes; 0 at the end."""
        view = memoryview(buffer).cast("B")[: max(0, self._end - self.at)]
        count = self._file.readinto(view)  # type: ignore[attr-defined]  # an unbuffered file has it
        self.at += count
        return int(count)

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()


def is_gzip(path: Path) -> bool:
    """Whether the name says that the file is gzipped."""
    return path.name.lower().endswith(GZIP_SUFFIX)


@contextmanager
def opened(path: Path, size_bytes: int, start: int = 0) -> Iterator[tuple[io.BufferedIOBase, Bounded]]:
    """The text of a file as bytes, and the raw stream beneath, whose `at` tells how far reading has come.

    Raises:
        DataError: It is damaged as a gzip file.
    """
    raw = Bounded(path, size_bytes, 0 if is_gzip(path) else start)
    stream: Any = io.BufferedReader(raw, _BLOCK_BYTES)
    try:
        if is_gzip(path):
            stream = gzip.GzipFile(fileobj=stream)
            stream.read(start)
        yield stream, raw
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise unreadable(
            path,
            f"damaged as a gzip file: {error}",
            code="data.file.gzip",
            hint="write or copy the file anew",
        ) from error
    finally:
        stream.close()
        raw.close()


@dataclass(frozen=True, slots=True)
class Surveyed:
    """What one pass over a file tells.

    Attributes:
        sha256: Of its bytes, in hexadecimal digits.
        prefix_sha256: Of those before the place asked about.
        ends_line: Whether a line ends at that place.
    """

    sha256: str
    prefix_sha256: str
    ends_line: bool


def survey(path: Path, size_bytes: int, *, prefix_bytes: int = 0, is_text: bool) -> Surveyed:
    """Hash a file, and see that text is UTF-8.

    Raises:
        DataError: It is not, with the byte at which that shows.
    """
    whole, before, boundary = hashlib.sha256(), "", b""
    if not prefix_bytes:
        before = whole.hexdigest()
    check = _Utf8(path) if is_text and not is_gzip(path) else None
    with Bounded(path, size_bytes) as raw:
        while raw.at < size_bytes:
            to_prefix = prefix_bytes - raw.at
            block = raw.read(min(_BLOCK_BYTES, to_prefix) if to_prefix > 0 else _BLOCK_BYTES)
            if not block:
                raise unreadable(path, "became shorter while it was read", hint="import it when it is whole")
            if check is not None:
                check.take(block)
            if prefix_bytes and raw.at - len(block) == prefix_bytes:
                boundary += block[:1]
            whole.update(block)
            if raw.at == prefix_bytes:
                before, boundary = whole.hexdigest(), block[-1:]
    if is_text and is_gzip(path):
        check = _Utf8(path)
        with opened(path, size_bytes) as (stream, _):
            while block := stream.read(_BLOCK_BYTES):
                check.take(block)
    if check is not None:
        check.finish()
    return Surveyed(whole.hexdigest(), before, boundary[:1] == b"\n" or boundary[1:] in (b"\n", b"\r"))


class _Utf8:
    """Checks that blocks of bytes are UTF-8 together."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._offset = 0

    def take(self, block: bytes) -> None:
        """Check the next block."""
        if self._offset == 0:
            for mark, what in _MARKS.items():
                if block.startswith(mark):
                    raise self._fault(0, f"found {what}")
        zero = block.find(b"\0")
        if zero >= 0:
            raise self._fault(self._offset + zero, "found binary data (a zero byte)")
        self._decode(block)
        self._offset += len(block)

    def finish(self) -> None:
        """Check that the last character is whole."""
        self._decode(b"", final=True)

    def _decode(self, block: bytes, *, final: bool = False) -> None:
        pending = len(self._decoder.getstate()[0])
        try:
            self._decoder.decode(block, final)
        except UnicodeDecodeError as error:
            raise self._fault(self._offset - pending + error.start, f"found {error.reason}") from error

    def _fault(self, offset: int, found: str) -> DataError:
        return DataError(
            f"{self._path}: {found} at byte {offset}, expected text in UTF-8",
            code="data.file.encoding",
            hint="convert the file to UTF-8, or choose the format it has",
            details={"path": str(self._path), "byte": offset},
        )

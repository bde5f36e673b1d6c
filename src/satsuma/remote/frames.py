"""Frames: one message on a wire, a JSON header with binary parts beside it.

    header length (u32) | number of parts (u32) | length of each part (u64) ... | header | parts ...

All numbers are big-endian. Parts hold tables in Arrow's IPC form, and bytes.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from satsuma.kernel.errors import DataError

HEADER_BYTES_MAX = 268_435_456  # JSON of one message: rows given as dicts, keys given one by one
PARTS_MAX = 10_000  # tables of one message
PART_BYTES_MAX = 8_589_934_592  # one table: a million rows of a thousand columns

_START = struct.Struct(">II")
_LENGTH = struct.Struct(">Q")

Read = Callable[[int], bytes]
"""Gives exactly so many bytes, or raises EOFError where there are fewer."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One message."""

    header: Any
    parts: Sequence[bytes] = ()

    def to_bytes(self) -> bytes:
        """As it is written."""
        header = json.dumps(self.header, separators=(",", ":")).encode("ascii")
        lengths = b"".join(_LENGTH.pack(len(part)) for part in self.parts)
        return b"".join((_START.pack(len(header), len(self.parts)), lengths, header, *self.parts))


def read_frame(read: Read) -> Frame:
    """The next message.

    Raises:
        EOFError: There is none.
        DataError: It is beyond the limits, or its header is no JSON.
    """
    header_bytes, count = _START.unpack(read(_START.size))
    if header_bytes > HEADER_BYTES_MAX or count > PARTS_MAX:
        raise DataError("found a message beyond the limits of this connection", code="data.frame")
    lengths = [_LENGTH.unpack(read(_LENGTH.size))[0] for _ in range(count)]
    if any(length > PART_BYTES_MAX for length in lengths):
        raise DataError("found a table beyond the limits of this connection", code="data.frame")
    try:
        header = json.loads(read(header_bytes))
    except (ValueError, RecursionError) as error:
        raise DataError(f"found a message that is no JSON: {error}", code="data.frame") from error
    return Frame(header, [read(length) for length in lengths])


def exactly(read: Read) -> Read:
    """A stream's `read` that gives all that it is asked for, or raises EOFError."""

    def whole(count: int) -> bytes:
        found = read(count)
        if len(found) < count:
            raise EOFError("the stream ended early")
        return found

    return whole


def reader_of(data: bytes) -> Read:
    """Reads from bytes that are all there."""
    place = 0

    def read(count: int) -> bytes:
        nonlocal place
        found = data[place : place + count]
        if len(found) < count:
            raise EOFError
        place += count
        return found

    return read

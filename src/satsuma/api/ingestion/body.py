"""Bodies of tracking requests: read no further than the limit, unpacked no further than the limit."""

from __future__ import annotations

import json
import zlib
from collections.abc import AsyncIterator
from typing import Any

from satsuma.kernel.errors import UsageError
from satsuma.kernel.limits import REQUEST_BYTES_MAX

_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS


async def read_body(chunks: AsyncIterator[bytes], encoding: str | None) -> bytes:
    """A whole body, unpacked.

    Args:
        chunks: As it arrives.
        encoding: The header `Content-Encoding`: none, `identity`, `gzip` or `deflate`.

    Raises:
        UsageError: It is larger than REQUEST_BYTES_MAX (`usage.body_size`), packed in another way
            (`usage.body_encoding`), or not packed as it says (`usage.body`).
    """
    packing = (encoding or "identity").strip().lower()
    if packing not in ("identity", "gzip", "x-gzip", "deflate"):
        raise UsageError(
            f"found Content-Encoding {packing!r}, expected gzip, deflate or none", code="usage.body_encoding"
        )
    unpacker = None if packing == "identity" else zlib.decompressobj(_GZIP_OR_ZLIB)
    parts, size = [], 0
    async for chunk in chunks:
        try:
            part = chunk if unpacker is None else unpacker.decompress(chunk, REQUEST_BYTES_MAX + 1 - size)
        except zlib.error as error:
            raise UsageError(f"the body cannot be unpacked: {error}", code="usage.body") from None
        parts.append(part)
        size += len(part)
        if size > REQUEST_BYTES_MAX:
            raise UsageError(
                f"found a body of more than {REQUEST_BYTES_MAX} bytes",
                code="usage.body_size",
                hint="send smaller batches",
            )
    if unpacker is not None and size and not unpacker.eof:
        raise UsageError("the body ends before what is packed in it does", code="usage.body")
    return b"".join(parts)


def parse_body(body: bytes) -> dict[str, Any]:
    """The JSON object that a body holds.

    Raises:
        UsageError: It holds none (`usage.body`).
    """
    try:
        found = json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"the body is no JSON: {error}", code="usage.body") from None
    if not isinstance(found, dict):
        raise UsageError("the body is no JSON object", code="usage.body")
    return found


def _no_constant(name: str) -> float:
    raise ValueError(f"JSON has no {name}")

"""Rows in bulk: bodies as JSON, JSON lines or Arrow IPC, perhaps packed, and the receipts for them."""

from __future__ import annotations

import asyncio
import json
import zlib
from typing import Any

import pyarrow as pa
from fastapi import Request
from pydantic import BaseModel, Field

from satsuma.api.arrow_bodies import read_table
from satsuma.api.problems import RefusedError
from satsuma.api.reading import check_json
from satsuma.commit.receipts import Receipt as Given
from satsuma.kernel.limits import REQUEST_BYTES_MAX, ROWS_PER_REQUEST_MAX

JSON_LINES = "application/x-ndjson"
ARROW = "application/vnd.apache.arrow.stream"

ROWS_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["rows"],
                    "additionalProperties": False,
                    "properties": {
                        "rows": {
                            "type": "array",
                            "maxItems": ROWS_PER_REQUEST_MAX,
                            "items": {"type": "object"},
                        }
                    },
                },
                "example": {"rows": [{"id": "c-1", "city": "Bern"}]},
            },
            JSON_LINES: {"schema": {"type": "string"}, "example": '{"id": "c-1", "city": "Bern"}\n'},
            ARROW: {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


class Receipt(BaseModel):
    """What became of rows, all of it durable and visible."""

    version: int = Field(description="The version that they are in.")
    accepted: int
    duplicates: int = Field(description="Interactions that were there already.")
    quarantined: int = Field(description="Rows refused; `/quarantine` lists them with the reason.")
    created: int = Field(description="Records that the rows made.")


class Removed(BaseModel):
    """What was removed."""

    version: int
    removed: int
    unknown: list[str] = Field(description="Keys or ids that nothing has.")


def receipt_told(found: Given) -> Receipt:
    """A receipt as it is sent."""
    return Receipt(
        version=found.version,
        accepted=found.accepted,
        duplicates=found.duplicates,
        quarantined=found.quarantined,
        created=found.created,
    )


async def read_rows(request: Request) -> Any:
    """The rows of a body: dicts, or an Arrow table.

    Raises:
        RefusedError: The body is too large, of another kind, or cannot be read.
    """
    body = await read_body(request, REQUEST_BYTES_MAX)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    match kind:
        case "application/json":
            return await asyncio.to_thread(_of_json, body)
        case "application/x-ndjson" | "application/jsonl":
            return await asyncio.to_thread(_of_lines, body)
        case "application/vnd.apache.arrow.stream":
            return await asyncio.to_thread(_of_arrow, body)
        case _:
            raise RefusedError(
                "request.media_type",
                f"found a body of type {kind!r}",
                hint=f"expected application/json, {JSON_LINES} or {ARROW}",
            )


async def read_body(request: Request, bytes_max: int) -> bytes:
    """A body, unpacked if it says that it is packed with gzip.

    Raises:
        RefusedError: It is too large, as it came or unpacked; or packed in another way.
    """
    packing = request.headers.get("content-encoding", "identity").strip().lower()
    if packing not in ("identity", "gzip"):
        raise RefusedError(
            "request.media_type", f"found a body packed with {packing!r}, expected gzip or none"
        )
    unpacker = zlib.decompressobj(16 + zlib.MAX_WBITS) if packing == "gzip" else None
    found = bytearray()
    try:
        async for part in request.stream():
            found += part if unpacker is None else unpacker.decompress(part, bytes_max + 1 - len(found))
            if len(found) > bytes_max or (unpacker is not None and unpacker.unconsumed_tail):
                raise RefusedError("request.size", f"the body has more than {bytes_max} bytes")
    except zlib.error:
        raise RefusedError("request.body", "the body is not packed with gzip as it says") from None
    if unpacker is not None and not unpacker.eof:
        raise RefusedError("request.body", "the packed body ends too early")
    return bytes(found)


def _of_json(body: bytes) -> list[dict[str, Any]]:
    value = check_json(body)
    rows = value.get("rows") if isinstance(value, dict) and set(value) == {"rows"} else None
    return _checked(rows)


def _of_lines(body: bytes) -> list[dict[str, Any]]:
    lines = [line for line in body.split(b"\n") if line.strip()]
    if len(lines) > ROWS_PER_REQUEST_MAX:
        raise _too_many(len(lines))
    try:
        return _checked([json.loads(line) for line in lines])
    except (ValueError, RecursionError) as error:
        raise RefusedError("request.json", f"the body is not JSON lines: {error}") from None


def _of_arrow(body: bytes) -> pa.Table:
    table = read_table(body, REQUEST_BYTES_MAX)
    if table.num_rows > ROWS_PER_REQUEST_MAX:
        raise _too_many(table.num_rows)
    return table


def _checked(rows: object) -> list[dict[str, Any]]:
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise RefusedError("request.fields", 'rows: expected {"rows": [{...}, ...]}')
    if len(rows) > ROWS_PER_REQUEST_MAX:
        raise _too_many(len(rows))
    return rows


def _too_many(rows: int) -> RefusedError:
    return RefusedError(
        "request.size",
        f"found {rows} rows, expected at most {ROWS_PER_REQUEST_MAX}",
        hint="send several requests, or import a file",
    )

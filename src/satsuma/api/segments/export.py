"""Exports of members as streams."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pyarrow.parquet as pq
from fastapi.responses import StreamingResponse

from satsuma.kernel.errors import UsageError
from satsuma.segments.exporting import csv_lines, json_lines
from satsuma.segments.members import Members

_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
    "roaring": "application/octet-stream",
}
_CHUNK_CHARS = 65_536


def stream(name: str, members: Members, form: str, columns: list[str]) -> StreamingResponse:
    """Members as a file.

    Args:
        name: Of the segment, for the file's name.
        form: `csv`, `jsonl`, `parquet` or `roaring`.
        columns: Attributes beside the key.
    """
    parts: Iterator[bytes]
    if form == "roaring":
        if columns:
            raise UsageError("a Roaring bitmap has no columns", code="usage.format")
        parts = iter((members.bitmap().serialize(),))
    else:
        table = members.to_arrow(columns)
        if form == "parquet":
            sink = io.BytesIO()
            pq.write_table(table, sink)
            parts = iter((sink.getvalue(),))
        else:
            parts = _chunks(csv_lines(table) if form == "csv" else json_lines(table))
    plain = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-") or "segment"
    disposition = f'attachment; filename="{plain}.{form}"'
    return StreamingResponse(parts, media_type=_TYPES[form], headers={"Content-Disposition": disposition})


def _chunks(lines: Iterator[str]) -> Iterator[bytes]:
    waiting: list[str] = []
    size = 0
    for line in lines:
        waiting.append(line)
        size += len(line)
        if size >= _CHUNK_CHARS:
            yield "".join(waiting).encode()
            waiting, size = [], 0
    yield "".join(waiting).encode()

"""JSON lines: one object a line. What a row does not give is told apart from what it gives as null.

Chunks are read by Arrow where that gives the same rows (`json_columns`), else line by line.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from satsuma.record.intake.results import RefusedRow
from satsuma.sync.formats.base import Chunk, ReadOptions, Start, no_rows, refused, unreadable
from satsuma.sync.formats.json_columns import JsonColumns
from satsuma.sync.formats.streams import opened

_BLOCK_BYTES = 4_194_304
_LINE_BYTES_MAX = 33_554_432
_HEAD_BYTES = 1_048_576
_SHOWN_CHARS_MAX = 65_536


@dataclass(frozen=True, slots=True)
class JsonlFormat:
    """Newline-delimited JSON."""

    name: str = "jsonl"
    suffixes: tuple[str, ...] = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")
    is_text: bool = True
    is_typed: bool = True

    def open(self, path: Path, size_bytes: int, options: ReadOptions) -> JsonlReader:
        """Look at the first lines."""
        with opened(path, size_bytes) as (stream, _):
            head = stream.read(_HEAD_BYTES)
        if len(head) < _HEAD_BYTES and not head.removeprefix(codecs.BOM_UTF8).strip():
            raise no_rows(path)
        names: dict[str, None] = {}
        some = 0
        for line in head.removeprefix(codecs.BOM_UTF8).splitlines():
            row = _read(line)
            if isinstance(row, dict):
                some += 1
                names.update(dict.fromkeys(_names(row)))
        if not some and head.lstrip().startswith(b"["):
            raise unreadable(
                path,
                "found an array, expected one object in each line",
                code="data.file.json",
                hint="write each element of the array as a line of its own",
            )
        return JsonlReader(path, size_bytes, options, tuple(names))


def _names(row: dict[str, Any], prefix: str = "") -> Iterator[str]:
    for name, value in row.items():
        yield prefix + name
        if isinstance(value, dict):
            yield from _names(value, f"{prefix}{name}.")


def _number(text: str) -> float | Decimal:
    """A number with a fraction or an exponent: a double where that prints as the same number, else exact."""
    near = float(text)
    shortest = repr(near)
    if shortest == text:
        return near
    exact = Decimal(text)
    return near if near - near == 0 and Decimal(shortest) == exact else exact


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands in one object twice")
    return found


_DECODER = json.JSONDecoder(parse_float=_number, object_pairs_hook=_object)


def _read(line: bytes) -> object:
    """The value in a line; what is not JSON gives an exception as a value."""
    try:
        return _DECODER.decode(line.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        return error


@dataclass(frozen=True, slots=True)
class JsonlReader:
    """A file of JSON lines; a row's number is that of its line, from 0, and empty lines hold no row."""

    path: Path
    size_bytes: int
    options: ReadOptions
    columns: tuple[str, ...]

    def chunks(self, start: Start, from_row: int) -> Iterator[Chunk]:
        """The rows in order, lines that are not JSON refused, with their text."""
        row, lines, size = start.row, list[bytes](), 0
        columns = JsonColumns(self.options)
        with opened(self.path, self.size_bytes, start.byte) as (stream, raw):
            for block in self._blocks(stream):
                passed = min(max(0, from_row - row), len(block))
                # Nothing waits as long as lines are passed over.
                row += passed
                for line in block[passed:]:
                    lines.append(line)
                    size += len(line)
                    if len(lines) >= self.options.rows_max or size >= self.options.bytes_max // 4:
                        yield _chunk(lines, row, raw.at, columns)
                        row, lines, size = row + len(lines), [], 0
            if lines:
                yield _chunk(lines, row, raw.at, columns)

    def _blocks(self, stream: Any) -> Iterator[list[bytes]]:
        """Whole lines, some at a time."""
        rest = b""
        is_first = True
        while block := stream.read(_BLOCK_BYTES):
            if is_first:
                block, is_first = block.removeprefix(codecs.BOM_UTF8), False
            *lines, rest = (rest + block).split(b"\n")
            if len(rest) > _LINE_BYTES_MAX:
                raise unreadable(
                    self.path,
                    f"found a line longer than {_LINE_BYTES_MAX} bytes",
                    code="data.file.json",
                    hint="write each object as a line of its own",
                )
            if lines:
                yield lines
        if rest.strip():
            yield [rest]


def _chunk(lines: list[bytes], first: int, bytes_done: int, columns: JsonColumns) -> Chunk:
    end = first + len(lines)
    places = [place for place, line in enumerate(lines) if line.strip()]
    kept = lines if len(places) == len(lines) else [lines[place] for place in places]
    numbers = np.array(places, dtype=np.int64) + first
    table = columns.read(kept)
    if table is not None:
        return Chunk(table, numbers, refused([]), end, bytes_done)
    rows = [_read(line) for line in kept]
    is_bad = [isinstance(row, Exception) for row in rows]
    bad = [
        RefusedRow(number, "row.json", f"expected a JSON object, {row}", line.decode()[:_SHOWN_CHARS_MAX])
        for number, row, line in zip(numbers.tolist(), rows, kept, strict=True)
        if isinstance(row, Exception)
    ]
    if bad:
        rows = [row for row in rows if not isinstance(row, Exception)]
        numbers = numbers[~np.array(is_bad)]
    return Chunk(rows, numbers, refused(bad), end, bytes_done)

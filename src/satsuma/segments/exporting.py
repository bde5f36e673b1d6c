"""Exports: members as CSV that is safe in a spreadsheet, JSON lines, Parquet, or a Roaring bitmap."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import os
from collections.abc import Callable, Iterator
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from satsuma.kernel.errors import UsageError

BATCH_ROWS = 65_536

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


class ExportFormat(StrEnum):
    """How members are written."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"
    ROARING = "roaring"


def format_of(path: Path, name: str | None) -> ExportFormat:
    """The format of a name, or else of a path's ending (`.jsonl`, `.ndjson`, `.roaring`, ...).

    Raises:
        UsageError: Neither tells.
    """
    wanted = name or {"ndjson": "jsonl", "bin": "roaring"}.get(path.suffix[1:], path.suffix[1:])
    try:
        return ExportFormat(wanted)
    except ValueError:
        listed = ", ".join(ExportFormat)
        raise UsageError(
            f"found no format for {path.name!r}" if name is None else f"found the format {name!r}",
            code="usage.format",
            hint=f"expected one of {listed}",
        ) from None


def write_table(table: pa.Table, path: Path, form: ExportFormat) -> None:
    """Write a table of members; the file appears when it is whole.

    Cells of CSV that look like formulas begin with an apostrophe. Lists are joined by `;`.

    Raises:
        UsageError: The file cannot be written.
    """
    match form:
        case ExportFormat.PARQUET:
            _whole(path, lambda part: pq.write_table(table, part))
        case ExportFormat.CSV:
            _whole(path, lambda part: _write_lines(part, csv_lines(table)))
        case ExportFormat.JSONL:
            _whole(path, lambda part: _write_lines(part, json_lines(table)))
        case ExportFormat.ROARING:
            raise UsageError("a Roaring bitmap has no columns", code="usage.format")


def write_bytes(content: bytes, path: Path) -> None:
    """Write bytes; the file appears when it is whole."""

    def write(part: Path) -> None:
        part.write_bytes(content)

    _whole(path, write)


def csv_lines(table: pa.Table) -> Iterator[str]:
    """The lines of a CSV file, heading first (RFC 4180, lines end with a line feed)."""
    yield _csv_line(table.column_names)
    for batch in table.to_batches(max_chunksize=BATCH_ROWS):
        for row in batch.to_pylist():
            yield _csv_line([_cell(value) for value in row.values()])


def json_lines(table: pa.Table) -> Iterator[str]:
    """The lines of a JSON lines file; instants in ISO 8601 with `Z`, decimals as text, exactly."""
    for batch in table.to_batches(max_chunksize=BATCH_ROWS):
        for row in batch.to_pylist():
            yield json.dumps({name: _plain(value) for name, value in row.items()}, ensure_ascii=False) + "\n"


def _csv_line(cells: list[str]) -> str:
    line = io.StringIO()
    # The writer puts cells in quotes for the characters of its own line end, not for others that end lines.
    csv.writer(line, lineterminator="\r\n").writerow(_safe(cell) for cell in cells)
    return line.getvalue().removesuffix("\r\n") + "\n"


def _safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula; numbers stay numbers."""
    if not cell.startswith(_FORMULA_STARTS) or _is_number(cell):
        return cell
    return f"'{cell}"


def _is_number(cell: str) -> bool:
    digits = cell[1:]
    return cell[0] == "-" and digits.replace(".", "", 1).isascii() and digits.replace(".", "", 1).isdigit()


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case list():
            return ";".join(value)
        case dt.datetime():
            return _instant(value)
        case _:
            return str(value)


def _plain(value: Any) -> object:
    match value:
        case dt.datetime():
            return _instant(value)
        case dt.date():
            return value.isoformat()
        case Decimal():
            return str(value)
        case _:
            return value


def _instant(value: dt.datetime) -> str:
    return f"{value.isoformat()}Z" if value.tzinfo is None else value.isoformat()


def _write_lines(path: Path, lines: Iterator[str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(lines)


def _whole(path: Path, write: Callable[[Path], None]) -> None:
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        write(part)
        part.replace(path)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}", code="usage.file") from error
    finally:
        part.unlink(missing_ok=True)

"""CSV: a header, then rows of text cells; quoted cells may hold delimiters and line ends. Read by Arrow."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv
from numpy.typing import NDArray

from satsuma.kernel.errors import UsageError
from satsuma.record.intake.results import RefusedRow
from satsuma.sync.formats.base import Chunk, ReadOptions, Start, no_rows, refused, unreadable
from satsuma.sync.formats.streams import opened

DELIMITERS = (",", ";", "\t", "|")
_HEADER_BYTES_MAX = 1_048_576
_BLOCK_BYTES = 4_194_304
_SHOWN_CHARS_MAX = 65_536


@dataclass(frozen=True, slots=True)
class CsvFormat:
    """Comma-separated values; the cells of a row may also be parted by semicolons, tabs or bars."""

    name: str = "csv"
    suffixes: tuple[str, ...] = (".csv", ".tsv", ".csv.gz", ".tsv.gz")
    is_text: bool = True
    is_typed: bool = False

    def open(self, path: Path, size_bytes: int, options: ReadOptions) -> CsvReader:
        """Read the header."""
        if options.delimiter is not None and (len(options.delimiter) != 1 or not options.delimiter.isascii()):
            raise UsageError(
                f"found the delimiter {options.delimiter!r}, expected one ASCII character",
                code="usage.delimiter",
            )
        with opened(path, size_bytes) as (stream, _):
            head = stream.read(_HEADER_BYTES_MAX)
            is_whole = len(head) < _HEADER_BYTES_MAX
        if not head.strip(codecs.BOM_UTF8 + b"\r\n"):
            raise no_rows(path)
        end, next_row = _end_of_header(head)
        if end < 0 and not is_whole:
            raise unreadable(
                path,
                f"the header does not end within {_HEADER_BYTES_MAX} bytes",
                code="data.file.header",
                hint="the first line must hold the names of the columns; perhaps a quote in it is not closed",
            )
        text = (head if end < 0 else head[:end]).removeprefix(codecs.BOM_UTF8).decode("utf-8")
        delimiter = options.delimiter or _delimiter(text)
        names = _cells(text, delimiter)
        _check_names(path, names)
        if is_whole and (end < 0 or not head[next_row:].strip(b"\r\n")):
            raise no_rows(path)
        return CsvReader(path, size_bytes, options, tuple(names), delimiter, next_row)


def _end_of_header(head: bytes) -> tuple[int, int]:
    """Where the first record ends, and where the next begins; -1 where it does not end."""
    at = 0
    while True:
        ends = [place for place in (head.find(b"\n", at), head.find(b"\r", at)) if place >= 0]
        if not ends:
            return -1, len(head)
        end = min(ends)
        if head.count(b'"', 0, end) % 2 == 0:
            return end, end + (2 if head[end : end + 2] == b"\r\n" else 1)
        at = end + 1


def _cells(text: str, delimiter: str) -> list[str]:
    return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])


def _delimiter(header: str) -> str:
    """That which parts the header into most names and through no quotes; a comma where none parts it."""

    def fitness(delimiter: str) -> tuple[bool, int, int]:
        names = _cells(header, delimiter)
        return not any('"' in name for name in names), len(names), -DELIMITERS.index(delimiter)

    return max(DELIMITERS, key=fitness)


def _check_names(path: Path, names: list[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1 and name})
    if twice:
        listed = ", ".join(map(repr, twice))
        raise unreadable(
            path,
            f"found more than one column named {listed}, expected one",
            code="data.file.columns",
            hint="give the columns names of their own in the file's first line",
        )
    place = next((at for at, name in enumerate(names or [""], 1) if not name.strip()), None)
    if place is not None:
        raise unreadable(
            path,
            f"column {place} has no name in the first line, expected one for each column",
            code="data.file.columns",
            hint="the first line must hold the names of the columns",
        )


@dataclass(frozen=True, slots=True)
class CsvReader:
    """A CSV file whose header was read; every value is text, and empty text is a missing value."""

    path: Path
    size_bytes: int
    options: ReadOptions
    columns: tuple[str, ...]
    delimiter: str
    first_byte: int

    def chunks(self, start: Start, from_row: int) -> Iterator[Chunk]:
        """The rows in order.

        Refused, with their text, are rows with too many or too few cells, and one whose last quote the file
        does not close.
        """
        building = _Building(start.row, from_row)
        with opened(self.path, self.size_bytes, start.byte or self.first_byte) as (stream, raw):
            joined = _Joined(stream)
            last: pa.RecordBatch | None = None
            try:
                for batch in self._batches(joined, building):
                    # One behind: of the last batch, the last row is looked at.
                    if last is not None:
                        building.add(last)
                    last = batch
                    while building.is_full(self.options):
                        yield building.chunk(self._schema(), self.options.rows_max, raw.at)
                if last is not None:
                    building.add(last)
                    if last.num_rows and joined.ends_within(last.column(last.num_columns - 1)[-1].as_py()):
                        building.refuse_last(self.delimiter.join(_texts(last.slice(last.num_rows - 1))))
            except pa.ArrowInvalid as error:
                raise unreadable(
                    self.path,
                    f"cannot be read as CSV: {error}",
                    code="data.file.csv",
                    hint=f"a row must be shorter than {_BLOCK_BYTES} bytes; perhaps a quote is not closed",
                ) from error
            while building.waits():
                yield building.chunk(self._schema(), self.options.rows_max, raw.at)

    def _schema(self) -> pa.Schema:
        return pa.schema([pa.field(name, pa.string()) for name in self.columns])

    def _batches(self, joined: _Joined, building: _Building) -> Iterator[pa.RecordBatch]:
        if joined.is_empty:
            return
        source: Any = joined
        # Reading in one thread is as fast, and only so refused rows come with their number.
        reader = arrow_csv.open_csv(
            source,
            read_options=arrow_csv.ReadOptions(
                column_names=list(self.columns), block_size=_BLOCK_BYTES, use_threads=False
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=self.delimiter, newlines_in_values=True, invalid_row_handler=building.refuse
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types={name: pa.string() for name in self.columns}, strings_can_be_null=False
            ),
        )
        with reader:
            yield from reader


class _Joined(io.RawIOBase):
    """A stream for Arrow, which refuses an empty one: its first byte is read to see. Keeps its end."""

    def __init__(self, stream: io.BufferedIOBase) -> None:
        super().__init__()
        self._rest = stream
        self._first = stream.read(1)
        self._read: list[bytes] = []
        self.is_empty = not self._first

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        first, self._first = self._first, b""
        found = first + self._rest.read(size - len(first) if size >= 0 else -1)
        if found:
            # A row is no longer than a block, so its start is among the last two.
            self._read = [*self._read[-1:], found]
        return found

    def ends_within(self, cell: str) -> bool:
        """Whether the stream ends within the quotes of its last cell, which Arrow then takes as closed."""
        opened_cell = b'"' + cell.replace('"', '""').encode()
        end = b"".join(self._read)
        # Of quotes alone, a cell that is closed ends as one that is not; but for the quote before.
        return end.endswith(opened_cell) and not end.removesuffix(opened_cell).endswith(b'"')


def _texts(row: pa.RecordBatch) -> list[str]:
    return [column[0].as_py() or "" for column in row.columns]


@dataclass(slots=True)
class _Building:
    """Batches as they come, cut anew into chunks, with the number in the file of every row.

    Attributes:
        next_row: The number of the next row that comes.
        from_row: Rows below it are passed over.
    """

    next_row: int
    from_row: int
    batches: list[pa.RecordBatch] = field(default_factory=list)
    numbers: list[NDArray[np.int64]] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)
    rows: int = 0
    bytes: int = 0
    _first: int = field(init=False)
    _gaps: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._first = self.next_row

    def refuse(self, row: Any) -> Literal["skip"]:
        """Note a row of a wrong number of cells (called by Arrow, before the batch around it comes)."""
        number = self._first + row.number - 1
        self._gaps.append(number)
        if number >= self.from_row:
            message = f"found {row.actual_columns} cells, expected {row.expected_columns}"
            self.refused.append(RefusedRow(number, "row.cells", message, row.text[:_SHOWN_CHARS_MAX]))
        return "skip"

    def refuse_last(self, text: str) -> None:
        """Take the row that was added last back, for the quote in it that is not closed."""
        if not self.rows:
            return
        number = int(self.numbers[-1][-1])
        self.batches[-1], self.numbers[-1] = self.batches[-1][:-1], self.numbers[-1][:-1]
        self.rows -= 1
        message = "found a quote that is not closed before the file ends, expected another"
        self.refused.append(RefusedRow(number, "row.quote", message, text[:_SHOWN_CHARS_MAX]))

    def add(self, batch: pa.RecordBatch) -> None:
        """Take the next batch."""
        count = batch.num_rows
        gaps = np.array(self._gaps, dtype=np.int64)
        numbers = np.arange(self.next_row, self.next_row + count + len(gaps), dtype=np.int64)
        numbers = numbers[~np.isin(numbers, gaps)][:count]
        if not count:
            return
        self.next_row = int(numbers[-1]) + 1
        self._gaps = [gap for gap in self._gaps if gap >= self.next_row]
        passed = int(np.searchsorted(numbers, self.from_row))
        if passed < count:
            self.batches.append(batch.slice(passed))
            self.numbers.append(numbers[passed:])
            self.rows += count - passed
            self.bytes += batch.nbytes

    def is_full(self, options: ReadOptions) -> bool:
        """Whether there are enough rows for a chunk."""
        return self.rows >= options.rows_max or self.bytes >= options.bytes_max

    def waits(self) -> bool:
        """Whether there is anything left at the end."""
        return self.rows > 0 or bool(self.refused)

    def chunk(self, schema: pa.Schema, rows_max: int, bytes_done: int) -> Chunk:
        """Cut off a chunk."""
        table = pa.Table.from_batches(self.batches, schema)
        numbers = np.concatenate(self.numbers) if self.numbers else np.empty(0, dtype=np.int64)
        rest = table.slice(rows_max)
        is_last = not rest.num_rows
        end = int(numbers[rows_max]) if not is_last else self._end(numbers)
        mine = [row for row in self.refused if row.position < end]
        self.refused = self.refused[len(mine) :]
        self.batches, self.numbers = rest.to_batches(), [] if is_last else [numbers[rows_max:]]
        self.rows, self.bytes = rest.num_rows, rest.nbytes
        return Chunk(table.slice(0, rows_max), numbers[:rows_max], refused(mine), end, bytes_done)

    def _end(self, numbers: NDArray[np.int64]) -> int:
        last = [int(numbers[-1])] if len(numbers) else []
        return max([*last, *(row.position for row in self.refused)]) + 1

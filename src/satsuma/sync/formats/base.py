"""What every file format offers: rows in file order, in chunks of bounded size, from any row on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from satsuma.kernel.errors import DataError
from satsuma.record.intake import REFUSED_SCHEMA
from satsuma.record.intake.results import RefusedRow, refused_table
from satsuma.sync.pace import Pace

CHUNK_ROWS_MAX = 250_000
CHUNK_BYTES_MAX = 33_554_432

Rows: TypeAlias = "pa.Table | list[Any]"
"""Rows as columns, or one by one as dicts where not all of them give the same columns."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows of a file.

    Attributes:
        rows: Those that can be read.
        numbers: The number of each in the file, int64, ascending, from 0.
        refused: Those that cannot be read (`REFUSED_SCHEMA`), by their number in the file.
        end_row: The number of the first row after the chunk.
        bytes_done: How far into the file the reading has come.
    """

    rows: Rows
    numbers: NDArray[np.int64]
    refused: pa.Table
    end_row: int
    bytes_done: int


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How files are read.

    Attributes:
        delimiter: Between the cells of CSV; None finds it in the header.
        pace: How many rows a chunk may have, which goes with how quickly they are written.
        bytes_max: About what a chunk may take in memory.
        required: Columns that every row must give.
        is_sparse: Whether a value that is absent means the same as null.
        is_exact: Whether numbers are wanted exactly as written, since some become decimals.
    """

    delimiter: str | None = None
    pace: Pace = field(default_factory=lambda: Pace(CHUNK_ROWS_MAX))
    bytes_max: int = CHUNK_BYTES_MAX
    required: frozenset[str] = frozenset()
    is_sparse: bool = False
    is_exact: bool = False

    @property
    def rows_max(self) -> int:
        """The number of rows of the chunk that comes next."""
        return self.pace.rows


@dataclass(frozen=True, slots=True)
class Start:
    """Where reading begins: a byte at which a row begins, and the number of that row."""

    byte: int = 0
    row: int = 0


class Reader(Protocol):
    """One file, opened and found to be of its format."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of its columns; of JSON lines those that its first rows have."""
        ...

    def chunks(self, start: Start, from_row: int) -> Iterator[Chunk]:
        """The rows from `start`, those below `from_row` passed over."""
        ...


class FileFormat(Protocol):
    """A format of files."""

    @property
    def name(self) -> str:
        """What people call it, and give to choose it."""
        ...

    @property
    def suffixes(self) -> tuple[str, ...]:
        """What names of such files end in, in lower case."""
        ...

    @property
    def is_text(self) -> bool:
        """Whether its files are UTF-8 text in lines, to whose end lines can be added."""
        ...

    @property
    def is_typed(self) -> bool:
        """Whether values come with a type."""
        ...

    def open(self, path: Path, size_bytes: int, options: ReadOptions) -> Reader:
        """Open the first `size_bytes` of a file.

        Raises:
            DataError: It is no file of this format, or has no rows.
        """
        ...


def unreadable(path: Path, what: str, *, code: str = "data.file", hint: str = "") -> DataError:
    """The error about a file that as a whole cannot be read."""
    return DataError(f"{path}: {what}", code=code, hint=hint, details={"path": str(path)})


def no_rows(path: Path) -> DataError:
    """The error about a file without rows."""
    return unreadable(
        path,
        "found no rows, expected at least one",
        code="data.file.no_rows",
        hint="leave the file out, or check how it was written",
    )


def refused(rows: Iterable[RefusedRow]) -> pa.Table:
    """Refused rows as a table."""
    found = list(rows)
    return refused_table(found) if found else REFUSED_SCHEMA.empty_table()

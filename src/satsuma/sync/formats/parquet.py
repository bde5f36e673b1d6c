"""Parquet: typed columns in row groups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from satsuma.kernel.errors import DataError
from satsuma.sync.formats.base import Chunk, ReadOptions, Start, no_rows, unreadable
from satsuma.sync.formats.cutting import cut

_BATCH_ROWS = 65_536


@dataclass(frozen=True, slots=True)
class ParquetFormat:
    """Apache Parquet."""

    name: str = "parquet"
    suffixes: tuple[str, ...] = (".parquet", ".pq")
    is_text: bool = False
    is_typed: bool = True

    def open(self, path: Path, size_bytes: int, options: ReadOptions) -> ParquetReader:
        """Read the schema."""
        try:
            with pq.ParquetFile(path) as file:
                names = tuple(file.schema_arrow.names)
                rows = file.metadata.num_rows
        except (pa.ArrowException, OSError) as error:
            raise _damaged(path, error) from error
        if not rows:
            raise no_rows(path)
        return ParquetReader(path, size_bytes, options, names)


def _damaged(path: Path, error: Exception) -> DataError:
    return unreadable(
        path,
        f"cannot be read as Parquet: {error}",
        code="data.file.parquet",
        hint="check that the file is whole, or choose the format it has",
    )


@dataclass(frozen=True, slots=True)
class ParquetReader:
    """A Parquet file whose schema was read."""

    path: Path
    size_bytes: int
    options: ReadOptions
    columns: tuple[str, ...]

    def chunks(self, start: Start, from_row: int) -> Iterator[Chunk]:
        """The rows in order; row groups that end before `from_row` are not read."""
        del start
        try:
            with pq.ParquetFile(self.path) as file:
                ends = np.cumsum([file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)])
                group = int(np.searchsorted(ends, from_row, side="right"))
                row = int(ends[group - 1]) if group else 0
                yield from cut(self._batches(file, group, row), row, from_row, self.options)
        except (pa.ArrowException, OSError) as error:
            raise _damaged(self.path, error) from error

    def _batches(self, file: pq.ParquetFile, group: int, row: int) -> Iterator[tuple[pa.RecordBatch, int]]:
        groups = list(range(group, file.num_row_groups))
        total = file.metadata.num_rows
        for batch in file.iter_batches(_BATCH_ROWS, row_groups=groups) if groups else ():
            row += batch.num_rows
            yield batch, self.size_bytes * row // total

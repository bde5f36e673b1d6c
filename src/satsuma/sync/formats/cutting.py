"""Cutting: record batches as they are stored, joined and cut anew into chunks of bounded size."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from satsuma.sync.formats.base import Chunk, ReadOptions, refused


def cut(
    batches: Iterator[tuple[pa.RecordBatch, int]], first_row: int, from_row: int, options: ReadOptions
) -> Iterator[Chunk]:
    """Chunks of the batches' rows.

    Args:
        batches: Each with how far into the file the reading has come.
        first_row: The number of the first row of the first batch.
        from_row: Rows below it are passed over.
        options: How large chunks may be.
    """
    waiting: list[pa.RecordBatch] = []
    arrived, done = first_row, 0
    for batch, done in batches:
        passed = min(max(0, from_row - arrived), batch.num_rows)
        arrived += batch.num_rows
        if passed < batch.num_rows:
            waiting.append(batch.slice(passed))
        yield from _full(waiting, arrived, done, options)
    if waiting:
        yield _chunk(pa.Table.from_batches(waiting), arrived, done)


def _full(waiting: list[pa.RecordBatch], arrived: int, done: int, options: ReadOptions) -> Iterator[Chunk]:
    """Chunks as long as enough rows wait."""
    while waiting:
        rows = sum(batch.num_rows for batch in waiting)
        size = sum(batch.nbytes for batch in waiting)
        if rows < options.rows_max and size < options.bytes_max:
            return
        most = max(1, min(options.rows_max, rows * options.bytes_max // max(size, 1)))
        table = pa.Table.from_batches(waiting)
        yield _chunk(table.slice(0, most), arrived - max(0, rows - most), done)
        waiting[:] = table.slice(most).to_batches()


def _chunk(table: pa.Table, end: int, done: int) -> Chunk:
    return Chunk(table, np.arange(end - table.num_rows, end, dtype=np.int64), refused([]), end, done)

"""Arrow: typed columns as Arrow's own files hold them (IPC files and streams, Feather)."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from satsuma.kernel.errors import DataError
from satsuma.sync.formats.base import Chunk, ReadOptions, Start, no_rows, unreadable
from satsuma.sync.formats.cutting import cut

_FILE_MARK = b"ARROW1"


@dataclass(frozen=True, slots=True)
class ArrowFormat:
    """Arrow IPC."""

    name: str = "arrow"
    suffixes: tuple[str, ...] = (".arrow", ".feather", ".arrows", ".ipc")
    is_text: bool = False
    is_typed: bool = True

    def open(self, path: Path, size_bytes: int, options: ReadOptions) -> ArrowReader:
        """Read the schema."""
        try:
            batches = _batches(path)
            first = next((batch for batch, _ in batches if batch.num_rows), None)
            batches.close()
        except (pa.ArrowException, OSError) as error:
            raise _damaged(path, error) from error
        if first is None:
            raise no_rows(path)
        return ArrowReader(path, size_bytes, options, tuple(first.schema.names))


def _damaged(path: Path, error: Exception) -> DataError:
    return unreadable(
        path,
        f"cannot be read as Arrow: {error}",
        code="data.file.arrow",
        hint="check that the file is whole, or choose the format it has",
    )


def _batches(path: Path) -> Generator[tuple[pa.RecordBatch, int], None, None]:
    """The batches, each with how far into the file the reading has come."""
    with pa.OSFile(str(path), "rb") as file:
        is_file = file.read(len(_FILE_MARK)) == _FILE_MARK
        file.seek(0)
        if is_file:
            with pa.ipc.open_file(file) as reader:
                for place in range(reader.num_record_batches):
                    yield reader.get_batch(place), file.tell()
        else:
            with pa.ipc.open_stream(file) as stream:
                for batch in stream:
                    yield batch, file.tell()


@dataclass(frozen=True, slots=True)
class ArrowReader:
    """An Arrow file whose schema was read."""

    path: Path
    size_bytes: int
    options: ReadOptions
    columns: tuple[str, ...]

    def chunks(self, start: Start, from_row: int) -> Iterator[Chunk]:
        """The rows in order; small batches are joined, large ones cut."""
        try:
            yield from cut(_batches(self.path), start.row, from_row, self.options)
        except (pa.ArrowException, OSError) as error:
            raise _damaged(self.path, error) from error

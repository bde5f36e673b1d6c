"""Checkpoints: the write-ahead log folded into the file, so that a write torn on the way can be undone.

DuckDB writes data to blocks that nothing refers to, and lastly the header. But blocks of metadata hold many
pages under one checksum, and their free pages are filled in place: if the power is cut in the midst of such a
write, the file cannot be read, though the log still has everything. So these blocks are saved in a file
beside it, durably, before a checkpoint; at opening they are put back if the header says that the checkpoint
came to no end. DuckDB makes none by itself.

    satsuma.duckdb.before: a header (`_HEADER`), the file's own headers, each block after its place, CRC-32
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import duckdb

from satsuma.record import files
from satsuma.record.files import Settings
from satsuma.record.sql import scalar

_HEADER = struct.Struct("<16sQQ")
_MAGIC = b"satsuma before 1"
_PLACE = struct.Struct("<Q")
_CHECK = struct.Struct("<I")
_OWN_HEADERS_BYTES = 3 * 4096
"""Of DuckDB: the first says what the file is, of the other two the later one is in force."""

WAL_BYTES = 16 * 2**20
_NEVER_BYTES = 2**40


class Checkpoints:
    """Makes the checkpoints of one open database; whoever makes versions calls it, between two of them."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, database: Path, settings: Settings) -> None:
        """Wire it; the settings say how long the log may grow."""
        self._connection = connection
        self._wal = database.with_name(database.name + ".wal")
        self._saved = saved_beside(database)
        self._wal_bytes = settings.checkpoint_wal_bytes or WAL_BYTES
        # Kept open: to close any descriptor of the file would give up the lock that DuckDB has on it.
        self._file = os.open(database, os.O_RDONLY)
        self._saved_of: bytes | None = None

    @property
    def log_bytes(self) -> int:
        """How long the log is now."""
        with suppress(FileNotFoundError):
            return self._wal.stat().st_size
        return 0

    def fold(self, log_bytes: int | None = None) -> None:
        """Make one if the log has grown long; where it cannot be made now, it is tried again later.

        Args:
            log_bytes: How long that is; default as the settings say.
        """
        with suppress(OSError, duckdb.Error):
            if self.log_bytes >= (self._wal_bytes if log_bytes is None else log_bytes):
                self._make()

    def make(self) -> None:
        """Make one.

        Raises:
            WorkspaceError: It could not be written; the log has everything.
        """
        try:
            self._make()
        except OSError as error:
            raise files.write_failed(duckdb.IOException(str(error))) from error
        except duckdb.Error as error:
            raise files.write_failed(error) from error

    def close(self) -> None:
        """Make a last one, if it can be made, and close the database."""
        with suppress(OSError, duckdb.Error):
            if self._wal.exists():
                self._make()
        self._connection.close()
        os.close(self._file)

    def _make(self) -> None:
        self._save()
        self._connection.execute("CHECKPOINT")
        self._saved.unlink(missing_ok=True)
        self._saved_of = None

    def _save(self) -> None:
        headers = os.pread(self._file, _OWN_HEADERS_BYTES, 0)
        if self._saved_of == headers:
            # For one that came to no end: what stands in the file now may be torn.
            return
        size = int(scalar(self._connection, "SELECT block_size FROM pragma_database_size()"))
        rows = self._connection.execute("SELECT block_id FROM pragma_metadata_info()").fetchall()
        places = [_OWN_HEADERS_BYTES + block * size for (block,) in rows]
        making = self._saved.with_name(self._saved.name + ".making")
        with making.open("wb") as file:
            check = 0
            for piece in self._pieces(headers, places, size):
                file.write(piece)
                check = zlib.crc32(piece, check)
            file.write(_CHECK.pack(check))
            file.flush()
            os.fsync(file.fileno())
        making.rename(self._saved)
        files.sync_directory(self._saved.parent)
        self._saved_of = headers

    def _pieces(self, headers: bytes, places: list[int], size: int) -> Iterator[bytes]:
        # Blocks that only memory has, so far, are none of the file's.
        there = [place for place in places if place + size <= os.fstat(self._file).st_size]
        yield _HEADER.pack(_MAGIC, len(there), size)
        yield headers
        for place in there:
            yield _PLACE.pack(place) + os.pread(self._file, size, place)


def saved_beside(database: Path) -> Path:
    """Where blocks are saved before a checkpoint."""
    return database.with_name(database.name + ".before")


def connect(database: Path, settings: Settings) -> duckdb.DuckDBPyConnection:
    """As `files.connect`, for a database whose checkpoints are made here.

    What the last process left unfinished is put back first.
    """
    _undo_unfinished(database)
    connection = files.connect(database, replace(settings, checkpoint_wal_bytes=_NEVER_BYTES))
    connection.execute("PRAGMA disable_checkpoint_on_shutdown")
    return connection


def _undo_unfinished(database: Path) -> None:
    """Put back what a checkpoint that came to no end may have torn."""
    saved = saved_beside(database)
    saved.with_name(saved.name + ".making").unlink(missing_ok=True)
    if not saved.exists():
        return
    blocks = _blocks_in(saved)
    with database.open("r+b", buffering=0) as file:
        if blocks is not None and file.read(_OWN_HEADERS_BYTES) == blocks[0]:
            for place, block in blocks[1]:
                os.pwrite(file.fileno(), block, place)
            os.fsync(file.fileno())
    saved.unlink()


def _blocks_in(saved: Path) -> tuple[bytes, list[tuple[int, bytes]]] | None:
    """The file's headers as they were, and blocks by their places; None if it is not whole."""
    whole = saved.read_bytes()
    body = whole[: -_CHECK.size]
    if len(whole) < _HEADER.size + _CHECK.size or _CHECK.pack(zlib.crc32(body)) != whole[-_CHECK.size :]:
        return None
    magic, count, size = _HEADER.unpack_from(body)
    first = _HEADER.size + _OWN_HEADERS_BYTES
    step = _PLACE.size + size
    if magic != _MAGIC or len(body) != first + count * step:
        return None
    found = [
        (_PLACE.unpack_from(body, at)[0], body[at + _PLACE.size : at + step])
        for at in range(first, len(body), step)
    ]
    return body[_HEADER.size : first], found

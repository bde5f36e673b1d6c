"""The ledger of imports: which files were taken, how far, and what became of their rows.

It is written in the same transaction as the rows, so that a position never tells more or less than was taken.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import duckdb

from satsuma.kernel.errors import NotFoundError
from satsuma.record.change import Change
from satsuma.record.sql import INSTANT

_COUNTER = "import"


class State(StrEnum):
    """What an import has come to; one that is `running` while nobody runs it was interrupted."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class FileEntry:
    """One file of an import, as it was when the import was planned.

    Attributes:
        path: Absolute.
        format: Its name.
        source: What ids of interactions without one derive from.
        size_bytes, sha256: Of the whole file.
        start_byte, start_row: Where what is new in it begins; 0 but for files that have grown.
    """

    path: str
    format: str
    source: str
    size_bytes: int
    sha256: str
    start_byte: int = 0
    start_row: int = 0

    def to_json(self) -> dict[str, Any]:
        """As stored."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True, slots=True)
class Position:
    """How far an import has come: everything before it is in the record, and nothing after it.

    Attributes:
        file: The place of the file in the import.
        row: The number of the next row in it.
        chunk: How many chunks were taken.
        created: How many records were made.
        ends: Of the files that are finished, the number after their last row.
    """

    file: int = 0
    row: int = 0
    chunk: int = 0
    created: int = 0
    ends: tuple[int, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As stored."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows, by what became of them."""

    rows_read: int = 0
    accepted: int = 0
    duplicates: int = 0
    quarantined: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.rows_read + other.rows_read,
            self.accepted + other.accepted,
            self.duplicates + other.duplicates,
            self.quarantined + other.quarantined,
        )


@dataclass(frozen=True, slots=True)
class Import:
    """An import as the record knows it.

    Attributes:
        kind, target: `entity` or `interactions`, and the name; `*` where a column names each row's type.
        files, options: As planned.
        started_at, finished_at: Microseconds UTC.
    """

    id: int
    kind: str
    target: str
    state: State
    files: tuple[FileEntry, ...]
    options: Mapping[str, Any]
    counts: Counts
    position: Position
    started_at: int
    finished_at: int | None = field(default=None)


_SELECT = (
    "SELECT id, kind, target, state, source, rows_read, accepted, duplicates, quarantined, position,"
    " epoch_us(started_at), epoch_us(finished_at) FROM imports"
)


def all_imports(connection: duckdb.DuckDBPyConnection) -> list[Import]:
    """Every import, by id."""
    return [_import(row) for row in connection.execute(f"{_SELECT} ORDER BY id").fetchall()]


def find(connection: duckdb.DuckDBPyConnection, id: int) -> Import:
    """The import of an id.

    Raises:
        NotFoundError: There is none.
    """
    rows = connection.execute(f"{_SELECT} WHERE id = ?", [id]).fetchall()
    if not rows:
        raise NotFoundError(
            f"no import {id}", code="not_found.import", hint="list the imports to see their ids"
        )
    return _import(rows[0])


def _import(row: tuple[Any, ...]) -> Import:
    source, position = json.loads(row[4]), json.loads(row[9])
    return Import(
        id=row[0],
        kind=row[1],
        target=row[2],
        state=State(row[3]),
        files=tuple(FileEntry(**entry) for entry in source["files"]),
        options=source["options"],
        counts=Counts(*row[5:9]),
        position=Position(**{**position, "ends": tuple(position["ends"])}),
        started_at=row[10],
        finished_at=row[11],
    )


def begin(
    change: Change, kind: str, target: str, files: tuple[FileEntry, ...], options: Mapping[str, Any]
) -> int:
    """Enter an import that begins with this change; returns its id, from 1."""
    if change.memory.counters.peek(_COUNTER) == 0:
        change.memory.counters.take(_COUNTER)
    id = change.memory.counters.take(_COUNTER)
    source = json.dumps({"files": [entry.to_json() for entry in files], "options": options})
    change.connection.execute(
        f"INSERT INTO imports VALUES (?, ?, ?, ?, ?, {INSTANT}, NULL, 0, 0, 0, 0, ?)",
        [id, kind, target, source, State.RUNNING, change.at, json.dumps(Position().to_json())],
    )
    return id


def advance(
    change: Change, id: int, counts: Counts, position: Position, *, source: str, is_last: bool
) -> None:
    """Note what a chunk added, and how far the import has come with it."""
    state = State.DONE if is_last else State.RUNNING
    change.connection.execute(
        "UPDATE imports SET rows_read = rows_read + ?, accepted = accepted + ?, duplicates = duplicates + ?,"
        " quarantined = quarantined + ?, position = ?, state = ?,"
        f" finished_at = CASE WHEN ? THEN {INSTANT} ELSE NULL END WHERE id = ?",
        [
            counts.rows_read,
            counts.accepted,
            counts.duplicates,
            counts.quarantined,
            json.dumps(position.to_json()),
            state,
            is_last,
            change.at,
            id,
        ],
    )
    change.connection.execute(
        "INSERT INTO import_chunks VALUES (?, ?, ?, ?)", [id, position.chunk, source, change.version]
    )


def mark(change: Change, id: int, state: State) -> None:
    """Give an import another state."""
    change.connection.execute(
        f"UPDATE imports SET state = ?, finished_at = {INSTANT} WHERE id = ?", [state, change.at, id]
    )

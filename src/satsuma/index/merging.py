"""Merging: new files of a table from what an index holds in memory, so that patches and tails begin anew.

Nothing is read from the record. Rows pass in pieces; a merge may be given up between any two of them. Whoever
makes versions goes on meanwhile, and takes the new files over afterwards (`rebasing`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from satsuma.catalog.model import ValueType
from satsuma.index.columns import CODED, DTYPES, Arrays, Column, Names, among, chained
from satsuma.index.dictionaries import write_dictionary
from satsuma.index.entities import EntityTable, open_entity
from satsuma.index.files import Folder, Making
from satsuma.index.folders import Folders
from satsuma.index.interactions import InteractionTable, open_interactions
from satsuma.index.keys import write_keys
from satsuma.index.opening import Of
from satsuma.index.parts import Ints, Part, woven
from satsuma.index.runs import Piece, counting, merged
from satsuma.index.texts import StringsMaker, from_list, joined, taken
from satsuma.record.layout import entity_table, interaction_table

PIECE_ROWS = 1 << 18

Progress: TypeAlias = Callable[[float], None]
"""Told the part that is done, 0 to 1; what it raises ends the merge, and leaves nothing behind."""

_BOUND_PART = 8
BOUND_MIN = 65_536
_BOUND_MAX = 1_000_000


def is_due(table: EntityTable | InteractionTable, *, whole: bool = False, rows_min: int = BOUND_MIN) -> bool:
    """Whether so much of a table is in no file that files should be made; `whole`: whether anything is."""
    if not table.is_saved:
        changed = table.size
    elif isinstance(table, EntityTable):
        changed = len(table.changed)
    else:
        changed = table.tail_size + len(table.rewritten)
    bound = 0 if whole else max(rows_min, min(table.size // _BOUND_PART, _BOUND_MAX))
    return changed > bound


class Merging:
    """Makes new files of tables, one after another."""

    def __init__(
        self, of: Of, folders: Folders, due: Sequence[EntityTable | InteractionTable], progress: Progress
    ) -> None:
        self.made: list[str] = []
        self.merged_from: dict[int, int] = {}
        self._of = of
        self._folders = folders
        self._progress = progress
        self._rows = sum(table.size for table in due)
        self._done = 0

    def entity(self, table: EntityTable) -> EntityTable:
        """An entity on new files."""
        entity = table.entity
        folder = self._make(
            entity_table(entity), lambda making: write_entity(table, making, self._report(table))
        )
        self._took_over(folder, entity.number, table)
        return open_entity(folder, entity, self._of.version)

    def interactions(self, table: InteractionTable) -> InteractionTable:
        """A type on new files."""
        type_ = table.type
        folder = self._make(
            interaction_table(type_), lambda making: write_interactions(table, making, self._report(table))
        )
        self._took_over(folder, type_.number, table)
        return open_interactions(folder, type_, self._of.version)

    def _make(self, name: str, write: Callable[[Making], None]) -> Folder:
        return self._folders.make(name, self._of.stamp, write)

    def _report(self, table: EntityTable | InteractionTable) -> Progress:
        return lambda part: self._progress((self._done + part * table.size) / max(self._rows, 1))

    def _took_over(self, folder: Folder, number: int, table: EntityTable | InteractionTable) -> None:
        self._folders.remove_older(number, self._of.version)
        self.made.append(folder.name)
        self.merged_from[number] = table.base
        self._done += table.size


class _ColumnWriter:
    """Writes a column whose codes are known, as `building.ColumnMaker` does."""

    def __init__(self, making: Making, number: int, column: Column) -> None:
        self._making = making
        self._number = number
        self._names = Names(number)
        self._dictionary = column.dictionary
        self._all_valid = True
        dtype = DTYPES[column.type]
        if column.dictionary is not None:
            dtype = np.min_scalar_type(len(column.dictionary) - 1)
        self._values = making.stream(self._names.values, dtype)
        has_valid = column.type not in CODED and column.type is not ValueType.BOOLEAN
        self._valid = making.stream(self._names.valid, np.bool_) if has_valid else None
        is_location = column.type is ValueType.LOCATION
        self._longitude = making.stream(self._names.longitude, np.float64) if is_location else None

    def append(self, arrays: Arrays) -> None:
        self._values.append(arrays.values)
        if self._valid is not None:
            valid = np.ones(len(arrays), dtype=np.bool_) if arrays.valid is None else arrays.valid
            self._all_valid = self._all_valid and bool(valid.all())
            self._valid.append(valid)
        if self._longitude is not None and arrays.longitude is not None:
            self._longitude.append(arrays.longitude)

    def finish(self) -> None:
        if self._valid is not None and self._all_valid:
            self._making.drop(self._names.valid)
        if self._dictionary is not None:
            write_dictionary(self._making, self._number, self._dictionary)


def write_entity(table: EntityTable, making: Making, progress: Progress) -> None:
    """Write the files of an entity, as they would be made from the record but for what codes there are."""
    steps = len(table.columns) + 1
    making.array("alive", table.alive)
    write_keys(making, _keys(table))
    progress(1 / steps)
    for done, (number, column) in enumerate(table.columns.items(), 2):
        writer = _ColumnWriter(making, number, column)
        for start in range(0, table.size, PIECE_ROWS):
            writer.append(column.piece(start, min(start + PIECE_ROWS, table.size)))
        writer.finish()
        progress(done / steps)


def _keys(table: EntityTable) -> Any:
    if table.alive.all():
        return table.names.whole
    places = np.where(table.alive, np.arange(table.size), table.size)
    return taken(joined(table.names.whole, from_list([""])), places)


def write_interactions(table: InteractionTable, making: Making, progress: Progress) -> None:
    """Write the files of a type, as `write_entity`."""
    base, run = table.parts[0], _one_run(table.parts[1:])
    members = np.zeros(base.members + 1, dtype=np.int64)
    for part in table.parts:
        first, after = part.ranges()
        members[1:] += after - first
    making.array("offsets", np.cumsum(members))
    _write_rows(base, run, making, progress)
    _write_in_time(base, run, making)
    progress(1.0)


def _one_run(runs: Sequence[Part]) -> Part | None:
    """The rows that came since, as one run."""
    left = sorted(runs, key=lambda part: part.size)
    while len(left) > 1:
        left = sorted([merged(left[0], left[1]), *left[2:]], key=lambda part: part.size)
    return left[0] if left else None


def _write_rows(base: Part, run: Part | None, making: Making, progress: Progress) -> None:
    at, ids = making.stream("occurred_at", np.int64), StringsMaker(making, "ids")
    writers = {number: _ColumnWriter(making, number, column) for number, column in base.columns.items()}
    run_places = None if run is None else base.places_for(run)
    # The piece after the last row takes what comes behind it.
    for start in range(0, base.size + 1, PIECE_ROWS):
        end = min(start + PIECE_ROWS, base.size)
        pieces = [(base, start, end)]
        places = np.zeros(0, dtype=np.int64)
        if run is not None and run_places is not None:
            is_last = start + PIECE_ROWS > base.size
            low = int(np.searchsorted(run_places, start))
            high = run.size if is_last else int(np.searchsorted(run_places, start + PIECE_ROWS))
            pieces.append((run, low, high))
            places = run_places[low:high]
        order = woven(start, end, places, counting(pieces))
        at.append(np.concatenate([part.occurred_at[low:high] for part, low, high in pieces])[order])
        ids.append(_ids(pieces, order))
        for number, writer in writers.items():
            column = [part.columns[number].piece(low, high) for part, low, high in pieces]
            writer.append(chained(base.columns[number].type, column).take(order))
        progress(0.9 * end / max(base.size, 1))
    for writer in writers.values():
        writer.finish()


def _ids(pieces: Sequence[Piece], order: Ints) -> Any:
    found: Any = from_list([])
    for part, low, high in pieces:
        whole: Any = part.ids
        found = joined(found, whole.slice(low, high - low))
    return taken(found, order)


def _write_in_time(base: Part, run: Part | None, making: Making) -> None:
    at, member = making.stream("time_at", np.int64), making.stream("time_member", np.uint32)
    more_at, more_member = _in_time(run, 0, run.size) if run is not None else _in_time(base, 0, 0)
    low = 0
    for start in range(0, base.size + 1, PIECE_ROWS):
        end = min(start + PIECE_ROWS, base.size)
        own_at, own_member = _in_time(base, start, end)
        is_last = start + PIECE_ROWS > base.size
        high = len(more_at) if is_last else int(np.searchsorted(more_at, base.time_at[end]))
        places = np.searchsorted(own_at, more_at[low:high])
        at.append(np.insert(own_at, places, more_at[low:high]))
        member.append(np.insert(own_member, places, more_member[low:high]))
        low = high


def _in_time(part: Part, start: int, end: int) -> tuple[Ints, NDArray[np.uint32]]:
    """Some rows of a part in time, but for those that do not count."""
    at, member = part.time_at[start:end], part.time_member[start:end]
    if not len(part.out):
        return at, member
    counts = ~among(member.astype(np.int64), part.out)
    return at[counts], member[counts]

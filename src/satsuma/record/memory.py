"""What the writer keeps in memory between versions, so that a small change costs what it touches.

All of it can be read back from the store. A change works on a copy and the record adopts it when the change
has committed, so an abort leaves no trace here either.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import duckdb

from satsuma.record.counters import Counters
from satsuma.record.directory import Directory
from satsuma.record.hashes import HashRuns
from satsuma.record.id_files import IdFiles


@dataclass(slots=True)
class Memory:
    """Counters, attribute sets, the hashes of interaction ids, and the directories of records.

    Attributes:
        directories: Entity number → its records; only of entities that were written to.
        shapes: (entity number, attribute numbers ascending) → id of the attribute set.
        ids: Interaction type number → hashes of its ids; only of types that were appended to.
        id_files: Where those are kept that the last process knew; None: nowhere.
        actors: Name → number, of those who gave commands since the record was opened.
    """

    counters: Counters
    shapes: dict[tuple[int, tuple[int, ...]], int]
    ids: dict[int, HashRuns]
    directories: dict[int, Directory]
    id_files: IdFiles | None = None
    actors: dict[str, int] = field(default_factory=dict)

    @classmethod
    def load(cls, connection: duckdb.DuckDBPyConnection, id_files: IdFiles | None = None) -> Memory:
        """What the store says; ids are read when they are first needed."""
        rows = connection.execute("SELECT id, entity, attributes FROM attribute_sets").fetchall()
        shapes = {(entity, tuple(attributes)): shape for shape, entity, attributes in rows}
        return cls(Counters.load(connection), shapes, {}, {}, id_files)

    def copy(self) -> Memory:
        """This memory, for a change to write to; directories are shared, and take back what is aborted."""
        shapes, ids, directories = dict(self.shapes), dict(self.ids), dict(self.directories)
        return Memory(self.counters.copy(), shapes, ids, directories, self.id_files, dict(self.actors))

    def commit(self) -> None:
        """What the change did to this copy stands: the record adopts it."""
        for directory in self.directories.values():
            directory.commit()

    def rollback(self) -> None:
        """Take back what a change did through a copy of this."""
        for directory in self.directories.values():
            directory.rollback()

    def keep_ids(self, version: int, at: int, *, to_the_end: bool = False) -> None:
        """Between two versions: go on with the files of ids; `to_the_end` waits until all are made."""
        if self.id_files is not None:
            go_on = self.id_files.close if to_the_end else self.id_files.go_on
            go_on(self.ids, version, at)

    def forget_ids(self) -> None:
        """Forget all hashes of ids, in files too; they are read again when they are needed."""
        self.ids.clear()
        if self.id_files is not None:
            self.id_files.forget()

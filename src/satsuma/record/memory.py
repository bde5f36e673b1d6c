"""What the writer keeps in memory between versions, so that a small change costs what it touches.

All of it can be read back from the store. A change works on a copy and the record adopts it when the change
has committed, so an abort leaves no trace here either.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from satsuma.record.counters import Counters
from satsuma.record.directory import Directory
from satsuma.record.hashes import HashRuns


@dataclass(slots=True)
class Memory:
    """Counters, attribute sets, the hashes of interaction ids, and the directories of records.

    Attributes:
        directories: Entity number → its records; only of entities that were written to.
        shapes: (entity number, attribute numbers ascending) → id of the attribute set.
        ids: Interaction type number → hashes of its ids; only of types that were appended to.
    """

    counters: Counters
    shapes: dict[tuple[int, tuple[int, ...]], int]
    ids: dict[int, HashRuns]
    directories: dict[int, Directory]

    @classmethod
    def load(cls, connection: duckdb.DuckDBPyConnection) -> Memory:
        """What the store says; ids are read when they are first needed."""
        rows = connection.execute("SELECT id, entity, attributes FROM attribute_sets").fetchall()
        shapes = {(entity, tuple(attributes)): shape for shape, entity, attributes in rows}
        return cls(Counters.load(connection), shapes, {}, {})

    def copy(self) -> Memory:
        """This memory, for a change to write to; directories are shared, and take back what is aborted."""
        return Memory(self.counters.copy(), dict(self.shapes), dict(self.ids), dict(self.directories))

    def commit(self) -> None:
        """What the change did to this copy stands: the record adopts it."""
        for directory in self.directories.values():
            directory.commit()

    def rollback(self) -> None:
        """Take back what a change did through a copy of this."""
        for directory in self.directories.values():
            directory.rollback()

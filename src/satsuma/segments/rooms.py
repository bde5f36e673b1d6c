"""What the segments room works with: the record, the writer, and who asks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import duckdb

from satsuma.catalog.audiences import entity_numbered
from satsuma.catalog.model import Catalog, Entity
from satsuma.commit.writer import Writer
from satsuma.kernel.errors import InvariantError
from satsuma.membership.evaluating import Evaluate
from satsuma.record import versions
from satsuma.record.store import Record, State
from satsuma.segments.jobs import Jobs


@dataclass(frozen=True, slots=True)
class Rooms:
    """The parts below, wired by the workspace.

    Attributes:
        actor: Name of who gives commands through this object.
    """

    record: Record
    writer: Writer
    evaluate: Evaluate
    actor: str
    jobs: Jobs = field(default_factory=Jobs)

    @contextmanager
    def reading(self) -> Iterator[tuple[duckdb.DuckDBPyConnection, State]]:
        """A connection on one committed version, and that version's state."""
        while True:
            state = self.record.state
            with self.record.cursor() as cursor:
                # A version may have been committed between the two lines above.
                if _version(cursor) == state.version:
                    yield cursor, state
                    return


def _version(cursor: duckdb.DuckDBPyConnection) -> int | None:
    last = versions.last(cursor)
    return None if last is None else last.version


def audience_of(catalog: Catalog, number: int) -> Entity:
    """The entity of a number."""
    found = entity_numbered(catalog, number)
    if found is not None:
        return found
    raise InvariantError(f"the catalog has no entity {number}, which a segment has as its audience")

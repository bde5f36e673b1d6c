"""Since: what the record has that came after the files of a table were made.

New interactions and observations bear the number of their version, new records numbers above the last; what
versions removed, moved or rewrote they have noted (`record.index_changes`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb
import numpy as np

from satsuma.catalog.model import Entity, InteractionType
from satsuma.index.changed import ChangedInteractions, ChangedRecords
from satsuma.index.entities import EntityTable
from satsuma.index.parts import Ints
from satsuma.kernel.errors import InvariantError
from satsuma.record import index_changes
from satsuma.record.arrow import ints_of
from satsuma.record.layout import NUMBER, VERSION, entity_table, history_table, interaction_table
from satsuma.record.sql import fetch, quote, scalar


class Since:
    """Reads what came after versions, as one connection sees the record."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._noted: dict[int, dict[tuple[str, int], list[int | None]]] = {}
        self._forgotten: Mapping[tuple[str, int], int] | None = None

    def has(self, version: int, at: int) -> bool:
        """Whether the record came by a version of that number and instant (microseconds UTC)."""
        statement = 'SELECT epoch_us("at") FROM versions WHERE version = ?'
        return bool(scalar(self._connection, statement, [version]) == at)

    def is_told(self, kind: str, number: int, base: int) -> bool:
        """Whether all that changed an entity or type after a version is still noted."""
        if self._forgotten is None:
            self._forgotten = index_changes.forgotten(self._connection)
        return base >= self._forgotten.get((kind, number), base)

    def is_converted(self, kind: str, number: int, base: int) -> bool:
        """Whether the stored columns of an entity or type were converted or dropped after a version."""
        return None in self._rows(kind, number, base)

    def records(self, entity: Entity, base: int, size: int) -> ChangedRecords:
        """Those of an entity of which the index knows so many numbers."""
        found = fetch(
            self._connection,
            f"SELECT DISTINCT {NUMBER} AS number FROM {quote(history_table(entity))} WHERE {VERSION} > ?"
            f" UNION SELECT {NUMBER} FROM {quote(entity_table(entity))} WHERE {NUMBER} >= ?",
            [base, size],
        )
        noted = self._members(index_changes.ENTITY, entity.number, base)
        numbers = np.union1d(ints_of(found, "number").astype(np.int64), noted)
        return ChangedRecords(numbers, read=numbers, gone=numbers[:0])

    def interactions(
        self, type_: InteractionType, base: int, audience: EntityTable
    ) -> ChangedInteractions | None:
        """Those of a type; None where there are none.

        Args:
            audience: As it is now.
        """
        rewritten = self._members(index_changes.TYPE, type_.number, base)
        left = self._members(index_changes.ENTITY, audience.entity.number, base)
        both = np.union1d(rewritten, left)
        if len(both) and int(both[-1]) >= audience.size:
            raise InvariantError(f"members of {type_.name!r} were rewritten that there never were")
        gone = both[~audience.alive[both]]
        rewritten = rewritten[audience.alive[rewritten]]
        count = self.count(type_, base)
        if not (count or len(rewritten) or len(gone)):
            return None
        return ChangedInteractions(base if count else None, rewritten, gone)

    def count(self, type_: InteractionType, base: int) -> int:
        """How many interactions of a type came after a version."""
        statement = f"SELECT count(*) FROM {quote(interaction_table(type_))} WHERE {VERSION} > ?"
        return int(scalar(self._connection, statement, [base]))

    def _members(self, kind: str, number: int, base: int) -> Ints:
        found = [one for one in self._rows(kind, number, base) if one is not None]
        return np.array(sorted(found), dtype=np.int64)

    def _rows(self, kind: str, number: int, base: int) -> Sequence[int | None]:
        if base not in self._noted:
            rows: dict[tuple[str, int], list[int | None]] = {}
            for one in index_changes.since(self._connection, base).to_pylist():
                rows.setdefault((one["kind"], one["number"]), []).append(one["member"])
            self._noted[base] = rows
        return self._noted[base].get((kind, number), ())

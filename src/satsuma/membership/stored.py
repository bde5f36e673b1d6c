"""The live set as stored: live and failed segments with their definitions bound to a catalog."""

from __future__ import annotations

import weakref

import duckdb

from satsuma.catalog.model import Catalog
from satsuma.kernel.errors import DefinitionError
from satsuma.language import bound
from satsuma.language.binding import bind
from satsuma.language.wire import loads, source_from_json
from satsuma.membership.live import LiveSegment
from satsuma.membership.names import LIVE_STATES, StoredNames
from satsuma.record import definitions, uses
from satsuma.record.change import Change
from satsuma.record.sql import scalar


class LiveSet:
    """Reads the live set of a state, and keeps bound definitions for as long as they cannot change.

    What a bound definition depends on beside its source is the catalog and the aliases of merged records.
    """

    def __init__(self) -> None:
        self._key: tuple[Catalog, int] | None = None
        self._bound: dict[int, bound.Definition | str] = {}
        self._version = 0
        self._change: weakref.ref[Change] | None = None

    def of(self, change: Change) -> list[LiveSegment]:
        """The live set as the change leaves it."""
        last = None if self._change is None else self._change()
        if change.version == self._version and change is not last:
            # The version is made anew: what the attempt before had bound was undone, and its ids come again.
            self._key = None
        self._version, self._change = change.version, weakref.ref(change)
        return self.read(change.connection, change.catalog)

    def read(self, connection: duckdb.DuckDBPyConnection, catalog: Catalog) -> list[LiveSegment]:
        """The live set that a connection sees, bound to a catalog."""
        rows = [row for row in definitions.segments(connection) if row.status in LIVE_STATES]
        if not rows:
            return []
        # The catalog itself: a change that was taken back had one of the same number.
        key = (catalog, int(scalar(connection, "SELECT count(*) FROM aliases")))
        if key != self._key:
            self._key, self._bound = key, {}
        sources = self._unbound(
            connection, {row.definition_id for row in rows if row.definition_id is not None}
        )
        if sources:
            names = StoredNames(connection, catalog)
            for number, source in sources.items():
                self._bound[number] = _bind(source, catalog, names)
        referred = uses.between_segments(connection)
        return [self._segment(row, referred.get(row.id, frozenset())) for row in rows]

    def _unbound(self, connection: duckdb.DuckDBPyConnection, wanted: set[int]) -> dict[int, str]:
        missing = sorted(wanted - self._bound.keys())
        if not missing:
            return {}
        rows = connection.execute(
            "SELECT id, source FROM definitions WHERE list_contains(?, id)", [missing]
        ).fetchall()
        return dict(rows)

    def _segment(self, row: definitions.SegmentRow, depends_on: frozenset[int]) -> LiveSegment:
        found = None if row.definition_id is None else self._bound[row.definition_id]
        failed = row.status == "failed"
        if isinstance(found, str):
            return LiveSegment(row.id, row.name, row.audience, None, depends_on, found, failed)
        return LiveSegment(row.id, row.name, row.audience, found, depends_on, failed=failed)


def _bind(source: str, catalog: Catalog, names: StoredNames) -> bound.Definition | str:
    """The bound definition, or why it can no longer be read."""
    try:
        binding = bind(source_from_json(loads(source)), catalog, names)
    except DefinitionError as error:
        return str(error)
    if binding.definition is None:
        return "; ".join(problem.message for problem in binding.errors)
    return binding.definition

"""The live set as stored: live and failed segments with their definitions bound to a catalog."""

from __future__ import annotations

import weakref
from collections.abc import Sequence

import duckdb

from satsuma.catalog.model import Catalog
from satsuma.kernel.errors import DefinitionError
from satsuma.language import bound, references
from satsuma.language.binding import bind
from satsuma.language.wire import loads, source_from_json
from satsuma.membership.live import LiveSegment
from satsuma.membership.names import LIVE_STATES, StoredNames
from satsuma.record import definitions, uses
from satsuma.record.change import Change
from satsuma.record.sql import scalar
from satsuma.record.touches import Touches


class LiveSet:
    """Reads the live set of a state, and keeps bound definitions for as long as they cannot change.

    What a bound definition depends on beside its source is the catalog and the aliases of merged records.
    """

    def __init__(self) -> None:
        self._key: tuple[Catalog, int] | None = None
        self._bound: dict[int, bound.Definition | str] = {}
        self._reads: dict[int, frozenset[int]] = {}
        self._known: tuple[int, Catalog, Sequence[LiveSegment]] | None = None
        self._touches = Touches()
        self._version = 0
        self._change: weakref.ref[Change] | None = None

    def of(self, change: Change) -> Sequence[LiveSegment]:
        """The live set as the change leaves it: the very list of the version before if nothing touched it."""
        last = None if self._change is None else self._change()
        if change.version == self._version and change is not last:
            # The version is made anew: what the attempt before had bound was undone, and its ids come again.
            self._key = self._known = None
        before, self._touches = self._touches, change.touches
        self._version, self._change = change.version, weakref.ref(change)
        if before.defined:
            # Perhaps after the list was read.
            self._known = None
        if self._known is not None and self._stands(change, *self._known):
            self._known = (change.version, *self._known[1:])
            return self._known[2]
        found = self.read(change.connection, change.catalog)
        self._known = (change.version, change.catalog, found) if not change.touches.defined else None
        return found

    @staticmethod
    def _stands(change: Change, version: int, catalog: Catalog, _: object) -> bool:
        """Whether nothing that the live set was read from has changed since a version."""
        touches = change.touches
        return (
            change.version - 1 <= version <= change.version
            and catalog is change.catalog
            and not touches.defined
            and not touches.gone
        )

    def read(self, connection: duckdb.DuckDBPyConnection, catalog: Catalog) -> list[LiveSegment]:
        """The live set that a connection sees, bound to a catalog."""
        rows = [row for row in definitions.segments(connection) if row.status in LIVE_STATES]
        if not rows:
            return []
        # The catalog itself: a change that was taken back had one of the same number.
        key = (catalog, int(scalar(connection, "SELECT count(*) FROM aliases")))
        if key != self._key:
            self._key, self._bound, self._reads = key, {}, {}
        sources = self._unbound(
            connection, {row.definition_id for row in rows if row.definition_id is not None}
        )
        if sources:
            names = StoredNames(connection, catalog)
            for number, source in sources.items():
                found = self._bound[number] = _bind(source, catalog, names)
                self._reads[number] = _reads(found)
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
        number = row.definition_id
        found = None if number is None else self._bound[number]
        failed = row.status == "failed"
        if isinstance(found, str):
            return LiveSegment(row.id, row.name, row.audience, None, depends_on, found, failed)
        reads = frozenset() if number is None else self._reads[number]
        return LiveSegment(row.id, row.name, row.audience, found, depends_on, failed=failed, reads=reads)


def _reads(found: bound.Definition | str) -> frozenset[int]:
    """Numbers of the attributes that a definition reads."""
    if isinstance(found, str):
        return frozenset()
    return frozenset(attribute.number for attribute in references.attributes_in(found.where))


def _bind(source: str, catalog: Catalog, names: StoredNames) -> bound.Definition | str:
    """The bound definition, or why it can no longer be read."""
    try:
        binding = bind(source_from_json(loads(source)), catalog, names)
    except DefinitionError as error:
        return str(error)
    if binding.definition is None:
        return "; ".join(problem.message for problem in binding.errors)
    return binding.definition

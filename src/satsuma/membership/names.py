"""Names as stored: what the checker asks of a workspace beside its catalog, read once from one state."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import duckdb

from satsuma.catalog.model import Catalog, Entity
from satsuma.kernel.text import fold
from satsuma.language.binding.names import ListEntry, SegmentEntry
from satsuma.record import uses
from satsuma.record.store import State

LIVE_STATES = ("live", "failed")
"""States in which a segment's members are kept and it may be referred to."""


class StoredNames:
    """The segments, lists and aliases of one state of a workspace, held in memory (`kernel.limits`)."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        catalog: Catalog,
        going_live: frozenset[int] = frozenset(),
    ) -> None:
        """Read them.

        Args:
            connection: Decides which version is read.
            catalog: Of that version.
            going_live: Segments that go live together, which may refer to each other as if they were live.
        """
        audiences = {entity.number: entity.name for entity in catalog.entities.values()}
        used = uses.between_segments(connection)
        self._segments: dict[int, SegmentEntry] = {}
        self._hashes: dict[str, list[int]] = {}
        for number, name, audience, status, canonical_hash in connection.execute(
            "SELECT s.id, s.name, s.audience, s.status, d.canonical_hash FROM segments s"
            " LEFT JOIN definitions d ON d.id = s.definition_id ORDER BY s.id"
        ).fetchall():
            live = status in LIVE_STATES or number in going_live
            depends_on = tuple(sorted(used.get(number, ())))
            self._segments[number] = SegmentEntry(number, name, audiences[audience], live, depends_on)
            if live and canonical_hash is not None:
                self._hashes.setdefault(canonical_hash, []).append(number)
        self._lists = {
            number: ListEntry(number, name, audiences[audience])
            for number, name, audience in connection.execute(
                "SELECT id, name, audience FROM lists"
            ).fetchall()
        }
        self._segment_ids = {fold(entry.name): number for number, entry in self._segments.items()}
        self._list_ids = {fold(entry.name): number for number, entry in self._lists.items()}
        self._aliases = _aliases(connection, list(catalog.entities.values()))

    def find_segment(self, ref: str | int) -> SegmentEntry | None:
        """The segment of a name (without regard to case) or an id."""
        number = ref if isinstance(ref, int) else self._segment_ids.get(fold(ref))
        return None if number is None else self._segments.get(number)

    def find_list(self, ref: str | int) -> ListEntry | None:
        """The list of a name (without regard to case) or an id."""
        number = ref if isinstance(ref, int) else self._list_ids.get(fold(ref))
        return None if number is None else self._lists.get(number)

    def segment_names(self) -> Iterable[str]:
        """Names of all segments."""
        return tuple(entry.name for entry in self._segments.values())

    def list_names(self) -> Iterable[str]:
        """Names of all lists."""
        return tuple(entry.name for entry in self._lists.values())

    def resolve_key(self, entity: str, key: str) -> str:
        """The key under which a record is kept."""
        return self._aliases.get((entity, key), key)

    def live_with_hash(self, canonical_hash: str) -> Iterable[SegmentEntry]:
        """Live segments whose definition has this canonical hash."""
        return tuple(self._segments[number] for number in self._hashes.get(canonical_hash, ()))


class KeptNames:
    """Names of the version that was asked for last, for whoever sees all records, as long as they stay."""

    def __init__(self) -> None:
        self._kept: tuple[State, StoredNames] | None = None

    def at(self, connection: duckdb.DuckDBPyConnection, state: State) -> StoredNames:
        """Those of a committed version, of which a connection is on it and a state is told."""
        kept = self._kept
        if kept is None or not _same(kept[0], state):
            # Two threads may read them at the same time; either's are right.
            self._kept = kept = (state, StoredNames(connection, state.catalog))
        return kept[1]


def _same(before: State, state: State) -> bool:
    """Whether names mean the same at two committed versions."""
    return before is state or (
        state.named is not None and before.named == state.named and before.catalog is state.catalog
    )


def _aliases(connection: duckdb.DuckDBPyConnection, entities: Sequence[Entity]) -> dict[tuple[str, str], str]:
    names = {entity.number: entity.name for entity in entities}
    rows = connection.execute("SELECT entity, key, target FROM aliases").fetchall()
    return {(names[entity], key): target for entity, key, target in rows}

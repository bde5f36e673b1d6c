"""A small workspace under a warm engine, where every version is held against the reference and history."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from satsuma import workspace as opened
from satsuma.catalog.model import Catalog
from satsuma.evaluation import reference
from satsuma.evaluation.reference.data import Database
from satsuma.evaluation.reference.load import load
from satsuma.kernel.clock import ManualClock
from satsuma.kernel.instants import format_instant
from satsuma.membership.live import LiveSegment
from satsuma.membership.stored import LiveSet
from satsuma.record import overrides
from satsuma.record.files import Settings
from satsuma.record.layout import entity_table

START = "2026-01-01T00:00:00Z"
SETTINGS = Settings(threads=1)
MERGING = Settings(threads=1, index_tail_rows=6)
"""With these the files of the index are made anew again and again, in a thread, while versions go on."""
CATALOG = {
    "mode": "learn",
    "entities": {
        "account": {"attributes": {"plan": "text", "seats": "integer"}},
        "contact": {
            "audience": True,
            "attributes": {
                "city": "text",
                "age": "integer",
                "born": "date",
                "seen": "timestamp",
                "account": {"type": "reference", "to": "account", "inverse": "contacts"},
            },
        },
    },
    "interactions": {
        "purchase": {
            "audience": "contact",
            "attributes": {"amount": "number", "by": {"type": "reference", "to": "account"}},
        },
        "visit": {"audience": "contact", "attributes": {"page": "text"}},
    },
}


@dataclass(frozen=True, slots=True)
class Seen:
    """What is stored at one version, read with plain statements.

    Attributes:
        keys: By entity number, the keys of its records by number.
        members, picked: By segment, member numbers, ascending: of all, and of static ones.
        rules: By segment, keys with the override that names them.
        aliases: By entity number and key.
    """

    database: Database
    keys: Mapping[int, Mapping[int, str]]
    members: Mapping[int, list[int]]
    picked: Mapping[int, list[int]]
    rules: Mapping[int, list[tuple[str, str]]]
    aliases: Mapping[tuple[int, str], str]

    @classmethod
    def of(cls, cursor: duckdb.DuckDBPyConnection, catalog: Catalog, now: int) -> Seen:
        """Read it."""
        audiences = [entity for entity in catalog.entities.values() if entity.audience]
        rules: dict[int, list[tuple[str, str]]] = {}
        for row in overrides.overrides(cursor):
            rules.setdefault(row.segment, []).append((row.key, row.rule))
        aliases = cursor.execute("SELECT entity, key, target FROM aliases").fetchall()
        return cls(
            load(cursor, catalog, now),
            {
                one.number: dict(cursor.execute(f"SELECT _number, _key FROM {entity_table(one)}").fetchall())
                for one in audiences
            },
            _grouped(cursor, "segment_members"),
            _grouped(cursor, "static_members"),
            rules,
            {(entity, key): target for entity, key, target in aliases},
        )

    def wanted(self, segment: LiveSegment) -> set[str]:
        """Keys of the members that a segment should have: by the reference, and as overrides rule."""
        keys = self.keys[segment.audience]
        if segment.definition is None:
            found = {keys.get(number, f"#{number}") for number in self.picked.get(segment.id, ())}
        else:
            found = reference.members(segment.definition, self.database)
        for rule in (overrides.ALWAYS, overrides.NEVER):
            named = [key for key, one in self.rules.get(segment.id, ()) if one == rule]
            meant = {self.aliases.get((segment.audience, key), key) for key in named} & set(keys.values())
            found = found | meant if rule == overrides.ALWAYS else found - meant
        return found


def _grouped(cursor: duckdb.DuckDBPyConnection, table: str) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for segment, member in cursor.execute(f"SELECT segment, member FROM {table} ORDER BY member").fetchall():
        found.setdefault(segment, []).append(member)
    return found


class World:
    """An open workspace. After each version, whoever made it, `check` compares; `wrong` tells.

    Attributes:
        checked: How many versions were compared.
        warm_checked: How many of them had a warm engine.
    """

    def __init__(self, path: Path, settings: Settings = SETTINGS) -> None:
        """Make the workspace."""
        self.path = path
        self.settings = settings
        self.checked = self.warm_checked = 0
        self.wrong: list[str] = []
        self._sums: dict[int, set[int]] = {}
        self._summed = 0
        self._live = LiveSet()
        self.now = START
        self.open()
        self.workspace.catalog.apply(CATALOG)
        self.workspace.lists.create("News")

    def open(self) -> None:
        """Open it, cold, at the instant that it was closed at."""
        self.workspace = opened.open(
            self.path, clock=ManualClock(self.now), settings=self.settings, warming="asked"
        )
        engine = self.workspace.engine
        adopt: Callable[[], None] = engine.adopt

        def adopt_and_check() -> None:
            adopt()
            try:
                self.check()
            except Exception as error:  # noqa: BLE001 - raised where the trace ends its step
                self.wrong.append(f"{type(error).__name__}: {error}")

        engine.adopt = adopt_and_check  # type: ignore[method-assign]

    def close(self) -> None:
        """Close it."""
        self.now = format_instant(self.workspace.now)
        self.workspace.close()

    def check(self) -> None:
        """Compare everything live at the last version."""
        workspace = self.workspace
        with workspace._record.snapshot() as (cursor, state):
            live = self._live.read(cursor, state.catalog)
            self._sum(cursor)
            if live:
                seen = Seen.of(cursor, state.catalog, state.now)
                for segment in live:
                    self._check_segment(seen, segment)
        self.checked += 1
        standing = workspace.engine.standing
        if standing is not None:
            self.warm_checked += 1
            assert (standing.version, standing.at) == (state.version, state.now)
            assert set(standing.segments) == {segment.id for segment in live}

    def _check_segment(self, seen: Seen, segment: LiveSegment) -> None:
        assert not segment.failed, f"{segment.name} has failed"
        wanted, stored = seen.wanted(segment), seen.members.get(segment.id, [])
        keys = seen.keys[segment.audience]
        found = {keys.get(number, f"#{number}") for number in stored}
        assert found == wanted, f"“{segment.name}” has {sorted(found)}, not {sorted(wanted)}"
        told = sorted(self._sums.get(segment.id, ()))
        assert told == stored, f"the changes of “{segment.name}” sum up to {told}, not {stored}"
        standing = self.workspace.engine.standing
        if standing is not None:
            kept = standing.segments[segment.id]
            held = kept.members.numbers().tolist()
            assert held == told, f"the bitmap of “{segment.name}”: {held}"
            assert kept.plane.numbers().tolist() == told, f"the plane of “{segment.name}”"

    def _sum(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Add the signed changes since the last time."""
        rows = cursor.execute(
            "SELECT version, segment, member, sign FROM membership_changes"
            " WHERE version > ? ORDER BY version",
            [self._summed],
        ).fetchall()
        for version, segment, member, sign in rows:
            held = self._sums.setdefault(segment, set())
            assert (member in held) == (sign < 0), f"segment {segment}, member {member}: {sign} twice"
            held.symmetric_difference_update({member})
            self._summed = version

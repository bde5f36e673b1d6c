"""State: what the last committed version left, and how the first one is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from satsuma.catalog.model import Catalog
from satsuma.kernel.errors import UsageError, WorkspaceDamagedError
from satsuma.kernel.instants import format_instant
from satsuma.record import actors, catalogs, migrations, versions, views
from satsuma.record.change import Change
from satsuma.record.memory import Memory
from satsuma.record.migrations import Migration


@dataclass(frozen=True, slots=True)
class State:
    """What the last committed version left: replaced as one, so that a reader never sees half of it.

    Attributes:
        version: Number of the last version; 0 is the empty workspace.
        now: Its instant, microseconds UTC.
        catalog: The catalog that its tables follow.
        named: The version from which on segments, lists and aliases are what they are; None: it is not known.
    """

    version: int
    now: int
    catalog: Catalog
    named: int | None = None

    def check_later(self, at: int) -> None:
        """Refuse an instant for the next version that lies before this one's.

        Raises:
            UsageError: It does.
        """
        if at < self.now:
            raise UsageError(
                f"a version at {format_instant(at)} would lie before the last one, at"
                f" {format_instant(self.now)}",
                code="usage.clock_backwards",
                hint="time only moves on",
            )


def first_version(connection: duckdb.DuckDBPyConnection, catalog: Catalog, at: int, actor: str) -> None:
    """Write version 0 of a new workspace."""
    memory = Memory.load(connection)
    connection.execute("BEGIN TRANSACTION")
    by = actors.ensure(connection, actor)
    change = Change(connection, version=0, at=at, actor=by, catalog=Catalog(), memory=memory)
    if catalog.entities or catalog.interactions:
        change.apply_catalog(catalog)
    else:
        catalogs.save(connection, catalog, at)
    views.rebuild(connection, catalog)
    versions.add(connection, change, "created", None)
    connection.execute("COMMIT")


def last_state(connection: duckdb.DuckDBPyConnection, directory: Path, steps: Sequence[Migration]) -> State:
    """The state of the last version in a directory's file, its tables brought to the present form.

    Raises:
        WorkspaceDamagedError: There is no version, or no catalog.
    """
    last, catalog = versions.last(connection), catalogs.load(connection)
    if last is None or catalog is None:
        text = f"{directory} has no version or no catalog"
        raise WorkspaceDamagedError(text, hint="restore the workspace from a backup")
    if migrations.migrate(connection, steps, last.at):
        views.rebuild(connection, catalog)
    return State(last.version, last.at, catalog, last.version)

"""Migrations: how the tables of a workspace come to be what this version of Satsuma reads.

Every layer brings its own, numbered from 1 without gaps: the record's are here, the rooms above pass theirs
to `Record.create` and `Record.open`. A migration that has been released never changes; the next one corrects
it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import duckdb

from satsuma.kernel.errors import InvariantError, WorkspaceTooNewError
from satsuma.record import member_bits, tables
from satsuma.record.sql import INSTANT

FORMAT = 1
"""The format of the file as a whole. It rises only when older Satsumas cannot even read the migrations."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of one layer.

    Attributes:
        layer: The room that owns the tables, such as `record`.
        number: 1, 2, ... within the layer.
        name: What it does, for people.
        apply: Does it, inside a transaction that the caller commits.
    """

    layer: str
    number: int
    name: str
    apply: Callable[[duckdb.DuckDBPyConnection], object]


def _first_tables(connection: duckdb.DuckDBPyConnection) -> None:
    for statement in tables.STATEMENTS:
        connection.execute(statement)


def _index_changes(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(tables.INDEX_CHANGES)


def _membership_snapshots(connection: duckdb.DuckDBPyConnection) -> None:
    for statement in tables.MEMBERSHIP_SNAPSHOTS:
        connection.execute(statement)


def _deleted_members(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(tables.DELETED_MEMBERS)


RECORD = (
    Migration("record", 1, "the first tables", _first_tables),
    Migration("record", 2, "what an index cannot tell from the rows", _index_changes),
    Migration("record", 3, "members as snapshots and what changed since", _membership_snapshots),
    Migration("record", 4, "members in snapshots as bits", member_bits.migrate),
    Migration("record", 5, "whose the key of a deletion was", _deleted_members),
)


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the two tables that every format has: facts about the file, and the migrations it has seen."""
    connection.execute("CREATE TABLE meta (key VARCHAR NOT NULL, value VARCHAR NOT NULL)")
    connection.execute(
        "CREATE TABLE migrations (layer VARCHAR NOT NULL, number UINTEGER NOT NULL, name VARCHAR NOT NULL,"
        ' "at" TIMESTAMP NOT NULL)'
    )
    connection.execute("INSERT INTO meta VALUES ('format', ?)", [str(FORMAT)])


def check_format(found: str) -> None:
    """Refuse a file of a later format.

    Raises:
        WorkspaceTooNewError: The format is above `FORMAT`.
    """
    if int(found) > FORMAT:
        raise WorkspaceTooNewError(
            f"the workspace has format {found}, and this version of Satsuma reads up to {FORMAT}",
            hint="install the version of Satsuma that wrote it, or a later one",
            details={"found": int(found), "expected_max": FORMAT},
        )


def migrate(connection: duckdb.DuckDBPyConnection, migrations: Sequence[Migration], at: int) -> bool:
    """Apply what the file has not seen yet, layer by layer in the order given; all of it or nothing.

    Args:
        connection: Outside a transaction.
        migrations: Of all layers, each layer's in order.
        at: The instant to note, microseconds UTC.

    Returns:
        Whether there was anything to do.

    Raises:
        WorkspaceTooNewError: The file has seen a migration that is not among them.
    """
    _check_numbers(migrations)
    seen = check_known(connection, migrations)
    missing = [m for m in migrations if (m.layer, m.number) not in seen]
    if not missing:
        return False
    connection.execute("BEGIN TRANSACTION")
    try:
        for migration in missing:
            migration.apply(connection)
            connection.execute(
                f"INSERT INTO migrations VALUES (?, ?, ?, {INSTANT})",
                [migration.layer, migration.number, migration.name, at],
            )
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
    return True


def check_known(
    connection: duckdb.DuckDBPyConnection, migrations: Sequence[Migration]
) -> set[tuple[str, int]]:
    """The migrations that a file has seen, by layer and number.

    Raises:
        WorkspaceTooNewError: One of them is not among those given.
    """
    seen = set(connection.execute("SELECT layer, number FROM migrations").fetchall())
    unknown = sorted(seen - {(m.layer, m.number) for m in migrations})
    if unknown:
        layer, number = unknown[-1]
        raise WorkspaceTooNewError(
            f"the workspace has seen migration {number} of '{layer}', which this Satsuma does not know",
            hint="install the version of Satsuma that wrote it, or a later one",
            details={"unknown": [f"{layer} {number}" for layer, number in unknown]},
        )
    return seen


def _check_numbers(migrations: Sequence[Migration]) -> None:
    last: dict[str, int] = {}
    for migration in migrations:
        if migration.number != last.get(migration.layer, 0) + 1:
            raise InvariantError(f"migration {migration.number} of '{migration.layer}' is out of order")
        last[migration.layer] = migration.number

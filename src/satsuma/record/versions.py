"""Versions: one row for each commit, with its instant and who made it."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from satsuma.record.sql import INSTANT, scalar
from satsuma.record.transaction import Transaction

_SELECT = (
    "SELECT v.version, epoch_us(v.at), a.name, v.kind, v.detail"
    " FROM versions v JOIN actors a ON a.id = v.actor"
)


@dataclass(frozen=True, slots=True)
class Version:
    """One committed version: its number, instant (microseconds UTC), actor's name, kind and detail."""

    version: int
    at: int
    actor: str
    kind: str
    detail: str | None


def add(
    connection: duckdb.DuckDBPyConnection, transaction: Transaction, kind: str, detail: str | None
) -> None:
    """Write the row that makes a transaction a version."""
    connection.execute(
        f"INSERT INTO versions VALUES (?, {INSTANT}, ?, ?, ?)",
        [transaction.version, transaction.at, transaction.actor, kind, detail],
    )


def last(connection: duckdb.DuckDBPyConnection) -> Version | None:
    """The newest version."""
    rows = connection.execute(f"{_SELECT} ORDER BY v.version DESC LIMIT 1").fetchall()
    return Version(*rows[0]) if rows else None


def since(connection: duckdb.DuckDBPyConnection, version: int) -> list[Version]:
    """The versions above one, ascending."""
    rows = connection.execute(f"{_SELECT} WHERE v.version > ? ORDER BY v.version", [version]).fetchall()
    return [Version(*row) for row in rows]


def newest(
    connection: duckdb.DuckDBPyConnection, *, kind: str | None, before: int | None, limit: int
) -> list[Version]:
    """Versions, the newest first: of one kind or all, below a number."""
    rows = connection.execute(
        f"{_SELECT} WHERE v.kind = coalesce(?, v.kind) AND v.version < coalesce(?, v.version + 1)"
        " ORDER BY v.version DESC LIMIT ?",
        [kind, before, limit],
    ).fetchall()
    return [Version(*row) for row in rows]


def in_force(connection: duckdb.DuckDBPyConnection, at: int) -> int | None:
    """The number of the last version whose instant is not after `at` (microseconds UTC), if any."""
    statement = f"SELECT max(version) FROM versions v WHERE v.at <= {INSTANT}"
    found: int | None = scalar(connection, statement, [at])
    return found

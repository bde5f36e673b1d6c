"""Uses: who refers to what, written by whoever does, so that *related* is answered and a removal refused."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import duckdb

from satsuma.record.transaction import Transaction


class Thing(NamedTuple):
    """Something that uses or is used: `segment`, `list`, `attribute`, `entity`, `interaction`, ... and its id."""

    kind: str
    id: int


def put(transaction: Transaction, user: Thing, used: Iterable[Thing]) -> None:
    """Store all that something uses, in place of what was stored."""
    transaction.connection.execute("DELETE FROM uses WHERE user_kind = ? AND user_id = ?", [*user])
    for thing in sorted(set(used)):
        transaction.connection.execute("INSERT INTO uses VALUES (?, ?, ?, ?)", [*user, *thing])


def users_of(connection: duckdb.DuckDBPyConnection, used: Thing) -> list[Thing]:
    """What uses something, in order."""
    rows = connection.execute(
        "SELECT user_kind, user_id FROM uses WHERE used_kind = ? AND used_id = ? ORDER BY ALL", [*used]
    ).fetchall()
    return [Thing(*row) for row in rows]


def used_by(connection: duckdb.DuckDBPyConnection, user: Thing) -> list[Thing]:
    """What something uses, in order."""
    rows = connection.execute(
        "SELECT used_kind, used_id FROM uses WHERE user_kind = ? AND user_id = ? ORDER BY ALL", [*user]
    ).fetchall()
    return [Thing(*row) for row in rows]


def all_uses(connection: duckdb.DuckDBPyConnection) -> list[tuple[Thing, Thing]]:
    """Every (user, used), in order."""
    rows = connection.execute(
        "SELECT user_kind, user_id, used_kind, used_id FROM uses ORDER BY ALL"
    ).fetchall()
    return [(Thing(a, b), Thing(c, d)) for a, b, c, d in rows]

"""Uses: who refers to what, in one table, so that nothing is stopped or deleted under its users.

Whoever uses writes its own rows. Kinds of users and of what is used are words (`segment`, `list`,
`attribute`, `entity`, `interaction`, ...); ids count within their kind.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import duckdb

from satsuma.record.transaction import Transaction

SEGMENT = "segment"
WEBHOOK = "webhook"

LISTENERS = frozenset({WEBHOOK})
"""Kinds of users that are only told what happens: what they use may end at its time all the same."""

_NAMES = {SEGMENT: "segments", WEBHOOK: "webhooks"}
"""Kinds, and the tables that have their names; others are told by number."""


@dataclass(frozen=True, slots=True, order=True)
class Thing:
    """Something that uses or is used."""

    kind: str
    id: int


def put(transaction: Transaction, user: Thing, used: Iterable[Thing]) -> None:
    """Store all that a user refers to, in place of what it referred to before."""
    if user.kind == SEGMENT:
        transaction.touches.defined.add(user.id)
    transaction.connection.execute(
        "DELETE FROM uses WHERE user_kind = ? AND user_id = ?", [user.kind, user.id]
    )
    for thing in sorted(set(used)):
        transaction.connection.execute(
            "INSERT INTO uses VALUES (?, ?, ?, ?)", [user.kind, user.id, thing.kind, thing.id]
        )


def users_of(connection: duckdb.DuckDBPyConnection, used: Thing) -> list[Thing]:
    """All that refer to a thing, by kind and id."""
    rows = connection.execute(
        "SELECT DISTINCT user_kind, user_id FROM uses WHERE used_kind = ? AND used_id = ? ORDER BY ALL",
        [used.kind, used.id],
    ).fetchall()
    return [Thing(*row) for row in rows]


def name_of(connection: duckdb.DuckDBPyConnection, thing: Thing) -> str | None:
    """The name of a user; None of a kind whose names are not known here, or where it is gone."""
    table = _NAMES.get(thing.kind)
    if table is None:
        return None
    rows = connection.execute(f"SELECT name FROM {table} WHERE id = ?", [thing.id]).fetchall()
    return str(rows[0][0]) if rows else None


def used_by(connection: duckdb.DuckDBPyConnection, user: Thing) -> list[Thing]:
    """All that a thing refers to, by kind and id."""
    rows = connection.execute(
        "SELECT DISTINCT used_kind, used_id FROM uses WHERE user_kind = ? AND user_id = ? ORDER BY ALL",
        [user.kind, user.id],
    ).fetchall()
    return [Thing(*row) for row in rows]


def between_segments(connection: duckdb.DuckDBPyConnection) -> dict[int, frozenset[int]]:
    """For each segment that refers to others, which."""
    found: dict[int, set[int]] = {}
    for user, used in connection.execute(
        "SELECT user_id, used_id FROM uses WHERE user_kind = 'segment' AND used_kind = 'segment'"
    ).fetchall():
        found.setdefault(user, set()).add(used)
    return {user: frozenset(used) for user, used in found.items()}

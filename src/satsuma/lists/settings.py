"""Settings: of lists, and of messages to people: the attribute with their address, the sender, the site."""

from __future__ import annotations

import duckdb

from satsuma.kernel.errors import ConflictError
from satsuma.record import uses
from satsuma.record.change import Change
from satsuma.record.lists import ListRow

LIST, CENTER, FORM = "list", "subscription center", "form"

PUBLIC_URL, SENDER = "public_url", "sender"

_NAMES = {
    "segment": "segments",
    CENTER: "subscription_centers",
    FORM: "join_forms",
}
"""Kinds of what may use a list, and the tables that have their names; others are told by number."""


def is_double_opt_in(connection: duckdb.DuckDBPyConnection, list_id: int) -> bool:
    """Whether who joins a list by themselves must confirm."""
    statement = "SELECT double_opt_in FROM list_settings WHERE list = ?"
    found = connection.execute(statement, [list_id]).fetchall()
    return bool(found and found[0][0])


def set_double_opt_in(change: Change, row: ListRow, *, wanted: bool) -> None:
    """Ask who joins a list by themselves to confirm, or no longer.

    Raises:
        ConflictError: It is no subscription list.
    """
    if wanted and not row.subscription:
        raise ConflictError(
            f"list “{row.name}” is no subscription list: nobody joins it by themselves",
            code="list.no_subscription",
            hint="make a list with `subscription=True`",
        )
    forget(change, row.id)
    change.connection.execute("INSERT INTO list_settings VALUES (?, ?)", [row.id, wanted])


def forget(change: Change, list_id: int) -> None:
    """Forget the settings of a list."""
    change.connection.execute("DELETE FROM list_settings WHERE list = ?", [list_id])


def users(connection: duckdb.DuckDBPyConnection, list_id: int) -> list[str]:
    """What uses a list, as `kind “name”`."""
    found = []
    for user in uses.users_of(connection, uses.Thing(LIST, list_id)):
        table = _NAMES.get(user.kind)
        rows = (
            []
            if table is None
            else connection.execute(f"SELECT name FROM {table} WHERE id = ?", [user.id]).fetchall()
        )
        found.append(f"{user.kind} “{rows[0][0]}”" if rows else f"{user.kind} {user.id}")
    return found


def read(connection: duckdb.DuckDBPyConnection, key: str) -> str | None:
    """One setting of messages; None where it was never set."""
    rows = connection.execute("SELECT value FROM mail_settings WHERE key = ?", [key]).fetchall()
    return str(rows[0][0]) if rows else None


def write(change: Change, key: str, value: str | None) -> None:
    """Set one, or with None take it back."""
    change.connection.execute("DELETE FROM mail_settings WHERE key = ?", [key])
    if value is not None:
        change.connection.execute("INSERT INTO mail_settings VALUES (?, ?)", [key, value])

"""Actors: the people and programs that commands came from, each with a number that rows refer to."""

from __future__ import annotations

import duckdb

from satsuma.record.sql import scalar

USER = "user"
"""The kind of an actor of whom nothing else is said."""


def ensure(connection: duckdb.DuckDBPyConnection, name: str, kind: str = USER) -> int:
    """The number of the actor of that name, which is taken into the table if it is not there yet."""
    found = scalar(connection, "SELECT id FROM actors WHERE name = ?", [name])
    if found is not None:
        return int(found)
    number = int(scalar(connection, "SELECT count(*) FROM actors"))
    connection.execute("INSERT INTO actors VALUES (?, ?, ?)", [number, name, kind])
    return number


def ensure_known(connection: duckdb.DuckDBPyConnection, name: str, known: dict[str, int]) -> int:
    """As `ensure`, for a version in the making, whose memory keeps the numbers: nobody's ever changes."""
    if name not in known:
        known[name] = ensure(connection, name)
    return known[name]


def name_of(connection: duckdb.DuckDBPyConnection, actor: int) -> str | None:
    """The name of an actor; None if there is no such number."""
    found: str | None = scalar(connection, "SELECT name FROM actors WHERE id = ?", [actor])
    return found

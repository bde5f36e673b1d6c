"""Overrides: the rows that say who is always, or never, in a segment; they hold by key, known or not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import duckdb

from satsuma.record.arrow import table_of, texts
from satsuma.record.sql import INSTANT, lent
from satsuma.record.transaction import Transaction

ALWAYS = "always"
NEVER = "never"


@dataclass(frozen=True, slots=True)
class OverrideRow:
    """A key that is always, or never, in a segment; since when, in which version, and by whom."""

    segment: int
    key: str
    rule: str
    at: int
    version: int
    actor: int


def put(transaction: Transaction, segment: int, keys: Iterable[str], rule: str) -> None:
    """Set a rule for keys; one that has the same rule already is stored anew."""
    distinct = list(dict.fromkeys(keys))
    remove(transaction, segment, distinct, rule)
    with lent(transaction.connection, _keys=table_of({"key": texts(distinct)})):
        transaction.connection.execute(
            f"INSERT INTO segment_overrides SELECT ?, key, ?, {INSTANT}, ?, ? FROM _keys",
            [segment, rule, transaction.at, transaction.version, transaction.actor],
        )


def remove(transaction: Transaction, segment: int, keys: Iterable[str], rule: str | None = None) -> None:
    """Take back a rule for keys, or both rules."""
    transaction.touches.overrides.add(segment)
    with lent(transaction.connection, _keys=table_of({"key": texts(dict.fromkeys(keys))})):
        transaction.connection.execute(
            "DELETE FROM segment_overrides WHERE segment = ? AND rule = coalesce(?, rule)"
            " AND key IN (SELECT key FROM _keys)",
            [segment, rule],
        )


def overrides(connection: duckdb.DuckDBPyConnection, segment: int | None = None) -> list[OverrideRow]:
    """The overrides of a segment, or of all, by segment, rule and key."""
    rows = connection.execute(
        "SELECT segment, key, rule, epoch_us(o.at), version, actor FROM segment_overrides o"
        " WHERE segment = coalesce(?, segment) ORDER BY segment, rule, key",
        [segment],
    ).fetchall()
    return [OverrideRow(*row) for row in rows]

"""Lists: the rows of marketing and subscription lists, their members, and when who joined and left."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np
from numpy.typing import NDArray

from satsuma.catalog.model import Entity
from satsuma.kernel.text import fold
from satsuma.record.arrow import ints_of, table_of, texts_in
from satsuma.record.layout import entity_table
from satsuma.record.sql import INSTANT, fetch, lent, quote, scalar
from satsuma.record.transaction import Transaction

COUNTER = "lists"


@dataclass(frozen=True, slots=True)
class ListChange:
    """A record joined (+1) or left (-1) a list; `at` is the version's instant, microseconds UTC."""

    member: int
    version: int
    at: int
    sign: int


@dataclass(frozen=True, slots=True)
class ListRow:
    """One list: its id, name, audience (entity number), whether people subscribe, and what it is for."""

    id: int
    name: str
    audience: int
    subscription: bool
    description: str | None
    created_at: int
    created_version: int


def create(
    transaction: Transaction, name: str, audience: int, *, subscription: bool, description: str | None = None
) -> ListRow:
    """Make a list; that its name is free is the caller's to know."""
    row = ListRow(
        transaction.memory.counters.take(COUNTER),
        name,
        audience,
        subscription,
        description,
        transaction.at,
        transaction.version,
    )
    transaction.renamed = True
    transaction.connection.execute(
        f"INSERT INTO lists VALUES (?, ?, ?, ?, ?, ?, {INSTANT}, ?)",
        [row.id, name, fold(name), audience, subscription, description, row.created_at, row.created_version],
    )
    return row


def rename(transaction: Transaction, list_id: int, name: str) -> None:
    """Give a list another name."""
    transaction.renamed = True
    transaction.connection.execute(
        "UPDATE lists SET name = ?, name_folded = ? WHERE id = ?", [name, fold(name), list_id]
    )


def describe(transaction: Transaction, list_id: int, description: str | None) -> None:
    """Say what a list is for."""
    transaction.connection.execute("UPDATE lists SET description = ? WHERE id = ?", [description, list_id])


def remove(transaction: Transaction, list_id: int) -> None:
    """Remove a list with its members; all of them leave it, as its changes then say."""
    leave(transaction, list_id, members(transaction.connection, list_id))
    transaction.renamed = True
    transaction.connection.execute("DELETE FROM lists WHERE id = ?", [list_id])


def all_lists(connection: duckdb.DuckDBPyConnection) -> list[ListRow]:
    """Every list, by id."""
    rows = connection.execute(
        "SELECT id, name, audience, subscription, description, epoch_us(created_at), created_version"
        " FROM lists ORDER BY id"
    ).fetchall()
    return [ListRow(*row) for row in rows]


def members(connection: duckdb.DuckDBPyConnection, list_id: int) -> NDArray[np.uint32]:
    """Numbers of those on a list, ascending, uint32."""
    statement = "SELECT member FROM list_members WHERE list = ? ORDER BY member"
    return ints_of(fetch(connection, statement, [list_id]), "member")


def keys_of_members(
    connection: duckdb.DuckDBPyConnection,
    list_id: int,
    entity: Entity,
    *,
    after: str | None = None,
    limit: int | None = None,
) -> list[str]:
    """Keys of those on a list, ascending by code point: those above one, at most so many."""
    rows = fetch(
        connection,
        f"SELECT e._key FROM list_members m JOIN {quote(entity_table(entity))} e ON e._number = m.member"
        " WHERE m.list = ? AND e._key > coalesce(?, '') ORDER BY e._key LIMIT ?",
        [list_id, after, 2**62 if limit is None else limit],
    )
    return texts_in(rows, "_key")


def size(connection: duckdb.DuckDBPyConnection, list_id: int) -> int:
    """How many are on a list."""
    return int(scalar(connection, "SELECT count(*) FROM list_members WHERE list = ?", [list_id]))


def of_member(connection: duckdb.DuckDBPyConnection, audience: int, member: int) -> list[int]:
    """Ids of the lists that a record of an audience is on, ascending."""
    rows = connection.execute(
        "SELECT m.list FROM list_members m JOIN lists l ON l.id = m.list"
        " WHERE l.audience = ? AND m.member = ? ORDER BY m.list",
        [audience, member],
    ).fetchall()
    return [list_id for (list_id,) in rows]


def changes(
    connection: duckdb.DuckDBPyConnection, list_id: int, *, since_version: int = 0, limit: int = 1_000
) -> list[ListChange]:
    """Who joined and left a list above a version, the newest first."""
    rows = connection.execute(
        "SELECT member, version, epoch_us(c.at), sign FROM list_changes c WHERE list = ? AND version > ?"
        " ORDER BY version DESC, member LIMIT ?",
        [list_id, since_version, limit],
    ).fetchall()
    return [ListChange(*row) for row in rows]


def among(
    connection: duckdb.DuckDBPyConnection, list_id: int, numbers: NDArray[np.uint32]
) -> NDArray[np.uint32]:
    """Those of some records that are on a list, ascending, each once; costs no copy of the list."""
    with lent(connection, _asked=table_of({"member": np.unique(numbers).astype(np.uint32)})):
        found = fetch(
            connection,
            "SELECT a.member FROM _asked a WHERE a.member IN"
            " (SELECT m.member FROM list_members m WHERE m.list = ?) ORDER BY a.member",
            [list_id],
        )
    return ints_of(found, "member")


def join(transaction: Transaction, list_id: int, numbers: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Put records on a list; returns those that were not on it, ascending."""
    numbers = np.unique(numbers).astype(np.uint32)
    new = np.setdiff1d(numbers, among(transaction.connection, list_id, numbers), assume_unique=True)
    put(transaction, list_id, new)
    return new


def leave(transaction: Transaction, list_id: int, numbers: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Take records off a list; returns those that were on it, ascending."""
    gone = among(transaction.connection, list_id, numbers)
    take_off(transaction, list_id, gone)
    return gone


def put(transaction: Transaction, list_id: int, new: NDArray[np.uint32]) -> None:
    """Put records on a list that are not on it, each once."""
    if len(new):
        with lent(transaction.connection, _new=table_of({"member": new})):
            transaction.connection.execute("INSERT INTO list_members SELECT ?, member FROM _new", [list_id])
        _note(transaction, np.full(len(new), list_id, dtype=np.uint32), new, 1)


def take_off(transaction: Transaction, list_id: int, gone: NDArray[np.uint32]) -> None:
    """Take records off a list that are on it, each once."""
    if len(gone):
        with lent(transaction.connection, _left=table_of({"member": gone})):
            transaction.connection.execute(
                "DELETE FROM list_members WHERE list = ? AND member IN (SELECT member FROM _left)", [list_id]
            )
        _note(transaction, np.full(len(gone), list_id, dtype=np.uint32), gone, -1)


def leave_all(transaction: Transaction, audience: int, numbers: NDArray[np.uint32]) -> tuple[int, ...]:
    """Take records of an audience off all lists; returns the ids of the lists they were on, ascending."""
    with lent(transaction.connection, _left=table_of({"member": numbers.astype(np.uint32)})):
        rows = fetch(
            transaction.connection,
            "SELECT m.list, m.member FROM list_members m JOIN lists l ON l.id = m.list"
            " WHERE l.audience = ? AND m.member IN (SELECT member FROM _left)",
            [audience],
        )
        transaction.connection.execute(
            "DELETE FROM list_members WHERE member IN (SELECT member FROM _left)"
            " AND list IN (SELECT id FROM lists WHERE audience = ?)",
            [audience],
        )
    _note(transaction, ints_of(rows, "list"), ints_of(rows, "member"), -1)
    return tuple(np.unique(ints_of(rows, "list")).tolist())


def _note(
    transaction: Transaction, lists: NDArray[np.uint32], numbers: NDArray[np.uint32], sign: int
) -> None:
    if not len(numbers):
        return
    for list_id in np.unique(lists).tolist():
        transaction.touches.join_or_leave(list_id, numbers[lists == list_id])
    connection, version = transaction.connection, transaction.version
    with lent(connection, _changed=table_of({"list": lists, "member": numbers})):
        # Of what one version does and undoes nothing is left: its changes are netted.
        undone = " version = ? AND sign = ? AND (list, member) IN (SELECT list, member FROM _changed)"
        before = fetch(connection, f"SELECT list, member FROM list_changes WHERE{undone}", [version, -sign])
        with lent(connection, _undone=before):
            connection.execute(
                f"INSERT INTO list_changes SELECT list, member, ?, {INSTANT}, ? FROM _changed"
                " WHERE (list, member) NOT IN (SELECT list, member FROM _undone)",
                [version, transaction.at, sign],
            )
        if before.num_rows:
            connection.execute(f"DELETE FROM list_changes WHERE{undone}", [version, -sign])

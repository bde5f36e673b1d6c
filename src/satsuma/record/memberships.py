"""Memberships: the rows of static members, of members of live segments, and of the signed changes to them.

Rows only. What a segment's members are is ruled above: by `membership` for live segments, `segments` for
static ones.
"""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from satsuma.record.arrow import ints_of, schema_of, table_of
from satsuma.record.sql import INSTANT, fetch, lent
from satsuma.record.transaction import Transaction

CHANGES = schema_of(
    (
        ("segment", pa.uint32()),
        ("member", pa.uint32()),
        ("sign", pa.int8()),
        ("cause", pa.string()),
    )
)
"""Signed changes of one version: +1 entered, -1 left; each (segment, member) at most once."""


def write_changes(transaction: Transaction, changes: pa.Table) -> None:
    """Store the signed changes of this version (`CHANGES`) and bring the segments' members up to them."""
    if not changes.num_rows:
        return
    connection = transaction.connection
    with lent(connection, _changes=changes):
        connection.execute(
            f"INSERT INTO membership_changes SELECT segment, member, ?, {INSTANT}, sign, cause FROM _changes",
            [transaction.version, transaction.at],
        )
        connection.execute(
            "DELETE FROM segment_members m USING _changes c"
            " WHERE c.sign < 0 AND c.segment = m.segment AND c.member = m.member"
        )
        connection.execute("INSERT INTO segment_members SELECT segment, member FROM _changes WHERE sign > 0")


def take_back(transaction: Transaction, segment: int, members: NDArray[np.uint32]) -> None:
    """Undo all that this version has written about a segment's members, which were these before it."""
    connection = transaction.connection
    connection.execute(
        "DELETE FROM membership_changes WHERE segment = ? AND version = ?", [segment, transaction.version]
    )
    clear(transaction, segment)
    with lent(connection, _kept=table_of({"member": members})):
        connection.execute("INSERT INTO segment_members SELECT ?, member FROM _kept", [segment])


def clear(transaction: Transaction, segment: int) -> None:
    """Forget the members of a segment that is no longer live; stopping is not leaving: nothing changed."""
    transaction.connection.execute("DELETE FROM segment_members WHERE segment = ?", [segment])


def members(connection: duckdb.DuckDBPyConnection, segment: int) -> NDArray[np.uint32]:
    """Numbers of a live segment's members at the last version, ascending, uint32."""
    statement = "SELECT member FROM segment_members WHERE segment = ? ORDER BY member"
    return ints_of(fetch(connection, statement, [segment]), "member")


def members_at(connection: duckdb.DuckDBPyConnection, segment: int, version: int) -> NDArray[np.uint32]:
    """Numbers of a segment's members at a version, ascending, uint32: the sum of its changes up to it."""
    found = fetch(
        connection,
        "SELECT member FROM membership_changes WHERE segment = ? AND version <= ?"
        " GROUP BY member HAVING sum(sign) > 0 ORDER BY member",
        [segment, version],
    )
    return ints_of(found, "member")


def all_members(connection: duckdb.DuckDBPyConnection) -> Mapping[int, NDArray[np.uint32]]:
    """The members of every live segment: segment → numbers, ascending, uint32."""
    rows = fetch(connection, "SELECT segment, member FROM segment_members ORDER BY segment, member")
    segments, starts = np.unique(ints_of(rows, "segment"), return_index=True)
    parts = np.split(ints_of(rows, "member"), starts[1:]) if len(segments) else []
    return {int(segment): part for segment, part in zip(segments, parts, strict=True)}


def changes(
    connection: duckdb.DuckDBPyConnection, segment: int | None = None, *, since_version: int = 0
) -> pa.Table:
    """Changes above a version, in order: segment, member, version, at_us (microseconds UTC), sign, cause."""
    return fetch(
        connection,
        "SELECT segment, member, version, epoch_us(c.at) AS at_us, sign, cause FROM membership_changes c"
        " WHERE version > ? AND segment = coalesce(?, segment) ORDER BY version, segment, member",
        [since_version, segment],
    )


def static_members(connection: duckdb.DuckDBPyConnection, segment: int) -> NDArray[np.uint32]:
    """Numbers of a static segment's members, ascending, uint32."""
    statement = "SELECT member FROM static_members WHERE segment = ? ORDER BY member"
    return ints_of(fetch(connection, statement, [segment]), "member")


def add_static(transaction: Transaction, segment: int, numbers: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Add to a static segment; returns those that were not in it, ascending."""
    new = np.setdiff1d(numbers.astype(np.uint32), static_members(transaction.connection, segment))
    with lent(transaction.connection, _new=table_of({"member": new})):
        transaction.connection.execute(
            f"INSERT INTO static_members SELECT ?, member, {INSTANT}, ? FROM _new",
            [segment, transaction.at, transaction.version],
        )
    transaction.touches.pick(segment, new)
    return new


def remove_static(transaction: Transaction, segment: int, numbers: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Remove from a static segment; returns those that were in it, ascending."""
    gone = np.intersect1d(numbers.astype(np.uint32), static_members(transaction.connection, segment))
    with lent(transaction.connection, _left=table_of({"member": gone})):
        transaction.connection.execute(
            "DELETE FROM static_members WHERE segment = ? AND member IN (SELECT member FROM _left)", [segment]
        )
    transaction.touches.pick(segment, gone)
    return gone

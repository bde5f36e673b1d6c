"""Memberships: the rows of static members, of changes to the members of live segments, and of snapshots.

The signed changes are the truth. A snapshot holds the members of one segment after all changes of its
version, so that nobody adds up more than came since; a version writes its changes and nothing else, however
many members are stored. The view `segment_members` adds both up for SQL.

Rows only. What a segment's members are is ruled above: by `membership` for live segments, `segments` for
static ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from satsuma.kernel.errors import UsageError
from satsuma.record.arrow import ints_of, schema_of, table_of
from satsuma.record.member_bits import packed, unpacked
from satsuma.record.sql import INSTANT, fetch, lent, scalar
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


_FEW_CHANGES = 256
"""So few are sooner written as parameters than lent as a table, which costs half a millisecond."""


def write_changes(transaction: Transaction, changes: pa.Table) -> None:
    """Store the signed changes of this version (`CHANGES`)."""
    if not changes.num_rows:
        return
    if changes.num_rows <= _FEW_CHANGES:
        segments, members, signs, causes = (changes[name].to_pylist() for name in CHANGES.names)
        transaction.connection.execute(
            "INSERT INTO membership_changes SELECT unnest(?::UINTEGER[]), unnest(?::UINTEGER[]), ?,"
            f" {INSTANT}, unnest(?::TINYINT[]), unnest(?::VARCHAR[])",
            [segments, members, transaction.version, transaction.at, signs, causes],
        )
        return
    with lent(transaction.connection, _changes=changes):
        transaction.connection.execute(
            f"INSERT INTO membership_changes SELECT segment, member, ?, {INSTANT}, sign, cause FROM _changes",
            [transaction.version, transaction.at],
        )


def snapshot(transaction: Transaction, segment: int, members: Iterable[int]) -> None:
    """Store a segment's members as they are at the end of this version, whose changes are all written.

    Args:
        transaction: The version.
        segment: Its id.
        members: Numbers, ascending; an array or a bitmap.
    """
    _snapshot(transaction, segment, transaction.version, members, is_first=False)


def _snapshot(
    transaction: Transaction, segment: int, version: int, members: Iterable[int], *, is_first: bool
) -> None:
    row = table_of({"members": packed(members)})
    transaction.connection.execute(
        "DELETE FROM membership_snapshots WHERE segment = ? AND version = ?", [segment, version]
    )
    with lent(transaction.connection, _snapshot=row):
        transaction.connection.execute(
            "INSERT INTO membership_snapshots SELECT ?, ?, members::BIT, ? FROM _snapshot",
            [segment, version, is_first],
        )


def take_back(transaction: Transaction, segment: int) -> None:
    """Undo all that this version has written about a segment's members."""
    for table in ("membership_changes", "membership_snapshots"):
        transaction.connection.execute(
            f"DELETE FROM {table} WHERE segment = ? AND version = ?", [segment, transaction.version]
        )


def clear(transaction: Transaction, segment: int) -> None:
    """Forget the members of a segment that is removed; nobody has left: its changes stay as they are."""
    if len(members(transaction.connection, segment)):
        snapshot(transaction, segment, np.zeros(0, dtype=np.uint32))


def members(connection: duckdb.DuckDBPyConnection, segment: int) -> NDArray[np.uint32]:
    """Numbers of a segment's members at the last version that it was live, ascending, uint32."""
    newest = scalar(connection, "SELECT max(version) FROM membership_snapshots WHERE segment = ?", [segment])
    return _since(connection, segment, newest, None)


def members_at(connection: duckdb.DuckDBPyConnection, segment: int, version: int) -> NDArray[np.uint32]:
    """Numbers of a segment's members at a version, ascending, uint32: the sum of its changes up to it.

    Raises:
        UsageError: What it was made of has been dropped (`prune`).
    """
    first = _first(connection, segment)
    if first is not None and version < first:
        raise UsageError(
            f"who was a member at version {version} is no longer kept: the history begins at version {first}",
            code="usage.version_dropped",
            hint=f"ask for version {first} or later",
            details={"first": first},
        )
    statement = "SELECT max(version) FROM membership_snapshots WHERE segment = ? AND version <= ?"
    return _since(connection, segment, scalar(connection, statement, [segment, version]), version)


def _first(connection: duckdb.DuckDBPyConnection, segment: int) -> int | None:
    """The version at which the history of a segment begins, where it was cut."""
    statement = "SELECT max(version) FROM membership_snapshots WHERE segment = ? AND is_first"
    found: int | None = scalar(connection, statement, [segment])
    return found


def first_version(connection: duckdb.DuckDBPyConnection, segments: Iterable[int] | None = None) -> int | None:
    """The version up to which changes of some segments, or of any, have been dropped; None: all are there."""
    cuts = connection.execute(
        "SELECT segment, max(version) FROM membership_snapshots WHERE is_first GROUP BY segment"
    ).fetchall()
    wanted = None if segments is None else set(segments)
    return max((version for segment, version in cuts if wanted is None or segment in wanted), default=None)


def _since(
    connection: duckdb.DuckDBPyConnection, segment: int, saved: int | None, upto: int | None
) -> NDArray[np.uint32]:
    """The members of the snapshot of a version, if any, and what changed after it, up to a version."""
    found = _saved(connection, segment, saved)
    changed = fetch(
        connection,
        "SELECT member, sum(sign) AS balance FROM membership_changes WHERE segment = ?"
        " AND version > ?::BIGINT AND version <= ?::UBIGINT GROUP BY member ORDER BY member",
        [segment, -1 if saved is None else saved, 2**64 - 1 if upto is None else upto],
    )
    numbers, balance = ints_of(changed, "member"), changed["balance"].cast(pa.int64()).to_numpy()
    entered, left = numbers[balance > 0], numbers[balance < 0]
    if not len(entered) and not len(left):
        return found
    last = max(int(part[-1]) for part in (found, entered, left) if len(part))
    is_member = np.zeros(last + 1, dtype=np.bool_)
    is_member[found] = True
    is_member[entered] = True
    is_member[left] = False
    return np.flatnonzero(is_member).astype(np.uint32)


def _saved(connection: duckdb.DuckDBPyConnection, segment: int, version: int | None) -> NDArray[np.uint32]:
    if version is None:
        return np.zeros(0, dtype=np.uint32)
    return saved(connection, segment, version)


def saved(connection: duckdb.DuckDBPyConnection, segment: int, version: int) -> NDArray[np.uint32]:
    """The members in the snapshot of a version, ascending, uint32; there is such a snapshot."""
    statement = "SELECT members::BLOB FROM membership_snapshots WHERE segment = ? AND version = ?"
    return unpacked(scalar(connection, statement, [segment, version]))


def sizes(connection: duckdb.DuckDBPyConnection) -> dict[int, int]:
    """How many members segments have, at the cost of what changed since their snapshots; none: not in it."""
    rows = connection.execute(
        "SELECT segment, CAST(sum(size) AS BIGINT) FROM ("
        f" SELECT s.segment, bit_count(s.members) AS size FROM membership_snapshots s JOIN {_NEWEST} n"
        " ON n.segment = s.segment AND n.version = s.version"
        f" UNION ALL SELECT c.segment, c.sign FROM membership_changes c LEFT JOIN {_NEWEST} n"
        " ON n.segment = c.segment WHERE n.version IS NULL OR c.version > n.version"
        ") GROUP BY segment HAVING sum(size) > 0"
    ).fetchall()
    return dict(rows)


def unsaved(connection: duckdb.DuckDBPyConnection) -> dict[int, int]:
    """How many changes segments have since their newest snapshots; none: not in it."""
    rows = connection.execute(
        f"SELECT c.segment, count(*) FROM membership_changes c LEFT JOIN {_NEWEST} n"
        " ON n.segment = c.segment WHERE n.version IS NULL OR c.version > n.version GROUP BY c.segment"
    ).fetchall()
    return dict(rows)


_NEWEST = "(SELECT segment, max(version) AS version FROM membership_snapshots GROUP BY segment)"


def prune(transaction: Transaction, before_version: int, read_from: Mapping[int, int] | None = None) -> int:
    """Drop changes and snapshots of versions below one; members at it and at later versions stay exact.

    Args:
        transaction: The version that does it.
        before_version: The first version whose changes stay; at most this version.
        read_from: Segment → the instant (microseconds UTC) from which on its changes stay in any case, since
            definitions ask who entered or left it.

    Returns:
        How many changes were dropped.
    """
    connection = transaction.connection
    before_version = min(before_version, transaction.version)
    rows = connection.execute(
        "SELECT segment, min(version) FROM membership_changes WHERE version < ?"
        " GROUP BY segment ORDER BY segment",
        [before_version],
    ).fetchall()
    dropped = 0
    for segment, oldest in rows:
        cut = before_version
        if read_from is not None and segment in read_from:
            statement = f"SELECT min(version) FROM versions v WHERE v.at >= {INSTANT}"
            first_read = scalar(connection, statement, [read_from[segment]])
            cut = before_version if first_read is None else min(cut, first_read)
        if oldest < cut:
            dropped += _cut(transaction, segment, cut)
    return dropped


def _cut(transaction: Transaction, segment: int, cut: int) -> int:
    """Let the history of a segment begin with the members that it had before the version `cut`."""
    connection = transaction.connection
    kept = members_at(connection, segment, cut - 1)
    _snapshot(transaction, segment, cut - 1, kept, is_first=True)
    connection.execute(
        "DELETE FROM membership_snapshots WHERE segment = ? AND version < ?", [segment, cut - 1]
    )
    statement = "DELETE FROM membership_changes WHERE segment = ? AND version < ?"
    return int(scalar(connection, statement, [segment, cut]))


def all_members(connection: duckdb.DuckDBPyConnection) -> Mapping[int, NDArray[np.uint32]]:
    """The members of every segment that has any: segment → numbers, ascending, uint32."""
    return {segment: members(connection, segment) for segment in sorted(sizes(connection))}


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

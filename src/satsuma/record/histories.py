"""Histories: whether the signed changes and the snapshots of a segment tell one story."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import numpy as np
from numpy.typing import NDArray

from satsuma.record.arrow import ints_of
from satsuma.record.memberships import saved
from satsuma.record.sql import fetch, scalar


def faults(connection: duckdb.DuckDBPyConnection, segment: int, members: NDArray[np.uint32]) -> Iterator[str]:
    """What is wrong with the history of a live segment, in words.

    From its beginning, or from where it was cut, nobody enters twice or leaves without having entered; each
    snapshot is the sum of the changes before it, and all of them sum up to the members.

    Args:
        members: Of the segment now, ascending, as they should be.
    """
    first, state = _beginning(connection, segment, int(members[-1]) if len(members) else 0)
    changes = fetch(
        connection,
        "SELECT member, version, sign FROM membership_changes"
        " WHERE segment = ? AND version > ?::BIGINT ORDER BY version",
        [segment, first],
    )
    member = ints_of(changes, "member").astype(np.int64)
    version, sign = changes["version"].to_numpy().astype(np.int64), changes["sign"].to_numpy()
    if len(member) and int(member.max()) >= len(state):
        state = np.append(state, np.zeros(int(member.max()) + 1 - len(state), dtype=np.int8))
    yield from _twice(member, version, sign, state)
    done = 0
    for at, numbers in _snapshots(connection, segment, first):
        upto = int(np.searchsorted(version, at, side="right"))
        np.add.at(state, member[done:upto], sign[done:upto])
        done = upto
        if not np.array_equal(np.flatnonzero(state), numbers):
            yield f"the snapshot of version {at} is not the sum of the changes before it"
    np.add.at(state, member[done:], sign[done:])
    if not np.array_equal(np.flatnonzero(state), members):
        yield "the changes do not sum up to the members"
    strangers = scalar(
        connection,
        "SELECT count(*) FROM membership_changes c LEFT JOIN versions v ON v.version = c.version"
        ' WHERE c.segment = ? AND v."at" IS DISTINCT FROM c."at"',
        [segment],
    )
    if strangers:
        yield f"{strangers} changes bear another instant than their version"


def _beginning(
    connection: duckdb.DuckDBPyConnection, segment: int, last: int
) -> tuple[int, NDArray[np.int8]]:
    """The version after which the history begins, and by number who was a member then."""
    statement = "SELECT max(version) FROM membership_snapshots WHERE segment = ? AND is_first"
    first = scalar(connection, statement, [segment])
    numbers = np.zeros(0, dtype=np.uint32) if first is None else saved(connection, segment, first)
    state = np.zeros(max(last, int(numbers[-1]) if len(numbers) else 0) + 1, dtype=np.int8)
    state[numbers] = 1
    return -1 if first is None else first, state


def _snapshots(
    connection: duckdb.DuckDBPyConnection, segment: int, first: int
) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """The snapshots after a version, in order."""
    statement = (
        "SELECT version FROM membership_snapshots WHERE segment = ? AND version > ?::BIGINT ORDER BY version"
    )
    for (version,) in connection.execute(statement, [segment, first]).fetchall():
        yield version, saved(connection, segment, version).astype(np.int64)


def _twice(
    member: NDArray[np.int64], version: NDArray[np.int64], sign: NDArray[np.int8], state: NDArray[np.int8]
) -> Iterator[str]:
    """Members who enter though they are in, or leave though they are not."""
    order = np.lexsort((version, member))
    ordered, signs = member[order], sign[order]
    before = np.where(state[ordered] > 0, 1, -1).astype(np.int8)
    is_later = np.zeros(len(ordered), dtype=np.bool_)
    is_later[1:] = ordered[1:] == ordered[:-1]
    before[1:] = np.where(is_later[1:], signs[:-1], before[1:])
    wrong = order[np.flatnonzero(signs == before)]
    if len(wrong):
        row = int(wrong.min())
        does = "enters" if sign[row] > 0 else "leaves"
        more = "" if len(wrong) == 1 else f", and {len(wrong) - 1} more"
        yield f"member {member[row]} {does} twice at version {version[row]}{more}"

"""Index changes: what a version did to stored rows that their own version numbers do not tell.

An index of an earlier version is brought up to date from what came since: new interactions and observations
bear the number of their version, new records are those with numbers above the last. What was removed, moved
or converted left nothing behind, so it is noted here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from satsuma.record.arrow import table_of, texts
from satsuma.record.sql import fetch, lent, scalar
from satsuma.record.transaction import Transaction

ENTITY, TYPE = "entity", "type"
_FORGOTTEN = "forgotten "
"""Before the kind of a row that says up to which version changes of its kind and number are gone."""


def store(transaction: Transaction) -> None:
    """Write what this version touched; to be called when all else is written."""
    parts = list(_parts(transaction))
    converted = sorted(transaction.touches.converted)
    if not parts and not converted:
        return
    sizes = [len(numbers) for _, _, numbers in parts] + [1] * len(converted)
    named = [(kind, number) for kind, number, _ in parts] + converted
    members = np.concatenate([numbers for _, _, numbers in parts] or [np.zeros(0, dtype=np.uint32)])
    rows = table_of(
        {
            "kind": texts(kind for (kind, _), size in zip(named, sizes, strict=True) for _ in range(size)),
            "number": np.repeat(np.array([number for _, number in named], dtype=np.uint32), sizes),
            "member": pa.concat_arrays([pa.array(members), pa.nulls(len(converted), pa.uint32())]),
        }
    )
    with lent(transaction.connection, _noted=rows):
        transaction.connection.execute(
            "INSERT INTO index_changes SELECT ?, kind, number, member FROM _noted", [transaction.version]
        )


def since(connection: duckdb.DuckDBPyConnection, version: int) -> pa.Table:
    """What versions above one changed: kind (`entity` or `type`), number in the catalog, member.

    A row with a member: that record's row, or its interactions of that type, have to be read anew; it may be
    gone. A row without: the whole table.
    """
    return fetch(
        connection,
        "SELECT DISTINCT kind, number, member FROM index_changes"
        " WHERE version > ? AND NOT starts_with(kind, ?) ORDER BY ALL",
        [version, _FORGOTTEN],
    )


def forget(transaction: Transaction, upto: Mapping[tuple[str, int], int]) -> int:
    """Forget changes that no index needs any more; `forgotten` tells an older one that still lies about.

    Args:
        transaction: The version that does it.
        upto: By kind and number, the version up to which changes of it are not needed.

    Returns:
        How many were forgotten.
    """
    connection, count = transaction.connection, 0
    noted = connection.execute(
        "SELECT kind, number, min(version) FROM index_changes WHERE NOT starts_with(kind, ?) GROUP BY ALL",
        [_FORGOTTEN],
    ).fetchall()
    for kind, number, first in noted:
        version = upto.get((kind, number), -1)
        if first > version:
            continue
        note = [_FORGOTTEN + kind, number]
        count += scalar(
            connection,
            "DELETE FROM index_changes WHERE kind = ? AND number = ? AND version <= ?",
            [kind, number, version],
        )
        connection.execute("DELETE FROM index_changes WHERE kind = ? AND number = ?", note)
        connection.execute("INSERT INTO index_changes VALUES (?, ?, ?, NULL)", [version, *note])
    return count


def forgotten(connection: duckdb.DuckDBPyConnection) -> Mapping[tuple[str, int], int]:
    """By kind and number, the version up to which changes are gone: an index of an earlier one lacks them."""
    rows = connection.execute(
        "SELECT kind, number, version FROM index_changes WHERE starts_with(kind, ?)", [_FORGOTTEN]
    ).fetchall()
    return {(kind.removeprefix(_FORGOTTEN), number): version for kind, number, version in rows}


def _parts(transaction: Transaction) -> Iterator[tuple[str, int, NDArray[np.uint32]]]:
    touches = transaction.touches
    for number in sorted(touches.gone.keys() | touches.unmarked.keys()):
        both = np.union1d(touches.numbers(touches.gone, number), touches.numbers(touches.unmarked, number))
        yield ENTITY, number, both.astype(np.uint32)
    for number in sorted(touches.rewritten):
        yield TYPE, number, touches.numbers(touches.rewritten, number)

"""Bits of members: a set of member numbers as DuckDB's BIT, one bit for each number from 0 on.

A list of numbers would say the same, but DuckDB 2.0 writes all lists of a table's last rows to its log again
with each new one. Bits are written as they are, and any DuckDB can read them.
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from satsuma.record import tables
from satsuma.record.arrow import Column, table_of
from satsuma.record.sql import lent


def packed(numbers: Iterable[int]) -> Column:
    """Distinct numbers as one value of an Arrow array, to be cast to BIT."""
    if not isinstance(numbers, np.ndarray):
        numbers = np.fromiter(numbers, dtype=np.uint32)
    # A BIT has one bit at least.
    is_in = np.zeros(int(numbers.max()) + 1 if len(numbers) else 1, dtype=np.bool_)
    is_in[numbers] = True
    found: Column = pa.array([np.packbits(is_in).tobytes()], pa.binary())
    return found


def unpacked(bits: bytes) -> NDArray[np.uint32]:
    """The numbers in a BIT that was cast to BLOB, ascending, uint32."""
    return np.flatnonzero(np.unpackbits(np.frombuffer(bits, dtype=np.uint8))).astype(np.uint32)


def migrate(connection: duckdb.DuckDBPyConnection) -> None:
    """Turn snapshots that are lists into bits."""
    for statement in tables.MEMBER_BITS_BEFORE:
        connection.execute(statement)
    rows = connection.execute("SELECT segment, version, is_first FROM _lists ORDER BY ALL").fetchall()
    for segment, version, is_first in rows:
        ((members,),) = connection.execute(
            "SELECT members FROM _lists WHERE segment = ? AND version = ?", [segment, version]
        ).fetchall()
        with lent(connection, _snapshot=table_of({"members": packed(members)})):
            connection.execute(
                "INSERT INTO membership_snapshots SELECT ?, ?, members::BIT, ? FROM _snapshot",
                [segment, version, is_first],
            )
    for statement in tables.MEMBER_BITS_AFTER:
        connection.execute(statement)

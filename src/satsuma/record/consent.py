"""Consent: the ledger of who granted or denied what, when and by which evidence; nothing in it is changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa

from satsuma.record.arrow import ints_of, table_of, texts
from satsuma.record.sql import INSTANT, fetch, lent
from satsuma.record.transaction import Transaction

COUNTER = "consent"
GRANTED = "granted"
DENIED = "denied"


@dataclass(frozen=True, slots=True)
class ConsentEntry:
    """What one entry says: topic, `granted` or `denied`, since when (microseconds UTC), on what evidence.

    `by` is who wrote it; of an entry to be written, whoever makes the version is written down.
    """

    member: int
    topic: str
    state: str
    at: int
    contact_point: str | None = None
    source: str | None = None
    evidence: str | None = None
    by: str | None = None


def add(transaction: Transaction, audience: int, entry: ConsentEntry) -> int:
    """Write an entry about a record of an audience (its entity number); returns its seq."""
    return add_all(transaction, audience, (entry,))


def add_all(transaction: Transaction, audience: int, entries: Sequence[ConsentEntry]) -> int:
    """Write entries about records of an audience, in order; returns the seq of the first."""
    first = transaction.memory.counters.take(COUNTER, len(entries))
    table = table_of(
        {
            "seq": np.arange(first, first + len(entries), dtype=np.uint64),
            "member": np.array([entry.member for entry in entries], dtype=np.uint32),
            "topic": texts(entry.topic for entry in entries),
            "state": texts(entry.state for entry in entries),
            "at": np.array([entry.at for entry in entries], dtype=np.int64),
            "contact_point": texts(entry.contact_point for entry in entries),
            "source": texts(entry.source for entry in entries),
            "evidence": texts(entry.evidence for entry in entries),
        }
    )
    with lent(transaction.connection, _entries=table):
        transaction.connection.execute(
            "INSERT INTO consent_ledger SELECT seq, member, ?, topic, state, make_timestamp(e.at),"
            " contact_point, source, evidence, ?, ? FROM _entries e ORDER BY seq",
            [audience, transaction.version, transaction.actor],
        )
    transaction.touches.give_consent(audience, ints_of(table, "member"))
    return first


def states(
    connection: duckdb.DuckDBPyConnection, audience: int, member: int, now: int
) -> dict[str, ConsentEntry]:
    """What counts for a record at an instant: topic → its entry."""
    rows = connection.execute(
        "SELECT member, topic, state, epoch_us(c.at), contact_point, source, evidence, a.name"
        " FROM consent_ledger c LEFT JOIN actors a ON a.id = c.actor"
        f" WHERE audience = ? AND member = ? AND c.at <= {INSTANT}"
        " QUALIFY row_number() OVER (PARTITION BY topic"
        " ORDER BY c.at DESC, (state = 'denied') DESC, seq DESC) = 1 ORDER BY topic",
        [audience, member, now],
    ).fetchall()
    return {row[1]: ConsentEntry(*row) for row in rows}


def topics(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Every topic that an entry names, by code point."""
    rows = connection.execute("SELECT DISTINCT topic FROM consent_ledger").fetchall()
    return sorted(topic for (topic,) in rows)


def latest(connection: duckdb.DuckDBPyConnection, audience: int, topic: str, now: int) -> pa.Table:
    """What counts at an instant: `member` (uint32) and `state` of every record that has an entry by then.

    The greatest instant counts; at one instant `denied` counts, then the later entry.
    """
    return fetch(
        connection,
        f"SELECT member, state FROM consent_ledger c WHERE audience = ? AND topic = ? AND c.at <= {INSTANT}"
        " QUALIFY row_number() OVER (PARTITION BY member"
        " ORDER BY c.at DESC, (state = 'denied') DESC, seq DESC) = 1 ORDER BY member",
        [audience, topic, now],
    )


def of_member(connection: duckdb.DuckDBPyConnection, audience: int, member: int) -> list[ConsentEntry]:
    """All entries about a record, in the order they were written."""
    rows = connection.execute(
        "SELECT member, topic, state, epoch_us(c.at), contact_point, source, evidence, a.name"
        " FROM consent_ledger c LEFT JOIN actors a ON a.id = c.actor"
        " WHERE audience = ? AND member = ? ORDER BY seq",
        [audience, member],
    ).fetchall()
    return [ConsentEntry(*row) for row in rows]

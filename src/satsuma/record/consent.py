"""Consent: the ledger of who granted or denied what, when and by which evidence; nothing in it is changed."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import pyarrow as pa

from satsuma.record.sql import INSTANT, fetch
from satsuma.record.transaction import Transaction

COUNTER = "consent"
GRANTED = "granted"
DENIED = "denied"


@dataclass(frozen=True, slots=True)
class ConsentEntry:
    """What one entry says: topic, `granted` or `denied`, since when (microseconds UTC), on what evidence."""

    member: int
    topic: str
    state: str
    at: int
    contact_point: str | None = None
    source: str | None = None
    evidence: str | None = None


def add(transaction: Transaction, audience: int, entry: ConsentEntry) -> int:
    """Write an entry about a record of an audience (its entity number); returns its seq."""
    seq = transaction.memory.counters.take(COUNTER)
    transaction.connection.execute(
        f"INSERT INTO consent_ledger VALUES (?, ?, ?, ?, ?, {INSTANT}, ?, ?, ?, ?, ?)",
        [
            seq,
            entry.member,
            audience,
            entry.topic,
            entry.state,
            entry.at,
            entry.contact_point,
            entry.source,
            entry.evidence,
            transaction.version,
            transaction.actor,
        ],
    )
    return seq


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
        "SELECT member, topic, state, epoch_us(c.at), contact_point, source, evidence FROM consent_ledger c"
        " WHERE audience = ? AND member = ? ORDER BY seq",
        [audience, member],
    ).fetchall()
    return [ConsentEntry(*row) for row in rows]

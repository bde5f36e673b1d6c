"""Outbox: messages to people, written in the version that calls for them, sent once a mail server is known.

queued ──► sent
│  └──► failed      the server refused it for good, or every attempt failed
└─────► cancelled   the person has asked for no e-mail since, or withdrew what it was about
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import duckdb

from satsuma.catalog.model import Entity
from satsuma.record.change import Change
from satsuma.record.sql import INSTANT

COUNTER = "outbox"

ATTEMPTS_MAX = 6
"""Then a message has failed: with the pauses below it was tried for about a day."""

PAUSE_US = (60_000_000, 600_000_000, 3_600_000_000, 21_600_000_000, 57_600_000_000)
"""Pauses between attempts: 1 and 10 minutes, 1, 6 and 16 hours."""


class MessageState(StrEnum):
    """Where a message stands."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Message:
    """One message.

    Attributes:
        id: Rises.
        audience, member: Whom it is to, by numbers.
        kind: What it is for: `confirm`, or what a room above sends.
        address, subject, body: As they are sent; the body is plain text.
        headers: Further header fields.
        state, attempts, error: Where it stands, how often it was tried, and why it failed last.
        created_at, next_at, sent_at: Microseconds UTC; `next_at` is when it is tried next.
        version: The version that called for it.
        key: Of the record, where it was looked up.
    """

    id: int
    audience: int
    member: int
    kind: str
    address: str
    subject: str
    body: str
    headers: Mapping[str, str]
    state: MessageState
    attempts: int
    created_at: int
    next_at: int | None
    sent_at: int | None
    error: str | None
    version: int
    key: str | None = None


def queue(
    change: Change,
    audience: Entity,
    member: int,
    kind: str,
    *,
    address: str,
    subject: str,
    body: str,
    headers: Mapping[str, str] | None = None,
) -> int:
    """Write a message to be sent; returns its id."""
    number = change.memory.counters.take(COUNTER)
    change.connection.execute(
        f"INSERT INTO outbox VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'queued', 0, {INSTANT}, {INSTANT}, NULL, NULL,"
        " ?)",
        [
            number,
            audience.number,
            member,
            kind,
            address,
            subject,
            body,
            json.dumps(dict(headers or {})),
            change.at,
            change.at,
            change.version,
        ],
    )
    return number


def messages(
    connection: duckdb.DuckDBPyConnection,
    *,
    state: MessageState | None = None,
    member: tuple[int, int] | None = None,
    due_at: int | None = None,
    before: int | None = None,
    limit: int = 100,
) -> list[Message]:
    """Messages, the newest first; those that are due, the oldest first.

    Args:
        connection: Decides which version is read.
        state: Only those in this state.
        member: Only those to a record, by the numbers of its entity and its own.
        due_at: Only those that are to be tried by this instant, microseconds UTC.
        before: Only those with smaller ids.
        limit: At most so many.
    """
    audience, number = member if member is not None else (None, None)
    order = "DESC" if due_at is None else "ASC"
    rows = connection.execute(
        "SELECT id, audience, member, kind, address, subject, body, headers, state, attempts,"
        " epoch_us(created_at), epoch_us(next_at), epoch_us(sent_at), error, version FROM outbox"
        " WHERE state = coalesce(?, state) AND audience = coalesce(?, audience)"
        " AND member = coalesce(?, member)"
        " AND (? IS NULL OR (state = 'queued' AND epoch_us(next_at) <= ?))"
        " AND id < coalesce(?, 1::UBIGINT << 62)"
        f" ORDER BY id {order} LIMIT ?",
        [None if state is None else state.value, audience, number, due_at, due_at, before, limit],
    ).fetchall()
    return [_message(*row) for row in rows]


def counts(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many messages there are in each state."""
    found = dict(connection.execute("SELECT state, count(*) FROM outbox GROUP BY state").fetchall())
    return {state.value: found.get(state.value, 0) for state in MessageState}


def note_sent(change: Change, ids: Sequence[int]) -> None:
    """Note that the mail server has taken messages."""
    for number in ids:
        change.connection.execute(
            f"UPDATE outbox SET state = 'sent', attempts = attempts + 1, sent_at = {INSTANT}, next_at = NULL,"
            " error = NULL WHERE id = ?",
            [change.at, number],
        )


def note_failed(change: Change, message: Message, error: str, *, for_good: bool) -> bool:
    """Note that an attempt failed; gives whether it is tried again after a pause."""
    attempts = message.attempts + 1
    again = not for_good and attempts < ATTEMPTS_MAX
    next_at = change.at + PAUSE_US[attempts - 1] if again else None
    change.connection.execute(
        "UPDATE outbox SET state = ?, attempts = ?, error = ?, next_at = make_timestamp(?::BIGINT)"
        " WHERE id = ?",
        ["queued" if again else "failed", attempts, error, next_at, message.id],
    )
    return again


def cancel_these(change: Change, ids: Sequence[int]) -> None:
    """Cancel messages that are queued."""
    for number in ids:
        change.connection.execute(
            "UPDATE outbox SET state = 'cancelled', next_at = NULL WHERE id = ? AND state = 'queued'",
            [number],
        )


def cancel(change: Change, audience: Entity, member: int, kind: str | None = None) -> None:
    """Cancel what is queued to a record, of one kind or all."""
    change.connection.execute(
        "UPDATE outbox SET state = 'cancelled', next_at = NULL WHERE state = 'queued' AND audience = ?"
        " AND member = ? AND kind = coalesce(?, kind)",
        [audience.number, member, kind],
    )


def retry(change: Change, ids: Sequence[int]) -> int:
    """Queue failed messages again; returns how many there were."""
    count = 0
    for number in ids:
        rows = change.connection.execute(
            f"UPDATE outbox SET state = 'queued', attempts = 0, next_at = {INSTANT} WHERE id = ?"
            " AND state = 'failed'",
            [change.at, number],
        ).fetchall()
        count += int(rows[0][0])
    return count


def _message(*row: Any) -> Message:
    known = [*row]
    known[7], known[8] = json.loads(row[7]), MessageState(row[8])
    return Message(*known)

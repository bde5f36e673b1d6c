"""Tables of webhooks: endpoints with the place up to which they have been told, and the log of deliveries.

The log has no content: what was sent is told by its place, and whom it was about by nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import duckdb

from satsuma.commit.changes import Place
from satsuma.record import uses
from satsuma.record.change import Change
from satsuma.record.migrations import Migration
from satsuma.record.sql import INSTANT

COUNTER = "webhooks"
LOG_COUNTER = "webhook_deliveries"
LOG_ROWS_MAX = 1_000  # of one endpoint; older ones are forgotten


def _first_tables(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        "CREATE TABLE webhooks (id UINTEGER NOT NULL, name VARCHAR NOT NULL, url VARCHAR NOT NULL,"
        " secret VARCHAR NOT NULL, segments UINTEGER[], changes VARCHAR[] NOT NULL, state VARCHAR NOT NULL,"
        " reason VARCHAR, attempts UINTEGER NOT NULL, next_at TIMESTAMP, place_version UBIGINT NOT NULL,"
        " place_segment UINTEGER NOT NULL, place_left UTINYINT NOT NULL, place_member UINTEGER NOT NULL,"
        " created_at TIMESTAMP NOT NULL,"
        " created_by VARCHAR NOT NULL)"
    )
    connection.execute(
        "CREATE TABLE webhook_deliveries (id UBIGINT NOT NULL, webhook UINTEGER NOT NULL,"
        ' message VARCHAR NOT NULL, "at" TIMESTAMP NOT NULL, version UBIGINT NOT NULL,'
        " segment UINTEGER NOT NULL, count UINTEGER NOT NULL, attempt UINTEGER NOT NULL, status USMALLINT,"
        " error VARCHAR, duration_ms UINTEGER NOT NULL)"
    )


def _noted_uses(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        "INSERT INTO uses SELECT 'webhook', w.id, 'segment', s.id FROM webhooks w, segments s"
        " WHERE list_contains(w.segments, s.id)"
    )


MIGRATIONS = (
    Migration("webhooks", 1, "endpoints and deliveries", _first_tables),
    Migration("webhooks", 2, "segments say which endpoints are told of them", _noted_uses),
)


class WebhookState(StrEnum):
    """Where an endpoint stands; `failed` was given up on, and goes on where it stopped once it is resumed."""

    ACTIVE = "active"
    PAUSED = "paused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Webhook:
    """One endpoint.

    Attributes:
        secret: What messages are signed with.
        segments: Ids of those it is told of; None for all.
        changes: `entered`, `left`, or both.
        reason: Why the last attempt failed; None after one that did not.
        attempts: How often the message that is next has been tried.
        next_at: When it is tried again, microseconds UTC.
        place: Up to where it has been told.
        created_at: Microseconds UTC.
    """

    id: int
    name: str
    url: str
    secret: str = field(repr=False)
    segments: tuple[int, ...] | None
    changes: tuple[str, ...]
    state: WebhookState
    reason: str | None
    attempts: int
    next_at: int | None
    place: Place
    created_at: int
    created_by: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt to deliver a message.

    Attributes:
        message: Id of the message, the same for every attempt.
        version, segment, count: Which changes it told of: of how many records.
        attempt: From 1.
        status: Of the HTTP answer; None where there was none.
        error: Why it failed; None where it did not.
        at: Microseconds UTC.
    """

    id: int
    webhook: int
    message: str
    at: int
    version: int
    segment: int
    count: int
    attempt: int
    status: int | None
    error: str | None
    duration_ms: int


def all_webhooks(connection: duckdb.DuckDBPyConnection) -> list[Webhook]:
    """All endpoints, by id."""
    rows = connection.execute(
        "SELECT id, name, url, secret, segments, changes, state, reason, attempts, epoch_us(next_at),"
        " place_version, place_segment, place_left, place_member, epoch_us(created_at), created_by"
        " FROM webhooks ORDER BY id"
    ).fetchall()
    return [_webhook(*row) for row in rows]


def _webhook(
    id: int, name: str, url: str, secret: str, segments: list[int] | None, changes: list[str], *rest: Any
) -> Webhook:
    state, reason, attempts, next_at, version, segment, left, member, created_at, created_by = rest
    return Webhook(
        id,
        name,
        url,
        secret,
        None if segments is None else tuple(segments),
        tuple(changes),
        WebhookState(state),
        reason,
        attempts,
        next_at,
        Place(version, segment, left, member),
        created_at,
        created_by,
    )


def put(change: Change, one: Webhook) -> None:
    """Store an endpoint, new or changed."""
    change.connection.execute("DELETE FROM webhooks WHERE id = ?", [one.id])
    change.connection.execute(
        f"INSERT INTO webhooks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, {INSTANT}, ?, ?, ?, ?, {INSTANT}, ?)",
        [
            one.id,
            one.name,
            one.url,
            one.secret,
            None if one.segments is None else list(one.segments),
            list(one.changes),
            one.state.value,
            one.reason,
            one.attempts,
            one.next_at,
            one.place.version,
            one.place.segment,
            one.place.left,
            one.place.member,
            one.created_at,
            one.created_by,
        ],
    )


def note_uses(change: Change, one: Webhook) -> None:
    """Let the segments that an endpoint names know that it uses them."""
    named = [uses.Thing(uses.SEGMENT, segment) for segment in one.segments or ()]
    uses.put(change, uses.Thing(uses.WEBHOOK, one.id), named)


def remove(change: Change, id: int) -> None:
    """Remove an endpoint; its log stays until it is cleared."""
    change.connection.execute("DELETE FROM webhooks WHERE id = ?", [id])
    uses.put(change, uses.Thing(uses.WEBHOOK, id), ())


def clear_log(change: Change, id: int) -> None:
    """Forget an endpoint's deliveries."""
    change.connection.execute("DELETE FROM webhook_deliveries WHERE webhook = ?", [id])


def write_log(change: Change, id: int, found: Sequence[Delivery]) -> None:
    """Add deliveries of one endpoint, and forget the oldest beyond the limit."""
    first = change.memory.counters.take(LOG_COUNTER, len(found))
    for number, one in enumerate(found, start=first):
        change.connection.execute(
            f"INSERT INTO webhook_deliveries VALUES (?, ?, ?, {INSTANT}, ?, ?, ?, ?, ?, ?, ?)",
            [
                *(number, id, one.message, one.at, one.version, one.segment, one.count, one.attempt),
                *(one.status, one.error, one.duration_ms),
            ],
        )
    change.connection.execute(
        "DELETE FROM webhook_deliveries WHERE webhook = ? AND id NOT IN"
        " (SELECT id FROM webhook_deliveries WHERE webhook = ? ORDER BY id DESC LIMIT ?)",
        [id, id, LOG_ROWS_MAX],
    )


def log(connection: duckdb.DuckDBPyConnection, id: int, *, before: int | None, limit: int) -> list[Delivery]:
    """Deliveries of an endpoint, the latest first."""
    rows = connection.execute(
        'SELECT id, webhook, message, epoch_us("at"), version, segment, count, attempt, status, error,'
        " duration_ms FROM webhook_deliveries WHERE webhook = ? AND id < ? ORDER BY id DESC LIMIT ?",
        [id, 2**62 if before is None else before, limit],
    ).fetchall()
    return [Delivery(*row) for row in rows]

"""What the lists room knows of one record: lists, consent, opt-ins, messages; as plain data."""

from __future__ import annotations

from typing import Any

import duckdb

from satsuma.kernel.instants import format_instant
from satsuma.lists import outbox
from satsuma.record import consent
from satsuma.record import lists as rows
from satsuma.record.erasing import Erased

_MESSAGES_MAX = 10_000


def known(connection: duckdb.DuckDBPyConnection, who: Erased) -> dict[str, Any]:
    """Lists now and in the past, the ledger, opt-ins that wait, messages; instants as text in UTC."""
    entity, number = who.entity.number, who.number
    names = {row.id: row.name for row in rows.all_lists(connection)}
    changes = connection.execute(
        "SELECT l.name, c.version, epoch_us(c.at), c.sign FROM list_changes c JOIN lists l ON l.id = c.list"
        " WHERE l.audience = ? AND c.member = ? ORDER BY c.version, l.name",
        [entity, number],
    ).fetchall()
    waiting = connection.execute(
        "SELECT l.name, epoch_us(o.asked_at), o.through FROM opt_ins o JOIN lists l ON l.id = o.list"
        " WHERE l.audience = ? AND o.member = ? ORDER BY o.asked_at",
        [entity, number],
    ).fetchall()
    return {
        "lists": sorted(names[one] for one in rows.of_member(connection, entity, number)),
        "list_changes": [
            {
                "list": name,
                "version": version,
                "at": format_instant(at),
                "change": "joined" if sign > 0 else "left",
            }
            for name, version, at, sign in changes
        ],
        "consent": [
            {
                "topic": one.topic,
                "state": one.state,
                "at": format_instant(one.at),
                "contact_point": one.contact_point,
                "through": one.source,
                "evidence": one.evidence,
            }
            for one in consent.of_member(connection, entity, number)
        ],
        "opt_ins": [
            {"list": name, "asked_at": format_instant(at), "through": through}
            for name, at, through in waiting
        ],
        "messages": [
            {
                "kind": one.kind,
                "address": one.address,
                "subject": one.subject,
                "body": one.body,
                "state": one.state.value,
                "created_at": format_instant(one.created_at),
            }
            for one in outbox.messages(connection, member=(entity, number), limit=_MESSAGES_MAX)
        ],
    }

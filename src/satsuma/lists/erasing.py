"""What the lists room removes of somebody who is erased: opt-ins, messages, epochs of links."""

from __future__ import annotations

from satsuma.record.change import Change
from satsuma.record.erasing import Erased
from satsuma.record.sql import scalar


def erase(change: Change, who: Erased) -> dict[str, int]:
    """Remove them; gives how many."""
    connection, entity = change.connection, who.entity.number
    theirs = "list_contains(?::UINTEGER[], member)"
    return {
        "messages": int(
            scalar(
                connection,
                f"DELETE FROM outbox WHERE (audience = ? AND {theirs})"
                " OR list_contains(?::VARCHAR[], lower(address))",
                [entity, list(who.numbers), list(who.addresses)],
            )
        ),
        "opt-ins": int(
            scalar(
                connection,
                f"DELETE FROM opt_ins WHERE {theirs} AND list IN (SELECT id FROM lists WHERE audience = ?)",
                [list(who.numbers), entity],
            )
        ),
        "epochs of links": int(
            scalar(
                connection,
                f"DELETE FROM link_epochs WHERE audience = ? AND {theirs}",
                [entity, list(who.numbers)],
            )
        ),
    }

"""What the lists room removes of somebody who is erased: opt-ins, messages, epochs of links."""

from __future__ import annotations

from satsuma.record.change import Change
from satsuma.record.erasing import Erased
from satsuma.record.sql import scalar


def erase(change: Change, who: Erased) -> dict[str, int]:
    """Remove them; gives how many."""
    connection, number, entity = change.connection, who.number, who.entity.number
    return {
        "messages": int(
            scalar(
                connection,
                "DELETE FROM outbox WHERE (audience = ? AND member = ?)"
                " OR list_contains(?::VARCHAR[], lower(address))",
                [entity, number, list(who.addresses)],
            )
        ),
        "opt-ins": int(
            scalar(
                connection,
                "DELETE FROM opt_ins WHERE member = ? AND list IN (SELECT id FROM lists WHERE audience = ?)",
                [number, entity],
            )
        ),
        "epochs of links": int(
            scalar(connection, "DELETE FROM link_epochs WHERE audience = ? AND member = ?", [entity, number])
        ),
    }

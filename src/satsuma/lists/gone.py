"""What the lists room forgets of records that a version deletes or merges away."""

from __future__ import annotations

from satsuma.record.arrow import table_of
from satsuma.record.change import Change
from satsuma.record.sql import lent
from satsuma.record.touches import Touches


def forget(change: Change) -> None:
    """Remove opt-ins, messages and epochs of links of records that are gone: nothing can reach them any more.

    Links of a record that was merged into another are stale, and so are messages that hold one.
    """
    connection = change.connection
    for entity in change.touches.gone:
        numbers = Touches.numbers(change.touches.gone, entity)
        with lent(connection, _gone=table_of({"member": numbers})):
            for table in ("outbox", "link_epochs"):
                connection.execute(
                    f"DELETE FROM {table} WHERE audience = ? AND member IN (SELECT member FROM _gone)",
                    [entity],
                )
            connection.execute(
                "DELETE FROM opt_ins WHERE member IN (SELECT member FROM _gone)"
                " AND list IN (SELECT id FROM lists WHERE audience = ?)",
                [entity],
            )

"""Quarantine: rows that could not be taken, kept with the reason, until they are replayed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import duckdb
import numpy as np
import pyarrow as pa

from satsuma.kernel.errors import ConflictError, NotFoundError, UsageError
from satsuma.kernel.limits import QUARANTINE_ROWS_MAX
from satsuma.record.arrow import ints_of, schema_of, table_of
from satsuma.record.counters import QUARANTINE
from satsuma.record.sql import INSTANT, fetch, lent, scalar
from satsuma.record.transaction import Transaction

ENTITY = "entity"
INTERACTIONS = "interactions"

REFUSED = schema_of(
    (
        ("position", pa.int64()),
        ("code", pa.string()),
        ("message", pa.string()),
        ("row", pa.string()),
    )
)
"""Refused rows: where each stood in its batch, why it was refused, and the row as JSON."""

UNREADABLE = frozenset({"row.type", "row.duplicate", "row.cells", "row.json", "value.time", "type.missing"})
"""Codes of what could not be read as a row of an entity or type: it is kept for people to see."""


@dataclass(frozen=True, slots=True)
class Quarantined:
    """One refused row.

    Attributes:
        id: Rises with every refused row of the workspace.
        version, at: The version that it came for, and its instant (microseconds UTC).
        kind: `entity` or `interactions`.
        target: Name of the entity or interaction type it was meant for.
        import_id: The import it came with, if any.
        source, position: Where it came from: ids of interactions without one derive from these.
        code, message: Why; after a replay, why not then.
        row: The row as JSON (`intake.kept`), its key and times under their standard names.
        untyped: Whether it came from a source without types, such as CSV.
        replayed_version: The version that took it after all.
    """

    id: int
    version: int
    at: int
    kind: str
    target: str
    import_id: int | None
    source: str | None
    position: int
    code: str
    message: str
    row: str
    untyped: bool
    replayed_version: int | None
    is_replayable: bool = field(init=False)
    """Whether it could be read as a row, so that it can be tried again."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "is_replayable", self.code not in UNREADABLE)


def add(
    transaction: Transaction,
    kind: str,
    target: str,
    refused: pa.Table,
    *,
    import_id: int | None = None,
    source: str | None = None,
    untyped: bool = False,
) -> int:
    """Keep refused rows (`REFUSED`); returns how many.

    Raises:
        ConflictError: There would be more than QUARANTINE_ROWS_MAX; a feed that sends nothing right must not
            fill the disk.
    """
    if not refused.num_rows:
        return 0
    kept = int(scalar(transaction.connection, "SELECT count(*) FROM quarantine"))
    if kept + refused.num_rows > QUARANTINE_ROWS_MAX:
        raise ConflictError(
            f"quarantine holds {kept} rows and would hold more than {QUARANTINE_ROWS_MAX} with"
            f" {refused.num_rows} from '{target}'",
            code="conflict.quarantine_full",
            hint="see what is refused and why, correct the source, and clear what is settled",
        )
    first = transaction.memory.counters.take(QUARANTINE, refused.num_rows)
    ids = pa.array(np.arange(first, first + refused.num_rows, dtype=np.uint64))
    with lent(transaction.connection, _refused=refused.append_column("id", ids)):
        transaction.connection.execute(
            f"INSERT INTO quarantine SELECT id, ?, {INSTANT}, ?, ?, ?, ?, position, code, message, row, ?,"
            " NULL"
            " FROM _refused ORDER BY id",
            [transaction.version, transaction.at, kind, target, import_id, source, untyped],
        )
    return refused.num_rows


def waiting(
    connection: duckdb.DuckDBPyConnection,
    target: str | None = None,
    *,
    limit: int | None = None,
    after: int = -1,
    replayed: bool = False,
) -> list[Quarantined]:
    """Refused rows with ids above `after`, ascending; those replayed already only if asked for.

    Raises:
        UsageError: The limit is below zero.
    """
    if limit is not None and limit < 0:
        raise UsageError(f"found the limit {limit}, expected none below 0", code="usage.limit")
    rows = connection.execute(
        "SELECT q.id, q.version, epoch_us(q.at), q.kind, q.target, q.import, q.source, q.position, q.code,"
        " q.message, q.row, q.untyped, q.replayed_version FROM quarantine q WHERE q.id > ?"
        " AND q.target = coalesce(?, q.target) AND (q.replayed_version IS NULL OR ?) ORDER BY q.id LIMIT ?",
        [after, target, replayed, 2**62 if limit is None else limit],
    ).fetchall()
    return [Quarantined(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Origins:
    """Where refused rows first came from: of each its source, and its position there."""

    sources: Sequence[str | None]
    positions: Sequence[int]


def origins(connection: duckdb.DuckDBPyConnection, ids: Sequence[int]) -> Origins:
    """The origins of refused rows, in the order of their ids as given."""
    wanted = table_of({"i": np.arange(len(ids)), "id": np.asarray(ids, dtype=np.uint64)})
    with lent(connection, _ids=wanted):
        found = fetch(
            connection,
            "SELECT q.source, q.position FROM _ids i JOIN quarantine q ON q.id = i.id ORDER BY i.i",
        )
    if found.num_rows != len(ids):
        raise NotFoundError(
            f"{len(ids) - found.num_rows} of {len(ids)} refused rows are not in quarantine",
            code="not_found.quarantine",
        )
    return Origins(found["source"].to_pylist(), ints_of(found, "position").tolist())


def settle(transaction: Transaction, ids: Sequence[int], refused: pa.Table) -> None:
    """Note what a replay made of refused rows: those refused again get the new reason, the others are done.

    Args:
        transaction: The version that replays.
        ids: Ids of the rows replayed; row i of the batch was `ids[i]`.
        refused: Those refused again, `position` being their place in the batch.
    """
    connection = transaction.connection
    places = refused["position"].to_numpy()
    again = np.asarray(ids, dtype=np.uint64)[places] if len(places) else np.empty(0, np.uint64)
    done = np.setdiff1d(np.asarray(ids, dtype=np.uint64), again)
    with lent(connection, _done=table_of({"id": done})):
        connection.execute(
            "UPDATE quarantine q SET replayed_version = ? FROM _done d WHERE d.id = q.id",
            [transaction.version],
        )
    if len(again):
        with lent(connection, _again=refused.append_column("id", pa.array(again))):
            connection.execute(
                "UPDATE quarantine q SET code = a.code, message = a.message FROM _again a WHERE a.id = q.id"
            )


def clear(transaction: Transaction, ids: Sequence[int]) -> int:
    """Forget refused rows, replayed or not; returns how many there were."""
    with lent(transaction.connection, _ids=table_of({"id": np.asarray(ids, dtype=np.uint64)})):
        statement = "DELETE FROM quarantine WHERE id IN (SELECT id FROM _ids)"
        return int(scalar(transaction.connection, statement))

"""The audit log: who did what, when, to what, through what; every change and every export.

An entry about a change is written in the change's own transaction, so that none is without the other. What a
request does is noted here as it begins (`noting`); the versions that it makes take the note, each in its own
name where several share one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial

from satsuma.access.rooms import AccessRooms
from satsuma.kernel.civil import US_PER_DAY
from satsuma.record.change import Change
from satsuma.record.sql import INSTANT

_COUNTER = "audit"


@dataclass(slots=True)
class Note:
    """What is being done.

    Attributes:
        action: The operation, such as `stop_segment`.
        target: To what, such as `segment 7`.
        origin: From where, such as an address.
        details: More, ready to be written as JSON; never personal data of contacts.
        repeat: Of a request that may come again: hashes of its key and of itself.
        is_written: Whether a version took it.
    """

    actor: str
    action: str
    target: str | None = None
    origin: str | None = None
    details: Mapping[str, object] = field(default_factory=dict)
    repeat: tuple[str, str] | None = None
    is_written: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log; `at` in microseconds UTC."""

    id: int
    at: int
    version: int
    actor: str
    action: str
    target: str | None
    details: Mapping[str, object]
    origin: str | None


_noted: ContextVar[Note | None] = ContextVar("satsuma_audit_note", default=None)


@contextmanager
def noting(note: Note) -> Iterator[Note]:
    """Have the versions that are made in the context, by this thread, bear a note."""
    token = _noted.set(note)
    try:
        yield note
    finally:
        _noted.reset(token)


def name(actor: str, *, target: str | None = None, **details: object) -> None:
    """Say who it is whom the context's note is about, where nobody knew as it began: who signs in."""
    note = _noted.get()
    if note is not None:
        note.actor, note.target, note.details = actor, target or note.target, {**note.details, **details}


def noted() -> Callable[[Change], None] | None:
    """Writes the note of the context that asks into a version, made by whatever thread; None without."""
    note = _noted.get()
    return None if note is None else partial(_write, note)


class Audit:
    """`ws.access.audit`."""

    def __init__(self, rooms: AccessRooms) -> None:
        self._rooms = rooms

    def write(self, note: Note) -> None:
        """Write an entry about what changed nothing, such as an export."""
        with noting(note):
            self._rooms.writer.commit(lambda _: None, actor=note.actor, kind="access", detail=note.action)

    def version_of_repeat(self, key_hash: str) -> tuple[str, int] | None:
        """The hash of the request that bore a key within the last day, and the version that it made."""
        with self._rooms.record.cursor() as cursor:
            found = cursor.execute(
                f"SELECT request_hash, version FROM repeats r WHERE key_hash = ? AND r.at > {INSTANT}"
                " ORDER BY version LIMIT 1",
                [key_hash, self._rooms.clock.now() - US_PER_DAY],
            ).fetchall()
        return (str(found[0][0]), int(found[0][1])) if found else None

    def entries(
        self,
        *,
        actor: str | None = None,
        action: str | None = None,
        before: int | None = None,
        limit: int = 100,
    ) -> list[Entry]:
        """Entries, the newest first.

        Args:
            before: Only those with a lower id: where the page before ended.
        """
        tests: list[str] = ["true"]
        values: list[object] = []
        for column, wanted in (("actor", actor), ("action", action)):
            if wanted is not None:
                tests.append(f"{column} = ?")
                values.append(wanted)
        if before is not None:
            tests.append("id < ?")
            values.append(before)
        with self._rooms.record.cursor() as cursor:
            rows = cursor.execute(
                'SELECT id, epoch_us("at"), version, actor, action, target, details, origin FROM audit'
                f" WHERE {' AND '.join(tests)} ORDER BY id DESC LIMIT ?",
                [*values, limit],
            ).fetchall()
        return [Entry(r[0], r[1], r[2], r[3], r[4], r[5], json.loads(r[6] or "{}"), r[7]) for r in rows]


def _write(note: Note, change: Change) -> None:
    note.is_written = True
    details = json.dumps(dict(note.details), ensure_ascii=False) if note.details else None
    change.connection.execute(
        f"INSERT INTO audit VALUES (?, {INSTANT}, ?, ?, ?, ?, ?, ?)",
        [
            change.memory.counters.take(_COUNTER),
            change.at,
            change.version,
            note.actor,
            note.action,
            note.target,
            details,
            note.origin,
        ],
    )
    if note.repeat is not None:
        change.connection.execute(f"DELETE FROM repeats r WHERE r.at <= {INSTANT}", [change.at - US_PER_DAY])
        change.connection.execute(
            f"INSERT INTO repeats VALUES (?, ?, {INSTANT}, ?)", [*note.repeat, change.at, change.version]
        )

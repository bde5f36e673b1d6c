"""Mail to people who sign in: invitations, and links for who has forgotten their password.

What waits to be sent is that somebody is to get a link, never the link: it is made when the message is, and
only its hash is kept. Nobody who may read the workspace, or its files, can use it. Somebody unknown who asks
waits like everybody else, and is sent nothing, so that nobody can tell by versions or time who is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from threading import Lock

import duckdb

from satsuma.access.links import LINK_US, put_link
from satsuma.access.passwords import hash_token, new_token
from satsuma.access.people import People, Person
from satsuma.access.rooms import AccessRooms
from satsuma.kernel.civil import US_PER_DAY, US_PER_HOUR, US_PER_MINUTE
from satsuma.lists import settings
from satsuma.lists.letters import Letter
from satsuma.lists.mail import ACTOR, Delivered
from satsuma.lists.outbox import ATTEMPTS_MAX, PAUSE_US, Message, MessageState
from satsuma.lists.smtp import Attempt, MailServer, send
from satsuma.record.change import Change
from satsuma.record.migrations import Migration
from satsuma.record.sql import INSTANT

RESET_US = US_PER_HOUR
"""So long a link for a forgotten password is good for."""

_BATCH = 50
_COUNTER = "account_mail"


class Kind(StrEnum):
    """Why somebody gets a link."""

    INVITATION = "invitation"
    RESET = "reset"


_LETTERS = {
    Kind.INVITATION: Letter(
        "You are invited to {workspace}",
        "Hello {name},\n\n"
        "you can now sign in to {workspace}, with the address {email}.\n\n"
        "To set your password, open this page:\n\n{link}\n\n"
        "The link is good once, for {days} days.\n",
    ),
    Kind.RESET: Letter(
        "A new password for {workspace}",
        "Hello {name},\n\n"
        "somebody, probably you, has asked for a new password for {workspace}.\n\n"
        "To set it, open this page:\n\n{link}\n\n"
        "The link is good once, for {minutes} minutes.\n"
        "If you did not ask for this, do nothing: your password stays as it is.\n",
    ),
}


def _first_tables(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        "CREATE TABLE account_mail (id UBIGINT NOT NULL, kind VARCHAR NOT NULL, person UINTEGER,"
        " attempts UTINYINT NOT NULL, created_at TIMESTAMP NOT NULL, next_at TIMESTAMP NOT NULL)"
    )


MIGRATIONS = (Migration("account mail", 1, "links that wait to be sent to people", _first_tables),)


@dataclass(frozen=True, slots=True)
class _Waiting:
    id: int
    kind: Kind
    person: int | None
    attempts: int
    created_at: int


@dataclass(frozen=True, slots=True)
class _Letter:
    waiting: _Waiting
    person: Person
    token: str


class AccountMail:
    """`ws.access.mail`."""

    def __init__(self, rooms: AccessRooms, people: People) -> None:
        self._rooms = rooms
        self._people = people
        self._sending = Lock()

    def ask_reset(self, email: str, *, actor: str) -> None:
        """Somebody says that they have forgotten the password of an address; known or not, one version."""
        person = self._people.find(email)
        usable = person is not None and person.is_active
        self._queue(Kind.RESET, person.id if person is not None and usable else None, actor)

    def invite(self, person: int, *, actor: str) -> None:
        """Send somebody a link by which they set their password.

        Raises:
            NotFoundError: There is no such person.
        """
        self._queue(Kind.INVITATION, self._people[person].id, actor)

    def waiting(self) -> int:
        """How many messages wait."""
        with self._rooms.record.cursor() as cursor:
            return int(cursor.execute("SELECT count(*) FROM account_mail").fetchall()[0][0])

    def deliver(self, server: MailServer, site: str) -> Delivered:
        """Hand all that is due to a mail server.

        Args:
            server: Takes it.
            site: The address by which people reach the console; links begin with it.
        """
        with self._sending:
            due = self._due()
            if not due:
                return Delivered()
            letters = self._written(due)
            with self._rooms.record.cursor() as cursor:
                sender = settings.read(cursor, settings.SENDER)
            if sender is None:
                return Delivered(postponed=len(letters))
            # A name of its own, so that ids of messages are not those of the outbox.
            name = f"{self._rooms.record.workspace_id}.account"
            attempts = send(server, sender, [self._message(one, site) for one in letters], name)
            return self._noted(due, letters, attempts)

    def _queue(self, kind: Kind, person: int | None, actor: str) -> None:
        def work(change: Change) -> None:
            change.connection.execute("DELETE FROM account_mail WHERE person = ?", [person])
            change.connection.execute(
                f"INSERT INTO account_mail VALUES (?, ?, ?, 0, {INSTANT}, {INSTANT})",
                [change.memory.counters.take(_COUNTER), kind.value, person, change.at, change.at],
            )

        self._rooms.writer.commit(work, actor=actor, kind="access", detail="message to a person")

    def _due(self) -> list[_Waiting]:
        with self._rooms.record.cursor() as cursor:
            rows = cursor.execute(
                "SELECT id, kind, person, attempts, epoch_us(created_at) FROM account_mail"
                f" WHERE next_at <= {INSTANT} ORDER BY id LIMIT ?",
                [self._rooms.clock.now(), _BATCH],
            ).fetchall()
        return [_Waiting(row[0], Kind(row[1]), *row[2:]) for row in rows]

    def _written(self, due: Sequence[_Waiting]) -> list[_Letter]:
        """Make the links, in one version."""
        known = {person.id: person for person in self._people.list() if person.is_active}
        letters = [
            _Letter(one, known[one.person], new_token(self._rooms.randomness))
            for one in due
            if one.person in known
        ]

        def work(change: Change) -> None:
            for one in letters:
                life_us = RESET_US if one.waiting.kind is Kind.RESET else LINK_US
                put_link(change, one.person.id, hash_token(one.token), change.at + life_us)

        self._rooms.writer.commit(work, actor=ACTOR, kind="access", detail="links for people")
        return letters

    def _message(self, letter: _Letter, site: str) -> Message:
        filled = _LETTERS[letter.waiting.kind].filled(
            workspace=self._rooms.record.directory.resolve().name,
            name=letter.person.name,
            email=letter.person.email,
            link=f"{site}/password#token={letter.token}",
            days=LINK_US // US_PER_DAY,
            minutes=RESET_US // US_PER_MINUTE,
        )
        return Message(
            id=letter.waiting.id,
            audience=0,
            member=letter.person.id,
            kind=letter.waiting.kind.value,
            address=letter.person.email,
            subject=filled.subject,
            body=filled.body,
            headers={"Auto-Submitted": "auto-generated"},
            state=MessageState.QUEUED,
            attempts=letter.waiting.attempts,
            created_at=letter.waiting.created_at,
            next_at=None,
            sent_at=None,
            error=None,
            version=self._rooms.record.version,
        )

    def _noted(
        self, due: Sequence[_Waiting], letters: Sequence[_Letter], attempts: Sequence[Attempt]
    ) -> Delivered:
        """Note what became of them, in one version; who is not known is forgotten."""
        again = {
            letter.waiting.id: letter.waiting.attempts + 1
            for letter, attempt in zip(letters, attempts, strict=True)
            if attempt.error is not None and not attempt.for_good
            if letter.waiting.attempts + 1 < ATTEMPTS_MAX
        }

        def work(change: Change) -> None:
            for one in due:
                if one.id in again:
                    next_at = change.at + PAUSE_US[again[one.id] - 1]
                    change.connection.execute(
                        f"UPDATE account_mail SET attempts = ?, next_at = {INSTANT} WHERE id = ?",
                        [again[one.id], next_at, one.id],
                    )
                else:
                    change.connection.execute("DELETE FROM account_mail WHERE id = ?", [one.id])

        self._rooms.writer.commit(work, actor=ACTOR, kind="access", detail="messages to people")
        sent = sum(attempt.error is None for attempt in attempts)
        return Delivered(sent, len(again), len(attempts) - sent - len(again), len(due) - len(letters))

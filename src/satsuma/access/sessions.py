"""Sessions of people who have signed in: a random token in their browser, its hash in the record."""

from __future__ import annotations

from dataclasses import dataclass

from satsuma.access.passwords import hash_token, new_token
from satsuma.access.people import People, Person
from satsuma.access.rooms import AccessRooms
from satsuma.kernel.civil import US_PER_DAY
from satsuma.record.change import Change
from satsuma.record.sql import INSTANT

SESSION_US = 14 * US_PER_DAY
"""So long after signing in somebody has to sign in again."""

PER_PERSON_MAX = 50
"""Beyond it the oldest ends."""


@dataclass(frozen=True, slots=True)
class Session:
    """A session; the hash of its token, whose it is, until when (microseconds UTC)."""

    token_hash: str
    person: int
    expires_at: int


class Sessions:
    """`ws.access.sessions`."""

    def __init__(self, rooms: AccessRooms, people: People) -> None:
        self._rooms = rooms
        self._people = people
        self._by_hash: dict[str, Session] = {}
        self.reload()

    def reload(self) -> None:
        """Read them anew."""
        with self._rooms.record.cursor() as cursor:
            rows = cursor.execute("SELECT token_hash, person, epoch_us(expires_at) FROM sessions").fetchall()
        self._by_hash = {row[0]: Session(*row) for row in rows}

    def begin(self, person: Person) -> str:
        """A token for somebody who has proved who they are."""
        token = new_token(self._rooms.randomness)

        def work(change: Change) -> None:
            connection = change.connection
            connection.execute(f"DELETE FROM sessions WHERE expires_at <= {INSTANT}", [change.at])
            connection.execute(
                "DELETE FROM sessions WHERE person = ? AND token_hash NOT IN"
                " (SELECT token_hash FROM sessions WHERE person = ? ORDER BY created_at DESC LIMIT ?)",
                [person.id, person.id, PER_PERSON_MAX - 1],
            )
            connection.execute(
                f"INSERT INTO sessions VALUES (?, ?, {INSTANT}, {INSTANT})",
                [hash_token(token), person.id, change.at, change.at + SESSION_US],
            )

        self._rooms.writer.commit(work, actor=person.email, kind="access", detail="sign in")
        self.reload()
        return token

    def end(self, token: str, *, actor: str) -> None:
        """End a session."""
        hashed = hash_token(token)
        self._rooms.writer.commit(
            lambda change: change.connection.execute("DELETE FROM sessions WHERE token_hash = ?", [hashed]),
            actor=actor,
            kind="access",
            detail="sign out",
        )
        self.reload()

    def person(self, token: str) -> Person | None:
        """Whose session a token is of; None where it is of none, has expired, or they are out of action."""
        session = self._by_hash.get(hash_token(token))
        if session is None or session.expires_at <= self._rooms.clock.now():
            return None
        found = next((one for one in self._people.list() if one.id == session.person), None)
        return found if found is not None and found.is_active else None

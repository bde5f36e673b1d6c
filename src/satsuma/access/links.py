"""One-time links: by which somebody who was invited, or has forgotten their password, sets one."""

from __future__ import annotations

from satsuma.access.passwords import check_password, hash_password, hash_token, new_token
from satsuma.access.people import People, Person
from satsuma.access.rooms import AccessRooms
from satsuma.kernel.civil import US_PER_DAY
from satsuma.kernel.errors import ConflictError, NotFoundError
from satsuma.record.change import Change
from satsuma.record.sql import INSTANT

LINK_US = 7 * US_PER_DAY
"""So long a link is good for."""

_KIND = "password"


def put_link(change: Change, person: int, token_hash: str, until: int) -> None:
    """Keep the hash of somebody's token, good until an instant (microseconds UTC), in place of others."""
    change.connection.execute("DELETE FROM one_time_links WHERE person = ?", [person])
    change.connection.execute(
        f"INSERT INTO one_time_links VALUES (?, ?, ?, {INSTANT})", [token_hash, _KIND, person, until]
    )


def check_active(person: Person) -> None:
    """Refuse somebody who is out of action."""
    if not person.is_active:
        raise ConflictError("they are out of action", code="access.inactive", hint="make them active first")


class PasswordLinks:
    """`ws.access.links`."""

    def __init__(self, rooms: AccessRooms, people: People) -> None:
        self._rooms = rooms
        self._people = people

    def create(self, person: int, *, actor: str) -> tuple[str, int]:
        """A token for somebody, and until when it is good (microseconds UTC); earlier ones are good no more.

        Raises:
            NotFoundError: There is no such person.
            ConflictError: They are out of action.
        """
        check_active(self._people[person])
        token = new_token(self._rooms.randomness)

        def work(change: Change) -> int:
            until = change.at + LINK_US
            put_link(change, person, hash_token(token), until)
            return until

        committed = self._rooms.writer.commit(
            work, actor=actor, kind="access", detail=f"password link for person {person}"
        )
        return token, committed.result

    def redeem(self, token: str, password: str) -> None:
        """Set the password of whom a token is for; the token, and their sessions, are good no more.

        Raises:
            NotFoundError: The token is good for nothing: never made, used, replaced, too old.
            UsageError: The password is none.
        """
        hashed, wanted = hash_password(check_password(password)), hash_token(token)

        def work(change: Change) -> None:
            found = change.connection.execute(
                "SELECT l.person FROM one_time_links l JOIN people p ON p.id = l.person AND p.is_active"
                f" WHERE token_hash = ? AND kind = ? AND expires_at > {INSTANT}",
                [wanted, _KIND, self._rooms.clock.now()],
            ).fetchall()
            if not found:
                raise NotFoundError(
                    "the link is good for nothing: it was used, replaced, or is too old",
                    code="not_found.link",
                    hint="ask for another, on the page that signs people in or of an administrator",
                )
            person = found[0][0]
            change.connection.execute("DELETE FROM one_time_links WHERE person = ?", [person])
            change.connection.execute("DELETE FROM sessions WHERE person = ?", [person])
            change.connection.execute(
                f"UPDATE people SET password = ?, changed_at = {INSTANT} WHERE id = ?",
                [hashed, change.at, person],
            )

        self._rooms.writer.commit(work, actor="password link", kind="access", detail="set password")
        self._people.reload()

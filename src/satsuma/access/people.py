"""People who may sign in: kept in the record, and in memory for every request to ask."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

import duckdb

from satsuma.access.passwords import check_password, hash_password, is_password
from satsuma.access.roles import Role
from satsuma.access.rooms import AccessRooms
from satsuma.access.units import checked_units
from satsuma.kernel.errors import ConflictError, NotFoundError, UsageError
from satsuma.kernel.text import fold
from satsuma.record.change import Change
from satsuma.record.sql import INSTANT

EMAIL_CHARS_MAX = 254
NAME_CHARS_MAX = 120
_EMAIL = re.compile(r"[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+")
_COUNTER = "person"

T = TypeVar("T")


class Keep:
    """Given in place of a value that shall stay."""


KEEP = Keep()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may sign in.

    Attributes:
        email: By which they sign in; unique without regard to case.
        password: Its argon2 hash; None where none was set yet.
        created_at, changed_at: Microseconds UTC.
        units: Whose contacts they see; None for all.
    """

    id: int
    email: str
    name: str
    role: Role
    password: str | None
    is_active: bool
    created_at: int
    changed_at: int
    units: tuple[str, ...] | None = None


class People:
    """`ws.access.people`."""

    def __init__(self, rooms: AccessRooms) -> None:
        self._rooms = rooms
        self._by_id: dict[int, Person] = {}
        self.reload()

    def reload(self) -> None:
        """Read them anew."""
        with self._rooms.record.cursor() as cursor:
            self._by_id = {person.id: person for person in _read(cursor)}

    def list(self, *, search: str | None = None, role: Role | None = None) -> list[Person]:
        """Everybody, by name."""
        wanted = None if search is None else fold(search)
        found = [
            person
            for person in self._by_id.values()
            if (wanted is None or wanted in fold(f"{person.name}\n{person.email}"))
            and role in (None, person.role)
        ]
        return sorted(found, key=lambda one: (fold(one.name), one.id))

    def __getitem__(self, number: int) -> Person:
        """The person of an id.

        Raises:
            NotFoundError: There is none.
        """
        found = self._by_id.get(number)
        if found is None:
            raise NotFoundError(f"no person with id {number}", code="not_found.person")
        return found

    def find(self, email: str) -> Person | None:
        """The person of an address, without regard to case."""
        wanted = fold(email.strip())
        return next((one for one in self._by_id.values() if fold(one.email) == wanted), None)

    @property
    def has_admin(self) -> bool:
        """Whether somebody can administer the workspace."""
        return any(_can_administer(person) for person in self._by_id.values())

    def add(
        self,
        email: str,
        name: str,
        role: Role,
        password: str | None,
        *,
        actor: str,
        units: Iterable[str] | None = None,
        first_admin: bool = False,
    ) -> Person:
        """Make somebody known.

        Args:
            password: None where they set it by an invitation.
            actor: Who does it.
            units: The units whose contacts they see; None for all.
            first_admin: Whether that is refused once there is an administrator.

        Raises:
            UsageError: Not an address, a name, a good password or units.
            ConflictError: The address is taken, or there is an administrator already; or it is not set what
                units are.
        """
        email, name = _email(email), _name(name)
        hashed = None if password is None else hash_password(check_password(password))

        def work(change: Change) -> Person:
            people = _read(change.connection)
            if first_admin and any(_can_administer(one) for one in people):
                raise ConflictError("there is an administrator already", code="access.set_up")
            if any(fold(one.email) == fold(email) for one in people):
                raise ConflictError(f"somebody has the address {email} already", code="access.email_taken")
            number = change.memory.counters.take(_COUNTER) + 1
            seen = checked_units(change.connection, units, role)
            person = Person(number, email, name, role, hashed, True, change.at, change.at, seen)
            _put(change, person)
            return person

        return self._written(work, actor, f"add person {email}")

    def change(
        self,
        number: int,
        *,
        actor: str,
        email: str | None = None,
        name: str | None = None,
        role: Role | None = None,
        is_active: bool | None = None,
        password: str | None = None,
        units: Iterable[str] | Keep | None = KEEP,
    ) -> Person:
        """Change what is given; the rest stays. With a new password or role, or out of action, sessions end.

        Raises:
            NotFoundError: There is no such person.
            ConflictError: Nobody would be left to administer, the address is taken, or it is not set what
                units are.
            UsageError: An administrator would be limited.
        """
        hashed = None if password is None else hash_password(check_password(password))

        def work(change: Change) -> Person:
            people = {person.id: person for person in _read(change.connection)}
            person = people.get(number)
            if person is None:
                raise NotFoundError(f"no person with id {number}", code="not_found.person")
            role_then = person.role if role is None else role
            given = checked_units(
                change.connection, person.units if isinstance(units, Keep) else units, role_then
            )
            changed = replace(
                person,
                email=person.email if email is None else _email(email),
                name=person.name if name is None else _name(name),
                role=role_then,
                is_active=person.is_active if is_active is None else is_active,
                password=person.password if hashed is None else hashed,
                units=given,
                changed_at=change.at,
            )
            others = [one for one in people.values() if one.id != number]
            _check(changed, person, others)
            _put(change, changed)
            if hashed is not None or not changed.is_active or changed.role is not person.role:
                change.connection.execute("DELETE FROM sessions WHERE person = ?", [number])
            return changed

        return self._written(work, actor, f"change person {number}")

    def remove(self, number: int, *, actor: str) -> None:
        """Remove somebody, with their sessions.

        Raises:
            NotFoundError: There is no such person.
            ConflictError: Nobody would be left to administer.
        """

        def work(change: Change) -> None:
            people = {person.id: person for person in _read(change.connection)}
            if number not in people:
                raise NotFoundError(f"no person with id {number}", code="not_found.person")
            if _can_administer(people.pop(number)) and not any(map(_can_administer, people.values())):
                raise _last_admin()
            change.connection.execute("DELETE FROM people WHERE id = ?", [number])
            for table in ("sessions", "one_time_links", "identities", "account_mail"):
                change.connection.execute(f"DELETE FROM {table} WHERE person = ?", [number])

        self._written(work, actor, f"remove person {number}")

    def sign_in(self, email: str, password: str) -> Person | None:
        """The person of an address and password; None where they do not go together, or are out of action."""
        person = self.find(email)
        usable = person is not None and person.is_active
        hashed = person.password if person is not None and usable else None
        return person if is_password(password[: 4 * 1024], hashed) else None

    def _written(self, work: Callable[[Change], T], actor: str, detail: str) -> T:
        committed = self._rooms.writer.commit(work, actor=actor, kind="access", detail=detail)
        self.reload()
        return committed.result


def _check(changed: Person, before: Person, others: Iterable[Person]) -> None:
    others = list(others)
    if any(fold(one.email) == fold(changed.email) for one in others):
        raise ConflictError(f"somebody has the address {changed.email} already", code="access.email_taken")
    if _can_administer(before) and not any(map(_can_administer, (*others, changed))):
        raise _last_admin()


def _can_administer(person: Person) -> bool:
    return person.is_active and person.role is Role.ADMIN


def _last_admin() -> ConflictError:
    return ConflictError(
        "nobody would be left to administer the workspace",
        code="access.last_admin",
        hint="make somebody else an administrator first",
    )


def _email(email: str) -> str:
    email = email.strip()
    if len(email) > EMAIL_CHARS_MAX or not _EMAIL.fullmatch(email):
        raise UsageError("found no e-mail address, expected one such as ada@example.com", code="usage.email")
    return email


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > NAME_CHARS_MAX or not name.isprintable():
        raise UsageError(f"expected a name of 1 to {NAME_CHARS_MAX} characters", code="usage.name")
    return name


def _read(connection: duckdb.DuckDBPyConnection) -> list[Person]:
    rows = connection.execute(
        "SELECT id, email, name, role, password, is_active, epoch_us(created_at), epoch_us(changed_at), units"
        " FROM people ORDER BY id"
    ).fetchall()
    return [
        Person(r[0], r[1], r[2], Role(r[3]), r[4], r[5], r[6], r[7], _units(r[8]))  # one for each column
        for r in rows
    ]


def _units(stored: list[str] | None) -> tuple[str, ...] | None:
    return None if stored is None else tuple(stored)


def _put(change: Change, person: Person) -> None:
    change.connection.execute("DELETE FROM people WHERE id = ?", [person.id])
    change.connection.execute(
        f"INSERT INTO people VALUES (?, ?, ?, ?, ?, ?, ?, {INSTANT}, {INSTANT}, ?)",
        [
            person.id,
            person.email,
            fold(person.email),
            person.name,
            person.role.value,
            person.password,
            person.is_active,
            person.created_at,
            person.changed_at,
            None if person.units is None else list(person.units),
        ],
    )

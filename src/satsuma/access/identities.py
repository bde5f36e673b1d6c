"""Identities: who somebody is at a provider of sign-ins, and whom of our people that is.

Somebody is known again by the provider's own number for them, which stays, not by their address, which may
become another's. The first time they are found by an address that the provider has verified.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

from satsuma.access import audit
from satsuma.access.people import NAME_CHARS_MAX, People, Person
from satsuma.access.rooms import AccessRooms
from satsuma.kernel.errors import UsageError
from satsuma.record.change import Change
from satsuma.record.migrations import Migration
from satsuma.record.sql import INSTANT

if TYPE_CHECKING:
    # What checks tokens is loaded by servers that have a provider, and by no others.
    from satsuma.access.openid import Claims, OpenIdSettings

ACTOR = "openid"
"""Who makes known those whom nobody has added."""


def _first_tables(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        "CREATE TABLE identities (issuer VARCHAR NOT NULL, subject VARCHAR NOT NULL,"
        " person UINTEGER NOT NULL, linked_at TIMESTAMP NOT NULL)"
    )


MIGRATIONS = (Migration("identities", 1, "who people are at providers of sign-ins", _first_tables),)


class StrangerError(UsageError):
    """Somebody whom the provider knows, and who may not come in here."""

    default_code = "openid.not_invited"


class Identities:
    """`ws.access.identities`."""

    def __init__(self, rooms: AccessRooms, people: People) -> None:
        self._rooms = rooms
        self._people = people

    def person(self, claims: Claims, settings: OpenIdSettings) -> Person:
        """The person of what a provider says of somebody; the first time, they are noted as the same.

        Args:
            claims: Verified.
            settings: Of the provider: who may come in.

        Raises:
            StrangerError: Their address is not verified (`openid.unverified_email`), or not of a domain that
                may come in (`openid.domain`); nobody has added them (`openid.not_invited`); they are out of
                action (`openid.inactive`); or whoever had the address before is somebody else
                (`openid.other_identity`).
        """
        with self._rooms.writer.turn():
            self._check_domain(claims, settings)
            person = self._linked(claims) or self._met(claims, settings)
        if not person.is_active:
            raise StrangerError("an administrator has put them out of action", code="openid.inactive")
        return person

    def _check_domain(self, claims: Claims, settings: OpenIdSettings) -> None:
        if not settings.domains:
            return
        if claims.email is None:
            raise _unverified()
        domain = claims.email.rpartition("@")[2].lower()
        if domain not in {one.lower().removeprefix("@") for one in settings.domains}:
            raise StrangerError(
                "people with addresses of this domain do not sign in here",
                code="openid.domain",
                hint="sign in at the provider with another account",
            )

    def _linked(self, claims: Claims) -> Person | None:
        with self._rooms.record.cursor() as cursor:
            rows = cursor.execute(
                "SELECT person FROM identities i JOIN people p ON p.id = i.person"
                " WHERE issuer = ? AND subject = ?",
                [claims.issuer, claims.subject],
            ).fetchall()
        return self._people[rows[0][0]] if rows else None

    def _met(self, claims: Claims, settings: OpenIdSettings) -> Person:
        """Whoever has the address that the provider has verified, or somebody new."""
        if claims.email is None:
            raise _unverified()
        person = self._people.find(claims.email)
        if person is None:
            if settings.new_role is None:
                raise StrangerError(
                    "nobody has added them", hint="an administrator adds people, by their e-mail address"
                )
            person = self._people.add(claims.email, _name(claims), settings.new_role, None, actor=ACTOR)
        if person.is_active:
            self._link(person, claims)
        return person

    def _link(self, person: Person, claims: Claims) -> None:
        with self._rooms.record.cursor() as cursor:
            known = cursor.execute(
                "SELECT 1 FROM identities WHERE person = ? AND issuer = ?", [person.id, claims.issuer]
            ).fetchall()
        if known:
            raise StrangerError(
                "whoever had this address at the provider before was somebody else",
                code="openid.other_identity",
                hint="an administrator removes the person, and adds them anew",
            )
        audit.name(person.email, target=f"person={person.id}", through="openid")

        def work(change: Change) -> None:
            change.connection.execute(
                f"INSERT INTO identities VALUES (?, ?, ?, {INSTANT})",
                [claims.issuer, claims.subject, person.id, change.at],
            )

        self._rooms.writer.commit(
            work, actor=person.email, kind="access", detail=f"person {person.id} is known at a provider"
        )


def _unverified() -> StrangerError:
    return StrangerError(
        "the provider has not verified their e-mail address",
        code="openid.unverified_email",
        hint="verify it at the provider, and sign in again",
    )


def _name(claims: Claims) -> str:
    told = " ".join((claims.name or "").split())
    shown = "".join(letter for letter in told if letter.isprintable())[:NAME_CHARS_MAX]
    return shown or str(claims.email).partition("@")[0][:NAME_CHARS_MAX]

"""Keys for programs: API keys with a role and scopes; write keys, which may only send tracking messages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import duckdb

from satsuma.access.passwords import hash_token, new_token
from satsuma.access.people import NAME_CHARS_MAX
from satsuma.access.permissions import SCOPES
from satsuma.access.roles import Role
from satsuma.access.rooms import AccessRooms
from satsuma.access.units import checked_units
from satsuma.kernel.errors import NotFoundError, UsageError
from satsuma.record.change import Change
from satsuma.record.sql import INSTANT

PREFIX_CHARS = 11
"""So much of a key is kept readable, for people to tell keys apart."""

_COUNTER = "api_key"


class KeyKind(StrEnum):
    """What a key is for: the HTTP API, or the tracking API only."""

    API = "api"
    WRITE = "write"


@dataclass(frozen=True, slots=True)
class Key:
    """A key, without its secret.

    Attributes:
        prefix: How the secret begins.
        role: What its holder may do at most.
        scopes: Areas of the API that it opens, such as `segments:read`; `*` for all.
        created_at, expires_at: Microseconds UTC; None for no end.
        units: Whose contacts its holder sees; None for all.
    """

    id: int
    kind: KeyKind
    name: str
    prefix: str
    secret_hash: str
    role: Role
    scopes: tuple[str, ...]
    created_by: str
    created_at: int
    expires_at: int | None
    units: tuple[str, ...] | None = None

    @property
    def actor(self) -> str:
        """Its name in the history: several keys may have one name, so how its secret begins is told, too."""
        return f"{'write' if self.kind is KeyKind.WRITE else 'API'} key {self.name} ({self.prefix}…)"


class Keys:
    """`ws.access.keys`."""

    def __init__(self, rooms: AccessRooms) -> None:
        self._rooms = rooms
        self._by_hash: dict[str, Key] = {}
        self.last_used: dict[int, int] = {}
        self.reload()

    def reload(self) -> None:
        """Read them anew."""
        with self._rooms.record.cursor() as cursor:
            self._by_hash = {key.secret_hash: key for key in _read(cursor)}

    def list(self) -> list[Key]:
        """All keys, the newest first."""
        return sorted(self._by_hash.values(), key=lambda key: -key.id)

    def create(
        self,
        kind: KeyKind,
        name: str,
        *,
        actor: str,
        role: Role = Role.VIEWER,
        scopes: Iterable[str] = ("*",),
        expires_at: int | None = None,
        units: Iterable[str] | None = None,
    ) -> tuple[Key, str]:
        """Make a key; its secret is told now and never again.

        Raises:
            UsageError: Not a name, a scope that does not exist, an end that has passed, or no units.
            ConflictError: It is not set what units are.
        """
        name = " ".join(name.split())
        if not name or len(name) > NAME_CHARS_MAX or not name.isprintable():
            raise UsageError(f"expected a name of 1 to {NAME_CHARS_MAX} characters", code="usage.name")
        wanted = tuple(sorted(set(scopes)))
        unknown = [scope for scope in wanted if scope != "*" and scope not in SCOPES]
        if unknown:
            raise UsageError(
                f"found the scope {unknown[0]!r}",
                code="usage.scope",
                hint=f"expected among {', '.join(SCOPES)}",
            )
        if expires_at is not None and expires_at <= self._rooms.clock.now():
            raise UsageError("the key would have expired already", code="usage.expires_at")
        if units is not None and kind is KeyKind.WRITE:
            raise UsageError("write keys read nothing: there is nothing to limit", code="usage.units")
        secret = new_token(self._rooms.randomness, "wk_" if kind is KeyKind.WRITE else "sk_")

        def work(change: Change) -> Key:
            number = change.memory.counters.take(_COUNTER) + 1
            key = Key(
                number,
                kind,
                name,
                secret[:PREFIX_CHARS],
                hash_token(secret),
                role,
                wanted,
                actor,
                change.at,
                expires_at,
                checked_units(change.connection, units, role),
            )
            change.connection.execute(
                f"INSERT INTO api_keys VALUES (?, ?, ?, ?, ?, ?, ?, ?, {INSTANT}, {INSTANT}, ?)",
                [
                    key.id,
                    kind.value,
                    name,
                    key.prefix,
                    key.secret_hash,
                    role.value,
                    list(wanted),
                    actor,
                    key.created_at,
                    expires_at,
                    None if key.units is None else list(key.units),
                ],
            )
            return key

        committed = self._rooms.writer.commit(
            work, actor=actor, kind="access", detail=f"create {kind} key {name}"
        )
        self.reload()
        return committed.result, secret

    def revoke(self, number: int, *, actor: str) -> None:
        """Make a key of no use.

        Raises:
            NotFoundError: There is no such key.
        """
        key = next((one for one in self._by_hash.values() if one.id == number), None)
        if key is None:
            raise NotFoundError(f"no key with id {number}", code="not_found.key")
        self._rooms.writer.commit(
            lambda change: change.connection.execute("DELETE FROM api_keys WHERE id = ?", [number]),
            actor=actor,
            kind="access",
            detail=f"revoke {key.actor}",
        )
        self.reload()

    def find(self, secret: str, kind: KeyKind) -> Key | None:
        """The key of a secret; None where there is none of that kind, or it has expired."""
        key = self._by_hash.get(hash_token(secret))
        now = self._rooms.clock.now()
        if key is None or key.kind is not kind or (key.expires_at is not None and key.expires_at <= now):
            return None
        self.last_used[key.id] = now
        return key

    def sender(self, key: str) -> str | None:
        """The name under which tracking messages of a write key are noted; None where it is not valid."""
        found = self.find(key, KeyKind.WRITE)
        return None if found is None else found.actor


def _read(connection: duckdb.DuckDBPyConnection) -> list[Key]:
    rows = connection.execute(
        "SELECT id, kind, name, prefix, secret_hash, role, scopes, created_by, epoch_us(created_at),"
        " epoch_us(expires_at), units FROM api_keys"
    ).fetchall()
    return [
        Key(
            *(r[0], KeyKind(r[1]), r[2], r[3], r[4], Role(r[5]), tuple(r[6]), r[7], r[8], r[9]),
            None if r[10] is None else tuple(r[10]),
        )
        for r in rows
    ]

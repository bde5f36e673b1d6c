"""Links: signed, expiring and personal; who follows one needs no password, and nobody can make one up.

A token names what it is for, the record by number, the record's epoch, and when it expires. The number of an
erased or merged record is never given again, and a new epoch ends all links of before; so a token that was
good can be told from one that is good without a list of tokens. Signatures are HMAC-SHA256 with a secret that
is made at first use and kept in a file of its own beside the database, readable by its owner alone: it is in
no backup, so that a copy of the data opens nobody's page.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from threading import Lock
from typing import Any

import duckdb

from satsuma.catalog.audiences import entity_numbered
from satsuma.catalog.model import Catalog, Entity
from satsuma.kernel.errors import UsageError, WorkspaceError
from satsuma.record.change import Change
from satsuma.record.layout import entity_table
from satsuma.record.sql import quote

SECRET_FILE = "links.secret"  # noqa: S105  -- a file's name
SECRET_BYTES = 32
TOKEN_CHARS_MAX = 512
DAY_US = 86_400_000_000


class Purpose(StrEnum):
    """What a link is for; a token for one is none for another."""

    CENTER = "center"
    CONFIRM = "confirm"
    UNSUBSCRIBE = "unsubscribe"


LIFE_DAYS = {Purpose.CENTER: 180, Purpose.CONFIRM: 30, Purpose.UNSUBSCRIBE: 730}
"""How long links are good: of confirmations as long as the opt-in waits; of unsubscribing, longest."""

NO_LIST = 2**32 - 1
"""In a link to unsubscribe: from all e-mail, not from one list."""


@dataclass(frozen=True, slots=True)
class Link:
    """What a token says.

    Attributes:
        purpose: What it is for.
        subject: Id of the subscription centre or list.
        audience, member: The record, by the numbers of its entity and its own.
        epoch: Of the record's links when it was made.
        expires_at: Microseconds UTC; from then on it is stale.
    """

    purpose: Purpose
    subject: int
    audience: int
    member: int
    epoch: int
    expires_at: int


class Links:
    """Makes and reads the tokens of one workspace."""

    def __init__(self, directory: Path, randomness: Callable[[int], bytes]) -> None:
        self._file = directory / SECRET_FILE
        self._randomness = randomness
        self._secret: bytes | None = None
        self._lock = Lock()

    def make(
        self,
        connection: duckdb.DuckDBPyConnection,
        purpose: Purpose,
        subject: int,
        audience: Entity,
        member: int,
        now: int,
    ) -> str:
        """The token of a new link: letters, digits, `-`, `_` and `.`."""
        epoch = _epoch(connection, audience.number, member)
        expires = (now + LIFE_DAYS[purpose] * DAY_US) // 1_000_000
        token: str = self._serializer(purpose).dumps([subject, audience.number, member, epoch, expires])
        return token

    def read(
        self,
        connection: duckdb.DuckDBPyConnection,
        catalog: Catalog,
        purpose: Purpose,
        token: str,
        now: int,
    ) -> Link | None:
        """What a token says; None where it is forged, stale, for something else, or its record is gone."""
        from itsdangerous import BadData  # noqa: PLC0415  -- only who has links needs it

        if len(token) > TOKEN_CHARS_MAX:
            return None
        try:
            subject, audience, member, epoch, expires = self._serializer(purpose).loads(token)
        except BadData:
            return None
        link = Link(purpose, subject, audience, member, epoch, expires * 1_000_000)
        entity = entity_numbered(catalog, audience)
        if now >= link.expires_at or entity is None or epoch != _epoch(connection, audience, member):
            return None
        statement = f"SELECT 1 FROM {quote(entity_table(entity))} WHERE _number = ?"
        return link if connection.execute(statement, [member]).fetchall() else None

    def new_secret(self) -> None:
        """Make a new secret; every link there is becomes stale."""
        with self._lock:
            self._secret = self._keep_new()

    def _serializer(self, purpose: Purpose) -> Any:
        from itsdangerous import URLSafeSerializer  # noqa: PLC0415  -- only who has links needs it

        return URLSafeSerializer(
            self._read_secret(),
            salt=f"satsuma.{purpose.value}",
            signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
        )

    def _read_secret(self) -> bytes:
        with self._lock:
            if self._secret is None:
                if not self._file.exists():
                    self._keep_new()
                self._secret = bytes.fromhex(self._file.read_text(encoding="ascii").strip())
            if len(self._secret) != SECRET_BYTES:
                raise WorkspaceError(
                    f"{self._file} does not hold a secret of {SECRET_BYTES} bytes",
                    code="workspace.damaged.secret",
                    hint="remove it; a new one is made, and links that were sent become stale",
                )
            return self._secret

    def _keep_new(self) -> bytes:
        secret = self._randomness(SECRET_BYTES)
        making = self._file.with_suffix(".unfinished")
        making.unlink(missing_ok=True)
        _write(making, secret)
        making.rename(self._file)
        return secret


def rotate(change: Change, audience: Entity, member: int) -> None:
    """End all links of a record that there are."""
    epoch = _epoch(change.connection, audience.number, member)
    change.connection.execute(
        "DELETE FROM link_epochs WHERE audience = ? AND member = ?", [audience.number, member]
    )
    change.connection.execute(
        "INSERT INTO link_epochs VALUES (?, ?, ?)", [audience.number, member, epoch + 1]
    )


def address(public_url: str | None, path: str) -> str:
    """The address of a page on the site that serves the public pages.

    Raises:
        UsageError: Nobody has said where that is.
    """
    if not public_url:
        raise UsageError(
            "links lead to the site that serves the public pages, and its address is not set",
            code="usage.public_url",
            hint="set it, such as https://lists.example.org",
        )
    return f"{public_url.rstrip('/')}/{path}"


def _epoch(connection: duckdb.DuckDBPyConnection, audience: int, member: int) -> int:
    statement = "SELECT epoch FROM link_epochs WHERE audience = ? AND member = ?"
    rows = connection.execute(statement, [audience, member]).fetchall()
    return int(rows[0][0]) if rows else 0


def _write(file: Path, secret: bytes) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        os.write(descriptor, secret.hex().encode("ascii"))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

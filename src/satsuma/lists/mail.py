"""Mail: settings of messages to people, the outbox, and handing what is due to the mail server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import duckdb
import numpy as np

from satsuma.catalog.audiences import audience_named, entity_numbered
from satsuma.catalog.model import Catalog
from satsuma.kernel.errors import UsageError
from satsuma.lists import addresses, outbox, settings
from satsuma.lists.consent import standing
from satsuma.lists.finding import find
from satsuma.lists.outbox import Message, MessageState
from satsuma.lists.rooms import ListRooms
from satsuma.lists.smtp import Attempt, MailServer, send
from satsuma.record.change import Change
from satsuma.record.resolve import keys_of_numbers

ACTOR = "mail"
"""Who makes the versions that note what became of messages."""

_BATCH = 50
"""Messages sent between two versions: as many may be sent twice when a process is killed."""


@dataclass(frozen=True, slots=True)
class MailSettings:
    """How people are written to.

    Attributes:
        public_url: Where the public pages are served, as people reach it; links begin with it.
        sender: The address that messages come from, with or without a name.
        address_attribute: The attribute of the default audience that holds e-mail addresses, if any.
        address_chosen: Whether somebody has said that it is this one; otherwise it was found by its name.
    """

    public_url: str | None
    sender: str | None
    address_attribute: str | None
    address_chosen: bool


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of the messages that were due; those to try again later are `postponed`."""

    sent: int = 0
    postponed: int = 0
    failed: int = 0
    cancelled: int = 0


class Mail:
    """`ws.mail`."""

    def __init__(self, rooms: ListRooms) -> None:
        self._rooms = rooms

    @property
    def settings(self) -> MailSettings:
        """How people are written to."""
        with self._rooms.record.snapshot() as (cursor, state):
            audiences = state.catalog.audiences()
            attribute, is_chosen = None, False
            if audiences:
                entity = audience_named(state.catalog, None)
                attribute = addresses.attribute_of(cursor, state.catalog, entity)
                is_chosen = addresses.is_chosen(cursor, entity)
            return MailSettings(
                settings.read(cursor, settings.PUBLIC_URL),
                settings.read(cursor, settings.SENDER),
                None if attribute is None else attribute.name,
                is_chosen,
            )

    def configure(
        self,
        *,
        public_url: str | None = None,
        sender: str | None = None,
        address_attribute: str | None = None,
        audience: str | None = None,
    ) -> MailSettings:
        """Change settings; those not given stay, and an empty text takes one back.

        Args:
            public_url: Such as `https://lists.example.org`.
            sender: Such as `News <news@example.org>`.
            address_attribute: A text attribute of the audience; taken back, it is found by its name.
            audience: Whose attribute; default the only audience, or contacts.

        Raises:
            UsageError: The address is none, or the attribute is no text.
            NotFoundError: There is no such attribute.
        """
        if public_url:
            parts = urlsplit(public_url)
            if parts.scheme not in ("http", "https") or not parts.netloc or parts.query or parts.fragment:
                raise UsageError(
                    f"found the address {public_url!r}, expected one such as https://lists.example.org",
                    code="usage.public_url",
                )
        if sender and (not addresses.is_address(_bare(sender)) or "\n" in sender or "\r" in sender):
            raise UsageError(
                f"found the sender {sender!r}, expected an e-mail address, or a name with one in <>",
                code="usage.sender",
            )

        def work(change: Change) -> None:
            if public_url is not None:
                settings.write(change, settings.PUBLIC_URL, public_url.rstrip("/") or None)
            if sender is not None:
                settings.write(change, settings.SENDER, sender or None)
            if address_attribute is not None:
                addresses.choose(change, audience_named(change.catalog, audience), address_attribute)

        self._rooms.writer.commit(work, actor=self._rooms.actor, kind="definition", detail="mail settings")
        return self.settings

    def outbox(
        self,
        *,
        state: str | None = None,
        key: str | None = None,
        audience: str | None = None,
        before: int | None = None,
        limit: int = 100,
    ) -> list[Message]:
        """Messages, the newest first.

        Args:
            state: Only those that are `queued`, `sent`, `failed` or `cancelled`.
            key: Only those to this record.
            audience: Whose key it is; default the only audience, or contacts.
            before: Only those with smaller ids: where the page before ended.
            limit: At most so many.
        """
        if state is not None and state not in list(MessageState):
            raise UsageError(
                f"found the state {state!r}, expected one of: {', '.join(MessageState)}", code="usage.outbox"
            )
        wanted = None if state is None else MessageState(state)
        with self._rooms.record.snapshot() as (cursor, now):
            member = None
            if key is not None:
                entity, number = find(cursor, now.catalog, key, audience)
                member = (entity.number, number)
            found = outbox.messages(cursor, state=wanted, member=member, before=before, limit=limit)
            return _with_keys(cursor, now.catalog, found)

    def counts(self) -> dict[str, int]:
        """How many messages there are in each state."""
        with self._rooms.record.cursor() as cursor:
            return outbox.counts(cursor)

    def retry(self, ids: Sequence[int]) -> int:
        """Queue failed messages again; returns how many there were."""
        return self._rooms.writer.commit(
            lambda change: outbox.retry(change, ids), actor=self._rooms.actor, detail="retry messages"
        ).result

    def deliver(self, server: MailServer) -> Delivered:
        """Hand all messages that are due to a mail server.

        A message whose record is gone, or has asked for no e-mail since, is cancelled instead. One call at a
        time works; another one that comes meanwhile waits.

        Raises:
            UsageError: The sender is not set.
        """
        sender = self.settings.sender
        if sender is None:
            raise UsageError(
                "messages need an address that they come from, and it is not set",
                code="usage.sender",
                hint="set the sender, such as News <news@example.org>",
            )
        total = Delivered()
        with self._rooms.sending:
            while True:
                due, unwanted = self._due()
                if not due and not unwanted:
                    return total
                attempts = send(server, sender, due, self._rooms.record.workspace_id)
                total = _sum(total, self._note(attempts, unwanted))

    def _due(self) -> tuple[list[Message], list[Message]]:
        with self._rooms.record.snapshot() as (cursor, state):
            now = max(self._rooms.clock.now(), state.now)
            found = outbox.messages(cursor, due_at=now, limit=_BATCH)
            due, unwanted = [], []
            for message in found:
                entity = entity_numbered(state.catalog, message.audience)
                member = np.array([message.member], dtype=np.uint32)
                if (
                    entity is None
                    or keys_of_numbers(cursor, entity, member).null_count
                    or standing(cursor, entity, message.member, now).do_not_email
                ):
                    unwanted.append(message)
                else:
                    due.append(message)
        return due, unwanted

    def _note(self, attempts: Sequence[Attempt], unwanted: Sequence[Message]) -> Delivered:
        def work(change: Change) -> Delivered:
            outbox.note_sent(change, [one.message.id for one in attempts if one.error is None])
            counts = {"postponed": 0, "failed": 0}
            for one in attempts:
                if one.error is not None:
                    again = outbox.note_failed(change, one.message, one.error, for_good=one.for_good)
                    counts["postponed" if again else "failed"] += 1
            outbox.cancel_these(change, [message.id for message in unwanted])
            sent = len(attempts) - counts["postponed"] - counts["failed"]
            return Delivered(sent=sent, cancelled=len(unwanted), **counts)

        return self._rooms.writer.commit(work, actor=ACTOR, detail="messages").result


def _with_keys(
    cursor: duckdb.DuckDBPyConnection, catalog: Catalog, messages: Sequence[Message]
) -> list[Message]:
    """The same messages, each with the key of its record, where that is still there."""
    keys: dict[tuple[int, int], str | None] = {}
    for audience in {message.audience for message in messages}:
        entity = entity_numbered(catalog, audience)
        members = sorted({message.member for message in messages if message.audience == audience})
        if entity is not None:
            found = keys_of_numbers(cursor, entity, np.array(members, dtype=np.uint32)).to_pylist()
            keys |= {(audience, member): key for member, key in zip(members, found, strict=True)}
    return [replace(message, key=keys.get((message.audience, message.member))) for message in messages]


def _bare(sender: str) -> str:
    return sender.rpartition("<")[2].rstrip("> ").strip()


def _sum(one: Delivered, other: Delivered) -> Delivered:
    return Delivered(
        one.sent + other.sent,
        one.postponed + other.postponed,
        one.failed + other.failed,
        one.cancelled + other.cancelled,
    )

"""SMTP: messages handed to a mail server over one connection, each with what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TYPE_CHECKING

from satsuma.kernel.errors import UsageError
from satsuma.lists.outbox import Message

if TYPE_CHECKING:
    import aiosmtplib

PERMANENT = 500
"""Replies from here on say that trying again is of no use (RFC 5321, 4.2.1)."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """A mail server that takes messages.

    Attributes:
        host, port: Where it listens.
        username, password: To sign in with; None for a server that asks for neither.
        security: `starttls`, `tls` (from the first byte) or `none`.
        timeout_seconds: For each step.
    """

    host: str
    port: int = 587
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    security: str = "starttls"
    timeout_seconds: float = 30.0

    def __post_init__(self) -> None:
        if self.security not in ("starttls", "tls", "none"):
            raise UsageError(
                f"found the security {self.security!r}, expected starttls, tls or none", code="usage.smtp"
            )


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of one message: sent where there is no error.

    Attributes:
        for_good: Whether trying again is of no use.
    """

    message: Message
    error: str | None = None
    for_good: bool = False


def send(server: MailServer, sender: str, messages: Sequence[Message], workspace_id: str) -> list[Attempt]:
    """Hand messages to a mail server, in order.

    Returns:
        An attempt for each. Where the server cannot be reached, or hangs up, all that are left have failed
        for the moment.
    """
    # In a thread of its own: the caller's may have an event loop that runs, as in a notebook.
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(_send(server, sender, messages, workspace_id))).result()


async def _send(
    server: MailServer, sender: str, messages: Sequence[Message], workspace_id: str
) -> list[Attempt]:
    import aiosmtplib  # noqa: PLC0415  -- only who sends needs it

    done: list[Attempt] = []
    try:
        async with _connected(server) as client:
            for message in messages:
                attempt = await _one(client, sender, message, workspace_id)
                done.append(attempt)
    except (aiosmtplib.SMTPException, OSError) as error:
        text = _text(error)
        done += [Attempt(message, text) for message in messages[len(done) :]]
    return done


@asynccontextmanager
async def _connected(server: MailServer) -> AsyncIterator[aiosmtplib.SMTP]:
    import aiosmtplib  # noqa: PLC0415  -- only who sends needs it

    client = aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        username=server.username,
        password=server.password,
        use_tls=server.security == "tls",
        start_tls=server.security == "starttls",
        timeout=server.timeout_seconds,
    )
    async with client:
        yield client


async def _one(client: aiosmtplib.SMTP, sender: str, message: Message, workspace_id: str) -> Attempt:
    import aiosmtplib  # noqa: PLC0415  -- only who sends needs it

    try:
        await client.send_message(to_send(message, sender, workspace_id))
    except aiosmtplib.SMTPRecipientsRefused as error:
        codes = [refused.code for refused in error.recipients]
        return Attempt(message, _text(error), all(code >= PERMANENT for code in codes))
    except aiosmtplib.SMTPServerDisconnected:
        raise
    except aiosmtplib.SMTPResponseException as error:
        return Attempt(message, _text(error), error.code >= PERMANENT)
    return Attempt(message)


def to_send(message: Message, sender: str, workspace_id: str) -> EmailMessage:
    """A message with its header fields; its id is the same at every attempt."""
    email = EmailMessage()
    email["From"], email["To"], email["Subject"] = sender, message.address, message.subject
    email["Date"] = format_datetime(datetime.fromtimestamp(message.created_at // 1_000_000, tz=UTC))
    domain = sender.rpartition("@")[2].rstrip(">").strip() or "localhost"
    email["Message-ID"] = f"<{workspace_id}.{message.id}@{domain}>"
    for name, value in message.headers.items():
        email[name] = value
    email.set_content(message.body)
    return email


def _text(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:500]

"""A real SMTP server on loopback that keeps what it gets, or refuses as it is told."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller

from satsuma.lists.smtp import MailServer


@dataclass
class Inbox:
    """What came.

    Attributes:
        server: How it is reached.
        messages: What it took, in order.
        refusals: Address → the reply with which it is refused, such as `550 no such user`.
    """

    server: MailServer
    messages: list[EmailMessage] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)

    async def handle_RCPT(  # noqa: N802  -- the name that the server calls
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        """Take or refuse an address."""
        del server, session, options
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  -- likewise
        """Keep a message."""
        del server, session
        found = message_from_bytes(envelope.content, policy=default)
        assert isinstance(found, EmailMessage)
        self.messages.append(found)
        return "250 OK"

    def text(self, place: int = -1) -> str:
        """The text of a message, the latest by default."""
        part = self.messages[place].get_body()
        assert part is not None
        return str(part.get_content())


@contextmanager
def mail_server() -> Iterator[Inbox]:
    """The server, listening."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    inbox = Inbox(MailServer("127.0.0.1", port, security="none", timeout_seconds=10))
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield inbox
    finally:
        controller.stop()

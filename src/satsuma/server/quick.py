"""Quick posts: tracking requests that arrive whole are answered by functions, without a task for each.

A request of an application costs a scope, a task, a dozen coroutines and messages between them, which is most
of what a single small message costs. Here a request that is as nearly all are goes from the parser to the
tracker, and its answer to the connection. Whatever is in any way out of the ordinary takes the common way.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from satsuma.api.ingestion.posts import OPERATIONS, Posts

Observe = Callable[[str, str, int, float], object]
"""Notes a request that was answered: method, operation, status, seconds."""

_OUT_OF_THE_ORDINARY = frozenset({b"content-encoding", b"expect", b"transfer-encoding", b"upgrade"})


@dataclass(frozen=True, slots=True)
class Quick:
    """What takes the posts, and who is told of them."""

    posts: Posts
    observe: Observe


class _Unheard:
    """In place of an event that nobody waits for."""

    def set(self) -> None:
        """Nothing."""


_UNHEARD = _Unheard()


class _Post:
    """One request under way; to the protocol it is what a request of the application is."""

    __slots__ = (
        "_begun",
        "_observe",
        "_operation",
        "_protocol",
        "disconnected",
        "keep_alive",
        "message_event",
        "response_complete",
    )

    def __init__(self, protocol: QuickProtocol, operation: str, observe: Observe) -> None:
        self._protocol = protocol
        self._operation = operation
        self._observe = observe
        self._begun = time.perf_counter()
        self.disconnected = False
        self.keep_alive = True
        self.message_event = _UNHEARD
        self.response_complete = False

    def answer(self, status: int, headers: bytes, body: bytes) -> None:
        """Send the answer, unless the caller has gone."""
        self.response_complete = True
        protocol = self._protocol
        if not self.disconnected:
            ending = b"\r\n" if self.keep_alive else b"connection: close\r\n\r\n"
            protocol.transport.write(
                b"".join((STATUS_LINE[status], protocol.own_headers(), headers, ending, body))
            )
            if not self.keep_alive:
                protocol.transport.close()
            protocol.on_response_complete()
        self._observe("POST", self._operation, status, time.perf_counter() - self._begun)


class QuickProtocol(HttpToolsProtocol):
    """A connection whose plain posts are quick, where its class says by whom they are taken."""

    quick: Quick | None = None

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._held: list[bytes] | None = None
        """Of a request that may be quick: the parts of its body so far."""

    def own_headers(self) -> bytes:
        """The lines of headers that the server sends with every answer."""
        return b"".join(b"%s: %s\r\n" % header for header in self.server_state.default_headers)

    def data_received(self, data: bytes) -> None:
        """Parse; what has not come whole is no quick post."""
        super().data_received(data)
        if self._held is not None:
            self._go_on_as_others()

    def on_headers_complete(self) -> None:
        """Hold back what may be quick until its body is there."""
        if self._is_plain():
            self._held = []
        else:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A part of a body."""
        if self._held is None:
            super().on_body(body)
        else:
            self._held.append(body)

    def on_message_complete(self) -> None:
        """A request is there."""
        if self._held is None:
            super().on_message_complete()
        elif not self._is_taken(b"".join(self._held)):
            self._go_on_as_others()
            super().on_message_complete()

    def _is_plain(self) -> bool:
        if self.quick is None or self.url not in OPERATIONS or self.parser.get_method() != b"POST":
            return False
        cycle: RequestResponseCycle | None = self.cycle
        return (
            (cycle is None or cycle.response_complete)
            and self.parser.get_http_version() == "1.1"
            and self.parser.should_keep_alive()
            and not self.parser.should_upgrade()
            and not self.flow.write_paused
            and not self.transport.is_closing()
            and (self.limit_concurrency is None or len(self.connections) < self.limit_concurrency)
            and all(name not in _OUT_OF_THE_ORDINARY for name, _ in self.headers)
        )

    def _is_taken(self, body: bytes) -> bool:
        if self.quick is None:
            return False
        post = _Post(self, f"tracking_{OPERATIONS[self.url]}", self.quick.observe)
        if not self.quick.posts.take(self.url, dict(self.headers), body, post.answer):
            return False
        self._held = None
        self.cycle = cast("RequestResponseCycle", post)
        return True

    def _go_on_as_others(self) -> None:
        held, self._held = self._held or [], None
        if self.transport.is_closing():
            return
        super().on_headers_complete()
        for part in held:
            super().on_body(part)

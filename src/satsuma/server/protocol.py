"""HTTP/1.1 with deadlines: who sends a request too slowly, or does not take its answer, is let go.

uvicorn bounds the time between requests; here the time that a head takes is bounded, its size, and how long
an answer may wait for its reader. Bodies are timed by `api.limits`, which can still answer.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from satsuma.server.quick import Quick, QuickProtocol

HEAD_BYTES_MAX = 65_536
"""Of the address and all headers of a request, those after its body included."""


def timed(head_time_s: float, write_time_s: float, quick_posts: Quick | None = None) -> type[QuickProtocol]:
    """The protocol of a server.

    Args:
        head_time_s: From the connection, or the end of the request before and its time to idle, to the end
            of the next request's head.
        write_time_s: How long a caller may take nothing of an answer that waits for them.
        quick_posts: Takes plain tracking requests; None: the application takes all.
    """

    class Timed(QuickProtocol):
        """One connection."""

        quick = quick_posts

        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named)
            self._due = 0.0
            self._head: asyncio.TimerHandle | None = None
            self._write: asyncio.TimerHandle | None = None
            self._head_bytes = 0
            self._unread_bytes = 0
            self._has_read = False

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._due = self.loop.time() + head_time_s
            self._head = self.loop.call_at(self._due, self._give_up)

        def on_response_complete(self) -> None:
            super().on_response_complete()
            self._due = self.loop.time() + self.timeout_keep_alive + head_time_s

        def _give_up(self) -> None:
            """End a connection whose time for a head is over, unless a request is under way.

            One timer goes on for all requests of a connection: to set one for each would cost more.
            """
            if self.transport.is_closing():
                return
            cycle: RequestResponseCycle | None = self.cycle
            is_busy = cycle is not None and not cycle.response_complete
            now = self.loop.time()
            if is_busy or now < self._due:
                self._head = self.loop.call_at(max(self._due, now + head_time_s), self._give_up)
            else:
                self.transport.abort()

        def data_received(self, data: bytes) -> None:
            self._has_read = False
            super().data_received(data)
            # What the parser holds back, such as half a header, is bounded as well.
            self._unread_bytes = 0 if self._has_read else self._unread_bytes + len(data)
            if self._unread_bytes > HEAD_BYTES_MAX and not self.transport.is_closing():
                self.send_400_response("The head of the request is too large.")

        def on_message_begin(self) -> None:
            super().on_message_begin()
            self._head_bytes = 0

        def on_headers_complete(self) -> None:
            super().on_headers_complete()
            if self.parser.should_upgrade():
                # The parser takes what comes after for another protocol, which nobody here speaks.
                self.cycle.keep_alive = False

        def _unsupported_upgrade_warning(self) -> None:
            """Whoever asks for another protocol is answered in this one; the log need not tell."""

        def on_url(self, url: bytes) -> None:
            super().on_url(url)
            self._count(len(url))

        def on_header(self, name: bytes, value: bytes) -> None:
            super().on_header(name, value)
            self._count(len(name) + len(value))

        def _count(self, size: int) -> None:
            self._has_read = True
            self._head_bytes += size
            if self._head_bytes > HEAD_BYTES_MAX:
                raise ValueError("the head of the request is too large")

        def on_body(self, body: bytes) -> None:
            self._has_read = True
            super().on_body(body)

        def pause_writing(self) -> None:
            super().pause_writing()
            _stop(self._write)
            self._write = self.loop.call_later(write_time_s, self.transport.abort)

        def resume_writing(self) -> None:
            super().resume_writing()
            _stop(self._write)

        def connection_lost(self, exc: Exception | None) -> None:
            _stop(self._head)
            _stop(self._write)
            super().connection_lost(exc)

    return Timed


def _stop(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()

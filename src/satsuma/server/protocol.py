"""HTTP/1.1 with deadlines: who sends a request too slowly, or does not take its answer, is let go.

uvicorn bounds the size of heads and the time between requests; here the time that a head takes is bounded,
and how long an answer may wait for its reader. Bodies are timed by `api.limits`, which can still answer.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle


def timed(head_time_s: float, write_time_s: float) -> type[H11Protocol]:
    """The protocol of a server.

    Args:
        head_time_s: From the connection, or the end of the request before and its time to idle, to the end
            of the next request's head.
        write_time_s: How long a caller may take nothing of an answer that waits for them.
    """

    class Timed(H11Protocol):
        """One connection."""

        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named)
            self._head: asyncio.TimerHandle | None = None
            self._write: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._head = self.loop.call_later(head_time_s, self._give_up)

        def on_response_complete(self) -> None:
            super().on_response_complete()
            _stop(self._head)
            self._head = self.loop.call_later(self.timeout_keep_alive + head_time_s, self._give_up)

        def _give_up(self) -> None:
            """The time for a head is over; a request whose head has come may take its own."""
            cycle: RequestResponseCycle | None = self.cycle
            if cycle is None or cycle.response_complete:
                self.transport.abort()

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

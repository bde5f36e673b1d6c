"""Posting: requests over HTTP connections that stay open, as cheap as Python can make them, each timed."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass(slots=True)
class Timed:
    """What became of the requests of one phase; latencies in seconds."""

    latencies: list[float] = field(default_factory=list)
    begun: float = 0.0
    took: float = 0.0
    events: int = 0
    offered: int = 0
    failed: list[str] = field(default_factory=list)

    def shown(self) -> str:
        """Rates, and the latencies of which so many in a hundred are lower."""
        if not self.latencies:
            return "nothing was answered"
        p50, p99 = (np.percentile(self.latencies, share) * 1000 for share in (50, 99))
        rate = len(self.latencies) / self.took
        events = f"{self.events / self.took:>9,.0f} events/s, " if self.events != len(self.latencies) else ""
        return f"{rate:>7,.0f} requests/s, {events}p50 {p50:,.0f} ms, p99 {p99:,.0f} ms"


class Connection(asyncio.Protocol):
    """One connection to a server, kept open; one request at a time."""

    def __init__(self, host: str, port: int, authorization: str) -> None:
        self._host, self._port = host, port
        self._head = f"Host: {host}:{port}\r\nAuthorization: {authorization}\r\n"
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[tuple[bytes, bytes]] | None = None
        self._came = b""

    async def ask(self, method: str, path: str, body: bytes = b"", kind: str = "application/json") -> bytes:
        """The body of the answer.

        Raises:
            OSError: The server is gone.
            RuntimeError: The answer is no 2xx.
        """
        loop = asyncio.get_running_loop()
        if self._transport is None:
            self._transport, _ = await loop.create_connection(lambda: self, self._host, self._port)
        length = f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n" if body else ""
        if self._transport.is_closing():
            raise ConnectionResetError("the server ended")
        self._answer = loop.create_future()
        self._transport.write(f"{method} {path} HTTP/1.1\r\n{self._head}{length}\r\n".encode() + body)
        head, answer = await self._answer
        if not head.startswith(b"HTTP/1.1 2"):
            raise RuntimeError(f"{head[9:12].decode()}: {answer[:200].decode()}")
        return answer

    def data_received(self, data: bytes) -> None:
        """Hand the answer on once all of it is there."""
        self._came += data
        end = self._came.find(b"\r\n\r\n") + 4
        if end < 4:
            return
        head = self._came[:end].lower()
        at = head.index(b"content-length:") + 15
        whole = end + int(head[at : head.index(b"\r", at)])
        if len(self._came) < whole:
            return
        answer, rest = (self._came[:end], self._came[end:whole]), self._came[whole:]
        self._came = b""
        assert not rest, f"nobody asked for {rest[:200]!r}"
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(answer)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 -- the protocol's form
        """Whoever waits is told."""
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionResetError("the server ended"))

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()


def basic(key: str) -> str:
    """The header of a write key."""
    return "Basic " + base64.b64encode(f"{key}:".encode()).decode()


async def post(
    connections: list[Connection],
    bodies: Iterator[tuple[str, bytes, list[str]]],
    *,
    seconds: float,
    acknowledged: set[str],
    rate: float | None = None,
) -> Timed:
    """Post for so many seconds, all connections beside each other.

    Args:
        bodies: Path, body, and the ids of the messages in it.
        acknowledged: Gets the ids of all that was answered.
        rate: So many requests are offered in a second, whatever becomes of those before; latencies count
            from when each was due; what a server that is too slow has not taken in twice the time is offered
            no more. None: each connection posts again once it is answered.
    """
    found = Timed(begun=time.perf_counter())
    offered = 0

    async def work(connection: Connection) -> None:
        nonlocal offered
        while True:
            due = time.perf_counter() if rate is None else found.begun + offered / rate
            if due >= found.begun + seconds or time.perf_counter() >= found.begun + 2 * seconds:
                return
            offered += 1
            wait = due - time.perf_counter()
            if wait > 0:
                await asyncio.sleep(wait)
            path, body, ids = next(bodies)
            try:
                answer: dict[str, Any] = json.loads(await connection.ask("POST", path, body))
            except OSError:
                return  # killed: what was not answered may be lost
            except RuntimeError as error:
                found.failed.append(str(error))
                continue
            if answer["accepted"] != len(ids):
                found.failed.append(str(answer)[:300])
            found.latencies.append(time.perf_counter() - due)
            found.events += len(ids)
            acknowledged.update(ids)

    await asyncio.gather(*(work(connection) for connection in connections))
    found.took, found.offered = time.perf_counter() - found.begun, offered
    return found

"""Connections of slow callers are given up; those of patient ones are not."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from threading import Event
from urllib.parse import urlsplit

import pytest
from starlette.types import Receive, Scope, Send

from satsuma.server.protocol import HEAD_BYTES_MAX, timed
from tests.api.live import live

HEAD_S = 0.5
PATIENCE_S = 10.0
REQUEST = b"GET /%s HTTP/1.1\r\nHost: localhost\r\n\r\n"
ended = Event()


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers at once, or after a while, or without end."""
    assert scope["type"] == "http"
    if scope["path"] == "/slow":
        await asyncio.sleep(3 * HEAD_S)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    try:
        if scope["path"] == "/endless":
            while not await _gone(receive):
                await send({"type": "http.response.body", "body": b"x" * 65_536, "more_body": True})
    finally:
        ended.set()
    await send({"type": "http.response.body", "body": b"done"})


async def _gone(receive: Receive) -> bool:
    try:
        return bool((await asyncio.wait_for(receive(), 0.001))["type"] == "http.disconnect")
    except TimeoutError:
        return False


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with live(app, http=timed(HEAD_S, HEAD_S), timeout_keep_alive=1, lifespan="off") as found:
        yield found


@pytest.fixture
def connection(address: str) -> Iterator[socket.socket]:
    where = urlsplit(address)
    found = socket.socket()
    found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    found.settimeout(PATIENCE_S)
    found.connect((where.hostname, where.port))
    ended.clear()
    with found:
        yield found


def is_closed(connection: socket.socket) -> bool:
    """Whether the other end closes the connection before patience is lost; what comes meanwhile is read."""
    try:
        while connection.recv(65_536):
            pass
    except ConnectionError:
        return True
    except TimeoutError:
        return False
    return True


def drip(connection: socket.socket, content: bytes) -> bool:
    """Send byte by byte, never idle for long; gives whether the other end had enough of it."""
    try:
        for byte in content:
            connection.sendall(bytes([byte]))
            time.sleep(HEAD_S / 10)
    except ConnectionError:
        return True
    return False


def answer(connection: socket.socket) -> bytes:
    found = b""
    while b"done" not in found and (part := connection.recv(65_536)):
        found += part
    return found


def test_who_says_nothing_is_let_go(connection: socket.socket) -> None:
    assert is_closed(connection)


def test_who_sends_a_head_byte_by_byte_is_let_go(connection: socket.socket) -> None:
    assert drip(connection, REQUEST % (b"x" * 200))


def test_who_sends_the_next_head_byte_by_byte_is_let_go(connection: socket.socket) -> None:
    connection.sendall(REQUEST % b"")
    assert b" 200 " in answer(connection)
    assert drip(connection, REQUEST % (b"x" * 200))


def test_who_sends_a_body_that_nobody_reads_byte_by_byte_is_let_go(connection: socket.socket) -> None:
    connection.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n")
    assert b" 200 " in answer(connection)
    assert drip(connection, b"x" * 200)


def test_who_waits_for_an_answer_is_answered_however_long_it_takes(connection: socket.socket) -> None:
    connection.sendall(REQUEST % b"slow")
    assert b" 200 " in answer(connection)
    connection.sendall(REQUEST % b"slow" + REQUEST % b"slow")
    found = b""
    while found.count(b"done") < 2 and (part := connection.recv(65_536)):
        found += part
    assert found.count(b" 200 ") == 2


def test_who_takes_nothing_of_an_answer_is_let_go(connection: socket.socket) -> None:
    connection.sendall(REQUEST % b"endless")
    assert ended.wait(PATIENCE_S), "what makes the answer ends"


LARGE = HEAD_BYTES_MAX + 10_000


@pytest.mark.parametrize(
    "content",
    [
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: %s\r\n\r\n" % (b"x" * LARGE),
        b"GET / HTTP/1.1\r\nHost: localhost\r\n%s\r\n" % (b"X: y\r\n" * (LARGE // 2)),
        b"GET /%s HTTP/1.1\r\nHost: localhost\r\n\r\n" % (b"x" * LARGE),
    ],
    ids=["one header", "many headers", "address"],
)
def test_a_head_that_is_too_large_is_refused(connection: socket.socket, content: bytes) -> None:
    with suppress(ConnectionError):
        connection.sendall(content)
    assert b" 200 " not in received(connection)


@pytest.mark.parametrize("place", [b"GET / HTTP/1.1\r\nX: ", b"GET /", b"GET / HTTP/1.1\r\nX"])
def test_a_head_without_end_is_not_taken_in(connection: socket.socket, place: bytes) -> None:
    assert floods(connection, place, b"x" * 4_096)


@pytest.mark.parametrize("content", [b"X: y\r\n" * 700, b"x" * 4_096])
def test_headers_after_the_body_without_end_are_not_taken_in(
    connection: socket.socket, content: bytes
) -> None:
    head = b"POST /slow HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: y"
    assert floods(connection, head, content)


@pytest.mark.parametrize(
    "lines",
    [
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        b"Content-Length: 5\r\nContent-Length: 6\r\n",
        b"Content-Length: +5\r\n",
        b"Transfer-Encoding: xchunked\r\n",
        b"Transfer-Encoding : chunked\r\n",
        b"X: a\r\n b\r\n",
        b"X: a\x00b\r\n",
        b"X: a\n\n",
    ],
)
def test_a_request_of_two_readings_has_none(connection: socket.socket, lines: bytes) -> None:
    connection.sendall(
        b"POST / HTTP/1.1\r\nHost: localhost\r\n" + lines + b"\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n"
    )
    assert b" 200 " not in received(connection)


def test_who_asks_for_another_protocol_is_answered_in_this_one(connection: socket.socket) -> None:
    upgrade = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAA\r\n"
    connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n%s\r\n" % upgrade)
    found = received(connection)
    assert b" 200 " in found
    assert b"connection: close" in found, "what comes after is not read"


def received(connection: socket.socket) -> bytes:
    """All that comes until the other end closes."""
    found = b""
    with suppress(ConnectionError):
        while part := connection.recv(65_536):
            found += part
    return found


def floods(connection: socket.socket, head: bytes, content: bytes) -> bool:
    """Send without end; gives whether the other end has enough of it."""
    begun = time.monotonic()
    with suppress(ConnectionError):
        connection.sendall(head)
        for _ in range(100_000_000 // len(content)):  # more than sockets hold on the way
            connection.sendall(content)
        return False
    return time.monotonic() - begun < HEAD_S + PATIENCE_S

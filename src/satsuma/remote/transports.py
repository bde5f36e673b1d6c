"""Transports: how a call reaches the process that holds the workspace, and its answers come back."""

from __future__ import annotations

import os
import socket
import struct
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from satsuma.kernel.errors import UsageError, WorkspaceError
from satsuma.remote.frames import Frame, exactly, read_frame

if TYPE_CHECKING:
    import httpx

RPC_PATH = "/api/v1/rpc"
_PEER = struct.Struct("3i")


class Transport(Protocol):
    """A way to a workspace."""

    files: bool
    """Whether names of files mean the same on the other side."""

    def exchange(self, call: Frame) -> Generator[Frame, None, None]:
        """Send a call; gives its answers, of which the last has a result or an error.

        A caller that stops before the last tells the other side that nobody listens any more.

        Raises:
            WorkspaceError: The other side cannot be reached, or went away.
        """
        ...

    def close(self) -> None:
        """Let go of what is open."""
        ...


class SocketTransport:
    """Over the Unix socket that the lock file names; several calls may go on at once."""

    files = True

    def __init__(self, path: str) -> None:
        self._path = path
        self._idle: deque[socket.socket] = deque()

    def exchange(self, call: Frame) -> Generator[Frame, None, None]:
        """See `Transport`."""
        connection = self._idle.pop() if self._idle else self._connected()
        try:
            connection.sendall(call.to_bytes())
            with connection.makefile("rb") as stream:
                last = yield from _answers(stream.read)
        except (OSError, EOFError) as error:
            connection.close()
            raise _gone(error) from error
        except BaseException:
            connection.close()
            raise
        self._idle.append(connection)
        yield last

    def close(self) -> None:
        """See `Transport`."""
        while self._idle:
            self._idle.pop().close()

    def _connected(self) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.connect(self._path)
        except OSError as error:
            connection.close()
            raise _gone(error) from error
        if peer_user(connection) in (None, os.geteuid()):
            return connection
        connection.close()
        raise WorkspaceError(
            "the socket of the workspace is served by another user", code="workspace.unreachable"
        )


class HttpTransport:
    """Over HTTP, with an API key."""

    files = False

    def __init__(self, url: str, key: str, *, client: httpx.Client | None = None) -> None:
        """Connect.

        Args:
            url: Of the server, without a path of the API.
            key: An API key that may do everything.
            client: To send through; default a new one.
        """
        import httpx  # noqa: PLC0415  -- only who goes over HTTP needs it

        self._errors = httpx.HTTPError
        self._client = client or httpx.Client(timeout=httpx.Timeout(30.0, read=None))
        self._url = url.rstrip("/") + RPC_PATH
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/octet-stream"}

    def exchange(self, call: Frame) -> Generator[Frame, None, None]:
        """See `Transport`."""
        try:
            with self._client.stream(
                "POST", self._url, content=call.to_bytes(), headers=self._headers
            ) as answer:
                if answer.status_code != 200:
                    answer.read()
                    raise _refused(answer.status_code, answer.text)
                chunks = answer.iter_raw()
                last = yield from _answers(_Stream(chunks).read)
                for _ in chunks:
                    pass  # to the end, so that the connection can be used again
        except (self._errors, EOFError) as error:
            raise _gone(error) from error
        yield last

    def close(self) -> None:
        """See `Transport`."""
        self._client.close()


class _Stream:
    """Reads exactly so many bytes from chunks of any size."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._held = bytearray()

    def read(self, count: int) -> bytes:
        while len(self._held) < count:
            chunk = next(self._chunks, None)
            if chunk is None:
                raise EOFError("the answer ended early")
            self._held += chunk
        found = bytes(self._held[:count])
        del self._held[:count]
        return found


def peer_user(connection: socket.socket) -> int | None:
    """The number of the user on the other end of a Unix socket; None where the system does not tell."""
    option = getattr(socket, "SO_PEERCRED", None)
    if option is None:
        return None
    with suppress(OSError):
        _, user, _ = _PEER.unpack(connection.getsockopt(socket.SOL_SOCKET, option, _PEER.size))
        return int(user)
    return None


def _answers(read: Callable[[int], bytes]) -> Generator[Frame, None, Frame]:
    """All answers but the last, which it returns."""
    while True:
        frame = read_frame(exactly(read))
        if "result" in frame.header or "error" in frame.header:
            return frame
        yield frame


def _gone(error: BaseException) -> WorkspaceError:
    return WorkspaceError(
        f"the process that holds the workspace cannot be reached: {str(error) or type(error).__name__}",
        code="workspace.unreachable",
        hint="see whether it still runs",
    )


def _refused(status: int, text: str) -> UsageError | WorkspaceError:
    if status in (401, 403):
        return UsageError(
            "the server does not accept this key for that",
            code="usage.key",
            hint="give an API key with the scope admin",
        )
    return WorkspaceError(f"the server answered {status}: {text[:200]}", code="workspace.unreachable")

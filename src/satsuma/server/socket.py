"""The local socket: callers of the same user on this machine reach the workspace that this process holds.

It lies in the workspace's directory, and only its owner may connect; the lock file names it. Where the name
would be too long for a socket, it lies in a directory of its own for temporary files.
"""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections import Counter
from contextlib import suppress
from pathlib import Path
from threading import Lock, Thread
from types import TracebackType
from typing import Self

from satsuma.kernel.errors import DataError
from satsuma.remote.frames import Frame, exactly, read_frame
from satsuma.remote.serving import Serving
from satsuma.remote.transports import peer_user
from satsuma.workspace import Workspace

SOCKET_FILE = "socket"
PATH_BYTES_MAX = 100  # systems take names of sockets up to 104 bytes, or 108
CONNECTIONS_WAITING_MAX = 64
_CALLER = "local"
_END_S = 5.0


class LocalSocket:
    """Serves a workspace to callers of the same user; use it in a `with`, or `stop` it."""

    def __init__(self, workspace: Workspace, serving: Serving) -> None:
        """Begin to serve, and say so in the lock file."""
        self._workspace = workspace
        self._serving = serving
        self._folder: str | None = None
        self._sessions: Counter[str] = Counter()
        self._open: dict[socket.socket, Thread] = {}
        self._lock = Lock()
        self._stopped = False
        self._listening, self.path = self._bound()
        self._thread = Thread(target=self._accept, name="satsuma-socket", daemon=True)
        self._thread.start()
        workspace.announce(self.path)

    def stop(self) -> None:
        """End, with the connections that are open; a second call does nothing."""
        if self._stopped:
            return
        self._stopped = True
        self._workspace.announce(None)
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        Path(self.path).unlink(missing_ok=True)
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        with self._lock:
            left = dict(self._open)
        for connection in left:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in (self._thread, *left.values()):
            thread.join(_END_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _bound(self) -> tuple[socket.socket, str]:
        path = str(self._workspace.path.absolute() / SOCKET_FILE)
        if len(os.fsencode(path)) > PATH_BYTES_MAX:
            self._folder = tempfile.mkdtemp(prefix="satsuma-")
            path = str(Path(self._folder) / SOCKET_FILE)
        # Left by a process that was killed: whoever holds the workspace may replace it.
        Path(path).unlink(missing_ok=True)
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            listening.bind(path)
            Path(path).chmod(0o600)
            listening.listen(CONNECTIONS_WAITING_MAX)
        except BaseException:
            listening.close()
            raise
        return listening, path

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return  # stopped
            if peer_user(connection) not in (None, os.geteuid()):
                connection.close()
                continue
            thread = Thread(target=self._converse, args=(connection,), name="satsuma-caller", daemon=True)
            with self._lock:
                self._open[connection] = thread
            thread.start()

    def _converse(self, connection: socket.socket) -> None:
        """Answer the calls of one connection, one after the other, until it ends."""
        seen: set[str] = set()

        def emit(frame: Frame) -> None:
            connection.sendall(frame.to_bytes())

        try:
            with connection, connection.makefile("rb") as stream:
                while True:
                    asked = read_frame(exactly(stream.read))
                    self._seen(asked, seen)
                    self._serving.answer(asked, emit, caller=_CALLER, actor=None, files=True)
        except (EOFError, OSError, DataError):
            pass  # it ended, or what came is no message: then nobody can tell where the next would begin
        finally:
            self._ended(connection, seen)

    def _seen(self, asked: Frame, seen: set[str]) -> None:
        session = asked.header.get("session") if isinstance(asked.header, dict) else None
        if isinstance(session, str) and session not in seen:
            seen.add(session)
            with self._lock:
                self._sessions[session] += 1

    def _ended(self, connection: socket.socket, seen: set[str]) -> None:
        with self._lock:
            self._open.pop(connection, None)
            self._sessions.subtract(seen)
            gone = [session for session in seen if self._sessions[session] <= 0]
            for session in gone:
                del self._sessions[session]
        for session in gone:
            self._serving.end(_CALLER, session)

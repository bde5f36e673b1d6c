"""Serve: a workspace opened, its application and socket and loops started, and all of it ended in order."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread, current_thread, main_thread

import structlog
import uvicorn

import satsuma
from satsuma.access.passwords import new_token
from satsuma.kernel.clock import Clock, SystemClock
from satsuma.kernel.errors import Error, UsageError
from satsuma.lists.smtp import MailServer
from satsuma.remote.serving import Serving
from satsuma.server import logs
from satsuma.server.collecting import seldom
from satsuma.server.composing import compose
from satsuma.server.protocol import timed
from satsuma.server.settings import Settings
from satsuma.server.socket import LocalSocket
from satsuma.sync.webhooks.worker import Worker
from satsuma.workspace import Workspace

MAIL_LOOK_S = 5.0
_CALLERS_WAITING_MAX = 2_048

SWITCH_S = 0.0005
"""So long one thread goes on while another waits for the interpreter. A request needs it briefly, several
times; with Python's five milliseconds it would wait so long each time while a version is made."""

_log = structlog.get_logger("satsuma.server")


def serve(
    directory: Path,
    settings: Settings,
    *,
    actor: str = "server",
    clock: Clock | None = None,
    announce: Callable[[str], None] = print,
) -> None:
    """Serve a workspace until a signal ends it.

    Args:
        directory: Of the workspace, which must exist.
        settings: See `server.settings`.
        actor: In whose name the server itself makes versions.
        clock: For tests; default the system's.
        announce: Told, in lines for people, where it is served and how to sign in.

    Raises:
        WorkspaceError: The workspace cannot be opened.
        UsageError: Where it shall listen somebody listens already.
    """
    clock = clock or SystemClock()
    logs.set_up(settings)
    sys.setswitchinterval(SWITCH_S)
    listening = _listening(settings)
    limit = settings.memory_limit or None
    with listening, satsuma.open(directory, create=False, actor=actor, clock=clock, memory_limit=limit) as ws:
        serving = Serving(ws, lambda: time.monotonic_ns() // 1000, read_time_s=settings.request_time_s)
        token = None if ws.access.people.has_admin else new_token(os.urandom)
        app = compose(ws, clock, settings, serving, token)
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=list(settings.trusted_proxies),
            limit_concurrency=settings.connections_max or None,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=int(settings.stop_time_s),
            loop="uvloop",
            http=timed(settings.head_time_s, settings.body_time_s, app.state.quick),
            ws="none",
        )
        server = _Server(config, stopping=lambda: setattr(app.state, "is_stopping", True))
        ws.keep_time()
        with (
            seldom(),
            LocalSocket(ws, serving),
            _webhooks(ws, settings) as app.state.webhook_worker,
            _mail(ws, app.state.mail_server, app.state.mail_site),
        ):
            _tell(announce, directory, listening, token)
            _outlive_signals()
            server.run([listening])
            app.state.jobs.end()


class _Server(uvicorn.Server):
    """Says when it begins to stop, so that streams end and those who ask whether it is ready are told."""

    def __init__(self, config: uvicorn.Config, stopping: Callable[[], None]) -> None:
        super().__init__(config)
        self._stopping = stopping

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop, in order."""
        self._stopping()
        _log.info("stopping")
        await super().shutdown(sockets)


def _outlive_signals() -> None:
    """Let signals that end the server not end the process: it has a workspace to close.

    The server takes them while it runs, and raises them again afterwards.
    """
    if current_thread() is main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: None)


def _listening(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
        # From now on callers wait rather than being refused, also before the first of them is answered.
        listening.listen(_CALLERS_WAITING_MAX)
    except OSError as error:
        listening.close()
        raise UsageError(
            f"cannot listen at {settings.host}:{settings.port}: {error.strerror or error}",
            code="usage.port",
            hint="another port: --port 8001",
        ) from error
    return listening


def _tell(
    announce: Callable[[str], None], directory: Path, listening: socket.socket, token: str | None
) -> None:
    host, port = listening.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{'localhost' if host in ('0.0.0.0', '::') else shown}:{port}"  # noqa: S104 -- compared with
    announce(f"{directory} is served at {address}")
    if token is not None:
        announce(f"There is no administrator yet. Make one at {address}/setup#token={token}")
        announce(f"or with: satsuma -C {directory} user add EMAIL --role admin")


@contextmanager
def _webhooks(ws: Workspace, settings: Settings) -> Iterator[Worker]:
    worker = ws.webhook_worker(allowed=settings.webhook_networks)
    worker.start()
    try:
        yield worker
    finally:
        worker.stop()


@contextmanager
def _mail(ws: Workspace, server: MailServer | None, site: Callable[[], str | None]) -> Iterator[None]:
    """Hand messages to the mail server as they come, where there is one."""
    if server is None:
        yield
        return
    ended = Event()

    def deliver() -> None:
        while not ended.wait(MAIL_LOOK_S):
            try:
                if (begins := site()) is not None:
                    ws.access.mail.deliver(server, begins)
                ws.mail.deliver(server)
            except Error as error:
                _log.warning("mail", code=error.code)

    thread = Thread(target=deliver, name="satsuma-mail", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()

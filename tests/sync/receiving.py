"""A receiver of webhooks on loopback, which answers what a test wants and keeps what came."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook

LOOPBACK = ("127.0.0.0/8",)


@dataclass
class Receiver:
    """What came, in order; `answers` are used up first, then all is well."""

    url: str
    secret: str = ""
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    came: list[tuple[str, Any]] = field(default_factory=list)
    """Id and content of every message whose signature is right."""
    taken: list[tuple[str, Any]] = field(default_factory=list)
    """Those of them that were answered with success."""

    def told(self) -> list[tuple[str, str, list[str]]]:
        """Segment, change and keys of the changes that were taken, in order."""
        return [
            (one["data"]["segment"]["name"], one["type"].partition(".")[2], one["data"]["keys"])
            for _, one in self.taken
            if one["type"].startswith("segment.")
        ]


@contextmanager
def receiver() -> Iterator[Receiver]:
    """Receives until the context ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            content = Webhook(found.secret).verify(body, dict(self.headers))
            status, headers = found.answers.pop(0) if found.answers else (204, {})
            one = (self.headers["webhook-id"], content)
            found.came.append(one)
            if status < 300:
                found.taken.append(one)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Receiver(f"http://127.0.0.1:{server.server_address[1]}/hook")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()

"""Limits of every request, as ASGI middleware: hosts, size, time; slashes in names; versions on answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote

from fastapi.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from satsuma.api.forms import SLASH
from satsuma.api.problems import problem

BODY_TIME_S = 60.0
"""So long a body may take to arrive."""

_CALLED_MAX = 1_000
PUBLIC_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
)
"""Of every answer."""

_PRIVATE = (*PUBLIC_HEADERS, (b"cache-control", b"no-store"))
"""Of what only its caller may see: no cache on the way, nor the browser's, keeps it."""


class Hosts:
    """Names by which a server may be called."""

    def __init__(self, names: Iterable[str]) -> None:
        """Wire it.

        Args:
            names: `*` for any, `*.example.com` for all below one.
        """
        self._names = tuple(name.lower() for name in names)
        self._called: set[bytes] = set()
        """Those by which it was called, and may be: few, and asked for with every request."""

    def is_known(self, called: bytes) -> bool:
        """Whether a header `Host` has such a name."""
        if called in self._called:
            return True
        host = called.decode("latin-1").lower()
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        is_known = any(
            known in ("*", name) or (known.startswith("*.") and name.endswith(known[1:]))
            for known in self._names
        )
        if is_known and len(self._called) < _CALLED_MAX:
            self._called.add(called)
        return is_known


class Limits:
    """Refuses, before anything is read, what no route shall see."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        hosts: Hosts,
        bytes_max: int,
        body_time_s: float,
        version: Callable[[], int],
    ) -> None:
        """Wire it.

        Args:
            hosts: Names by which the server may be called.
            bytes_max: Of a body, uploads included.
            body_time_s: How long one may take to arrive.
            version: The last version of the workspace.
        """
        self._app = app
        self._hosts = hosts
        self._bytes_max = bytes_max
        self._body_time_s = body_time_s
        self._version = version

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        sending = self._with_headers(send, is_private=scope["path"].startswith("/api/"))
        headers = dict(scope["headers"])
        refusal = self._refusal(scope, headers)
        if refusal is not None:
            await refusal(scope, receive, sending)
            return
        _keep_slashes(scope)
        await self._app(scope, self._timed(receive), sending)

    def _refusal(self, scope: Scope, headers: dict[bytes, bytes]) -> Response | None:
        if not self._hosts.is_known(headers.get(b"host", b"")):
            return problem(400, "request.host", "the server is not called by this name")
        if b"%00" in scope.get("raw_path", b"") or "\x00" in scope["path"]:
            return problem(400, "request.path", "the address has a character that nothing has in its name")
        length = headers.get(b"content-length", b"0")
        if not length.isdigit():
            return problem(400, "request.body", "the length of the body is no number")
        if int(length) > self._bytes_max:
            return problem(413, "request.size", f"the body has more than {self._bytes_max} bytes")
        return None

    def _timed(self, receive: Receive) -> Receive:
        deadline = asyncio.get_running_loop().time() + self._body_time_s
        is_whole = False

        async def timed() -> Message:
            nonlocal is_whole
            if is_whole:  # what comes after the body is that the caller has gone, which may be never
                return await receive()
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError:
                return {"type": "http.disconnect"}
            is_whole = not message.get("more_body", False)
            return message

        return timed

    def _with_headers(self, send: Send, *, is_private: bool) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                given: list[Any] = list(message.get("headers", ()))
                have = {name.lower() for name, _ in given}
                if b"satsuma-version" not in have:
                    given.append((b"satsuma-version", str(self._version()).encode()))
                message["headers"] = given + [
                    one for one in (_PRIVATE if is_private else PUBLIC_HEADERS) if one[0] not in have
                ]
            await send(message)

        return sending


def _keep_slashes(scope: Scope) -> None:
    """Let slashes that are written as %2F be told from those that divide the address."""
    raw: bytes = scope.get("raw_path", b"")
    if b"%2f" not in raw.lower():
        return
    parts = raw.split(b"?")[0].decode("latin-1").split("/")
    scope["path"] = "/".join(unquote(part).replace("/", SLASH) for part in parts)

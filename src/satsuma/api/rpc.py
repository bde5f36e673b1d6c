"""Calls over HTTP: `satsuma.connect` with an address. One call is one request; its answers are streamed.

The messages are those of `satsuma.remote`, so the route is not part of the API's description: programs use
the resources beside it, or the Python package.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import TimeoutError as NotYet
from threading import Event, Thread

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from satsuma.api.calling import caller_of
from satsuma.api.problems import fault, problem_of
from satsuma.kernel.errors import DataError, Error, UsageError
from satsuma.remote.frames import Frame, read_frame, reader_of
from satsuma.remote.serving import Serving
from satsuma.workspace import Workspace

BODY_BYTES_MAX = 268_435_456  # rows of one call; more is sent in several
ANSWERS_WAITING_MAX = 8
_LOOK_S = 0.5

OPERATION = "call_workspace"

Authorize = Callable[[Request], Awaitable[str]]
"""The actor of a request that may do everything; raises what answers one that may not."""


def rpc_router(serving: Serving, authorize: Authorize) -> APIRouter:
    """The route, for a server to include under `/api/v1`."""
    router = APIRouter()

    async def rpc(request: Request) -> Response:
        try:
            actor = await authorize(request)
            call = await _call(request)
        except Error as error:
            return problem_of(error) or fault()
        origin = request.client.host if request.client is not None else "unknown"
        answers = _answers(serving, call, actor, origin)
        return StreamingResponse(answers, media_type="application/octet-stream")

    router.add_api_route("/rpc", rpc, methods=["POST"], include_in_schema=False)
    return router


def by_permissions(ws: Workspace) -> Authorize:
    """Whoever the table of permissions lets call everything: administrators, and keys with that scope."""

    async def authorize(request: Request) -> str:
        return caller_of(request, ws, OPERATION).actor

    return authorize


async def _call(request: Request) -> Frame:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES_MAX:
            raise UsageError(
                f"found a call of more than {BODY_BYTES_MAX} bytes",
                code="usage.body_size",
                hint="send fewer rows at a time",
            )
    try:
        return read_frame(reader_of(bytes(body)))
    except (EOFError, DataError):
        raise UsageError("the body is no call", code="usage.body") from None


async def _answers(serving: Serving, call: Frame, actor: str, origin: str) -> AsyncIterator[bytes]:
    """Carries out the call in a thread of its own; whoever stops listening is noticed there."""
    loop, queue = asyncio.get_running_loop(), asyncio.Queue[bytes | None](ANSWERS_WAITING_MAX)
    gone = Event()

    def put(part: bytes | None) -> None:
        placed = asyncio.run_coroutine_threadsafe(queue.put(part), loop)
        while not gone.is_set():
            try:
                return placed.result(_LOOK_S)
            except NotYet:
                continue
        placed.cancel()
        raise BrokenPipeError

    def work() -> None:
        try:
            serving.answer(
                call,
                lambda frame: put(frame.to_bytes()),
                caller=actor,
                actor=actor,
                files=False,
                origin=origin,
            )
            put(None)
        except (BrokenPipeError, RuntimeError):
            return  # nobody listens any more, or the server has ended

    Thread(target=work, name="satsuma-call", daemon=True).start()
    try:
        while (part := await queue.get()) is not None:
            yield part
    finally:
        gone.set()

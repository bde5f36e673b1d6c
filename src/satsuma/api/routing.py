"""Routes: what every one of them does before and after its own work.

A route is found in the table of permissions by its operation id. The caller is looked up before the body is
read; then come the version that was asked for, the body's form, a repeated `Idempotency-Key`, and the note
for the audit log. Whatever is raised becomes a problem.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import Any, TypeVar

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

from satsuma.access.audit import Note, noting
from satsuma.access.permissions import TABLE
from satsuma.api.calling import SAFE_METHODS, Caller, Calling, caller_of
from satsuma.api.idempotency import Repeats
from satsuma.api.problems import RefusedError, fault, problem_of
from satsuma.api.rates import Rates
from satsuma.api.reading import check_json
from satsuma.api.time_limits import within
from satsuma.kernel.errors import InvariantError
from satsuma.workspace import Workspace

__all__ = ["Caller", "Guarded", "Serving", "api_router"]

PLAIN_BODY_BYTES_MAX = 2 * 1024 * 1024
"""Of a JSON body that is no bulk of rows."""

BULK = frozenset({"upsert_records", "append_interactions", "upload_file"})
"""Operations that read their own body."""

EXPORTS = frozenset({"export_segment_members", "export_contact"})
"""Operations that change nothing and stand in the audit log all the same."""

READING = frozenset(
    {
        "compare_segment",
        "explain_segment",
        "preview_reach",
        "preview_segment",
        "show_breakdown",
        "show_overlap",
    }
)
"""Operations that change nothing though they are posted: given up where they take too long."""

TAKERS_MAX = 128
"""So many requests with rows are written at once; more wait for one of them to be done."""

T = TypeVar("T")

_log = structlog.get_logger("satsuma.api")

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Serving:
    """What the routes of one server share."""

    def __init__(
        self,
        ws: Workspace,
        *,
        requests_per_minute: int,
        request_time_s: float,
        body_time_s: float,
        version_wait_s: float,
    ) -> None:
        self.ws = ws
        self._request_time_s = request_time_s
        self._body_time_s = body_time_s
        self.version_wait_s = version_wait_s
        self.rates = Rates(requests_per_minute)
        self.repeats = Repeats(ws.access.audit)
        self._takers = ThreadPoolExecutor(TAKERS_MAX, thread_name_prefix="satsuma-rows")

    async def take(self, work: Callable[..., T], *arguments: object, **named: object) -> T:
        """What some work gives that waits for a version, done in a thread that is there for such.

        Many wait together and share a version; who wants a thread for something else waits for none of them.
        """
        own = partial(copy_context().run, partial(work, *arguments, **named))
        return await asyncio.get_running_loop().run_in_executor(self._takers, own)

    def limit_s(self, operation: str) -> float:
        """How long a request may be worked on; 0: no limit. Of large bodies the way here does not count."""
        on_the_way_s = self._body_time_s if operation in BULK and self._request_time_s else 0.0
        return self._request_time_s + on_the_way_s


class Guarded(APIRoute):
    """A route of the API."""

    def get_route_handler(self) -> Handler:
        """The route's own work with what goes around it."""
        own = super().get_route_handler()
        operation = self.operation_id
        if operation is None or operation not in TABLE:
            raise InvariantError(f"the route {self.path} ({operation}) is not in the table of permissions")

        async def handle(request: Request) -> Response:
            serving: Serving = request.app.state.serving
            try:
                return await within(
                    serving.limit_s(operation),
                    _handle(request, operation, own),
                    only_reads=request.method in SAFE_METHODS or operation in READING,
                )
            except Exception as error:  # noqa: BLE001 -- every error becomes an answer
                known = problem_of(error)
                if known is None:
                    _log.exception("failed", operation=operation)
                return known or fault()

        return handle


def api_router(tag: str) -> APIRouter:
    """A router whose routes are guarded."""
    return APIRouter(route_class=Guarded, tags=[tag])


async def _handle(request: Request, operation: str, own: Handler) -> Response:
    serving: Serving = request.app.state.serving
    calling = caller_of(request, serving.ws, operation)
    serving.rates.check(calling.identity if calling.role is not None else f"address {calling.origin}")
    request.state.calling = calling
    await _wait_for_version(request, serving)
    if request.method not in SAFE_METHODS and operation not in BULK:
        await _check_body(request)
    note = Note(calling.actor, operation, _target(request), calling.origin)
    with noting(note):
        key = request.headers.get("idempotency-key")
        if key is None or request.method != "POST":
            response = await own(request)
        else:
            response = await serving.repeats.answer(key, calling.identity, note, request, own)
        if operation in EXPORTS and response.status_code < 400 and not note.is_written:
            await asyncio.to_thread(serving.ws.access.audit.write, note)
    return response


async def _wait_for_version(request: Request, serving: Serving) -> None:
    wanted = request.query_params.get("at_least_version")
    if wanted is None:
        return
    if not wanted.isascii() or not wanted.isdigit() or len(wanted) > 18:
        raise RefusedError("request.fields", "at_least_version: expected the number of a version")
    deadline = asyncio.get_running_loop().time() + serving.version_wait_s
    while serving.ws.version < int(wanted):
        if asyncio.get_running_loop().time() >= deadline:
            break
        await asyncio.sleep(0.01)
    else:
        return
    raise RefusedError(
        "version.not_reached",
        f"version {wanted} has not come: the last is {serving.ws.version}",
        hint="was it made by this workspace?",
    )


async def _check_body(request: Request) -> None:
    body = await request.body()
    if len(body) > PLAIN_BODY_BYTES_MAX:
        raise RefusedError("request.size", f"the body has more than {PLAIN_BODY_BYTES_MAX} bytes")
    if not body:
        return
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise RefusedError("request.media_type", f"found a body of type {kind!r}, expected application/json")
    if len(body) > 65_536:
        await asyncio.to_thread(check_json, body)
    else:
        check_json(body)


def _target(request: Request) -> str | None:
    """What the address names, such as `id=7`; never a key of a contact, which is personal data."""
    named = [f"{name}={value}" for name, value in request.path_params.items() if name != "key"]
    return " ".join(named)[:200] or None


def calling_of(request: Request) -> Calling:
    """Who calls, for routes that read their own request."""
    found: Calling = request.state.calling
    return found

"""Direct: tracking requests are handed to their handlers at once, before a route is looked for.

They come a thousand times as often as all others, and the search for a route, which goes through all that
there are, would cost more than the rest of the request. The routes are there all the same, and describe them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from satsuma.api.problems import fault, problem_of

_log = structlog.get_logger("satsuma.api")

Handler = Callable[[Request], Awaitable[Response]]


class Direct:
    """ASGI middleware that answers what is posted to the routes of one router, and hands on all else."""

    def __init__(self, app: ASGIApp, router: APIRouter) -> None:
        """Wire it: handlers of the router take a request and nothing else."""
        self._app = app
        self._routes: Mapping[str, tuple[APIRoute, Handler]] = {
            route.path: (route, route.endpoint)
            for route in router.routes
            if isinstance(route, APIRoute) and route.methods == {"POST"}
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        found = self._routes.get(scope["path"]) if scope["type"] == "http" else None
        if found is None or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        scope["route"], handler = found
        try:
            response = await handler(Request(scope, receive))
        except Exception as error:  # noqa: BLE001 -- every error becomes an answer
            known = problem_of(error)
            if known is None:
                _log.exception("failed", operation=found[0].operation_id)
            response = known or fault()
        await response(scope, receive, send)

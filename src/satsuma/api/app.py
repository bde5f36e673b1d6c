"""The application: every router under `/api/v1`, tracking under `/v1`, and what goes around all of them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi import APIRouter, FastAPI, Request, Response
from starlette.exceptions import HTTPException

from satsuma import __version__
from satsuma.access.limits import LIMITS
from satsuma.access.passwords import hash_token
from satsuma.access.permissions import TABLE
from satsuma.api import (
    catalog,
    centers,
    changes,
    consent,
    imports,
    insights,
    jobs,
    language,
    lists,
    mail,
    openid,
    passwords,
    people,
    quarantine,
    reach,
    records,
    session,
    templates,
    webhooks,
    workspace,
)
from satsuma.api.ingestion.direct import Direct
from satsuma.api.ingestion.posts import Posts
from satsuma.api.ingestion.routes import tracking_router
from satsuma.api.limits import BODY_TIME_S, Hosts, Limits
from satsuma.api.openapi import describe
from satsuma.api.problems import fault, problem_of
from satsuma.api.routing import Serving
from satsuma.api.segments import changing, designing
from satsuma.api.segments import reading as segments
from satsuma.api.uploads import Uploads
from satsuma.kernel.clock import Clock
from satsuma.kernel.errors import InvariantError
from satsuma.workspace import Workspace

if TYPE_CHECKING:
    from satsuma.access.openid import OpenIdSettings

ROUTERS: tuple[APIRouter, ...] = (
    session.router,
    openid.router,
    passwords.router,
    segments.router,
    changing.router,
    designing.router,
    templates.router,
    catalog.router,
    language.router,
    consent.router,
    records.router,
    quarantine.router,
    imports.router,
    insights.router,
    lists.router,
    reach.router,
    centers.router,
    mail.router,
    jobs.router,
    changes.router,
    webhooks.router,
    workspace.router,
    people.router,
)
"""In this order: consent's paths lie below those of records, and are looked at first."""

PREFIX = "/api/v1"


@dataclass(frozen=True, slots=True)
class AppSettings:
    """What an application is told.

    Attributes:
        hosts: Names by which it may be called; `*` for any.
        upload_bytes_max: Of one file.
        body_time_s: How long a body may take to arrive.
        request_time_s: How long a request may be worked on; 0 for no limit.
        requests_per_minute: Of one caller; 0 for no limit.
        version_wait_s: How long a request waits for the version that it asks for.
        setup_token: Admits whoever makes the first administrator; None where nobody shall.
        site: The address by which people reach the server; None: by which it is called at the moment.
        openid: A provider by which people may sign in.
    """

    hosts: tuple[str, ...] = ("localhost", "127.0.0.1", "[::1]", "testserver")
    upload_bytes_max: int = 2 * 1024**3
    body_time_s: float = BODY_TIME_S
    request_time_s: float = 300.0
    requests_per_minute: int = 6_000
    version_wait_s: float = 5.0
    setup_token: str | None = None
    site: str | None = None
    openid: OpenIdSettings | None = None


def make_app(
    ws: Workspace, clock: Clock, settings: AppSettings | None = None, more: Iterable[APIRouter] = ()
) -> FastAPI:
    """The application of a workspace; whoever makes it opens and closes the workspace.

    Args:
        clock: Tells how far the data is behind.
        more: Routers of their own manners, such as streams, under `/api/v1` too.
    """
    settings = settings or AppSettings()
    hosts = Hosts(settings.hosts)
    app = FastAPI(
        title="Satsuma",
        version=__version__,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.serving = Serving(
        ws,
        requests_per_minute=settings.requests_per_minute,
        request_time_s=settings.request_time_s,
        body_time_s=settings.body_time_s,
        version_wait_s=settings.version_wait_s,
    )
    app.state.jobs = jobs.Jobs(clock.now)
    app.state.uploads = Uploads(ws.path, os.urandom)
    app.state.upload_bytes_max = settings.upload_bytes_max
    app.state.clock_now = clock.now
    app.state.is_stopping = False
    app.state.setup_token_hash = None if settings.setup_token is None else hash_token(settings.setup_token)
    app.state.mail_server = None
    app.state.mail_site = lambda: passwords.mail_site(app, ws)
    app.state.site = None if settings.site is None else settings.site.rstrip("/")
    app.state.openid = None if settings.openid is None else _signing_in(ws, settings.openid)
    for router in ROUTERS:
        app.include_router(router, prefix=PREFIX)
    for router in more:
        app.include_router(router, prefix=PREFIX)
    tracking = tracking_router(ws.tracking, ws.access.keys)
    app.include_router(tracking)
    app.state.posts = Posts(ws.tracking, ws.access.keys, hosts)
    app.add_exception_handler(Exception, _answer)
    app.add_exception_handler(HTTPException, _answer)
    app.add_middleware(Direct, router=tracking)
    app.add_middleware(
        Limits,
        hosts=hosts,
        bytes_max=settings.upload_bytes_max,
        body_time_s=settings.body_time_s,
        version=lambda: ws.version,
    )
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]  # as FastAPI's manual says
    _check_table(app)
    return app


def _signing_in(ws: Workspace, settings: OpenIdSettings) -> openid.SigningIn:
    from satsuma.access.openid import Provider  # noqa: PLC0415 -- what checks tokens is loaded where it is used

    return openid.SigningIn(Provider(settings, ws.access.rooms))


async def _answer(request: Request, error: Exception) -> Response:  # noqa: ARG001 -- the framework's form
    return problem_of(error) or fault()


def operations(app: FastAPI) -> dict[str, tuple[str, str]]:
    """The operations of an application: id → method and path."""
    found: dict[str, tuple[str, str]] = {}
    for path, methods in app.openapi()["paths"].items():
        for method, operation in methods.items():
            found[operation["operationId"]] = (method.upper(), path)
    return found


def _check_table(app: FastAPI) -> None:
    """Refuse an application with an operation that nobody has ruled on."""
    for operation, (_, path) in operations(app).items():
        if path.startswith(PREFIX) and not (operation in TABLE and operation in LIMITS):
            raise InvariantError(f"the operation {operation} is not in the tables of permissions and limits")

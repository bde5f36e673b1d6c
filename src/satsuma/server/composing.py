"""Composing: the API, the public pages, the console and the metrics as one application."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fastapi import FastAPI

from satsuma.access.roles import Role
from satsuma.api.app import PREFIX, AppSettings, make_app
from satsuma.api.rpc import by_permissions, rpc_router
from satsuma.kernel.clock import Clock
from satsuma.kernel.errors import UsageError
from satsuma.lists.smtp import MailServer
from satsuma.remote.serving import Serving
from satsuma.server.console import console_router
from satsuma.server.metrics import Metrics, Noting, Observed, metrics_router
from satsuma.server.quick import Quick
from satsuma.server.settings import Settings, secret
from satsuma.web import drawing
from satsuma.web.router import WebSettings
from satsuma.web.router import router as public_pages
from satsuma.workspace import Workspace

if TYPE_CHECKING:
    from satsuma.access.openid import OpenIdSettings

LOCAL_NAMES = ("localhost", "127.0.0.1", "[::1]")
ANYWHERE = ("0.0.0.0", "::", "")  # noqa: S104 -- compared with, not listened at


def compose(
    ws: Workspace, clock: Clock, settings: Settings, serving: Serving, setup_token: str | None
) -> FastAPI:
    """The whole application of an open workspace.

    Args:
        serving: Answers calls of `satsuma.connect`.
        setup_token: Admits whoever makes the first administrator.
    """
    own = settings.host.lower()
    site = site_of(settings)
    called = () if site is None else (str(urlsplit(site).hostname),)
    names = (*LOCAL_NAMES, *settings.hosts, *called, *(() if own in ANYWHERE else (own,)))
    app = make_app(
        ws,
        clock,
        AppSettings(
            hosts=names,
            upload_bytes_max=settings.upload_bytes_max,
            body_time_s=settings.body_time_s,
            request_time_s=settings.request_time_s,
            requests_per_minute=settings.requests_per_minute,
            setup_token=setup_token,
            site=site,
            openid=openid_of(settings),
        ),
        more=(rpc_router(serving, by_permissions(ws)),),
    )
    app.state.preview = drawing.preview
    app.state.mail_server = mail_server_of(settings)
    metrics = Metrics(ws, clock, app.state.jobs)
    measured = metrics_router(ws, metrics, is_open=settings.metrics == "open")
    app.include_router(measured)
    app.include_router(measured, prefix=PREFIX)
    app.include_router(public_pages(ws, WebSettings()))
    app.include_router(console_router())
    noting = Noting(metrics)
    app.add_middleware(Observed, noting=noting)
    app.state.quick = Quick(app.state.posts, noting)
    return app


def site_of(settings: Settings) -> str | None:
    """The address by which people reach the server, if the settings tell.

    Raises:
        UsageError: It is none.
    """
    if not settings.url:
        return None
    parts = urlsplit(settings.url)
    if (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or parts.path not in ("", "/")
        or parts.query
    ):
        raise UsageError(
            f"setting url: found {settings.url!r}, expected one such as https://segments.example.com",
            code="usage.settings",
        )
    return settings.url.rstrip("/")


def openid_of(settings: Settings) -> OpenIdSettings | None:
    """The provider by which people may sign in, if the settings name one.

    Raises:
        UsageError: Something of it is missing, or does not fit.
    """
    if not settings.openid_issuer:
        return None
    from satsuma.access.openid import OpenIdSettings  # noqa: PLC0415 -- only who has a provider loads it

    role = settings.openid_new_role
    return OpenIdSettings(
        settings.openid_issuer,
        settings.openid_client_id,
        secret(settings, "openid_client_secret"),
        settings.openid_name,
        settings.openid_domains,
        None if role == "none" else Role(role),
    )


def mail_server_of(settings: Settings) -> MailServer | None:
    """The mail server that the settings name, if they do."""
    if not settings.smtp_host:
        return None
    return MailServer(
        settings.smtp_host,
        settings.smtp_port,
        settings.smtp_username or None,
        secret(settings, "smtp_password"),
        settings.smtp_security,
    )

"""A server with a provider of sign-ins, and the ways of browsers through both."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

import satsuma
from satsuma.access.openid import OpenIdSettings, Provider
from satsuma.api.openid import SigningIn
from tests.api.oidc.provider import CLIENT_ID, CLIENT_SECRET, OidcProvider, query_of

BROWSER = {"Accept": "text/html"}


@dataclass(frozen=True, slots=True)
class Site:
    """A server with a provider; `app` is its application."""

    ws: satsuma.Workspace
    app: Any
    address: str
    provider: OidcProvider

    @contextmanager
    def browser(self) -> Iterator[httpx.Client]:
        """Somebody's browser; it stores cookies, and follows no redirects by itself."""
        with httpx.Client(base_url=f"{self.address}/api/v1", timeout=30, headers=BROWSER) as client:
            yield client

    @contextmanager
    def with_settings(
        self, *, passed_s: Callable[[], float] = time.monotonic, **settings: Any
    ) -> Iterator[None]:
        """With other settings of the provider, or time that passes otherwise, for a while."""
        before = self.app.state.openid
        provider = Provider(told(self.provider, **settings), self.ws.access.rooms)
        self.app.state.openid = SigningIn(provider, passed_s=passed_s)
        try:
            yield
        finally:
            self.app.state.openid = before


def told(provider: OidcProvider, **settings: Any) -> OpenIdSettings:
    """Settings of the provider."""
    known = {"issuer": provider.issuer, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    return OpenIdSettings(**(known | {"name": "Example accounts"} | settings))


def begin(client: httpx.Client, **query: str) -> str:
    """Where the browser is sent to."""
    answer = client.get("/session/openid", params=query)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def refused(answer: httpx.Response) -> str:
    """The code of a refusal that people see on the page that signs them in."""
    assert answer.status_code == 303, answer.text
    where = urlsplit(answer.headers["location"])
    assert where.path == "/sign-in"
    return query_of(answer.headers["location"])["problem"]


def through(site: Site, client: httpx.Client, login: str | None) -> httpx.Response:
    """The whole way."""
    return client.get(site.provider.sign_in(begin(client), login))

"""Signing in by an OpenID Connect provider: the browser goes there and comes back.

What goes wrong is told to browsers on the page that signs people in, and to others as a problem.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

from fastapi import Query, Request
from fastapi.responses import RedirectResponse

from satsuma.access import audit
from satsuma.access.passwords import hash_token, new_token
from satsuma.api.calling import Caller
from satsuma.api.problems import RefusedError
from satsuma.api.routing import api_router
from satsuma.api.session import by_address, cookie_named, note_failed, set_cookies
from satsuma.kernel.errors import Error, NotFoundError

if TYPE_CHECKING:
    # Loaded by servers that have a provider, and by no others.
    from satsuma.access.openid import Beginning, Provider

router = api_router("session")

ATTEMPT_S = 600.0
"""So long somebody may take to sign in at the provider."""

ATTEMPTS_MAX = 10_000
"""Under way at once; beyond it the oldest is forgotten."""

COOKIE = "satsuma_openid"
Shown = Annotated[str | None, Query(max_length=2_000)]


@dataclass(frozen=True, slots=True)
class _Attempt:
    beginning: Beginning
    browser_hash: str
    to: str
    until_s: float


class SigningIn:
    """Sign-ins that are under way at a provider. Each is finished once, by the browser that began it."""

    def __init__(self, provider: Provider, *, passed_s: Callable[[], float] = time.monotonic) -> None:
        """Wire it; `passed_s` tells seconds that pass evenly."""
        self.provider = provider
        self._passed_s = passed_s
        self._attempts: OrderedDict[str, _Attempt] = OrderedDict()
        self._lock = Lock()

    def begin(self, redirect_uri: str, browser: str, to: str) -> str:
        """Where the browser goes.

        Args:
            redirect_uri: Where it comes back to.
            browser: A secret that only it has.
            to: The page that it wants then.
        """
        beginning = self.provider.begin(redirect_uri)
        attempt = _Attempt(beginning, hash_token(browser), to, self._passed_s() + ATTEMPT_S)
        with self._lock:
            self._attempts[hash_token(beginning.state)] = attempt
            if len(self._attempts) > ATTEMPTS_MAX:
                self._attempts.popitem(last=False)
        return beginning.url

    def take(self, state: str, browser: str | None) -> _Attempt:
        """An attempt, which from now on is none any more.

        Raises:
            RefusedError: There is none, it has taken too long, or another browser began it.
        """
        with self._lock:
            found = self._attempts.get(hash_token(state))
            if (
                found is None
                or self._passed_s() > found.until_s
                or browser is None
                or hash_token(browser) != found.browser_hash
            ):
                raise RefusedError(
                    "openid.state",
                    "no sign-in of this browser is under way that this could be the end of",
                    hint="sign in again",
                )
            del self._attempts[hash_token(state)]
            return found


@router.get(
    "/session/openid",
    operation_id="begin_openid",
    summary="Sign in by the provider",
    status_code=303,
    response_class=RedirectResponse,
)
def begin_openid(request: Request, caller: Caller, to: Shown = None) -> RedirectResponse:
    """For browsers: sends them to the OpenID Connect provider that is configured."""
    try:
        by_address.check(caller.origin or "")
        signing_in = _signing_in(request)
        browser = request.cookies.get(cookie_named(COOKIE, caller)) or new_token(
            caller.ws.access.rooms.randomness
        )
        url = signing_in.begin(f"{site(request)}{_CALLBACK}", browser, _page(to))
    except Error as error:
        return _told(request, error, _page(to))
    answer = _redirect(url)
    answer.set_cookie(
        cookie_named(COOKIE, caller),
        browser,
        max_age=int(ATTEMPT_S),
        path="/",
        secure=caller.is_secure,
        httponly=True,
        samesite="lax",
    )
    return answer


@router.get(
    "/session/openid/callback",
    operation_id="finish_openid",
    summary="Come back from the provider",
    status_code=303,
    response_class=RedirectResponse,
)
def finish_openid(
    request: Request,
    caller: Caller,
    state: Shown = None,
    code: Shown = None,
    iss: Shown = None,
    error: Annotated[str | None, Query(max_length=200)] = None,
) -> RedirectResponse:
    """For browsers, which the provider sends here; begins a session as `POST /session` does."""
    access, to = caller.ws.access, "/"
    try:
        by_address.check(caller.origin or "")
        signing_in = _signing_in(request)
        attempt = signing_in.take(state or "", request.cookies.get(cookie_named(COOKIE, caller)))
        to = attempt.to
        if error is not None or code is None:
            raise RefusedError("openid.refused", "the provider has not signed them in", hint="sign in again")
        provider = signing_in.provider
        claims = provider.finish(attempt.beginning, code, iss)
        person = access.identities.person(claims, provider.settings)
        audit.name(person.email, target=f"person={person.id}", through="openid")
        token = access.sessions.begin(person)
    except Error as refusal:
        if refusal.code not in ("access.rate", "not_found.openid"):
            note_failed(caller, "openid", refusal.code)
        return _told(request, refusal, to)
    answer = _redirect(to)
    set_cookies(answer, caller, token, through="openid")
    return answer


@router.get(
    "/session/openid/end",
    operation_id="end_openid",
    summary="Sign out at the provider",
    status_code=303,
    response_class=RedirectResponse,
)
def end_openid(request: Request, caller: Caller) -> RedirectResponse:
    """For browsers whose session has ended here: sends them to end it at the provider too."""
    try:
        by_address.check(caller.origin or "")
        page = f"{site(request)}/sign-in"
        return _redirect(_signing_in(request).provider.ending(page) or page)
    except Error as error:
        return _told(request, error)


_CALLBACK = "/api/v1/session/openid/callback"


def site(request: Request) -> str:
    """The address of this server as people reach it: the one configured, or by which it is called now."""
    configured: str | None = request.app.state.site
    return configured or f"{request.url.scheme}://{request.url.netloc}"


def _signing_in(request: Request) -> SigningIn:
    found: SigningIn | None = request.app.state.openid
    if found is None:
        raise NotFoundError("no OpenID Connect provider is configured", code="not_found.openid")
    return found


def _page(to: str | None) -> str:
    """The address of one of our own pages."""
    is_ours = to is not None and to.startswith("/") and to.isprintable() and to[1:2] not in ("/", "\\")
    return to if to is not None and is_ours else "/"


def _redirect(url: str) -> RedirectResponse:
    return RedirectResponse(url, 303, headers={"Cache-Control": "no-store"})


def _told(request: Request, error: Error, to: str = "/") -> RedirectResponse:
    """Tells people on the page that signs them in, from where they still come to the page that they wanted.

    Raises:
        Error: The error, for others than browsers.
    """
    if "text/html" not in request.headers.get("accept", ""):
        raise error
    wanted = "" if to == "/" else f"&to={quote(to, safe='')}"
    return _redirect(f"/sign-in?problem={quote(error.code)}{wanted}")

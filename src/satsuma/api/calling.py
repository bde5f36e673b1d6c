"""Who calls: found out before anything else of a request is read."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request

from satsuma.access.keys import Key, KeyKind
from satsuma.access.limits import LIMITS, Limit
from satsuma.access.passwords import csrf_token
from satsuma.access.people import Person
from satsuma.access.permissions import TABLE
from satsuma.access.roles import Role
from satsuma.api.problems import RefusedError
from satsuma.workspace import Workspace

COOKIE = "satsuma_session"
SECURE_COOKIE = "__Host-satsuma_session"
CSRF_HEADER = "x-csrf-token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

ANONYMOUS = "nobody"
"""The actor of requests for which nobody needs to be signed in."""


@dataclass(frozen=True, slots=True)
class Calling:
    """Who calls, and the workspace as they hold it.

    Attributes:
        ws: Commands given through it bear their name.
        actor: Their name in the history.
        role: What they may do; None of nobody.
        person, key: Who they are, or by which key they come.
        token: Of the session.
        origin: The address from which they call.
        is_secure: Whether the request came encrypted.
    """

    ws: Workspace
    actor: str
    role: Role | None
    person: Person | None
    key: Key | None
    token: str | None
    origin: str | None
    is_secure: bool

    @property
    def identity(self) -> str:
        """Who they are, the same whatever they are called: to count and keep by."""
        match self.person, self.key:
            case _, Key(id=number):
                return f"key {number}"
            case Person(id=number), _:
                return f"person {number}"
            case _:
                return f"address {self.origin}"

    @property
    def is_masked(self) -> bool:
        """Whether personal data of contacts is not shown to them."""
        return self.role is Role.VIEWER

    @property
    def is_limited(self) -> bool:
        """Whether they see some contacts only; the workspace that they hold is limited to those."""
        return self.ws.sight is not None


def caller_of(request: Request, ws: Workspace, operation: str) -> Calling:
    """Who calls an operation, and that they may.

    Raises:
        RefusedError: Nobody has signed in, the key is not valid, the role or the scopes do not admit it,
            or a session's request does not show that it comes from our own pages.
    """
    rule = TABLE[operation]
    origin = request.client.host if request.client is not None else None
    is_secure = request.url.scheme == "https"
    bearer = request.headers.get("authorization")
    if bearer is not None and rule.role is not None:
        return _by_key(ws, operation, bearer, origin, is_secure=is_secure)
    token = request.cookies.get(SECURE_COOKIE if is_secure else COOKIE)
    person = None if token is None else ws.access.sessions.person(token)
    unsafe = request.method not in SAFE_METHODS
    if unsafe:
        _check_origin(request)
    if rule.role is None:
        return Calling(ws.acting(ANONYMOUS), ANONYMOUS, None, person, None, token, origin, is_secure)
    if person is None or token is None:
        raise RefusedError(
            "access.unauthenticated",
            "nobody has signed in",
            hint="sign in, or send `Authorization: Bearer` with an API key",
            headers={"WWW-Authenticate": "Bearer"},
        )
    if unsafe and not hmac.compare_digest(
        request.headers.get(CSRF_HEADER, "").encode(), csrf_token(token).encode()
    ):
        raise RefusedError(
            "access.csrf",
            "the request does not bear the token of its session",
            hint="send the session's `csrf_token` as the header `X-CSRF-Token`",
        )
    if not person.role.is_at_least(rule.role):
        raise _forbidden(rule.role)
    acting = _acting(ws, operation, person, person.email)
    return Calling(acting, person.email, person.role, person, None, token, origin, is_secure)


def _by_key(ws: Workspace, operation: str, bearer: str, origin: str | None, *, is_secure: bool) -> Calling:
    rule = TABLE[operation]
    scheme, _, secret = bearer.partition(" ")
    key = ws.access.keys.find(secret.strip(), KeyKind.API) if scheme.lower() == "bearer" else None
    if key is None:
        raise RefusedError(
            "access.unauthenticated",
            "found no valid API key",
            headers={"WWW-Authenticate": 'Bearer error="invalid_token"'},
        )
    if rule.role is not None and not key.role.is_at_least(rule.role):
        raise _forbidden(rule.role)
    if rule.scope is None:
        raise RefusedError("access.forbidden", "this is for people who have signed in, not for keys")
    if "*" not in key.scopes and rule.scope not in key.scopes:
        raise RefusedError(
            "access.forbidden", f"the key does not open {rule.scope}", hint="make a key with this scope"
        )
    acting = _acting(ws, operation, key, key.actor)
    return Calling(acting, key.actor, key.role, None, key, None, origin, is_secure)


def _acting(ws: Workspace, operation: str, holder: Person | Key, actor: str) -> Workspace:
    """The workspace as somebody holds it, limited to what they see."""
    sight = ws.access.sight_of(holder)
    if sight is not None and LIMITS[operation] is Limit.REFUSED:
        raise RefusedError(
            "access.units",
            "this is for people and keys that see every contact",
            hint="ask an administrator",
        )
    return ws.acting(actor, sight)


def _forbidden(role: Role) -> RefusedError:
    return RefusedError(
        "access.forbidden",
        f"the caller's role does not admit this: it needs {role} or above",
        hint="ask an administrator",
    )


def _check_origin(request: Request) -> None:
    """Refuse what a page of another site sends: browsers say where a request comes from."""
    found = request.headers.get("origin")
    if found is None:
        return
    if urlsplit(found).netloc.lower() != request.headers.get("host", "").lower():
        raise RefusedError("access.origin", "the request comes from a page of another site")


def _given(request: Request) -> Calling:
    found: Calling = request.state.calling
    return found


Caller = Annotated[Calling, Depends(_given)]
"""As a parameter of a route: who calls."""

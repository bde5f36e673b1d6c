"""Signing in and out, and setting up: the first administrator by a one-time token."""

from __future__ import annotations

import asyncio
import hmac

from fastapi import Request, Response
from pydantic import BaseModel, Field

from satsuma.access import audit
from satsuma.access.limits import LIMITS, Limit
from satsuma.access.passwords import csrf_token, hash_token
from satsuma.access.people import Person
from satsuma.access.permissions import TABLE
from satsuma.access.roles import Role
from satsuma.access.sessions import SESSION_US
from satsuma.api.calling import ANONYMOUS, COOKIE, Caller, Calling
from satsuma.api.forms import Given, instant
from satsuma.api.problems import RefusedError
from satsuma.api.rates import Rates
from satsuma.api.routing import api_router
from satsuma.kernel.civil import US_PER_SECOND
from satsuma.kernel.errors import ConflictError

router = api_router("session")

by_address = Rates(30)
by_account = Rates(10)

THROUGH = "satsuma_through"
"""The cookie of whoever has signed in by a provider: they are to sign out there too."""

OPENID_END = "/api/v1/session/openid/end"
"""Where they do."""


class User(BaseModel):
    """Somebody who has signed in."""

    id: int = Field(examples=[1])
    email: str = Field(examples=["ada@example.com"])
    name: str = Field(examples=["Ada Lovelace"])
    role: Role


class About(BaseModel):
    """The workspace."""

    name: str = Field(description="Of its directory.", examples=["shop"])
    timezone: str = Field(examples=["Europe/Berlin"])
    version: int
    now: str = Field(description="The instant of the last version.", examples=["2026-01-01T00:00:00Z"])


class Session(BaseModel):
    """Who has signed in, and what they may do."""

    user: User
    permissions: list[str] = Field(
        description="Operation ids that they may call.", examples=[["list_segments", "create_segment"]]
    )
    csrf_token: str = Field(description="To send as `X-CSRF-Token` with everything that changes something.")
    sign_out_at: str | None = Field(
        default=None,
        description="Where a browser goes after signing out here, to sign out at the provider too.",
        examples=["/api/v1/session/openid/end"],
    )
    workspace: About


class SignIn(Given):
    """An address and its password."""

    email: str = Field(max_length=254, examples=["ada@example.com"])
    password: str = Field(max_length=1_000, examples=["correct horse battery staple"])


class Setup(BaseModel):
    """Whether there is nobody yet who could sign in."""

    needed: bool
    openid: str | None = Field(
        default=None,
        description="What people call the OpenID Connect provider by which they may sign in; null: none is"
        " configured.",
        examples=["Example accounts"],
    )
    mail: bool = Field(
        default=False,
        description="Whether messages are sent from here: invitations, and links for forgotten passwords.",
    )


class SetUp(Given):
    """The first administrator."""

    token: str = Field(max_length=200, description="From the link that the server prints when it starts.")
    email: str = Field(max_length=254, examples=["ada@example.com"])
    name: str = Field(max_length=120, examples=["Ada Lovelace"])
    password: str = Field(max_length=1_000, examples=["correct horse battery staple"])


class PasswordChange(Given):
    """The password until now, and the one from now on."""

    password: str = Field(max_length=1_000)
    new_password: str = Field(max_length=1_000)


@router.get("/setup", operation_id="show_setup", summary="Whether an administrator is still to be made")
def show_setup(caller: Caller, request: Request) -> Setup:
    """Open to all: a page that signs people in asks it first."""
    openid = request.app.state.openid
    return Setup(
        needed=not caller.ws.access.people.has_admin,
        openid=None if openid is None else openid.provider.settings.name,
        mail=request.app.state.mail_site() is not None,
    )


@router.post("/setup", operation_id="set_up", summary="Make the first administrator", status_code=201)
async def set_up(given: SetUp, caller: Caller, request: Request, response: Response) -> Session:
    """With the token that the server prints while there is none; signs them in."""
    by_address.check(caller.origin or "")
    expected: str | None = request.app.state.setup_token_hash
    people = caller.ws.access.people
    if expected is None or people.has_admin:
        raise ConflictError("there is an administrator already", code="access.set_up")
    if not hmac.compare_digest(hash_token(given.token), expected):
        raise RefusedError("access.forbidden", "the token is not the one that the server has printed")

    def make() -> tuple[Person, str]:
        person = people.add(
            given.email, given.name, Role.ADMIN, given.password, actor=given.email, first_admin=True
        )
        audit.name(person.email, target=f"person={person.id}")
        return person, caller.ws.access.sessions.begin(person)

    person, token = await asyncio.to_thread(make)
    request.app.state.setup_token_hash = None
    set_cookies(response, caller, token)
    return _told(caller, person, token)


@router.post("/session", operation_id="sign_in", summary="Sign in", status_code=201)
async def sign_in(given: SignIn, caller: Caller, response: Response) -> Session:
    """Sets a cookie that scripts cannot read; what changes something also needs `csrf_token` as a header."""
    by_address.check(caller.origin or "")
    by_account.check(given.email.strip().casefold())

    def check() -> tuple[Person, str] | None:
        person = caller.ws.access.people.sign_in(given.email, given.password)
        if person is None:
            note_failed(
                caller, "password", "access.wrong_password", caller.ws.access.people.find(given.email)
            )
            return None
        audit.name(person.email, target=f"person={person.id}", through="password")
        return person, caller.ws.access.sessions.begin(person)

    found = await asyncio.to_thread(check)
    if found is None:
        raise RefusedError("access.wrong_password", "the address and the password do not go together")
    person, token = found
    set_cookies(response, caller, token)
    return _told(caller, person, token)


@router.get("/session", operation_id="show_session", summary="Who has signed in")
def show_session(caller: Caller, request: Request) -> Session:
    """Refused with 401 where nobody has."""
    person, token = _signed_in(caller)
    through = None if request.app.state.openid is None else request.cookies.get(cookie_named(THROUGH, caller))
    return _told(caller, person, token, sign_out_at=None if through is None else OPENID_END)


@router.delete("/session", operation_id="sign_out", summary="Sign out", status_code=204)
def sign_out(caller: Caller, response: Response) -> None:
    """Ends the session; its cookie is of no use any more."""
    _, token = _signed_in(caller)
    caller.ws.access.sessions.end(token, actor=caller.actor)
    for cookie in (COOKIE, THROUGH):
        response.delete_cookie(cookie_named(cookie, caller), path="/", secure=caller.is_secure)


@router.patch(
    "/session/password", operation_id="change_password", summary="Change one's own password", status_code=204
)
def change_password(given: PasswordChange, caller: Caller) -> None:
    """Ends all sessions of the person, this one too."""
    person, _ = _signed_in(caller)
    by_account.check(person.email.casefold())
    if caller.ws.access.people.sign_in(person.email, given.password) is None:
        raise RefusedError("access.wrong_password", "the password until now is another one")
    caller.ws.access.people.change(person.id, actor=caller.actor, password=given.new_password)
    caller.ws.access.sessions.reload()


def _signed_in(caller: Calling) -> tuple[Person, str]:
    if caller.person is None or caller.token is None:
        raise RefusedError("access.unauthenticated", "nobody has signed in")
    return caller.person, caller.token


def cookie_named(cookie: str, caller: Calling) -> str:
    """The name of a cookie: one that comes encrypted says so, and then no other server can have set it."""
    return f"__Host-{cookie}" if caller.is_secure else cookie


def set_cookies(response: Response, caller: Calling, token: str, *, through: str | None = None) -> None:
    """Give the browser its session.

    Args:
        response: What it is answered.
        caller: Whether it came encrypted.
        token: Of the session.
        through: By what they have signed in, where not by a password.
    """
    given = {COOKIE: token, **({} if through is None else {THROUGH: through})}
    for cookie, value in given.items():
        response.set_cookie(
            cookie_named(cookie, caller),
            value,
            max_age=SESSION_US // US_PER_SECOND,
            path="/",
            secure=caller.is_secure,
            httponly=True,
            samesite="lax",
        )
    if through is None:
        response.delete_cookie(cookie_named(THROUGH, caller), path="/", secure=caller.is_secure)
    response.headers["Cache-Control"] = "no-store"


def note_failed(caller: Calling, through: str, reason: str, person: Person | None = None) -> None:
    """Write into the audit log that somebody did not come in.

    Args:
        caller: From where.
        through: What they tried.
        reason: The code of the refusal.
        person: Whose account it was, where there is one; what was typed otherwise is not kept.
    """
    target = None if person is None else f"person={person.id}"
    details = {"through": through, "reason": reason}
    caller.ws.access.audit.write(audit.Note(ANONYMOUS, "failed_sign_in", target, caller.origin, details))


def _told(caller: Calling, person: Person, token: str, *, sign_out_at: str | None = None) -> Session:
    ws = caller.ws
    sees_all = ws.access.sight_of(person) is None
    return Session(
        user=User(id=person.id, email=person.email, name=person.name, role=person.role),
        permissions=sorted(
            name
            for name, rule in TABLE.items()
            if (rule.role is None or person.role.is_at_least(rule.role))
            and (sees_all or LIMITS[name] is not Limit.REFUSED)
        ),
        csrf_token=csrf_token(token),
        sign_out_at=sign_out_at,
        workspace=About(
            name=ws.path.resolve().name, timezone=ws.catalog.timezone, version=ws.version, now=instant(ws.now)
        ),
    )

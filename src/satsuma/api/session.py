"""Signing in and out, and setting up: the first administrator by a one-time token."""

from __future__ import annotations

import asyncio
import hmac

from fastapi import Request, Response
from pydantic import BaseModel, Field

from satsuma.access.passwords import csrf_token, hash_token
from satsuma.access.people import Person
from satsuma.access.permissions import TABLE
from satsuma.access.roles import Role
from satsuma.access.sessions import SESSION_US
from satsuma.api.calling import COOKIE, SECURE_COOKIE, Caller, Calling
from satsuma.api.forms import Given, instant
from satsuma.api.problems import RefusedError
from satsuma.api.rates import Rates
from satsuma.api.routing import api_router
from satsuma.kernel.civil import US_PER_SECOND
from satsuma.kernel.errors import ConflictError

router = api_router("session")

by_address = Rates(30)
by_account = Rates(10)


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
    workspace: About


class SignIn(Given):
    """An address and its password."""

    email: str = Field(max_length=254, examples=["ada@example.com"])
    password: str = Field(max_length=1_000, examples=["correct horse battery staple"])


class Setup(BaseModel):
    """Whether there is nobody yet who could sign in."""

    needed: bool


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
def show_setup(caller: Caller) -> Setup:
    """Open to all: a page that signs people in asks it first."""
    return Setup(needed=not caller.ws.access.people.has_admin)


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
        return person, caller.ws.access.sessions.begin(person)

    person, token = await asyncio.to_thread(make)
    request.app.state.setup_token_hash = None
    return _begun(caller, person, token, response)


@router.post("/session", operation_id="sign_in", summary="Sign in", status_code=201)
async def sign_in(given: SignIn, caller: Caller, response: Response) -> Session:
    """Sets a cookie that scripts cannot read; what changes something also needs `csrf_token` as a header."""
    by_address.check(caller.origin or "")
    by_account.check(given.email.strip().casefold())

    def check() -> tuple[Person, str] | None:
        person = caller.ws.access.people.sign_in(given.email, given.password)
        return None if person is None else (person, caller.ws.access.sessions.begin(person))

    found = await asyncio.to_thread(check)
    if found is None:
        raise RefusedError("access.wrong_password", "the address and the password do not go together")
    return _begun(caller, *found, response)


@router.get("/session", operation_id="show_session", summary="Who has signed in")
def show_session(caller: Caller) -> Session:
    """Refused with 401 where nobody has."""
    person, token = _signed_in(caller)
    return _told(caller, person, token)


@router.delete("/session", operation_id="sign_out", summary="Sign out", status_code=204)
def sign_out(caller: Caller, response: Response) -> None:
    """Ends the session; its cookie is of no use any more."""
    _, token = _signed_in(caller)
    caller.ws.access.sessions.end(token, actor=caller.actor)
    response.delete_cookie(SECURE_COOKIE if caller.is_secure else COOKIE, path="/")


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


def _begun(caller: Calling, person: Person, token: str, response: Response) -> Session:
    response.set_cookie(
        SECURE_COOKIE if caller.is_secure else COOKIE,
        token,
        max_age=SESSION_US // US_PER_SECOND,
        path="/",
        secure=caller.is_secure,
        httponly=True,
        samesite="lax",
    )
    response.headers["Cache-Control"] = "no-store"
    return _told(caller, person, token)


def _told(caller: Calling, person: Person, token: str) -> Session:
    ws = caller.ws
    return Session(
        user=User(id=person.id, email=person.email, name=person.name, role=person.role),
        permissions=sorted(
            name for name, rule in TABLE.items() if rule.role is None or person.role.is_at_least(rule.role)
        ),
        csrf_token=csrf_token(token),
        workspace=About(
            name=ws.path.resolve().name, timezone=ws.catalog.timezone, version=ws.version, now=instant(ws.now)
        ),
    )

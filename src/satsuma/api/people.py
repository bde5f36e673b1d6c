"""People, API keys and the audit log over HTTP; for administrators."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query, Request, Response
from pydantic import BaseModel, Field

from satsuma.access.keys import Key, KeyKind
from satsuma.access.links import check_active
from satsuma.access.people import KEEP, Person
from satsuma.access.roles import Role
from satsuma.access.units import UNITS_MAX
from satsuma.api.calling import Caller, Calling
from satsuma.api.etags import IfMatch, check_etag, etag_of
from satsuma.api.forms import Given, IdInPath, instant, instant_or_none
from satsuma.api.paging import Cursor, Items, Limit, Page, page_by_offset, read_cursor, write_cursor
from satsuma.api.passwords import check_mail, mail_site
from satsuma.api.problems import RefusedError
from satsuma.api.routing import api_router
from satsuma.api.session import by_address
from satsuma.kernel.instants import parse_instant
from satsuma.kernel.zones import UTC

router = api_router("people")

Units = Annotated[
    list[str] | None,
    Field(
        max_length=UNITS_MAX,
        description="The units whose contacts they see; null for every contact.",
        examples=[["North"]],
    ),
]


class Account(BaseModel):
    """Somebody who may sign in."""

    id: int
    email: str = Field(examples=["ada@example.com"])
    name: str = Field(examples=["Ada Lovelace"])
    role: Role
    is_active: bool
    units: Units
    created_at: str
    changed_at: str


class AccountCreate(Given):
    """Somebody new."""

    email: str = Field(max_length=254, examples=["bob@example.com"])
    name: str = Field(max_length=120, examples=["Bob"])
    role: Role
    password: str | None = Field(
        default=None,
        max_length=1_000,
        description="Null where they set it themselves, by a link.",
        examples=["correct horse battery staple"],
    )
    units: Units = None


class PasswordLink(BaseModel):
    """By which somebody sets their password, once."""

    token: str = Field(description="Told only here; the console's address for it is `/password#token=...`.")
    expires_at: str


class Redemption(Given):
    """The token of a link, and the password from now on."""

    token: str = Field(max_length=200)
    new_password: str = Field(max_length=1_000)


class AccountChange(Given):
    """What shall change; sessions end with a new password or role."""

    email: str | None = Field(default=None, max_length=254)
    name: str | None = Field(default=None, max_length=120)
    role: Role | None = None
    is_active: bool | None = None
    password: str | None = Field(default=None, max_length=1_000)
    units: Units = None


class ApiKey(BaseModel):
    """A key, without its secret."""

    id: int
    kind: KeyKind
    name: str = Field(examples=["warehouse"])
    prefix: str = Field(description="How the secret begins.", examples=["sk_2a8jUF6e"])
    role: Role
    scopes: list[str]
    units: Units
    created_by: str
    created_at: str
    expires_at: str | None
    last_used_at: str | None = Field(description="Since the server has started.")


class ApiKeyCreate(Given):
    """A key for a program. A `write` key may only send tracking messages."""

    name: str = Field(min_length=1, max_length=120, examples=["warehouse"])
    kind: KeyKind = KeyKind.API
    role: Role = Role.VIEWER
    scopes: list[str] = Field(
        default_factory=lambda: ["*"], max_length=50, examples=[["segments:read", "records:write"]]
    )
    expires_at: str | None = Field(default=None, max_length=40, examples=["2027-01-01T00:00:00Z"])
    units: Units = None


class ApiKeyMade(ApiKey):
    """A new key, with its secret, which is told only here."""

    secret: str


class UnitSettings(BaseModel):
    """The attributes that say whose contacts are whose."""

    unit: str | None = Field(
        description="Names the unit of each contact; null where there are no units.",
        examples=["contact.unit"],
    )
    owner: str | None = Field(
        description="Names the owner of each contact by e-mail address: sellers see what is theirs.",
        examples=["contact.owner"],
    )


class UnitSettingsChange(Given):
    """What is not mentioned stays; null takes it away."""

    unit: str | None = Field(default=None, max_length=250, examples=["contact.unit"])
    owner: str | None = Field(default=None, max_length=250, examples=["contact.owner"])


class AuditEntry(BaseModel):
    """Something that somebody did."""

    id: int
    at: str
    version: int
    actor: str = Field(examples=["ada@example.com"])
    action: str = Field(examples=["stop_segment"])
    target: str | None = Field(examples=["id=7"])
    details: dict[str, Any]
    origin: str | None = Field(description="The address it came from.")


@router.get("/users", operation_id="list_users", summary="List people")
def list_users(
    caller: Caller,
    search: Annotated[str | None, Query(max_length=200)] = None,
    role: Role | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[Account]:
    """By name."""
    found = caller.ws.access.people.list(search=search, role=role)
    part, more = page_by_offset(found, cursor, limit)
    return Page(items=[_account(one) for one in part], next_cursor=more, total=len(found))


@router.get("/users/{id}", operation_id="show_user", summary="Show a person")
def show_user(id: IdInPath, caller: Caller, response: Response) -> Account:
    """The ETag is for `If-Match`."""
    return _shown(caller, id, response)


@router.post("/users", operation_id="create_user", summary="Add a person", status_code=201)
def create_user(given: AccountCreate, caller: Caller, request: Request, response: Response) -> Account:
    """They sign in with the address and the password.

    Without one they are sent a link that sets it, where messages are sent.
    """
    made = caller.ws.access.people.add(
        given.email, given.name, given.role, given.password, actor=caller.actor, units=given.units
    )
    if given.password is None and mail_site(request.app, caller.ws) is not None:
        caller.ws.access.mail.invite(made.id, actor=caller.actor)
    return _shown(caller, made.id, response)


@router.post(
    "/users/{id}/invitation",
    operation_id="send_invitation",
    summary="Send an invitation",
    status_code=202,
    response_class=Response,
)
def send_invitation(id: IdInPath, caller: Caller, request: Request) -> Response:
    """By e-mail: a link by which they set their password, good for a week and once."""
    check_active(caller.ws.access.people[id])
    check_mail(request.app, caller.ws)
    caller.ws.access.mail.invite(id, actor=caller.actor)
    return Response(status_code=202)


@router.patch("/users/{id}", operation_id="change_user", summary="Change a person")
def change_user(
    id: IdInPath, given: AccountChange, caller: Caller, response: Response, if_match: IfMatch = None
) -> Account:
    """Refused where nobody would be left to administer."""
    access = caller.ws.access
    with caller.ws.writer.turn():
        check_etag(if_match, _etag(access.people[id]))
        access.people.change(
            id,
            actor=caller.actor,
            email=given.email,
            name=given.name,
            role=given.role,
            is_active=given.is_active,
            password=given.password,
            units=given.units if "units" in given.model_fields_set else KEEP,
        )
        access.sessions.reload()
    return _shown(caller, id, response)


@router.post(
    "/users/{id}/password-link",
    operation_id="create_password_link",
    summary="Invite, or let a password be set anew",
    status_code=201,
)
def create_password_link(id: IdInPath, caller: Caller) -> PasswordLink:
    """Good for a week, once, and for nothing else; a link made earlier is good no more."""
    token, until = caller.ws.access.links.create(id, actor=caller.actor)
    return PasswordLink(token=token, expires_at=instant(until))


@router.post(
    "/password", operation_id="redeem_password_link", summary="Set a password by a link", status_code=204
)
def redeem_password_link(given: Redemption, caller: Caller) -> None:
    """Open to whoever has the link; ends the sessions of whom it is for."""
    by_address.check(caller.origin or "")
    caller.ws.access.links.redeem(given.token, given.new_password)
    caller.ws.access.sessions.reload()


@router.delete("/users/{id}", operation_id="delete_user", summary="Remove a person", status_code=204)
def delete_user(id: IdInPath, caller: Caller) -> None:
    """With their sessions; what they did stays under their name."""
    caller.ws.access.people.remove(id, actor=caller.actor)
    caller.ws.access.sessions.reload()


@router.get("/api-keys", operation_id="list_api_keys", summary="List keys")
def list_api_keys(caller: Caller) -> Items[ApiKey]:
    """The newest first."""
    keys = caller.ws.access.keys
    return Items(items=[ApiKey(**_key(one, keys.last_used.get(one.id))) for one in keys.list()])


@router.post("/api-keys", operation_id="create_api_key", summary="Make a key", status_code=201)
def create_api_key(given: ApiKeyCreate, caller: Caller) -> ApiKeyMade:
    """Its secret is told now and never again; only its hash is kept."""
    if caller.role is None or not caller.role.is_at_least(given.role):
        raise RefusedError("access.forbidden", "a key may do at most what whoever makes it may do")
    expires_at = None if given.expires_at is None else parse_instant(given.expires_at, UTC)
    made, secret = caller.ws.access.keys.create(
        given.kind,
        given.name,
        actor=caller.actor,
        role=given.role,
        scopes=given.scopes,
        expires_at=expires_at,
        units=given.units,
    )
    return ApiKeyMade(**_key(made, None), secret=secret)


@router.delete("/api-keys/{id}", operation_id="delete_api_key", summary="Revoke a key", status_code=204)
def delete_api_key(id: IdInPath, caller: Caller) -> None:
    """It is of no use from now on."""
    caller.ws.access.keys.revoke(id, actor=caller.actor)


@router.get("/unit-settings", operation_id="show_unit_settings", summary="Which attributes tell units")
def show_unit_settings(caller: Caller) -> UnitSettings:
    """And owners."""
    return _unit_settings(caller)


@router.patch(
    "/unit-settings", operation_id="change_unit_settings", summary="Say which attributes tell units"
)
def change_unit_settings(given: UnitSettingsChange, caller: Caller) -> UnitSettings:
    """Refused where people or keys are limited to units, and there would be none."""
    units = caller.ws.access.units
    with caller.ws.writer.turn():
        if "unit" in given.model_fields_set:
            units.set_unit(given.unit, actor=caller.actor)
        if "owner" in given.model_fields_set:
            units.set_owner(given.owner, actor=caller.actor)
    return _unit_settings(caller)


@router.get("/audit", operation_id="list_audit", summary="The audit log")
def list_audit(
    caller: Caller,
    actor: Annotated[str | None, Query(max_length=254)] = None,
    action: Annotated[str | None, Query(max_length=120)] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[AuditEntry]:
    """Every change and every export that came over HTTP, the newest first; `/versions` has all changes."""
    place = read_cursor(cursor, int)
    found = caller.ws.access.audit.entries(
        actor=actor, action=action, before=None if place is None else int(place[0]), limit=limit + 1
    )
    items = [
        AuditEntry(
            id=one.id,
            at=instant(one.at),
            version=one.version,
            actor=one.actor,
            action=one.action,
            target=one.target,
            details=dict(one.details),
            origin=one.origin,
        )
        for one in found[:limit]
    ]
    return Page(items=items, next_cursor=write_cursor([found[limit - 1].id]) if len(found) > limit else None)


def _unit_settings(caller: Calling) -> UnitSettings:
    found = caller.ws.access.units.settings
    return UnitSettings(unit=found.unit, owner=found.owner)


def _account(one: Person) -> Account:
    return Account(
        id=one.id,
        email=one.email,
        name=one.name,
        role=one.role,
        is_active=one.is_active,
        units=None if one.units is None else list(one.units),
        created_at=instant(one.created_at),
        changed_at=instant(one.changed_at),
    )


def _etag(one: Person) -> str:
    return etag_of(one.id, one.email, one.name, one.role, one.is_active, one.changed_at)


def _shown(caller: Calling, id: int, response: Response) -> Account:
    found = caller.ws.access.people[id]
    response.headers["ETag"] = _etag(found)
    return _account(found)


def _key(one: Key, last_used_at: int | None) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind,
        "name": one.name,
        "prefix": one.prefix,
        "role": one.role,
        "scopes": list(one.scopes),
        "units": None if one.units is None else list(one.units),
        "created_by": one.created_by,
        "created_at": instant(one.created_at),
        "expires_at": instant_or_none(one.expires_at),
        "last_used_at": instant_or_none(last_used_at),
    }

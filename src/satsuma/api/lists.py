"""Marketing lists over HTTP: made, searched, changed; members put on and taken off; the reach of anything."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query
from pydantic import BaseModel, Field

from satsuma.api.forms import Given, IdInPath
from satsuma.api.paging import Cursor, Items, Limit, Page, read_cursor, write_cursor
from satsuma.api.routing import Caller, api_router
from satsuma.commit.receipts import Receipt
from satsuma.kernel.instants import format_instant
from satsuma.kernel.names import key_given
from satsuma.lists.marketing_list import MarketingList
from satsuma.lists.service import ListSummary as Summary

router = api_router("lists")

THROUGH = "api"
KEYS_MAX = 100_000
"""Keys in one request; more come in several, or from a segment or a query."""

Key = Annotated[str, Field(min_length=1, max_length=512)]
Name = Annotated[str, Field(min_length=1, max_length=120)]


class ListSummary(BaseModel):
    """A list."""

    id: int
    name: str
    description: str | None
    audience: str = Field(description="The entity whose records are on it.", examples=["contact"])
    is_subscription: bool = Field(description="Whether people join and leave by themselves.")
    double_opt_in: bool = Field(description="Whether who joins by themselves must confirm.")
    size: int
    pending: int = Field(description="How many have yet to confirm.")
    created_at: str


class ListDetails(ListSummary):
    """A list, and what uses it."""

    used_by: list[str] = Field(examples=[["segment “VIP”"]])


class NewList(Given):
    """A list to be made."""

    name: Name
    audience: str | None = None
    subscription: bool = False
    double_opt_in: bool = False
    description: str | None = Field(default=None, max_length=4_000)


class ListEdit(Given):
    """What is to change; what is not given stays."""

    name: Name | None = None
    description: str | None = Field(default=None, max_length=4_000)
    double_opt_in: bool | None = None


class Keys(Given):
    """Keys of records."""

    keys: Annotated[list[Key], Field(max_length=KEYS_MAX)]


class KeysToAdd(Keys):
    """Records to put on a list."""

    confirmed: bool = Field(
        default=False, description="For double opt-in: that there is evidence that they asked for it."
    )


class WhereToAdd(Given):
    """Everyone who meets a definition now."""

    where: Annotated[str, Field(min_length=1, max_length=1_048_576)]
    confirmed: bool = False


class SegmentToAdd(Given):
    """Everyone who is in a segment now."""

    segment: int | Name
    confirmed: bool = False


class ListReceipt(BaseModel):
    """What became of keys that were handed in."""

    version: int
    accepted: int
    duplicates: int
    created: int
    unknown: list[str]


class AskedToConfirm(BaseModel):
    """What became of asking records to confirm."""

    asked: int
    waiting: int
    on_list: int
    no_address: int
    do_not_email: int
    unknown: list[str]


class PendingOptIn(BaseModel):
    """Somebody who has yet to confirm."""

    key: str
    asked_at: str
    expires_at: str
    through: str


class ListMember(BaseModel):
    """A record on a list."""

    key: str
    values: dict[str, str] = Field(default_factory=dict)


class ListEventShape(BaseModel):
    """Somebody joined or left."""

    key: str | None = Field(description="Null once the record is gone.")
    version: int
    at: str
    change: Literal["joined", "left"]


@router.get("/lists", operation_id="list_lists", summary="The lists", response_model=Items[ListSummary])
def list_lists(
    caller: Caller, search: str | None = None, audience: str | None = None, subscription: bool | None = None
) -> Items[ListSummary]:
    """The lists by name, all or those that are searched for."""
    found = caller.ws.lists.list(search=search, audience=audience, subscription=subscription)
    return Items(items=[_summary(one) for one in found])


@router.post(
    "/lists", operation_id="create_list", summary="Make a list", status_code=201, response_model=ListDetails
)
def create_list(caller: Caller, body: NewList) -> ListDetails:
    """Make an empty list."""
    made = caller.ws.lists.create(
        body.name,
        audience=body.audience,
        subscription=body.subscription,
        double_opt_in=body.double_opt_in,
        description=body.description,
    )
    return _details(caller, made)


@router.get("/lists/{id}", operation_id="show_list", summary="One list", response_model=ListDetails)
def show_list(caller: Caller, id: IdInPath) -> ListDetails:
    """A list, its size, and what uses it."""
    return _details(caller, caller.ws.lists[id])


@router.patch("/lists/{id}", operation_id="change_list", summary="Change a list", response_model=ListDetails)
def change_list(caller: Caller, id: IdInPath, body: ListEdit) -> ListDetails:
    """Rename it, say what it is for, turn double opt-in on or off."""
    found = caller.ws.lists[id]
    if body.name is not None and body.name != found.name:
        found.rename(body.name)
    if "description" in body.model_fields_set and body.description != found.description:
        found.describe(body.description)
    if body.double_opt_in is not None and body.double_opt_in != found.double_opt_in:
        found.set_double_opt_in(body.double_opt_in)
    return _details(caller, found)


@router.delete("/lists/{id}", operation_id="delete_list", summary="Delete a list", status_code=204)
def delete_list(caller: Caller, id: IdInPath) -> None:
    """Remove it; refused while something uses it."""
    caller.ws.lists[id].delete()


@router.get(
    "/lists/{id}/members",
    operation_id="list_list_members",
    summary="Who is on a list",
    response_model=Page[ListMember],
)
def list_list_members(
    caller: Caller, id: IdInPath, search: str | None = None, limit: Limit = 50, cursor: Cursor = None
) -> Page[ListMember]:
    """Keys in the order of their code points."""
    place = read_cursor(cursor, str)
    after = None if place is None else key_given(place[0])
    found = caller.ws.lists[id]
    keys = found.members(search=search, after=after, limit=limit + 1)
    more = len(keys) > limit
    return Page(
        items=[ListMember(key=key) for key in keys[:limit]],
        next_cursor=write_cursor([keys[limit - 1]]) if more else None,
        total=len(found) if search is None else None,
    )


@router.post(
    "/lists/{id}/members:add",
    operation_id="add_list_members",
    summary="Put records on a list",
    response_model=ListReceipt,
)
def add_list_members(caller: Caller, id: IdInPath, body: KeysToAdd) -> ListReceipt:
    """Keys never seen make records where the catalog learns."""
    return _receipt(caller.ws.lists[id].add(body.keys, confirmed=body.confirmed, through=THROUGH))


@router.post(
    "/lists/{id}/members:remove",
    operation_id="remove_list_members",
    summary="Take records off a list",
    response_model=ListReceipt,
)
def remove_list_members(caller: Caller, id: IdInPath, body: Keys) -> ListReceipt:
    """Those that are not on it count as duplicates."""
    return _receipt(caller.ws.lists[id].remove(body.keys, through=THROUGH))


@router.post(
    "/lists/{id}/members:add-where",
    operation_id="add_list_members_where",
    summary="Put everyone on a list who meets a definition now",
    response_model=ListReceipt,
)
def add_list_members_where(caller: Caller, id: IdInPath, body: WhereToAdd) -> ListReceipt:
    """They stay whatever becomes of them."""
    return _receipt(caller.ws.lists[id].add_where(body.where, confirmed=body.confirmed))


@router.post(
    "/lists/{id}/members:add-segment",
    operation_id="add_list_members_of_segment",
    summary="Put everyone on a list who is in a segment now",
    response_model=ListReceipt,
)
def add_list_members_of_segment(caller: Caller, id: IdInPath, body: SegmentToAdd) -> ListReceipt:
    """They stay whatever becomes of them."""
    keys = list(caller.ws.segments[body.segment].members())
    return _receipt(caller.ws.lists[id].add(keys, confirmed=body.confirmed, through="segment"))


@router.post(
    "/lists/{id}/members:ask",
    operation_id="ask_list_members",
    summary="Ask records to confirm that they want to be on a list",
    response_model=AskedToConfirm,
)
def ask_list_members(caller: Caller, id: IdInPath, body: Keys) -> AskedToConfirm:
    """Each gets one message, however often they are asked within 30 days."""
    found = caller.ws.lists[id].ask(body.keys, through=THROUGH)
    return AskedToConfirm(
        asked=found.asked,
        waiting=found.waiting,
        on_list=found.on_list,
        no_address=found.no_address,
        do_not_email=found.do_not_email,
        unknown=list(found.unknown),
    )


@router.get(
    "/lists/{id}/pending",
    operation_id="list_list_pending",
    summary="Who has yet to confirm",
    response_model=Items[PendingOptIn],
)
def list_list_pending(caller: Caller, id: IdInPath) -> Items[PendingOptIn]:
    """The first asked first."""
    return Items(
        items=[
            PendingOptIn(
                key=one.key,
                asked_at=format_instant(one.asked_at),
                expires_at=format_instant(one.expires_at),
                through=one.through,
            )
            for one in caller.ws.lists[id].pending()
        ]
    )


@router.get(
    "/lists/{id}/history",
    operation_id="list_list_history",
    summary="Who joined and left a list",
    response_model=Items[ListEventShape],
)
def list_list_history(
    caller: Caller, id: IdInPath, since_version: Annotated[int, Query(ge=0)] = 0, limit: Limit = 50
) -> Items[ListEventShape]:
    """The newest first."""
    found = caller.ws.lists[id].history(since_version=since_version, limit=limit)
    return Items(
        items=[
            ListEventShape(
                key=one.key,
                version=one.version,
                at=format_instant(one.at),
                change="joined" if one.has_joined else "left",
            )
            for one in found
        ]
    )


def _details(caller: Caller, found: MarketingList) -> ListDetails:
    summary = next(one for one in caller.ws.lists.list() if one.id == found.id)
    return ListDetails(**_summary(summary).model_dump(), used_by=found.users())


def _summary(one: Summary) -> ListSummary:
    return ListSummary(
        id=one.id,
        name=one.name,
        description=one.description,
        audience=one.audience,
        is_subscription=one.is_subscription,
        double_opt_in=one.double_opt_in,
        size=one.size,
        pending=one.pending,
        created_at=format_instant(one.created_at),
    )


def _receipt(receipt: Receipt) -> ListReceipt:
    return ListReceipt(
        version=receipt.version,
        accepted=receipt.accepted,
        duplicates=receipt.duplicates,
        created=receipt.created,
        unknown=list(receipt.unknown),
    )

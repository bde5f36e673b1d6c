"""Contacts and other records over HTTP: lists, one with all that is known of it, and rows taken in bulk."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query, Request
from pydantic import BaseModel, Field

from satsuma.api.bulk import ROWS_BODY, Receipt, Removed, read_rows, receipt_told
from satsuma.api.calling import Caller, Calling
from satsuma.api.forms import EntityInPath, Given, KeyInPath, instant, instant_or_none
from satsuma.api.masking import masked
from satsuma.api.paging import Cursor, Items, Limit, Page, read_cursor, write_cursor
from satsuma.api.routing import Serving, api_router
from satsuma.insights.records import Wanted
from satsuma.kernel.errors import NotFoundError
from satsuma.kernel.instants import parse_instant
from satsuma.kernel.zones import UTC

router = api_router("records")

CONTACT = "contact"


class Record(BaseModel):
    """A record; attributes without a value are left out."""

    entity: str = Field(examples=["contact"])
    key: str = Field(examples=["c-1"])
    label: str = Field(description="Its name, if it has one, or else its key.", examples=["Ada Lovelace"])
    values: dict[str, Any] = Field(examples=[{"city": "Bern", "tier": "gold"}])


class WholeRecord(Record):
    """A record, and since when it is known."""

    first_observed_at: str | None
    last_observed_at: str | None
    aliases: list[str] = Field(description="Other keys that mean it, since records were merged.")


class Observation(BaseModel):
    """What was observed of a record at one time."""

    at: str
    version: int
    values: dict[str, Any]


class Interaction(BaseModel):
    """Something that somebody did."""

    at: str = Field(examples=["2026-01-01T12:00:00Z"])
    type: str = Field(examples=["purchase"])
    id: str
    key: str = Field(description="Of who did it.", examples=["c-1"])
    values: dict[str, Any] = Field(examples=[{"amount": "25.5"}])


class Membership(BaseModel):
    """A live segment that the record is in."""

    id: int
    name: str
    kind: str
    since: str | None


class OnList(BaseModel):
    """A list that the record is on."""

    id: int
    name: str


class Merge(Given):
    """Two records that are one."""

    keep: str = Field(min_length=1, max_length=512, examples=["c-1"])
    drop: str = Field(min_length=1, max_length=512, examples=["anon-7"])


class Retraction(Given):
    """Ids of interactions that did not happen after all."""

    ids: list[str] = Field(max_length=100_000, examples=[["p-1"]])


Search = Annotated[str | None, Query(max_length=200, description="In the key and in texts, in any case.")]
Sort = Annotated[str, Query(max_length=121, description="`id` or an attribute; `-` for the largest first.")]
OfSegment = Annotated[int | None, Query(ge=0, le=2**32 - 1, description="Only members of this segment.")]
OfList = Annotated[int | None, Query(ge=0, le=2**32 - 1, description="Only those on this list.")]


@router.get("/records/{entity}", operation_id="list_records", summary="List records")
def list_records(
    entity: EntityInPath,
    caller: Caller,
    search: Search = None,
    segment: OfSegment = None,
    list: OfList = None,
    sort: Sort = "id",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[Record]:
    """Of an entity: searched, sorted, of a segment or a list."""
    return _listed(caller, entity, search, segment, list, sort, limit, cursor)


@router.get("/contacts", operation_id="list_contacts", summary="List contacts")
def list_contacts(
    caller: Caller,
    search: Search = None,
    segment: OfSegment = None,
    list: OfList = None,
    sort: Sort = "id",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[Record]:
    """The records of the entity `contact`."""
    return _listed(caller, CONTACT, search, segment, list, sort, limit, cursor)


@router.get("/records/{entity}/{key}", operation_id="show_record", summary="Show a record")
def show_record(entity: EntityInPath, key: KeyInPath, caller: Caller) -> WholeRecord:
    """Found by its key, or an alias."""
    return _shown(caller, entity, key)


@router.get("/contacts/{key}", operation_id="show_contact", summary="Show a contact")
def show_contact(key: KeyInPath, caller: Caller) -> WholeRecord:
    """A record of the entity `contact`; what lies below is under `/records/contact/{key}`."""
    return _shown(caller, CONTACT, key)


@router.get(
    "/records/{entity}/{key}/history", operation_id="list_record_history", summary="What was observed"
)
def list_record_history(
    entity: EntityInPath, key: KeyInPath, caller: Caller, limit: Limit = 50, cursor: Cursor = None
) -> Page[Observation]:
    """Every observation of a record, the newest first."""
    place = read_cursor(cursor, int)
    offset = 0 if place is None else int(place[0])
    found = caller.ws.insights.history(entity, key, limit=limit + 1, offset=offset)
    owner = caller.ws.catalog.entities[entity]
    items = [
        Observation(at=instant(one.at), version=one.version, values=masked(caller, owner, one.values))
        for one in found[:limit]
    ]
    return Page(items=items, next_cursor=write_cursor([offset + limit]) if len(found) > limit else None)


@router.get(
    "/records/{entity}/{key}/timeline", operation_id="list_record_timeline", summary="What somebody did"
)
def list_record_timeline(
    entity: EntityInPath,
    key: KeyInPath,
    caller: Caller,
    types: Annotated[list[str], Query(max_length=100, description="Only these types.")] = [],  # noqa: B006
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[Interaction]:
    """Interactions, the newest first."""
    return _timeline(caller, entity, key, types or None, limit, cursor)


@router.get(
    "/records/{entity}/{key}/segments", operation_id="list_record_segments", summary="Segments of a record"
)
def list_record_segments(entity: EntityInPath, key: KeyInPath, caller: Caller) -> Items[Membership]:
    """The live segments that it is in; why, `/segments/{id}/explain?key=` tells."""
    found = caller.ws.insights.memberships(entity, key)
    return Items(
        items=[
            Membership(id=one.id, name=one.name, kind=one.kind, since=instant_or_none(one.since))
            for one in found
        ]
    )


@router.get("/records/{entity}/{key}/lists", operation_id="list_record_lists", summary="Lists of a record")
def list_record_lists(entity: EntityInPath, key: KeyInPath, caller: Caller) -> Items[OnList]:
    """The marketing lists that it is on."""
    ws = caller.ws
    ws.insights.record(entity, key)
    if not ws.catalog.entities[entity].audience:
        return Items(items=[])
    names = set(ws.lists.of(key, audience=entity))
    found = [one for one in ws.lists.list(audience=entity) if one.name in names]
    return Items(items=[OnList(id=one.id, name=one.name) for one in found])


@router.post("/records/{entity}:merge", operation_id="merge_records", summary="Merge two records")
def merge_records(entity: EntityInPath, given: Merge, caller: Caller) -> Receipt:
    """All that one has becomes the other's, and its key an alias."""
    if entity not in caller.ws.catalog.entities:
        raise NotFoundError(f"no entity {entity!r}", code="not_found.entity")
    return receipt_told(caller.ws.merge(entity, keep=given.keep, drop=given.drop))


@router.post(
    "/records/{entity}", operation_id="upsert_records", summary="Take records", openapi_extra=ROWS_BODY
)
async def upsert_records(
    entity: EntityInPath,
    request: Request,
    caller: Caller,
    observed_at: Annotated[
        str | None, Query(max_length=40, description="When the values were so; default now, or by row.")
    ] = None,
    key: Annotated[str, Query(max_length=120, description="The column of the keys.")] = "id",
) -> Receipt:
    """New ones are made, known ones updated, attribute by attribute; answered once durable and visible."""
    at = None if observed_at is None else parse_instant(observed_at, UTC)
    rows = await read_rows(request)
    serving: Serving = request.app.state.serving
    found = await serving.take(caller.ws.upsert, entity, rows, observed_at=at, key=key)
    return receipt_told(found)


@router.delete("/records/{entity}/{key}", operation_id="delete_record", summary="Delete a record")
def delete_record(entity: EntityInPath, key: KeyInPath, caller: Caller) -> Removed:
    """With all that is its own; its key may return as somebody new."""
    caller.ws.insights.record(entity, key)
    found = caller.ws.delete(entity, [key])
    return Removed(version=found.version, removed=found.removed, unknown=list(found.unknown))


@router.get("/interactions/{type}", operation_id="list_interactions", summary="List interactions")
def list_interactions(
    type: EntityInPath, caller: Caller, limit: Limit = 50, cursor: Cursor = None
) -> Page[Interaction]:
    """Of a type, the newest first."""
    found = caller.ws.catalog.interactions.get(type)
    if found is None:
        raise NotFoundError(f"no interaction type {type!r}", code="not_found.type")
    return _timeline(caller, found.audience, None, [type], limit, cursor)


@router.post(
    "/interactions/{type}:retract", operation_id="retract_interactions", summary="Retract interactions"
)
def retract_interactions(type: EntityInPath, given: Retraction, caller: Caller) -> Removed:
    """They are removed; their ids may come again."""
    if type not in caller.ws.catalog.interactions:
        raise NotFoundError(f"no interaction type {type!r}", code="not_found.type")
    found = caller.ws.retract(type, given.ids)
    return Removed(version=found.version, removed=found.removed, unknown=list(found.unknown))


@router.post(
    "/interactions/{type}",
    operation_id="append_interactions",
    summary="Take interactions",
    openapi_extra=ROWS_BODY,
)
async def append_interactions(
    type: EntityInPath,
    request: Request,
    caller: Caller,
    member: Annotated[
        str | None, Query(max_length=120, description="The column of the members' keys.")
    ] = None,
    audience: Annotated[str | None, Query(max_length=120, description="Whose a new type's are.")] = None,
) -> Receipt:
    """Rows with the member's key, `occurred_at`, perhaps `id`, and attributes; known ids are duplicates."""
    rows = await read_rows(request)
    serving: Serving = request.app.state.serving
    found = await serving.take(caller.ws.append, type, rows, member=member, audience=audience)
    return receipt_told(found)


def _listed(
    caller: Calling,
    entity: str,
    search: str | None,
    segment: int | None,
    on_list: int | None,
    sort: str,
    limit: int,
    cursor: str | None,
) -> Page[Record]:
    # By key a page goes on after the last key, whatever came or went meanwhile; otherwise at a place.
    by_key = sort.removeprefix("-") == "id"
    place = read_cursor(cursor, str if by_key else int)
    wanted = Wanted(
        search=search or None,
        sort=sort.removeprefix("-"),
        descending=sort.startswith("-"),
        after=place[0] if place is not None and by_key else None,
        offset=place[0] if place is not None and not by_key else 0,
        limit=limit,
    )
    found = caller.ws.insights.records(entity, wanted, segment=segment, list=on_list)
    owner = caller.ws.catalog.entities[entity]
    items = [
        Record(
            entity=entity,
            key=one.key,
            label=one.key if caller.is_masked and owner.audience else one.label,
            values=masked(caller, owner, one.values),
        )
        for one in found.rows
    ]
    more = None
    if found.has_more:
        more = write_cursor([found.rows[-1].key if by_key else wanted.offset + limit])
    return Page(items=items, next_cursor=more, total=found.total)


def _shown(caller: Calling, entity: str, key: str) -> WholeRecord:
    found = caller.ws.insights.record(entity, key)
    owner = caller.ws.catalog.entities[entity]
    return WholeRecord(
        entity=entity,
        key=found.key,
        label=found.key if caller.is_masked and owner.audience else found.label,
        values=masked(caller, owner, found.values),
        first_observed_at=instant_or_none(found.first_observed_at),
        last_observed_at=instant_or_none(found.last_observed_at),
        aliases=list(found.aliases),
    )


def _timeline(
    caller: Calling, entity: str, key: str | None, types: list[str] | None, limit: int, cursor: str | None
) -> Page[Interaction]:
    place = read_cursor(cursor, int, str, str)
    before = None if place is None else (place[0], place[1], place[2])
    found = caller.ws.insights.timeline(entity, key, types=types, before=before, limit=limit + 1)
    known = caller.ws.catalog.interactions
    items = [
        Interaction(
            at=instant(one.at),
            type=one.type,
            id=one.id,
            key=one.key,
            values=masked(caller, known.get(one.type), one.values),
        )
        for one in found[:limit]
    ]
    more = None
    if len(found) > limit:
        last = found[limit - 1]
        more = write_cursor([last.at, last.type, last.id])
    return Page(items=items, next_cursor=more)

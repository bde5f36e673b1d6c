"""Segments listed and shown, with their members, changes and versions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import Query, Response
from fastapi.responses import StreamingResponse

from satsuma.api.calling import Caller, Calling
from satsuma.api.etags import etag_of
from satsuma.api.forms import IdInPath, instant, problems_told
from satsuma.api.masking import masked
from satsuma.api.paging import Cursor, Items, Limit, Page, page_by_offset, read_cursor, write_cursor
from satsuma.api.routing import api_router
from satsuma.api.segments import models
from satsuma.api.segments.export import stream
from satsuma.insights.overview import Overview
from satsuma.insights.plain import plain
from satsuma.kernel.text import fold
from satsuma.segments.gate import Status

router = api_router("segments")

Sort = Literal["name", "-name", "status", "kind", "size", "-size", "changed", "-changed"]
_KEYS: dict[str, Callable[[Overview], Any]] = {
    "name": lambda one: fold(one.row.name),
    "status": lambda one: one.row.status,
    "kind": lambda one: one.row.kind,
    "size": lambda one: -1 if one.size is None else one.size,
    "changed": lambda one: one.row.changed_at,
}

AtVersion = Annotated[int | None, Query(ge=0, le=2**62, description="As they were at this version.")]
AtInstant = Annotated[str | None, Query(max_length=40, description="As they were at this instant.")]
Columns = Annotated[
    list[str], Query(max_length=100, description="Attributes beside the key; may be given several times.")
]


@router.get("/segments", operation_id="list_segments", summary="List segments")
def list_segments(
    caller: Caller,
    search: Annotated[str | None, Query(max_length=200, description="In names, tags, descriptions.")] = None,
    status: Status | None = None,
    kind: models.Kind | None = None,
    audience: Annotated[str | None, Query(max_length=120)] = None,
    tag: Annotated[str | None, Query(max_length=120)] = None,
    sort: Annotated[Sort, Query(description="`-` for the largest or latest first.")] = "name",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[models.SegmentSummary]:
    """With sizes, what changed in seven days, and how many things use each."""
    wanted = None if search is None else fold(search)
    found = [
        one
        for one in caller.ws.insights.segments()
        if (wanted is None or wanted in fold("\n".join((one.row.name, one.row.description or "", *one.tags))))
        and status in (None, one.row.status)
        and kind in (None, one.row.kind)
        and audience in (None, one.audience)
        and (tag is None or tag in one.tags)
    ]
    found.sort(key=lambda one: (fold(one.row.name), one.row.id))
    found.sort(key=_KEYS[sort.removeprefix("-")], reverse=sort.startswith("-"))
    part, more = page_by_offset(found, cursor, limit)
    items = [models.SegmentSummary(**models.summary_fields(one)) for one in part]
    return Page(items=items, next_cursor=more, total=len(found))


@router.get("/segments/{id}", operation_id="show_segment", summary="Show a segment")
def show_segment(id: IdInPath, caller: Caller, response: Response) -> models.Segment:
    """With its definitions as JSON, text and plain English; the ETag is for `If-Match`."""
    return shown(caller, id, response)


@router.get("/segments/{id}/check", operation_id="check_segment", summary="Check a segment's definition")
def check_segment(id: IdInPath, caller: Caller) -> models.Checked:
    """Every problem of the draft, or else of the live definition."""
    return models.Checked(problems=problems_told(caller.ws.segments[id].check()))


@router.get("/segments/{id}/members", operation_id="list_segment_members", summary="List members")
def list_segment_members(
    id: IdInPath,
    caller: Caller,
    search: Annotated[str | None, Query(max_length=200, description="In keys and text columns.")] = None,
    sort: Annotated[str, Query(max_length=121, description="`id` or an attribute; `-` descending.")] = "id",
    columns: Columns = [],  # noqa: B006 -- FastAPI copies it
    version: AtVersion = None,
    at: AtInstant = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[models.Member]:
    """Keys with attributes as they are now, of the members now or as they were."""
    members = caller.ws.segments[id].members(version=version, at=at)
    place = read_cursor(cursor, int)
    offset = 0 if place is None else int(place[0])
    table = members.to_arrow(
        columns,
        search=search or None,
        sort=sort.removeprefix("-"),
        descending=sort.startswith("-"),
        limit=limit + 1,
        offset=offset,
    )
    rows = table.slice(0, limit).to_pylist()
    audience = caller.ws.catalog.entities[caller.ws.segments[id].audience]
    items = [
        models.Member(
            key=row["id"],
            values=masked(
                caller, audience, {n: plain(v) for n, v in row.items() if n != "id" and v is not None}
            ),
        )
        for row in rows
    ]
    more = write_cursor([offset + limit]) if table.num_rows > limit else None
    return Page(items=items, next_cursor=more, total=len(members) if not search else None)


@router.get(
    "/segments/{id}/members/export",
    operation_id="export_segment_members",
    summary="Export members",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "The members, as a file.",
            "content": {
                "text/csv": {},
                "application/x-ndjson": {},
                "application/vnd.apache.parquet": {},
                "application/octet-stream": {},
            },
        }
    },
)
def export_segment_members(
    id: IdInPath,
    caller: Caller,
    format: Literal["csv", "jsonl", "parquet", "roaring"] = "csv",
    columns: Columns = [],  # noqa: B006 -- FastAPI copies it
    version: AtVersion = None,
    at: AtInstant = None,
) -> StreamingResponse:
    """As a file: CSV that is safe in a spreadsheet, JSON lines, Parquet, or a Roaring bitmap of numbers."""
    held = caller.ws.segments[id]
    return stream(held.name, held.members(version=version, at=at), format, columns)


@router.get("/segments/{id}/changes", operation_id="list_segment_changes", summary="Who entered and left")
def list_segment_changes(
    id: IdInPath,
    caller: Caller,
    since_version: Annotated[int, Query(ge=0, le=2**62)] = 0,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[models.Change]:
    """In the order in which it happened, above a version."""
    table = caller.ws.segments[id].changes(since_version=since_version)
    place = read_cursor(cursor, int)
    start = 0 if place is None else int(place[0])
    items = [
        models.Change(
            version=row["version"],
            at=plain(row["at"]),
            key=row["member"],
            change=row["change"],
            cause=row["cause"],
        )
        for row in table.slice(start, limit).to_pylist()
    ]
    more = write_cursor([start + limit]) if start + limit < table.num_rows else None
    return Page(items=items, next_cursor=more, total=table.num_rows)


@router.get(
    "/segments/{id}/versions", operation_id="list_segment_versions", summary="Editions of a definition"
)
def list_segment_versions(id: IdInPath, caller: Caller) -> Items[models.Edition]:
    """Who made each, when, and what it changed."""
    items = [
        models.Edition(
            number=one.number,
            at=instant(one.at),
            version=one.version,
            actor=one.actor,
            text=one.text,
            status=one.status,
            difference=list(one.difference),
        )
        for one in caller.ws.segments[id].history()
    ]
    return Items(items=items)


@router.get(
    "/segments/{id}/related", operation_id="show_segment_related", summary="What uses it, what it uses"
)
def show_segment_related(id: IdInPath, caller: Caller) -> models.Related:
    """Live segments, lists, journeys; attributes, interaction types."""
    ids = {fold(one.row.name): one.row.id for one in caller.ws.insights.segments()}
    found = caller.ws.segments[id].related()

    def told(things: Any) -> list[models.NamedThing]:
        return [
            models.NamedThing(
                kind=one.kind, name=one.name, id=ids.get(fold(one.name)) if one.kind == "segment" else None
            )
            for one in things
        ]

    return models.Related(used_by=told(found.used_by), uses=told(found.uses))


@router.get(
    "/segments/{id}/overrides", operation_id="list_segment_overrides", summary="Who is always, or never, in"
)
def list_segment_overrides(id: IdInPath, caller: Caller) -> Items[models.Override]:
    """Keys that are in, or out, whatever the definition says."""
    return Items(items=overrides_of(caller, id))


def overrides_of(caller: Calling, id: int) -> list[models.Override]:
    """The overrides of a segment."""
    ws = caller.ws
    names = ws.insights.actors()
    return [
        models.Override(key=one.key, rule=one.rule, at=instant(one.at), by=names.get(one.actor, ""))
        for one in ws.segments[id].overrides()
    ]


def shown(caller: Calling, id: int, response: Response) -> models.Segment:
    """A segment, with its ETag."""
    found = caller.ws.insights.segment(id)
    response.headers["ETag"] = etag_of(found.row, found.tags)
    return models.segment_told(found, caller.ws.segments[id], caller.ws.version)

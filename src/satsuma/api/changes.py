"""Changes over HTTP: who entered and left which segment, in pages to go on with, and as they happen.

The stream is of server-sent events. Each bears the cursor after it as its id, so that a browser that comes
back, with `Last-Event-ID`, misses nothing and sees nothing twice.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Literal

from fastapi import Header, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field
from starlette.datastructures import State

from satsuma.api.paging import Cursor, Limit, Page, read_cursor, write_cursor
from satsuma.api.problems import RefusedError
from satsuma.api.routing import Caller, api_router
from satsuma.commit.changes import MembershipChange, Place
from satsuma.kernel.instants import format_instant
from satsuma.workspace import Workspace

router = api_router("changes")

PAGE_ROWS = 500
STREAMS_MAX = 200
"""Streams at once; each asks for what is new several times a second."""

LOOK_S = 0.1
QUIET_S = 15.0
"""After so long without an event a comment is sent, so that nobody between takes the stream for dead."""

STREAM_S = 900.0
"""So long a stream lasts; browsers come back by themselves, and are asked anew who they are."""

Segments = Annotated[
    list[Annotated[int, Field(ge=0, le=2**32 - 1)]] | None,
    Query(alias="segment", description="Only of these segments, by id; may be repeated."),
]


class ChangedSegment(BaseModel):
    """The segment of a change."""

    id: int
    name: str


class Change(BaseModel):
    """One record entered or left one segment."""

    cursor: str = Field(description="For going on after this change.")
    version: int = Field(description="The version that brought it.")
    at: str = Field(examples=["2026-01-01T00:00:00Z"])
    segment: ChangedSegment
    audience: str = Field(examples=["contact"])
    key: str | None = Field(description="Of the record; null once that is gone.", examples=["c-1"])
    change: Literal["entered", "left"]
    cause: str = Field(description="`data`, `clock`, `definition`, ...", examples=["data"])


@router.get(
    "/changes",
    operation_id="list_changes",
    summary="Who entered and left segments",
    description="In the order in which it became visible. `next_cursor` is never null here: with the one of"
    " the last page, the next request gives what has come since.",
    response_model=Page[Change],
)
def list_changes(
    caller: Caller,
    segments: Segments = None,
    since_version: Annotated[
        int | None, Query(ge=0, lt=2**63, description="Begin above this version; default: with the first.")
    ] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[Change]:
    """A page of changes."""
    after = _place(cursor) or Place(since_version or 0)
    found = caller.ws.changes.read(after, limit=limit, segments=segments)
    place = found[-1].place if found else after
    return Page(items=[_change(one) for one in found], next_cursor=_cursor(place))


@router.get(
    "/changes/stream",
    operation_id="stream_changes",
    summary="Changes as they happen, as server-sent events",
    description="Event `change` has a change as its data, event `version` the version up to which"
    " everything has been told: `{version}`. Begins with what is new, or after `Last-Event-ID`.",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
async def stream_changes(
    request: Request,
    caller: Caller,
    segments: Segments = None,
    changes: Annotated[bool, Query(description="Whether to tell of changes, not of versions alone.")] = True,
    last_event_id: Annotated[str | None, Header(max_length=2_000)] = None,
) -> StreamingResponse:
    """A stream of changes."""
    after = _place(last_event_id) or caller.ws.changes.end
    streams: set[object] = request.app.state.__dict__.setdefault("change_streams", set())
    if len(streams) >= STREAMS_MAX:
        raise RefusedError(
            "access.rate", f"{STREAMS_MAX} streams are open already", headers={"Retry-After": "60"}
        )
    state = request.app.state
    events = _events(caller.ws, after, segments, streams, lambda: _is_stopping(state), has_changes=changes)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(events, media_type="text/event-stream", headers=headers)


def _is_stopping(state: State) -> bool:
    return bool(getattr(state, "is_stopping", False))


async def _events(
    ws: Workspace,
    after: Place,
    segments: list[int] | None,
    streams: set[object],
    stopping: Callable[[], bool],
    *,
    has_changes: bool,
) -> AsyncIterator[str]:
    own = object()
    streams.add(own)
    loop = asyncio.get_running_loop()
    begun = told = loop.time()
    seen = after.version
    yield "retry: 2000\n\n"
    try:
        while loop.time() - begun < STREAM_S and not stopping():
            version = ws.version
            if version > seen or after < Place(seen):
                if has_changes:
                    found = await asyncio.to_thread(
                        ws.changes.read, after, limit=PAGE_ROWS, segments=segments
                    )
                    for one in found:
                        after = one.place
                        yield _event("change", after, _change(one).model_dump())
                    if len(found) == PAGE_ROWS:
                        continue
                seen, told = max(version, after.version), loop.time()
                after = Place(seen)
                yield _event("version", after, {"version": seen})
            elif loop.time() - told > QUIET_S:
                told = loop.time()
                yield ": quiet\n\n"
            await asyncio.sleep(LOOK_S)
    finally:
        streams.discard(own)


def _event(kind: str, after: Place, data: object) -> str:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f"id: {_cursor(after)}\nevent: {kind}\ndata: {text}\n\n"


def _place(cursor: str | None) -> Place | None:
    found = read_cursor(cursor or None, int, int, int, int)
    return None if found is None else Place(*found)


def _cursor(place: Place) -> str:
    return write_cursor([place.version, place.segment, place.left, place.member])


def _change(one: MembershipChange) -> Change:
    return Change(
        cursor=_cursor(one.place),
        version=one.version,
        at=format_instant(one.at),
        segment=ChangedSegment(id=one.segment, name=one.name),
        audience=one.audience,
        key=one.key,
        change="entered" if one.change == "entered" else "left",
        cause=one.cause,
    )

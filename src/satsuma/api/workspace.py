"""The workspace over HTTP: health, what it holds, its versions."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query, Request
from pydantic import BaseModel, Field

from satsuma.api.calling import Caller
from satsuma.api.forms import instant
from satsuma.api.jobs import JobsOf
from satsuma.api.paging import Cursor, Limit, Page, read_cursor, write_cursor
from satsuma.api.routing import api_router
from satsuma.kernel.civil import US_PER_SECOND
from satsuma.kernel.errors import WorkspaceError

router = api_router("workspace")


class Health(BaseModel):
    """That the server lives, and how far its data is behind the clock."""

    status: Literal["ok"] = "ok"
    version: int
    now: str = Field(description="The instant of the last version.")
    lag_s: float = Field(
        description="Seconds since the last version; it grows while nothing happens.", examples=[1.5]
    )
    is_time_kept: bool = Field(description="Whether versions are made when time alone changes a segment.")


class Readiness(BaseModel):
    """That requests are taken."""

    status: Literal["ready"] = "ready"


class Status(BaseModel):
    """What the workspace holds."""

    name: str
    version: int
    now: str
    timezone: str
    mode: str
    records: dict[str, int] = Field(examples=[{"contact": 20_000}])
    interactions: dict[str, int] = Field(examples=[{"purchase": 120_000}])
    segments: dict[str, int] = Field(description="By status.", examples=[{"draft": 2, "live": 12}])
    quarantined: int
    jobs_running: int


class Version(BaseModel):
    """A version: who made it, when, what for."""

    version: int
    at: str
    actor: str
    kind: str = Field(
        description="`data`, `clock`, `definition`, `catalog`, `access`, ...", examples=["data"]
    )
    detail: str | None


# These two wait for nothing, not even a thread: they answer while all threads are busy.
@router.get("/health", operation_id="show_health", summary="Health")
async def show_health(caller: Caller, request: Request) -> Health:
    """Open to all, for whatever watches the server."""
    ws = caller.ws
    clock: int = request.app.state.clock_now()
    return Health(
        version=ws.version,
        now=instant(ws.now),
        lag_s=max(0, clock - ws.now) / US_PER_SECOND,
        is_time_kept=ws.time_stopped_by is None,
    )


@router.get("/readiness", operation_id="show_readiness", summary="Readiness")
async def show_readiness(caller: Caller, request: Request) -> Readiness:  # noqa: ARG001 -- open to all
    """Refused with 503 while the server is about to stop."""
    if request.app.state.is_stopping:
        raise WorkspaceError("the server is about to stop", code="workspace.stopping")
    return Readiness()


@router.get("/status", operation_id="show_status", summary="What the workspace holds")
def show_status(caller: Caller, jobs: JobsOf) -> Status:
    """Counts of everything."""
    ws = caller.ws
    records, interactions = ws.insights.counts()
    segments: dict[str, int] = {}
    for one in ws.segments.list():
        segments[one.status] = segments.get(one.status, 0) + 1
    return Status(
        name=ws.path.resolve().name,
        version=ws.version,
        now=instant(ws.now),
        timezone=ws.catalog.timezone,
        mode=ws.catalog.current.mode.value,
        records=records,
        interactions=interactions,
        segments=segments,
        quarantined=ws.insights.refused_count(),
        jobs_running=jobs.running(),
    )


@router.get("/versions", operation_id="list_versions", summary="List versions")
def list_versions(
    caller: Caller,
    kind: Annotated[str | None, Query(max_length=40, description="Only of this kind.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[Version]:
    """The newest first."""
    place = read_cursor(cursor, int)
    found = caller.ws.insights.versions(
        kind=kind, before=None if place is None else int(place[0]), limit=limit + 1
    )
    items = [
        Version(version=one.version, at=instant(one.at), actor=one.actor, kind=one.kind, detail=one.detail)
        for one in found[:limit]
    ]
    more = write_cursor([found[limit - 1].version]) if len(found) > limit else None
    return Page(items=items, next_cursor=more)

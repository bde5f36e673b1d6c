"""Quarantine over HTTP: rows that were refused, each with its reason, and trying them again."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, Field

from satsuma.api.calling import Caller
from satsuma.api.forms import Given, instant
from satsuma.api.paging import Cursor, Limit, Page, read_cursor, write_cursor
from satsuma.api.routing import api_router

router = api_router("quarantine")


class Refused(BaseModel):
    """A row that waits."""

    id: int
    at: str
    version: int
    kind: str = Field(description="`entity` or `interactions`.", examples=["entity"])
    target: str = Field(examples=["contact"])
    source: str | None = None
    position: int
    code: str = Field(examples=["value.type"])
    message: str
    row: Any = Field(description="As it came.")


class Replay(Given):
    """What to try again; without a target everything."""

    target: str | None = Field(default=None, max_length=120)


class Replayed(BaseModel):
    """What became of it."""

    version: int | None
    accepted: int
    duplicates: int
    still_quarantined: int
    unreadable: int


@router.get("/quarantine", operation_id="list_quarantine", summary="List refused rows")
def list_quarantine(
    caller: Caller,
    target: Annotated[str | None, Query(max_length=120, description="An entity or type.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[Refused]:
    """Oldest first."""
    place = read_cursor(cursor, int)
    after = -1 if place is None else int(place[0])
    found = caller.ws.insights.refused(target, limit=limit + 1, after=after)
    items = [
        Refused(
            id=one.id,
            at=instant(one.at),
            version=one.version,
            kind=one.kind,
            target=one.target,
            source=one.source,
            position=one.position,
            code=one.code,
            message=one.message,
            row=one.row,
        )
        for one in found[:limit]
    ]
    return Page(items=items, next_cursor=write_cursor([found[limit - 1].id]) if len(found) > limit else None)


@router.post("/quarantine:replay", operation_id="replay_quarantine", summary="Try refused rows again")
def replay_quarantine(given: Replay, caller: Caller) -> Replayed:
    """Such as after the catalog has changed."""
    found = caller.ws.replay(given.target)
    return Replayed(
        version=found.version,
        accepted=found.accepted,
        duplicates=found.duplicates,
        still_quarantined=found.still_quarantined,
        unreadable=found.unreadable,
    )

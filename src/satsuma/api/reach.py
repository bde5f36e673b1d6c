"""Reach over HTTP: of a segment, a list, a definition or everyone, who can be e-mailed, and why not."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, Field

from satsuma.api.forms import Given, Where
from satsuma.api.lists import Name
from satsuma.api.routing import Caller, api_router
from satsuma.lists.reach import Reach

router = api_router("lists")

NO_TOPIC = "none"
"""Asks for no consent, beyond that e-mail is not refused."""

TOPIC = f"A topic of consent, or `{NO_TOPIC}` to ask for none."


class ReachShape(BaseModel):
    """How many can be e-mailed, and why the others cannot."""

    size: int
    reachable: int
    reasons: dict[str, int] = Field(
        description="The first that holds for each: `no_address`, `do_not_email`, `not_confirmed`, `denied`,"
        " `not_asked`."
    )
    topic: str | None


class ReachAsked(Given):
    """Whose reach is asked for."""

    where: Where
    audience: Name | None = None
    timezone: Name | None = None
    topic: Name = Field(default="marketing", description=TOPIC)


@router.get("/reach", operation_id="show_reach", summary="Who can be e-mailed", response_model=ReachShape)
def show_reach(
    caller: Caller,
    segment: int | None = None,
    list_id: Annotated[int | None, Query(alias="list")] = None,
    topic: Annotated[str, Query(description=TOPIC)] = "marketing",
) -> ReachShape:
    """Of a segment, a list, or everyone: how many can be e-mailed, and why the others cannot."""
    audience, members, on_list = None, None, None
    if segment is not None:
        found = caller.ws.segments[segment]
        audience, members = found.audience, found.members()
    if list_id is not None:
        listed = caller.ws.lists[list_id]
        audience, on_list = listed.audience, listed.name
    return _shape(caller.ws.consent.reach(members, audience=audience, topic=_topic(topic), on_list=on_list))


@router.post(
    "/reach:preview",
    operation_id="preview_reach",
    summary="Who of a definition could be e-mailed",
    response_model=ReachShape,
)
def preview_reach(caller: Caller, body: ReachAsked) -> ReachShape:
    """Of everyone who meets a definition now; it needs not be stored."""
    return _shape(
        caller.ws.consent.reach_where(
            body.where, audience=body.audience, timezone=body.timezone, topic=_topic(body.topic)
        )
    )


def _topic(asked: str) -> str | None:
    return None if asked == NO_TOPIC else asked


def _shape(reach: Reach) -> ReachShape:
    return ReachShape(
        size=reach.size, reachable=reach.reachable, reasons=dict(reach.reasons), topic=reach.topic
    )

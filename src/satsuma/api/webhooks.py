"""Webhooks over HTTP: endpoints made, changed, paused and tried, and the log of what was delivered."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Request, Response
from pydantic import BaseModel, Field

from satsuma.api.paging import Cursor, Items, Limit, Page, read_cursor, write_cursor
from satsuma.api.routing import Caller, api_router
from satsuma.kernel.errors import ConflictError
from satsuma.kernel.instants import format_instant
from satsuma.sync.webhooks.tables import Delivery, Webhook, WebhookState
from satsuma.sync.webhooks.worker import Worker

router = api_router("webhooks")

Url = Annotated[str, Field(min_length=1, max_length=2_000, examples=["https://shop.example/hooks"])]
Name = Annotated[str, Field(min_length=1, max_length=120)]
Kind = Literal["entered", "left"]
SegmentIds = Annotated[list[Annotated[int, Field(ge=0, lt=2**32)]], Field(min_length=1, max_length=1_000)]


class WebhookShape(BaseModel):
    """An endpoint."""

    id: int
    name: str
    url: str
    segment_ids: list[int] | None = Field(description="Of those it is told of; null for all.")
    changes: list[Kind]
    state: WebhookState = Field(description="`failed`: given up on; resumed, it goes on where it stopped.")
    reason: str | None = Field(description="Why the last attempt failed; null if it did not.")
    attempts: int = Field(description="How often the next message has been tried.")
    next_at: str | None = Field(description="When it is tried again.")
    version: int = Field(description="Up to which version it has been told.")
    created_at: str
    created_by: str


class WebhookMade(WebhookShape):
    """An endpoint that was just made."""

    secret: str = Field(description="What messages are signed with. It is told once.", examples=["whsec_..."])


class NewWebhook(BaseModel):
    """An endpoint to be made."""

    url: Url
    name: Name | None = Field(default=None, description="Default: its host.")
    segment_ids: SegmentIds | None = Field(default=None, description="Null for all, those to come too.")
    changes: Annotated[list[Kind], Field(min_length=1, max_length=2)] = ["entered", "left"]


class WebhookEdit(BaseModel):
    """What is to change; what is not given stays."""

    url: Url | None = None
    name: Name | None = None
    segment_ids: SegmentIds | None = Field(default=None, description="Null: all.")
    changes: Annotated[list[Kind], Field(min_length=1, max_length=2)] | None = None
    state: Literal["active", "paused"] | None = Field(
        default=None, description="`active` goes on where it stopped, at once."
    )
    skip: bool = Field(
        default=False, description="With `state: active`: leave out what has changed until now."
    )


class DeliveryShape(BaseModel):
    """One attempt to deliver a message. What was in it is not kept."""

    id: int
    message_id: str = Field(description="The same for every attempt.")
    at: str
    version: int
    segment_id: int
    count: int = Field(description="Of how many records it told.")
    attempt: int
    status: int | None = Field(description="Of the endpoint's answer; null if there was none.")
    error: str | None
    duration_ms: int


class TestAnswer(BaseModel):
    """What became of a test message."""

    status: int | None
    error: str | None
    duration_ms: int


@router.get(
    "/webhooks", operation_id="list_webhooks", summary="All endpoints", response_model=Items[WebhookShape]
)
def list_webhooks(caller: Caller) -> Items[WebhookShape]:
    """All endpoints, by id."""
    return Items(items=[_shape(one) for one in caller.ws.webhooks.list()])


@router.post(
    "/webhooks",
    operation_id="create_webhook",
    summary="Make an endpoint",
    description="It is told of what changes from now on.",
    status_code=201,
    response_model=WebhookMade,
)
def create_webhook(caller: Caller, body: NewWebhook) -> WebhookMade:
    """Make an endpoint."""
    made = caller.ws.webhooks.create(
        body.url, segments=body.segment_ids, changes=body.changes, name=body.name
    )
    return WebhookMade(**_shape(made).model_dump(), secret=made.secret)


@router.get("/webhooks/{id}", operation_id="show_webhook", summary="An endpoint", response_model=WebhookShape)
def show_webhook(caller: Caller, id: int) -> WebhookShape:
    """An endpoint."""
    return _shape(caller.ws.webhooks[id])


@router.patch(
    "/webhooks/{id}",
    operation_id="change_webhook",
    summary="Change, pause or resume an endpoint",
    response_model=WebhookShape,
)
def change_webhook(caller: Caller, id: int, body: WebhookEdit) -> WebhookShape:
    """Change an endpoint."""
    webhooks, given = caller.ws.webhooks, body.model_fields_set
    found = webhooks[id]
    if given & {"url", "name", "changes", "segment_ids"}:
        segments = {"segments": body.segment_ids} if "segment_ids" in given else {}
        found = webhooks.change(id, url=body.url, name=body.name, changes=body.changes, **segments)
    if body.state == "paused":
        found = webhooks.pause(id)
    elif body.state == "active":
        found = webhooks.resume(id, skip=body.skip)
    return _shape(found)


@router.delete("/webhooks/{id}", operation_id="delete_webhook", summary="Remove an endpoint", status_code=204)
def delete_webhook(caller: Caller, id: int) -> Response:
    """Remove an endpoint and its log."""
    caller.ws.webhooks.delete(id)
    return Response(status_code=204)


@router.get(
    "/webhooks/{id}/deliveries",
    operation_id="list_webhook_deliveries",
    summary="What was delivered, the latest first",
    response_model=Page[DeliveryShape],
)
def list_webhook_deliveries(
    caller: Caller, id: int, cursor: Cursor = None, limit: Limit = 50
) -> Page[DeliveryShape]:
    """Attempts to deliver, the latest first."""
    place = read_cursor(cursor, int)
    before = None if place is None else place[0]
    found = caller.ws.webhooks.deliveries(id, before=before, limit=limit + 1)
    more = write_cursor([found[limit - 1].id]) if len(found) > limit else None
    return Page(items=[_delivery(one) for one in found[:limit]], next_cursor=more)


@router.post(
    "/webhooks/{id}/test",
    operation_id="test_webhook",
    summary="Post a test message to an endpoint, at once",
    response_model=TestAnswer,
)
def test_webhook(request: Request, caller: Caller, id: int) -> TestAnswer:
    """Post a message that says nothing."""
    worker: Worker | None = getattr(request.app.state, "webhook_worker", None)
    if worker is None:
        raise ConflictError("this server delivers no webhooks", code="webhook.no_worker")
    caller.ws.webhooks[id]
    answer = worker.test(id)
    return TestAnswer(status=answer.status, error=answer.error, duration_ms=answer.duration_ms)


def _shape(one: Webhook) -> WebhookShape:
    return WebhookShape(
        id=one.id,
        name=one.name,
        url=one.url,
        segment_ids=None if one.segments is None else list(one.segments),
        changes=["entered" if change == "entered" else "left" for change in one.changes],
        state=one.state,
        reason=one.reason,
        attempts=one.attempts,
        next_at=None if one.next_at is None else format_instant(one.next_at),
        version=one.place.version,
        created_at=format_instant(one.created_at),
        created_by=one.created_by,
    )


def _delivery(one: Delivery) -> DeliveryShape:
    return DeliveryShape(
        id=one.id,
        message_id=one.message,
        at=format_instant(one.at),
        version=one.version,
        segment_id=one.segment,
        count=one.count,
        attempt=one.attempt,
        status=one.status,
        error=one.error,
        duration_ms=one.duration_ms,
    )

"""The outbox and the settings of messages over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import Request
from pydantic import BaseModel, Field

from satsuma.api.consent import MessageShape, message_shape
from satsuma.api.forms import Given
from satsuma.api.paging import Cursor, Limit, Page, read_cursor, write_cursor
from satsuma.api.routing import Caller, api_router
from satsuma.kernel.errors import ConflictError
from satsuma.lists.smtp import MailServer

router = api_router("messages")


class OutboxCounts(BaseModel):
    """How many messages there are in each state."""

    queued: int
    sent: int
    failed: int
    cancelled: int


class Ids(Given):
    """Messages."""

    ids: Annotated[list[int], Field(max_length=10_000)]


class Queued(BaseModel):
    """How many messages were queued again."""

    queued: int


class DeliveredShape(BaseModel):
    """What became of the messages that were due."""

    sent: int
    postponed: int
    failed: int
    cancelled: int


class MailShape(BaseModel):
    """How people are written to."""

    public_url: str | None
    sender: str | None
    address_attribute: str | None
    address_chosen: bool = Field(description="Whether somebody chose the attribute; else found by its name.")
    server: str | None = Field(description="The mail server in use; null where none is configured.")


class MailEdit(Given):
    """What is to change; what is not given stays, and an empty text takes a setting back."""

    public_url: str | None = Field(default=None, max_length=500)
    sender: str | None = Field(default=None, max_length=500)
    address_attribute: str | None = Field(
        default=None, max_length=120, description="Empty: it is found by its name again, such as `email`."
    )


@router.get("/outbox", operation_id="list_outbox", summary="Messages", response_model=Page[MessageShape])
def list_outbox(
    caller: Caller, state: str | None = None, limit: Limit = 50, cursor: Cursor = None
) -> Page[MessageShape]:
    """The newest first."""
    place = read_cursor(cursor, int)
    before = None if place is None else int(place[0])
    found = caller.ws.mail.outbox(state=state, before=before, limit=limit + 1)
    more = len(found) > limit
    return Page(
        items=[message_shape(one) for one in found[:limit]],
        next_cursor=write_cursor([found[limit - 1].id]) if more else None,
    )


@router.get(
    "/outbox/counts",
    operation_id="count_outbox",
    summary="How many messages there are",
    response_model=OutboxCounts,
)
def count_outbox(caller: Caller) -> OutboxCounts:
    """In each state."""
    return OutboxCounts(**caller.ws.mail.counts())


@router.post(
    "/outbox:retry", operation_id="retry_outbox", summary="Queue failed messages again", response_model=Queued
)
def retry_outbox(caller: Caller, body: Ids) -> Queued:
    """They are sent when the mail server is asked next."""
    return Queued(queued=caller.ws.mail.retry(body.ids))


@router.post(
    "/outbox:deliver",
    operation_id="deliver_outbox",
    summary="Hand what is due to the mail server",
    response_model=DeliveredShape,
)
def deliver_outbox(caller: Caller, request: Request) -> DeliveredShape:
    """The server does so by itself; this is for now."""
    server = _server(request)
    if server is None:
        raise ConflictError(
            "no mail server is configured", code="mail.no_server", hint="set SATSUMA_SMTP_HOST and restart"
        )
    found = caller.ws.mail.deliver(server)
    return DeliveredShape(
        sent=found.sent, postponed=found.postponed, failed=found.failed, cancelled=found.cancelled
    )


@router.get(
    "/mail-settings", operation_id="show_mail_settings", summary="Mail settings", response_model=MailShape
)
def show_mail_settings(caller: Caller, request: Request) -> MailShape:
    """How people are written to."""
    return _mail(caller, request)


@router.patch(
    "/mail-settings",
    operation_id="change_mail_settings",
    summary="Change mail settings",
    response_model=MailShape,
)
def change_mail_settings(caller: Caller, request: Request, body: MailEdit) -> MailShape:
    """What is not given stays; an empty text takes a setting back."""
    caller.ws.mail.configure(
        public_url=body.public_url, sender=body.sender, address_attribute=body.address_attribute
    )
    return _mail(caller, request)


def _mail(caller: Caller, request: Request) -> MailShape:
    found, server = caller.ws.mail.settings, _server(request)
    return MailShape(
        public_url=found.public_url,
        sender=found.sender,
        address_attribute=found.address_attribute,
        address_chosen=found.address_chosen,
        server=None if server is None else f"{server.host}:{server.port}",
    )


def _server(request: Request) -> MailServer | None:
    found: MailServer | None = getattr(request.app.state, "mail_server", None)
    return found

"""Consent over HTTP, and what the law gives people: everything known of one, and erasing for good."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from satsuma.api.forms import EntityInPath, Given, KeyInPath
from satsuma.api.lists import THROUGH
from satsuma.api.paging import Items
from satsuma.api.routing import Caller, api_router
from satsuma.kernel.errors import UsageError
from satsuma.kernel.instants import format_instant
from satsuma.lists import levels
from satsuma.lists.outbox import Message
from satsuma.record.consent import DENIED, GRANTED, ConsentEntry

router = api_router("consent")

State = Literal["granted", "denied"]
Topic = Annotated[str, Field(min_length=1, max_length=120)]


class ConsentTopics(BaseModel):
    """What consent can be about."""

    levels: list[str] = Field(description="From none up: each takes in those before it.")
    topics: list[str]
    do_not_email: str = Field(description="The topic whose denial is *do not email*.")


class Entry(BaseModel):
    """An entry of the ledger."""

    topic: str
    state: State
    at: str = Field(description="Since when it counts.")
    contact_point: str | None
    source: str | None = Field(description="Through what it came.")
    evidence: str | None
    by: str | None = Field(description="Who wrote it.")


class ConsentShape(BaseModel):
    """What counts for one record, and every entry about it."""

    level: str
    do_not_email: bool
    topics: dict[str, Entry]
    entries: list[Entry]


class NewConsent(Given):
    """Entries to be written."""

    states: dict[Topic, State] = Field(default_factory=dict, max_length=100)
    level: str | None = None
    do_not_email: bool | None = None
    at: str | None = Field(default=None, description="Since when; default now.")
    contact_point: str | None = Field(default=None, max_length=500)
    source: str | None = Field(default=None, max_length=500)
    evidence: str | None = Field(default=None, max_length=4_000)


class MessageShape(BaseModel):
    """A message to somebody."""

    id: int
    kind: str
    key: str | None = Field(description="Of the record that it is to; null once that is gone.")
    address: str
    subject: str
    body: str
    state: str
    attempts: int
    created_at: str
    next_at: str | None
    sent_at: str | None
    error: str | None


class Erasure(BaseModel):
    """What an erasing removed; it names nobody."""

    version: int
    at: str
    entity: str
    removed: dict[str, int]
    still_named_in: list[str] = Field(
        description="Where people have written the key or an address themselves."
    )
    is_file_rewritten: bool


@router.get(
    "/consent/topics",
    operation_id="list_consent_topics",
    summary="What consent can be about",
    response_model=ConsentTopics,
)
def list_consent_topics(caller: Caller) -> ConsentTopics:
    """Levels, and every topic that there is."""
    return ConsentTopics(
        levels=list(levels.LEVELS), topics=caller.ws.consent.topics(), do_not_email=levels.DO_NOT_EMAIL
    )


@router.get(
    "/records/{entity}/{key}/consent",
    operation_id="show_consent",
    summary="A record's consent",
    response_model=ConsentShape,
)
def show_consent(caller: Caller, entity: EntityInPath, key: KeyInPath) -> ConsentShape:
    """What counts now, and the whole ledger about it."""
    return _consent(caller, entity, key)


@router.post(
    "/records/{entity}/{key}/consent",
    operation_id="record_consent",
    summary="Write entries about a record",
    response_model=ConsentShape,
)
def record_consent(caller: Caller, entity: EntityInPath, key: KeyInPath, body: NewConsent) -> ConsentShape:
    """All of them in one version."""
    states: dict[str, str] = {} if body.level is None else levels.states_of_level(body.level)
    states |= body.states
    if body.do_not_email is not None:
        states[levels.DO_NOT_EMAIL] = DENIED if body.do_not_email else GRANTED
    if not states:
        raise UsageError(
            "found nothing to write, expected states, a level or do_not_email", code="usage.consent"
        )
    receipt = caller.ws.consent.record(
        key,
        states,
        audience=entity,
        at=body.at,
        contact_point=body.contact_point,
        source=body.source or THROUGH,
        evidence=body.evidence,
    )
    del receipt
    return _consent(caller, entity, key)


@router.get(
    "/records/{entity}/{key}/messages",
    operation_id="list_record_messages",
    summary="Messages to a record",
    response_model=Items[MessageShape],
)
def list_record_messages(caller: Caller, entity: EntityInPath, key: KeyInPath) -> Items[MessageShape]:
    """The newest first, at most a hundred."""
    found = caller.ws.mail.outbox(key=key, audience=entity)
    return Items(items=[message_shape(one) for one in found])


@router.get(
    "/records/{entity}/{key}/export",
    operation_id="export_contact",
    summary="All that is known of one record",
)
def export_contact(caller: Caller, entity: EntityInPath, key: KeyInPath) -> dict[str, Any]:
    """For the person whom it is about."""
    return caller.ws.export_contact(key, audience=entity)


@router.post(
    "/records/{entity}/{key}:erase",
    operation_id="erase_record",
    summary="Erase a record for good",
    response_model=Erasure,
)
def erase_record(caller: Caller, entity: EntityInPath, key: KeyInPath) -> Erasure:
    """From the rows and from the files; nothing is kept by which the key could be told."""
    found = caller.ws.erase(entity, key)
    return Erasure(
        version=found.version,
        at=format_instant(found.at),
        entity=found.entity,
        removed=dict(found.removed),
        still_named_in=list(found.still_named_in),
        is_file_rewritten=found.is_file_rewritten,
    )


def message_shape(one: Message) -> MessageShape:
    """A message as the API gives it."""
    return MessageShape(
        id=one.id,
        kind=one.kind,
        key=one.key,
        address=one.address,
        subject=one.subject,
        body=one.body,
        state=one.state.value,
        attempts=one.attempts,
        created_at=format_instant(one.created_at),
        next_at=None if one.next_at is None else format_instant(one.next_at),
        sent_at=None if one.sent_at is None else format_instant(one.sent_at),
        error=one.error,
    )


def _consent(caller: Caller, entity: str, key: str) -> ConsentShape:
    standing = caller.ws.consent.of(key, audience=entity)
    entries = caller.ws.consent.entries(key, audience=entity)
    return ConsentShape(
        level=standing.level,
        do_not_email=standing.do_not_email,
        topics={topic: _entry(one) for topic, one in standing.topics.items()},
        entries=[_entry(one) for one in entries],
    )


def _entry(one: ConsentEntry) -> Entry:
    return Entry(
        topic=one.topic,
        state="granted" if one.state == GRANTED else "denied",
        at=format_instant(one.at),
        contact_point=one.contact_point,
        source=one.source,
        evidence=one.evidence,
        by=one.by,
    )

"""The routes of the tracking API: `/v1/identify`, `track`, `page`, `screen`, `group`, `alias` and `batch`.

A request is answered once its messages are durable and visible. Pages in browsers may call from any origin:
the key is what admits, and no cookie is looked at.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from satsuma.api.ingestion.body import parse_body, read_body
from satsuma.api.ingestion.keys import WriteKeys, key_of
from satsuma.api.ingestion.waiting import Waiting
from satsuma.kernel.errors import ConflictError, Error, UsageError
from satsuma.sync.tracking.messages import MessageType
from satsuma.sync.tracking.tracker import Outcome, Tracker

PREFIX = "/v1"
TOLD_MAX = 100
"""So many refused messages are told of in one answer; all are in quarantine."""

_PARSED_AT_ONCE_BYTES = 262_144
OPEN: Mapping[str, str] = {"Access-Control-Allow-Origin": "*", "Access-Control-Max-Age": "86400"}
_PREFLIGHT = {
    **OPEN,
    "Access-Control-Allow-Methods": "POST",
    "Access-Control-Allow-Headers": "authorization, content-type, content-encoding, x-retry-count",
}
_STATUS = {"usage.body_size": 413, "usage.request_size": 413, "usage.body_encoding": 415}

# What clients in browsers call the same: the first letter of each.
_SHORT = {
    MessageType.IDENTIFY: "i",
    MessageType.TRACK: "t",
    MessageType.PAGE: "p",
    MessageType.SCREEN: "s",
    MessageType.GROUP: "g",
    MessageType.ALIAS: "a",
}

_ABOUT = {
    MessageType.IDENTIFY: "Who somebody is: traits become attributes of the contact.",
    MessageType.TRACK: "What somebody did: an interaction of the type that the event is named.",
    MessageType.PAGE: "A page that somebody looked at: an interaction `page`.",
    MessageType.SCREEN: "A screen of an app that somebody looked at: an interaction `screen`.",
    MessageType.GROUP: "The account that somebody belongs to; traits become attributes of the account.",
    MessageType.ALIAS: "Two ids are of one contact.",
}
_EXAMPLES: dict[str, dict[str, object]] = {
    "identify": {"userId": "c-1", "traits": {"email": "ada@example.com", "address": {"city": "Bern"}}},
    "track": {"userId": "c-1", "event": "Order Completed", "properties": {"amount": 25.5}},
    "page": {"anonymousId": "a-7", "name": "Pricing", "properties": {"path": "/pricing"}},
    "screen": {"userId": "c-1", "name": "Basket", "properties": {"items": 3}},
    "group": {"userId": "c-1", "groupId": "acme", "traits": {"industry": "toys"}},
    "alias": {"previousId": "a-7", "userId": "c-1"},
    "batch": {"batch": [{"type": "track", "userId": "c-1", "event": "Order Completed"}]},
}


class RefusedMessage(BaseModel):
    """A message that was put in quarantine."""

    position: int = Field(description="Its place in the request, from 0.")
    code: str = Field(description="Why, for programs.", examples=["value.type"])
    message: str = Field(description="Why, for people.")


class TrackingAnswer(BaseModel):
    """What became of a request, all of it durable and visible."""

    success: bool = Field(description="Always true: what could not be taken is in quarantine.")
    version: int = Field(description="The version that the messages are in.")
    accepted: int = Field(description="Messages taken.")
    duplicates: int = Field(description="Messages that had been taken before.")
    quarantined: int = Field(description="Messages refused; the reasons are in `refused` and in quarantine.")
    refused: list[RefusedMessage] = Field(description=f"At most {TOLD_MAX} of them.")


class TrackingProblem(BaseModel):
    """Why a request as a whole was refused (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    message: str


_RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {
        "description": about,
        "content": {"application/problem+json": {"schema": TrackingProblem.model_json_schema()}},
    }
    for status, about in (
        (400, "The body is no JSON object, or not packed as it says."),
        (401, "There is no write key, or it is not valid."),
        (413, "The body, or the number of its messages, is beyond the limit."),
        (415, "The body is packed in a way that is not known."),
        (503, "Too many requests wait; send again later."),
    )
}


def tracking_router(tracker: Tracker, write_keys: WriteKeys) -> APIRouter:
    """The routes, for a server to include at its root."""
    router = APIRouter(prefix=PREFIX, tags=["tracking"])
    for kind in MessageType:
        handler = _answering(tracker, write_keys, TAKES[kind.value])
        _add(router, kind.value, _SHORT[kind], _ABOUT[kind], handler)
    batch = _answering(tracker, write_keys, TAKES["batch"])
    _add(router, "batch", "b", "Messages of all types; those that cannot be taken are refused alone.", batch)
    router.add_api_route("/import", batch, methods=["POST"], include_in_schema=False)
    router.add_api_route("/{path:path}", _preflight, methods=["OPTIONS"], include_in_schema=False)
    return router


Take = Callable[[Mapping[str, Any]], tuple[list[object], object]]
"""The messages in a body, and when it says that it was sent."""

_Handler = Callable[[Request], Awaitable[Response]]


def _add(router: APIRouter, name: str, short: str, about: str, handler: _Handler) -> None:
    body = {"schema": {"type": "object"}, "example": _EXAMPLES[name]}
    router.add_api_route(
        f"/{name}",
        handler,
        methods=["POST"],
        summary=name,
        description=f"{about} Basic auth: the write key as user, no password.",
        operation_id=operation_of(name),
        response_model=TrackingAnswer,
        responses=_RESPONSES,
        openapi_extra={"requestBody": {"required": True, "content": {"application/json": body}}},
    )
    router.add_api_route(f"/{short}", handler, methods=["POST"], include_in_schema=False)


def _answering(tracker: Tracker, write_keys: WriteKeys, take: Take) -> _Handler:
    waiting: Waiting[Outcome] = Waiting()

    async def handler(request: Request) -> Response:
        try:
            headers = dict(request.scope["headers"])
            body = await read_body(request.stream(), _text(headers.get(b"content-encoding")))
            small = len(body) <= _PARSED_AT_ONCE_BYTES
            found = parse_body(body) if small else await asyncio.to_thread(parse_body, body)
            key = key_of(_text(headers.get(b"authorization")), found)
            sender = None if key is None else write_keys.sender(key)
            if sender is None:
                return _problem(401, "unauthorized", "found no valid write key", _BASIC)
            messages, sent_at = take(found)
            answer = tracker.submit(messages, sent_at=sent_at, actor=sender)
            return answered(await waiting.wait_for(answer))
        except Error as error:
            return refused(error)

    return handler


def refused(error: Error) -> Response:
    """What answers a request that was refused as a whole."""
    match error:
        case UsageError():
            return _problem(_STATUS.get(error.code, 400), error.code, error.message)
        case ConflictError():
            return _problem(503, error.code, error.message, {"Retry-After": "1"})
        case _:
            return _problem(503, error.code, "the workspace cannot take anything now")


def _text(header: bytes | None) -> str | None:
    return None if header is None else header.decode("latin-1")


def _single(kind: MessageType) -> Take:
    def take(body: Mapping[str, Any]) -> tuple[list[object], object]:
        return [{**_without_key(body), "type": kind.value}], None

    return take


def _batch(body: Mapping[str, Any]) -> tuple[list[object], object]:
    messages, shared = body.get("batch"), body.get("context")
    if not isinstance(messages, list):
        raise UsageError("found no list of messages under `batch`", code="usage.body")
    if isinstance(shared, Mapping):
        messages = [
            {**one, "context": shared} if isinstance(one, dict) and one.get("context") is None else one
            for one in messages
        ]
    return [_without_key(one) if isinstance(one, dict) else one for one in messages], body.get("sentAt")


TAKES: Mapping[str, Take] = {**{kind.value: _single(kind) for kind in MessageType}, "batch": _batch}
"""By the name of a route."""


def operation_of(name: str) -> str:
    """The operation id of a route."""
    return f"tracking_{name}"


def _without_key(message: Mapping[str, Any]) -> Mapping[str, Any]:
    # A key is a secret: it must not be kept with a message that is refused.
    if "writeKey" not in message:
        return message
    return {name: value for name, value in message.items() if name != "writeKey"}


def answered(outcome: Outcome) -> Response:
    """What answers a request whose messages were taken, or put in quarantine."""
    if not outcome.refused:
        text = TAKEN % (outcome.version, outcome.accepted, outcome.duplicates)
        return Response(text, headers=_headers(outcome), media_type="application/json")
    told = [
        {"position": one.place, "code": one.code, "message": one.message}
        for one in outcome.refused[:TOLD_MAX]
    ]
    content = {
        "success": True,
        "version": outcome.version,
        "accepted": outcome.accepted,
        "duplicates": outcome.duplicates,
        "quarantined": len(outcome.refused),
        "refused": told,
    }
    return JSONResponse(content, headers=_headers(outcome))


def _headers(outcome: Outcome) -> dict[str, str]:
    return {**OPEN, "Satsuma-Version": str(outcome.version)}


TAKEN = b'{"success":true,"version":%d,"accepted":%d,"duplicates":%d,"quarantined":0,"refused":[]}'
_BASIC = {"WWW-Authenticate": 'Basic realm="write key", charset="UTF-8"'}


def _problem(status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> Response:
    content = {
        "type": "about:blank",
        "title": code,
        "status": status,
        "detail": message,
        "code": code,
        "message": message,
    }
    return JSONResponse(
        content, status, headers={**OPEN, **(headers or {})}, media_type="application/problem+json"
    )


async def _preflight(path: str) -> Response:  # noqa: ARG001 -- the route's parameter
    return Response(status_code=204, headers=_PREFLIGHT)

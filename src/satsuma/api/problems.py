"""Problems: what the API answers when it refuses, as RFC 9457 problem details with our codes and places."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from satsuma.kernel.errors import (
    BusyError,
    CancelledError,
    CatalogError,
    ConflictError,
    DataError,
    DefinitionError,
    Error,
    ForbiddenError,
    InvariantError,
    NotFoundError,
    UsageError,
    WorkspaceError,
)

MEDIA_TYPE = "application/problem+json"

_CLASSES: tuple[tuple[type[Error], int], ...] = (
    (NotFoundError, 404),
    (ForbiddenError, 403),
    (ConflictError, 409),
    (CancelledError, 409),
    (DefinitionError, 422),
    (CatalogError, 422),
    (DataError, 422),
    (UsageError, 422),
    (WorkspaceError, 503),
    (InvariantError, 500),
)
_CODES: Mapping[str, int] = {
    "request.body": 400,
    "request.json": 400,
    "request.path": 400,
    "request.host": 400,
    "openid.state": 400,
    "openid.issuer": 400,
    "openid.token": 400,
    "openid.code": 400,
    "access.unauthenticated": 401,
    "access.wrong_password": 401,
    "access.forbidden": 403,
    "access.units": 403,
    "access.csrf": 403,
    "access.origin": 403,
    "openid.refused": 403,
    "openid.not_invited": 403,
    "openid.unverified_email": 403,
    "openid.domain": 403,
    "openid.inactive": 403,
    "openid.other_identity": 403,
    "request.time": 408,
    "version.not_reached": 409,
    "conflict.etag": 412,
    "request.size": 413,
    "usage.body_size": 413,
    "request.media_type": 415,
    "usage.body_encoding": 415,
    "access.rate": 429,
    "conflict.busy": 503,
    "request.too_long": 503,
    "usage.closed": 503,
    "usage.queue_full": 503,
}

ABOUT: Mapping[int, str] = {
    400: "The request cannot be read.",
    401: "Nobody has signed in, or the key is not valid.",
    403: "The caller may not do this.",
    404: "There is no such thing.",
    405: "The address has no such method.",
    408: "The request took too long to arrive.",
    409: "RefusedError in the state that things are in now.",
    412: "It has changed since it was read: the ETag is another one.",
    413: "The body is beyond the limit.",
    415: "The body is of a kind that is not read here.",
    422: "What was sent is not usable; `details` says where and why.",
    429: "Too many requests; `Retry-After` says when to come again.",
    503: "The workspace cannot answer now; try again later.",
}
"""Statuses of problems, and what each means."""


class RefusedError(Error):
    """A request that is refused before it reaches the workspace."""

    default_code = "request"

    def __init__(self, code: str, message: str, *, hint: str = "", headers: Mapping[str, str] | None = None):
        super().__init__(message, code=code, hint=hint)
        self.headers = dict(headers or {})


class Problem(BaseModel):
    """Why a request was refused (RFC 9457)."""

    type: str = Field(description="Always `about:blank`: `code` says more.", examples=["about:blank"])
    title: str = Field(description="The status in words.", examples=["Conflict"])
    status: int = Field(description="The HTTP status.", examples=[409])
    detail: str = Field(
        description="What was found, and what was expected.", examples=["there is a segment “VIP” already"]
    )
    code: str = Field(description="Stable, for programs.", examples=["segment.name_taken"])
    hint: str | None = Field(default=None, description="What to do about it.")
    details: dict[str, Any] | None = Field(
        default=None,
        description="Further facts: `problems` of a definition with their places; `errors` of fields.",
    )


def problem(
    status: int,
    code: str,
    message: str,
    *,
    hint: str = "",
    details: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem as a response."""
    content: dict[str, object] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": message,
        "code": code,
    }
    if hint:
        content["hint"] = hint
    if details:
        content["details"] = dict(details)
    text = json.dumps(content, ensure_ascii=False, default=str).encode("utf-8", "replace")
    return Response(text, status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def status_of(error: Error) -> int:
    """The status that an error of ours is answered with."""
    known = _CODES.get(error.code)
    if known is not None:
        return known
    if isinstance(error, RefusedError):
        return 422 if error.code == "request.fields" else 400
    return next((status for kind, status in _CLASSES if isinstance(error, kind)), 500)


def problem_of(error: Exception) -> Response | None:
    """The response to an error; None to one that nobody expected, which is a fault of ours."""
    match error:
        case InvariantError():
            return None
        case Error():
            headers = error.headers if isinstance(error, RefusedError) else {}
            if isinstance(error, BusyError):
                headers = {"Retry-After": "1"}
            return problem(
                status_of(error),
                error.code,
                error.message,
                hint=error.hint,
                details=error.details,
                headers=headers,
            )
        case RequestValidationError():
            return _invalid(error)
        case ClientDisconnect():
            return problem(408, "request.time", "the body did not arrive in time")
        case HTTPException():
            return problem(
                error.status_code,
                "not_found.address" if error.status_code == 404 else f"http.{error.status_code}",
                str(error.detail),
                headers=error.headers,
            )
        case _:
            return None


def fault() -> Response:
    """The response where something of ours failed; the log says what."""
    return problem(500, "internal", "something failed in the server", hint="its log says what")


def _invalid(error: RequestValidationError) -> Response:
    found = error.errors()
    if any(one["type"] == "json_invalid" for one in found):
        return problem(400, "request.json", "the body is not JSON")
    errors = [
        {"path": ".".join(map(str, one["loc"])), "message": str(one["msg"]), "code": one["type"]}
        for one in found[:100]
    ]
    first = errors[0] if errors else {"path": "", "message": "it does not fit"}
    return problem(
        422,
        "request.fields",
        f"{first['path']}: {first['message']}",
        hint="`details.errors` lists everything that does not fit",
        details={"errors": errors},
    )

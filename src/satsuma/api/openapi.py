"""The description of the API: what FastAPI finds in the routes, and what is true of all of them."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from satsuma import __version__
from satsuma.access.permissions import TABLE
from satsuma.api.problems import ABOUT, MEDIA_TYPE, Problem

_INTRODUCTION = """
The HTTP API of a Satsuma workspace: everything that can be done in the console.

**Signing in.** People: `POST /session` sets a cookie; requests that change something bear the session's
`csrf_token` as `X-CSRF-Token`. Programs: `Authorization: Bearer` with an API key.

**Versions.** Every change makes a version, in which data and all segments move together. Every answer says in
`Satsuma-Version` which the last one was; a request with `at_least_version` waits until that one is there.

**Lists** come in pages: `limit`, and `cursor` with the `next_cursor` of the page before.
**Edits** take `If-Match` with the `ETag` of what was read. **Creations** take an `Idempotency-Key`: asked for
again with the same key, they are answered as the first time.
**Refusals** are problem details (RFC 9457): `code` is stable, `hint` says what to do.
"""

_TAGS = {
    "session": "Signing in and out; setting up.",
    "segments": "Segments, their members, and why.",
    "templates": "Definitions with blanks.",
    "catalog": "Entities, attributes, interaction types.",
    "language": "Help for editors of the text form.",
    "records": "Contacts, other records, interactions.",
    "quarantine": "Rows that were refused.",
    "imports": "Files.",
    "insights": "Growth, overlap, breakdowns, activity.",
    "jobs": "Long work.",
    "workspace": "Health, status, versions.",
    "people": "People, keys, the audit log; for administrators.",
}

_AT_LEAST_VERSION = {
    "name": "at_least_version",
    "in": "query",
    "required": False,
    "description": "Wait until the workspace has this version.",
    "schema": {"type": "integer", "minimum": 0, "maximum": 10**18 - 1},
}
_IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Of one creation; asked for again with it, it is answered as the first time.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of an application, made once."""
    if app.openapi_schema:
        return app.openapi_schema
    document = get_openapi(
        title="Satsuma",
        version=__version__,
        summary="Customer segments that are exact at every version of the data.",
        description=_INTRODUCTION.strip(),
        routes=app.routes,
        tags=[{"name": name, "description": about} for name, about in _TAGS.items()],
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    parts = document.setdefault("components", {})
    parts["securitySchemes"] = {
        "session": {"type": "apiKey", "in": "cookie", "name": "satsuma_session"},
        "key": {"type": "http", "scheme": "bearer", "description": "An API key."},
    }
    schema = Problem.model_json_schema()
    parts["schemas"]["Problem"] = schema
    parts["responses"] = {
        f"Problem{status}": {
            "description": about,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status, about in ABOUT.items()
    }
    parts["headers"] = {
        "Satsuma-Version": {
            "description": "The last version of the workspace.",
            "schema": {"type": "integer"},
        }
    }
    for path in document["paths"].values():
        for method, operation in path.items():
            if isinstance(operation, dict) and operation.get("operationId") in TABLE:
                _complete(method, operation)
    for name in ("HTTPValidationError", "ValidationError"):
        parts["schemas"].pop(name, None)
    app.openapi_schema = document
    return document


def _complete(method: str, operation: dict[str, Any]) -> None:
    rule = TABLE[operation["operationId"]]
    role = "anybody" if rule.role is None else f"`{rule.role}` and above"
    scope = f"; keys with the scope `{rule.scope}`" if rule.scope is not None else ""
    operation["description"] = f"{operation.get('description', '')}\n\nFor {role}{scope}.".strip()
    operation["x-role"] = rule.role
    operation["x-scope"] = rule.scope
    operation["security"] = (
        [] if rule.role is None else [{"session": []}, *([{"key": []}] if rule.scope else [])]
    )
    parameters = operation.setdefault("parameters", [])
    parameters.append(_AT_LEAST_VERSION)
    if method == "post":
        parameters.append(_IDEMPOTENCY_KEY)
    responses = operation["responses"]
    for status, answer in responses.items():
        if status.startswith("2"):
            answer.setdefault("headers", {})["Satsuma-Version"] = {
                "$ref": "#/components/headers/Satsuma-Version"
            }
    for status in ABOUT:
        responses[str(status)] = {"$ref": f"#/components/responses/Problem{status}"}

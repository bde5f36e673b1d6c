"""Nothing undocumented, and nothing of ours fails: generated requests against the description of the API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from satsuma.access.passwords import csrf_token
from satsuma.access.permissions import TABLE
from satsuma.access.roles import Role
from satsuma.api.app import AppSettings, operations
from tests.api.shop import Shop, email_of, shop

EXAMPLES = 4
CHECKED = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
APART = frozenset(
    # Put the caller, or what the others look at, out of the way; or never end.
    "sign_out change_password change_user delete_user delete_record erase_record stream_changes".split()
)
KNOWN = {"entity": "contact", "key": "c-1", "owner": "contact", "type": "purchase", "id": 1}
"""In most requests, so that they find something."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    told = AppSettings(requests_per_minute=0, version_wait_s=0.02)
    with shop(tmp_path_factory.mktemp("described"), told, contacts=12) as found:
        yield found


@pytest.fixture(scope="module")
def described(served: Shop) -> dict[str, Any]:
    schema = schemathesis.openapi.from_url(f"{served.address}/api/openapi.json")
    found: dict[str, Any] = {}
    listed: Any = schema.get_all_operations()
    for one in listed:
        operation = one.ok()
        found[operation.definition.raw["operationId"]] = operation
    return found


@pytest.fixture(scope="module")
def session(served: Shop) -> str:
    person = served.ws.access.people.find(email_of(Role.ADMIN))
    assert person is not None
    return served.ws.access.sessions.begin(person)


# `call_workspace` is no part of the description.
@pytest.mark.parametrize("operation", sorted(set(TABLE) - APART - {"call_workspace"}))
def test_generated_requests_are_answered_as_described(
    described: dict[str, Any], session: str, operation: str
) -> None:
    found = described[operation]
    made = found.as_strategy(generation_mode=GenerationMode.POSITIVE) | found.as_strategy(
        generation_mode=GenerationMode.NEGATIVE
    )
    count = 0

    @settings(
        max_examples=EXAMPLES, phases=[Phase.generate], suppress_health_check=list(HealthCheck), deadline=None
    )
    @given(case=made)
    def ask(case: Any) -> None:
        nonlocal count
        count += 1
        if count % 4 and isinstance(case.path_parameters, dict):
            case.path_parameters = {
                name: KNOWN.get(name, value) for name, value in case.path_parameters.items()
            }
        headers = {
            name: value for name, value in (case.headers or {}).items() if name.lower() != "authorization"
        }
        # Of every four requests one is nobody's.
        signed_in = count % 4 != 3
        case.cookies = {"satsuma_session": session} if signed_in else {}
        case.headers = {**headers, "X-CSRF-Token": csrf_token(session)}
        case.validate_response(case.call(timeout=30), checks=CHECKED)

    ask()


def test_every_operation_says_what_it_does(served: Shop) -> None:
    document = served.app.openapi()
    for methods in document["paths"].values():
        for operation in methods.values():
            assert operation["summary"], operation
            assert len(operation["description"]) > 20, operation["operationId"]
    for name, schema in document["components"]["schemas"].items():
        assert schema.get("description") or "[" in schema.get("title", "") or "enum" in schema, name


def test_the_description_names_roles_and_scopes(served: Shop) -> None:
    document = served.app.openapi()
    for name, (method, path) in operations(served.app).items():
        if name in TABLE:
            told = document["paths"][path][method.lower()]
            assert (told["x-role"], told["x-scope"]) == (TABLE[name].role, TABLE[name].scope)

"""Nothing undocumented, and nothing of ours fails: generated requests against the description of the API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from satsuma.access.permissions import TABLE
from satsuma.api.app import operations
from tests.api.generated import (
    APART,
    APP,
    NEVER,
    TRACKED,
    ask_all,
    described_by,
    session_of,
    write_key_of,
)
from tests.api.shop import Shop, shop

EXAMPLES = 4


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with shop(tmp_path_factory.mktemp("described"), APP, contacts=12) as found:
        yield found


@pytest.fixture(scope="module")
def described(served: Shop) -> dict[str, Any]:
    return described_by(served)


@pytest.fixture(scope="module")
def session(served: Shop) -> str:
    return session_of(served)


@pytest.mark.parametrize("operation", sorted(set(TABLE) - APART - NEVER))
def test_generated_requests_are_answered_as_described(
    described: dict[str, Any], session: str, operation: str
) -> None:
    ask_all(described[operation], session, EXAMPLES)


@pytest.mark.parametrize("operation", sorted(TRACKED))
def test_generated_messages_are_answered_as_described(
    served: Shop, described: dict[str, Any], operation: str
) -> None:
    ask_all(described[operation], None, EXAMPLES, write_key=write_key_of(served))


def test_every_operation_that_is_described_is_asked(described: dict[str, Any]) -> None:
    assert set(described) == (set(TABLE) | TRACKED) - {"call_workspace"}


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

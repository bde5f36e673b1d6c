"""Every operation for every role: what the table admits is admitted, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest

from satsuma.access.permissions import SCOPES, TABLE
from satsuma.access.roles import Role
from satsuma.api.app import PREFIX, operations
from tests.api.shop import Shop, problem, shop

NOT_THERE = {"id": "4000000000", "key": "nobody-has-this-key", "entity": "nothing", "type": "nothing"}
"""So that whoever is admitted finds nothing to change."""

APART = frozenset({"call_workspace"})
"""Is no part of the description."""

ENDS_THE_SESSION = frozenset({"sign_out", "change_password"})


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with shop(tmp_path_factory.mktemp("permissions"), contacts=3) as found:
        yield found


@pytest.fixture(scope="module")
def callers(served: Shop) -> Iterator[dict[Role | None, httpx.Client]]:
    with ExitStack() as stack:
        found: dict[Role | None, httpx.Client] = {None: stack.enter_context(served.nobody())}
        found |= {role: stack.enter_context(served.signed_in(role)) for role in Role}
        yield found


def call(client: httpx.Client, method: str, path: str) -> httpx.Response:
    for name, value in {**NOT_THERE, "owner": "nothing", "name": "nothing"}.items():
        path = path.replace(f"{{{name}}}", value)
    body: dict[str, str] | None = {} if method in ("POST", "PATCH", "PUT") else None
    with client.stream(method, path.removeprefix(PREFIX), json=body) as response:
        # An endless answer, such as a stream of changes, has said all that is asked here by its status.
        if not response.headers.get("content-type", "").startswith("text/event-stream"):
            response.read()
        return response


def test_the_table_has_every_operation_and_no_other(served: Shop) -> None:
    described = {name for name, (_, path) in operations(served.app).items() if path.startswith(PREFIX)}
    assert described == set(TABLE) - APART


@pytest.mark.parametrize("operation", sorted(set(TABLE) - APART))
def test_an_operation_is_open_to_whom_the_table_admits(
    served: Shop, callers: dict[Role | None, httpx.Client], operation: str
) -> None:
    method, path = operations(served.app)[operation]
    rule = TABLE[operation]
    for role, client in callers.items():
        if operation in ENDS_THE_SESSION and role is not None:
            continue
        response = call(client, method, path)
        admitted = rule.role is None or (role is not None and role.is_at_least(rule.role))
        if admitted:
            assert response.status_code not in (403, 500), (operation, role, response.text)
            assert response.status_code != 401 or operation == "sign_in"
        else:
            assert response.status_code == (401 if role is None else 403), (operation, role)
            assert problem(response)["code"] in ("access.unauthenticated", "access.forbidden")


@pytest.mark.parametrize("operation", sorted(ENDS_THE_SESSION))
def test_whoever_has_signed_in_may_end_their_session(served: Shop, operation: str) -> None:
    method, path = operations(served.app)[operation]
    for role in Role:
        with served.signed_in(role) as client:
            assert call(client, method, path).status_code in (204, 422)


@pytest.mark.parametrize("operation", sorted(set(TABLE) - APART))
def test_a_key_opens_its_scopes_alone(
    served: Shop, by_scope: dict[str, httpx.Client], operation: str
) -> None:
    method, path = operations(served.app)[operation]
    rule = TABLE[operation]
    if rule.role is None:
        return
    for scope, client in by_scope.items():
        refused = call(client, method, path).status_code == 403
        assert refused == (rule.scope is None or scope not in ("*", rule.scope)), (operation, scope)


@pytest.fixture(scope="module")
def by_scope(served: Shop) -> Iterator[dict[str, httpx.Client]]:
    wanted = ("*", "segments:read", "records:write")
    assert set(wanted) - {"*"} <= set(SCOPES)
    with ExitStack() as stack:
        yield {scope: stack.enter_context(served.by_key(Role.ADMIN, scope)) for scope in wanted}


def test_a_key_may_do_no_more_than_its_role(served: Shop) -> None:
    with served.by_key(Role.VIEWER) as client:
        assert client.get("/segments").status_code == 200
        assert problem(client.post("/segments", json={"name": "x"}))["code"] == "access.forbidden"


def test_nobody_makes_a_key_that_may_do_more_than_they(served: Shop) -> None:
    with served.signed_in(Role.ADMIN) as client:
        made = client.post("/api-keys", json={"name": "k", "role": "admin"})
        assert made.status_code == 201
    with served.by_key(Role.ADMIN) as client:
        assert problem(client.post("/api-keys", json={"name": "k"}))["code"] == "access.forbidden"


def test_sellers_make_static_segments_only(served: Shop) -> None:
    with served.signed_in(Role.SELLER) as client:
        refused = client.post("/segments", json={"name": "mine", "where": 'city is "Bern"'})
        assert problem(refused)["code"] == "access.forbidden"
        assert client.post("/segments", json={"name": "mine", "kind": "static"}).status_code == 201


def test_viewers_see_no_personal_data(served: Shop) -> None:
    hidden = ("Name 1", "c1@example.com", "1951-01-01", "46.91")
    paths = (
        "/contacts",
        "/contacts/c-1",
        "/records/contact/c-1/history",
        f"/segments/{served.segments['Picked']}/members?columns=name&columns=email&columns=born",
        f"/insights/breakdown?segment={served.segments['Buyers']}&attribute=name",
    )
    with served.signed_in(Role.VIEWER) as viewer, served.signed_in(Role.SELLER) as seller:
        shown = "".join(seller.get(path).text for path in paths)
        assert all(text in shown for text in hidden)
        masked = "".join(viewer.get(path).text for path in paths)
        assert not [text for text in hidden if text in masked]
        assert "gold" in masked

"""Pages: walked through, they give everything once, in one order, whatever their size."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from satsuma.access.roles import Role
from tests.api.shop import Shop, problem, shop

CONTACTS = 23


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with shop(tmp_path_factory.mktemp("paging"), contacts=CONTACTS) as found:
        yield found


@pytest.fixture(scope="module")
def client(served: Shop) -> Iterator[httpx.Client]:
    with served.by_key(Role.ADMIN) as found:
        yield found


def walk(client: httpx.Client, path: str, limit: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = None
    for _ in range(200):
        given = {"limit": limit} if cursor is None else {"limit": limit, "cursor": cursor}
        page = client.get(path, params=httpx.QueryParams(httpx.URL(path).params).merge(given))
        assert page.status_code == 200, page.text
        body = page.json()
        assert len(body["items"]) <= limit
        found += body["items"]
        cursor = body["next_cursor"]
        if cursor is None:
            return found
        assert len(body["items"]) == limit, "a page before the last is full"
    raise AssertionError("the pages do not end")


LISTS = [
    "/contacts",
    "/contacts?sort=-id",
    "/contacts?sort=tier",
    "/contacts?sort=-age",
    "/contacts?search=name",
    "/contacts?segment=0",
    "/interactions/purchase",
    "/records/contact/c-1/timeline",
    "/segments",
    "/segments?sort=-size",
    "/segments/0/members",
    "/segments/0/members?sort=-age&columns=age",
    "/segments/0/changes",
    "/versions",
    "/users",
    "/audit",
]


@pytest.mark.parametrize("path", LISTS)
@settings(max_examples=4, deadline=None)
@given(limit=st.integers(1, 30))
def test_every_item_comes_once_whatever_the_size_of_pages(
    client: httpx.Client, path: str, limit: int
) -> None:
    whole = client.get(path, params=httpx.QueryParams(httpx.URL(path).params).merge({"limit": 500})).json()
    assert whole["next_cursor"] is None
    parts = walk(client, path, limit)
    assert parts == whole["items"]
    names = [str(one) for one in parts]
    assert len(set(names)) == len(names)
    assert whole["total"] in (None, len(parts))


def test_by_key_nothing_is_left_out_when_something_comes_between(served: Shop, client: httpx.Client) -> None:
    first = client.get("/contacts", params={"limit": 5, "search": "name"}).json()
    served.ws.upsert("contact", [{"id": "a-first", "name": "Name new"}])
    rest = client.get(
        "/contacts", params={"limit": 500, "search": "name", "cursor": first["next_cursor"]}
    ).json()
    keys = [one["key"] for one in first["items"] + rest["items"]]
    assert sorted(keys) == sorted(f"c-{number}" for number in range(CONTACTS))
    served.ws.delete("contact", ["a-first"])


@pytest.mark.parametrize("cursor", ["nonsense", "WzJd" * 5, "W10", "WyJ4Il0", "eyJhIjoxfQ", "WzEsMl0", "ÿ"])
def test_a_cursor_of_nothing_is_refused(client: httpx.Client, cursor: str) -> None:
    for path in ("/segments", "/interactions/purchase", "/audit"):
        assert problem(client.get(path, params={"cursor": cursor}))["code"] == "request.fields"

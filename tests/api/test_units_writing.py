"""What callers change who see the contacts of some units only: those, and nothing of others.

A contact of another unit is as unknown to them as one that is not there; what would touch one, or make one of
no unit of theirs, is refused and leaves nothing.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from satsuma.access.limits import LIMITS, Limit
from satsuma.access.permissions import TABLE
from satsuma.access.roles import Role
from satsuma.api.app import PREFIX, make_app, operations
from satsuma.kernel.clock import ManualClock
from satsuma.workspace import Workspace
from tests.api.test_units import READS
from tests.api.units import SOUTH, START, Call, World, get, hidden_in, post, told, two_worlds


@pytest.fixture(scope="module", params=["cold", "warm"])
def worlds(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[tuple[World, World]]:
    with two_worlds(tmp_path_factory.mktemp("units"), warm=request.param == "warm") as found:
        yield found


APART = {
    "stream_changes": "tried further down: it does not end",
    "show_job": "tried further down",
    "cancel_job": "tried further down",
    "link_center": "the link is signed; another contact is not found, as is tried further down",
}


def test_every_limited_operation_is_tried_here(worlds: tuple[World, World]) -> None:
    app = make_app(worlds[0].ws, ManualClock(START))
    known = {name for name, (_, path) in operations(app).items() if path.startswith(PREFIX)}
    assert known | {"call_workspace"} == set(LIMITS) == set(TABLE)
    tried = set(READS) | set(APART) | set(WRITES) | set(KEYED) | set(DEFINING)
    assert {name for name, limit in LIMITS.items() if limit is Limit.SEEN} <= tried


KEYED: dict[str, list[Call]] = {
    "show_contact": [get("/contacts/KEY")],
    "show_record": [get("/records/contact/KEY")],
    "list_record_history": [get("/records/contact/KEY/history")],
    "list_record_timeline": [get("/records/contact/KEY/timeline")],
    "list_record_segments": [get("/records/contact/KEY/segments")],
    "list_record_lists": [get("/records/contact/KEY/lists")],
    "export_contact": [get("/records/contact/KEY/export")],
    "explain_segment": [get("/segments/{Buyers}/explain", key="KEY")],
    "show_consent": [get("/records/contact/KEY/consent")],
    "record_consent": [post("/records/contact/KEY/consent", {"states": {"marketing": "granted"}})],
    "list_record_messages": [get("/records/contact/KEY/messages")],
    "merge_records": [
        post("/records/contact:merge", {"keep": "n-1", "drop": "KEY"}),
        post("/records/contact:merge", {"keep": "KEY", "drop": "n-1"}),
    ],
    "link_center": [post("/subscription-centers/{Center}/link", {"key": "KEY"})],
    "add_segment_members": [post("/segments/{Picked}/members:add", {"keys": ["KEY"]})],
    "remove_segment_members": [post("/segments/{Picked}/members:remove", {"keys": ["KEY"]})],
    "remove_list_members": [post("/lists/{News}/members:remove", {"keys": ["KEY"]})],
    "add_list_members": [post("/lists/{News}/members:add", {"keys": ["KEY"]})],
    "ask_list_members": [post("/lists/{Club}/members:ask", {"keys": ["KEY"]})],
}
"""Operations that are told a key; `KEY` stands for it."""


def with_key(call: Call, at: World, key: str) -> httpx.Response:
    """A call with a key in place of `KEY`, in its address and its body."""

    def put_in(request: httpx.Request) -> None:
        request.url = httpx.URL(str(request.url).replace("KEY", key))
        body = request.content.replace(b"KEY", key.encode())
        request.stream = httpx.ByteStream(body)
        if body:
            request.headers["Content-Length"] = str(len(body))

    at.client.event_hooks = {"request": [put_in]}
    try:
        return call(at)
    finally:
        at.client.event_hooks = {}


@pytest.mark.parametrize("operation", sorted(KEYED))
def test_a_contact_of_another_unit_is_as_unknown_as_one_that_is_not_there(
    worlds: tuple[World, World], operation: str
) -> None:
    both, _ = worlds
    for call in KEYED[operation]:
        hidden, unknown = (with_key(call, both, key) for key in ("s-1", "s-9"))
        assert hidden.status_code == unknown.status_code, (hidden.text, unknown.text)
        assert told(hidden) == json.loads(json.dumps(told(unknown)).replace("s-9", "s-1"))


def key_row(key: str, **values: Any) -> dict[str, Any]:
    return {"id": key, **values}


def purchase_of(key: str) -> dict[str, Any]:
    return {"contact": key, "occurred_at": "2026-05-01T00:00:00Z", "id": f"{key}/new", "amount": "1"}


WRITES: dict[str, list[Call]] = {
    "upsert_records": [
        post("/records/contact", {"rows": [key_row("s-1", city="Bern")]}),
        post("/records/contact", {"rows": [key_row("n-1", city="Bern"), key_row("s-1", city="Bern")]}),
        post("/records/contact", {"rows": [key_row("n-1", unit="South")]}),
        post("/records/contact", {"rows": [key_row("n-1", unit=None)]}),
        post("/records/contact", {"rows": [key_row("n-20", city="Bern")]}),
        post("/records/contact", {"rows": [key_row("n-20", unit="South")]}),
    ],
    "append_interactions": [
        post("/interactions/purchase", {"rows": [purchase_of("s-1")]}),
        post("/interactions/purchase", {"rows": [purchase_of("n-1"), purchase_of("s-1")]}),
        post("/interactions/purchase", {"rows": [purchase_of("n-30")]}),
    ],
    "duplicate_segment": [post("/segments/{Picked}/duplicate", {"name": "Picked too"})],
    "delete_list": [lambda at: at.client.delete(f"/lists/{at.ids['News']}")],
    "take_segment_live": [post("/segments/{Ranked}/go-live")],
    "take_segments_live": [post("/segments:go-live", {"ids": ["#Ranked"]})],
}
"""What would touch, or tell of, contacts of another unit, or make one of no unit."""


@pytest.mark.parametrize("operation", sorted(WRITES))
def test_what_would_touch_other_contacts_is_refused_and_leaves_nothing(
    worlds: tuple[World, World], operation: str
) -> None:
    both, _ = worlds
    before = everything(both.ws)
    for call in WRITES[operation]:
        response = call(both)
        if response.status_code == 202:
            job = finished(both, response.json()["id"])
            assert job["problem"]["code"] == "access.units"
        else:
            assert (response.status_code, response.json()["code"]) == (403, "access.units"), response.text
            assert not hidden_in(response)
    assert everything(both.ws) == before


def everything(ws: Workspace) -> list[Any]:
    members = [(one.name, one.members().keys()) for one in ws.segments if one.status == "live"]
    rows = [ws.sql(f"SELECT * FROM {name} ORDER BY ALL").to_pylist() for name in ("contact", "purchase")]
    return [members, rows, [(one.name, one.size) for one in ws.lists.list()]]


def finished(at: World, job: str) -> dict[str, Any]:
    for _ in range(200):
        found: dict[str, Any] = at.client.get(f"/jobs/{job}").json()
        if found["state"] != "running":
            return found
        time.sleep(0.05)
    raise AssertionError("the job goes on and on")


def mine(at: World) -> int:
    """The segment that the caller has made."""
    return int(at.client.get("/segments", params={"search": "Mine"}).json()["items"][0]["id"])


DEFINING: dict[str, list[Call]] = {
    "create_segment": [post("/segments", {"name": "Mine", "where": "age > 21"})],
    "change_segment": [lambda at: at.client.patch(f"/segments/{mine(at)}", json={"tags": ["own"]})],
    "snapshot_segment": [post("/segments/{Grown}/snapshot", {"name": "Then"})],
    "add_segment_members_where": [post("/segments/{Picked}/members:add-where", {"where": "age > 21"})],
    "override_segment_members": [post("/segments/{Grown}/overrides", {"keys": ["n-1"], "rule": "always"})],
    "create_list": [post("/lists", {"name": "Own"})],
    "change_list": [lambda at: at.client.patch(f"/lists/{at.ids['Club']}", json={"description": "x"})],
    "add_list_members_where": [post("/lists/{News}/members:add-where", {"where": "age > 21"})],
    "add_list_members_of_segment": [post("/lists/{News}/members:add-segment", {"segment": "Grown"})],
    "delete_segment": [lambda at: at.client.delete(f"/segments/{mine(at)}")],
}
"""What changes something for everybody, and of contacts only those in sight; in this order."""


def test_what_is_done_by_definition_is_done_to_contacts_in_sight(worlds: tuple[World, World]) -> None:
    both, alone = worlds
    hidden_before = south(both.ws)
    for operation, calls in DEFINING.items():
        for call in calls:
            limited, whole = call(both), call(alone)
            assert limited.status_code == whole.status_code < 300, (operation, limited.text, whole.text)
            assert told(limited) == told(whole), operation
    for reads in (
        "list_segments",
        "list_segment_members",
        "list_list_members",
        "list_lists",
        "list_contacts",
    ):
        for call in READS[reads]:
            assert told(call(both)) == told(call(alone)), reads
    assert south(both.ws) == hidden_before


def south(ws: Workspace) -> list[Any]:
    """Who of the other unit is in what."""
    live_ones = [one for one in ws.segments if one.status == "live"]
    lists = [one.name for one in ws.lists.list() if one.name != "Own"]
    return [
        *((one.name, set(one.members().keys()) & set(SOUTH)) for one in live_ones),
        *((name, set(ws.lists[name]) & set(SOUTH)) for name in lists),
    ]


REFUSED = sorted(
    name
    for name, limit in LIMITS.items()
    if limit is Limit.REFUSED and name != "call_workspace" and TABLE[name].role is not Role.ADMIN
)


@pytest.mark.parametrize("operation", REFUSED)
def test_what_cannot_be_limited_is_refused(worlds: tuple[World, World], operation: str) -> None:
    both, _ = worlds
    method, path = operations(make_app(both.ws, ManualClock(START)))[operation]
    path = re.sub(r"\{\w+\}", "1", path).removeprefix(PREFIX)
    body: dict[str, str] | None = {} if method != "GET" else None
    # It is refused before its body is read, and the connection may end with that.
    response = both.client.request(method, path, json=body, headers={"Connection": "close"})
    assert (response.status_code, response.json()["code"]) == (403, "access.units"), response.text

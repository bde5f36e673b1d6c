"""People and keys that see the contacts of some units only, over every operation.

Two workspaces are served: one with the contacts of two units, one with those of the unit North alone, made by
the same steps. Whatever a caller who is limited to North is told in the first must be what one who sees
everything is told in the second. So nothing of the other unit can be in it, neither keys nor counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from satsuma.api.jobs import Jobs
from satsuma.kernel.clock import ManualClock
from satsuma.server.metrics import Metrics, metrics_router
from tests.api.live import live
from tests.api.units import HIDDEN, START, Call, World, get, hidden_in, plain, post, told, two_worlds


@pytest.fixture(scope="module", params=["cold", "warm"])
def worlds(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[tuple[World, World]]:
    with two_worlds(tmp_path_factory.mktemp("units"), warm=request.param == "warm") as found:
        yield found


SEGMENTS = ("Bern", "Buyers", "Grown", "Both", "Picked")

READS: dict[str, list[Call]] = {
    "list_segments": [get("/segments"), get("/segments", sort="size")],
    "show_segment": [get(f"/segments/{{{name}}}") for name in (*SEGMENTS, "Draft")],
    "list_segment_members": [
        get(f"/segments/{{{name}}}/members", columns=["name", "boss"], **more)
        for name in SEGMENTS
        for more in ({}, {"at": "2026-06-08T00:00:00Z"}, {"search": "s-"}, {"sort": "name"})
    ],
    "export_segment_members": [
        get("/segments/{Grown}/members/export", format=form, columns=["name"]) for form in ("csv", "jsonl")
    ],
    "list_segment_changes": [get(f"/segments/{{{name}}}/changes") for name in SEGMENTS],
    "list_segment_overrides": [get("/segments/{Grown}/overrides")],
    "estimate_segment": [get("/segments/{Draft}/estimate"), get("/segments/{Both}/estimate")],
    "preview_segment": [
        post("/segments:preview", {"where": where})
        for where in ('city is "Bern"', "did purchase", 'name contains "Sam"', 'id is "s-1"', "not age > 22")
    ],
    "compare_segment": [post("/segments/{Bern}/compare", {"where": "age > 21"})],
    "explain_segment": [
        get("/segments/{Both}/explain", key="n-4"),
        get("/segments/{Buyers}/explain", key="n-1"),
    ],
    "show_catalog": [get("/catalog")],
    "list_attribute_values": [
        *(
            get(f"/catalog/contact/attributes/{name}/values")
            for name in ("city", "name", "unit", "boss", "age")
        ),
        get("/catalog/purchase/attributes/with/values"),
        get("/catalog/company/attributes/head/values"),
    ],
    "complete_text": [post("/language:complete", {"text": "name is ", "offset": 8})],
    "show_status": [get("/status")],
    "list_contacts": [
        get("/contacts"),
        get("/contacts", search="sam"),
        get("/contacts", sort="-age", limit=2),
        get("/contacts", segment="#Grown"),
        get("/contacts", list="#News"),
    ],
    "show_contact": [get("/contacts/n-1"), get("/contacts/x-1")],
    "list_records": [get("/records/contact"), get("/records/company")],
    "show_record": [get("/records/contact/n-5"), get("/records/company/co-1")],
    "list_record_history": [get("/records/contact/n-4/history"), get("/records/company/co-1/history")],
    "list_record_timeline": [get("/records/contact/n-1/timeline")],
    "list_record_segments": [get("/records/contact/n-4/segments")],
    "list_record_lists": [get("/records/contact/n-2/lists")],
    "list_interactions": [get("/interactions/purchase"), get("/interactions/consent_changed")],
    "export_contact": [get("/records/contact/n-5/export")],
    "show_growth": [get("/insights/growth", segment="#Bern")],
    "show_overlap": [post("/insights/overlap", {"segments": ["#Bern", "#Grown", "#Picked"]})],
    "show_breakdown": [
        get("/insights/breakdown", segment="#Grown", attribute=name) for name in ("city", "age", "unit")
    ],
    "show_activity": [
        get("/insights/activity", days=60),
        get("/insights/activity", segment="#Grown", days=60),
    ],
    "list_lists": [get("/lists")],
    "show_list": [get("/lists/{News}"), get("/lists/{Club}")],
    "list_list_members": [get("/lists/{News}/members")],
    "list_list_pending": [get("/lists/{Club}/pending")],
    "list_list_history": [get("/lists/{News}/history")],
    "show_reach": [
        get("/reach"),
        get("/reach", segment="#Grown"),
        get("/reach", list="#News"),
    ],
    "preview_reach": [post("/reach:preview", {"where": "age > 20"})],
    "show_consent": [get("/records/contact/n-1/consent")],
    "list_record_messages": [get("/records/contact/n-2/messages")],
    "list_outbox": [get("/outbox")],
    "count_outbox": [get("/outbox/counts")],
    "list_changes": [get("/changes")],
    "list_jobs": [get("/jobs")],
}
"""Operations that are limited and only read, each with some calls."""


@pytest.mark.parametrize("operation", sorted(READS))
def test_a_limited_reader_is_told_what_is_so_where_there_is_nobody_else(
    worlds: tuple[World, World], operation: str
) -> None:
    both, alone = worlds
    for place, call in enumerate(READS[operation]):
        limited, whole = call(both), call(alone)
        assert limited.status_code == whole.status_code == 200, (place, limited.text, whole.text)
        assert told(limited) == told(whole), (operation, place)
        asked = f"{limited.request.url}{limited.request.content.decode()}"
        assert HIDDEN.search(asked) or not hidden_in(limited), (place, limited.text)


def test_what_is_drawn_tells_of_nobody_whatever_letters_it_has() -> None:
    signed = (
        "https://example.com/confirm/WzEsMSw0LDAsMTc4MjkwNzIwMF0.WYurSamLoFvqCG2tFJv0pTz4VPRm_RUpZXr2srAsjBI"
    )
    assert hidden_in(httpx.Response(200, text=f"{signed}\n")) is None
    assert hidden_in(httpx.Response(200, text=f"{signed}\nDear Sam")) is not None


@pytest.mark.parametrize(
    "where",
    ['boss.name is "Sam 2"', 'boss is "s-2"', "top 3 by attribute age", 'company.head.name is "Sam 1"'],
)
def test_a_definition_that_reads_other_contacts_is_refused(worlds: tuple[World, World], where: str) -> None:
    both, _ = worlds
    for call in (
        post("/segments:preview", {"where": where}),
        post("/segments/{Bern}/compare", {"where": where}),
        post("/segments/{Picked}/members:add-where", {"where": where}),
        post("/lists/{News}/members:add-where", {"where": where}),
        post("/reach:preview", {"where": where}),
    ):
        response = call(both)
        assert (response.status_code, response.json()["code"]) == (403, "access.units"), response.text


def test_a_stream_tells_of_contacts_in_sight(worlds: tuple[World, World]) -> None:
    both, alone = worlds
    streams = []
    for at in (both, alone):
        found: list[Any] = []
        moving = ["n-1", "s-1"] if at is both else ["n-1"]
        with at.client.stream("GET", "/changes/stream", params={"changes": "true"}) as lines:
            assert lines.status_code == 200
            at.ws.upsert("contact", [{"id": key, "city": "Bern"} for key in moving])
            for line in lines.iter_lines():
                if line.startswith("data: ") and "key" in line:
                    found.append(plain(json.loads(line.removeprefix("data: "))))
                if any(one["segment"]["name"] == "Bern" for one in found):
                    break
        streams.append(found)
    assert streams[0] == streams[1]
    assert {one["key"] for one in streams[0]} == {"n-1"}


def test_what_is_counted_of_the_whole_workspace_is_for_those_who_see_all(worlds: tuple[World, World]) -> None:
    for at, status in zip(worlds, (403, 200), strict=True):
        metrics = Metrics(at.ws, ManualClock(START), Jobs(lambda: 0))
        app = FastAPI()
        app.include_router(metrics_router(at.ws, metrics, is_open=False))
        with live(app, limit_concurrency=None) as address:
            headers = {"Authorization": at.client.headers["Authorization"]}
            assert httpx.get(f"{address}/metrics", headers=headers).status_code == status

"""The tracking API over HTTP: a public client library works unchanged, and what is wrong is told."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from segment.analytics.client import Client

import satsuma
from satsuma.api.ingestion.routes import tracking_router
from satsuma.kernel.limits import REQUEST_BYTES_MAX
from tests.api.live import live

KEY = "wk-test"


class OneKey:
    def sender(self, key: str) -> str | None:
        return "write key web" if key == KEY else None


@pytest.fixture
def ws(tmp_path: Path) -> Iterator[satsuma.Workspace]:
    with satsuma.open(tmp_path / "shop") as found:
        yield found


@pytest.fixture
def address(ws: satsuma.Workspace) -> Iterator[str]:
    app = FastAPI()
    app.include_router(tracking_router(ws.tracking, OneKey()))
    with live(app) as found:
        yield found


@pytest.fixture
def post(address: str) -> Iterator[Any]:
    with httpx.Client(base_url=address, auth=(KEY, "")) as client:
        yield client.post


def rows(ws: satsuma.Workspace, query: str) -> list[dict[str, Any]]:
    return ws.sql(query).to_pylist()


@pytest.mark.parametrize("is_packed", [False, True])
def test_the_public_python_client_works_unchanged(
    ws: satsuma.Workspace, address: str, is_packed: bool
) -> None:
    failures: list[object] = []
    client = Client(KEY, host=address, gzip=is_packed, on_error=lambda error, _: failures.append(error))
    then = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    client.track(anonymous_id="a-7", event="Product Viewed", properties={"sku": "x"}, timestamp=then)
    client.identify("c-1", {"email": "ada@example.com", "plan": "gold"}, anonymous_id="a-7")
    client.track("c-1", "Order Completed", {"amount": 25.5}, timestamp=then)
    client.page("c-1", "docs", "Pricing", {"path": "/pricing"})
    client.screen("c-1", "app", "Basket")
    client.group("c-1", "acme", {"industry": "toys"})
    client.alias("old-1", "c-1")
    client.shutdown()
    assert failures == []
    assert ws.quarantine() == []
    assert rows(ws, "SELECT * FROM contact") == [
        {"id": "c-1", "account": "acme", "email": "ada@example.com", "plan": "gold"}
    ]
    assert rows(ws, "SELECT * FROM account") == [{"id": "acme", "industry": "toys"}]
    found = rows(
        ws,
        'SELECT contact, sku AS what, occurred_at FROM "Product Viewed" UNION ALL'
        ' SELECT contact, CAST(amount AS VARCHAR), occurred_at FROM "Order Completed" ORDER BY what',
    )
    at = then.replace(tzinfo=None)
    assert found == [
        {"contact": "c-1", "what": "25.5", "occurred_at": at},
        {"contact": "c-1", "what": "x", "occurred_at": at},
    ]
    assert rows(ws, "SELECT contact, name, category, path FROM page") == [
        {"contact": "c-1", "name": "Pricing", "category": "docs", "path": "/pricing"}
    ]
    assert rows(ws, "SELECT contact, name, category FROM screen") == [
        {"contact": "c-1", "name": "Basket", "category": "app"}
    ]


def test_an_answer_says_what_became_of_each_message_once_it_is_visible(
    ws: satsuma.Workspace, post: Any
) -> None:
    batch = [
        {"type": "track", "userId": "c-1", "event": "bought", "messageId": "1", "properties": {"n": 1}},
        {"type": "track", "userId": "c-1", "event": "bought", "messageId": "1", "properties": {"n": 1}},
        {"type": "track", "userId": "c-1", "event": "bought", "messageId": "2", "properties": {"n": "many"}},
        {"type": "wink"},
    ]
    answer = post("/v1/batch", json={"batch": batch, "writeKey": KEY})
    assert answer.status_code == 200
    found = answer.json()
    assert answer.headers["satsuma-version"] == str(found["version"]) == str(ws.version)
    assert {name: found[name] for name in ("success", "accepted", "duplicates", "quarantined")} == {
        "success": True,
        "accepted": 1,
        "duplicates": 1,
        "quarantined": 2,
    }
    assert [(one["position"], one["code"]) for one in found["refused"]] == [
        (2, "value.type"),
        (3, "type.missing"),
    ]
    assert rows(ws, "SELECT id, n FROM bought") == [{"id": "1", "n": 1}]
    assert sorted(one.code for one in ws.quarantine()) == ["type.missing", "value.type"]


def test_requests_of_many_threads_share_versions_and_lose_nothing(ws: satsuma.Workspace, post: Any) -> None:
    def one(number: int) -> int:
        answer = post("/v1/track", json={"userId": f"c-{number % 7}", "event": "e", "messageId": str(number)})
        assert answer.json()["accepted"] == 1
        version: int = answer.json()["version"]
        return version

    with ThreadPoolExecutor(16) as pool:
        versions = list(pool.map(one, range(200)))
    assert rows(ws, "SELECT count(*) AS n FROM e") == [{"n": 200}]
    assert len(set(versions)) < 100


@pytest.mark.parametrize(
    ("auth", "body"),
    [
        (None, {}),
        (("wrong", ""), {}),
        (("", KEY), {}),
        (None, {"writeKey": "wrong"}),
        (None, {"writeKey": 5}),
        (("wrong", ""), {"writeKey": KEY}),
    ],
)
def test_without_a_valid_key_nothing_is_taken(
    ws: satsuma.Workspace, address: str, auth: tuple[str, str] | None, body: dict[str, object]
) -> None:
    before = ws.version
    message = {"userId": "c-1", "event": "e", **body}
    answer = httpx.post(f"{address}/v1/track", auth=auth, json=message)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
    assert answer.headers["www-authenticate"].startswith("Basic")
    assert ws.version == before


def test_a_browser_may_send_the_key_in_the_body_and_it_is_not_kept(
    ws: satsuma.Workspace, address: str
) -> None:
    body = json.dumps({"writeKey": KEY, "anonymousId": "a-1", "properties": {}, "event": 5})
    answer = httpx.post(f"{address}/v1/t", content=body, headers={"content-type": "text/plain"})
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    [refused] = ws.quarantine()
    assert KEY not in refused.row
    asked = httpx.options(f"{address}/v1/t", headers={"origin": "https://shop.example"})
    assert "POST" in asked.headers["access-control-allow-methods"]


@pytest.mark.parametrize(
    ("content", "encoding", "status"),
    [
        (b"", None, 400),
        (b"[]", None, 400),
        (b'{"batch": 5}', None, 400),
        (b"{" * 100_000, None, 400),
        (b'{"batch": [], "x": ' + b"[" * 50_000 + b"]" * 50_000 + b"}", None, 400),
        (b'{"batch": [NaN]}', None, 400),
        (b"\xff\xfe", None, 400),
        (b"{}", "br", 415),
        (b"{}", "gzip", 400),
        (gzip.compress(b'{"batch": []}')[:-9], "gzip", 400),
        (zlib.compress(b"[" * (REQUEST_BYTES_MAX + 1)), "deflate", 413),
        (b'{"batch": [' + b"0," * 100_000 + b"0]}", None, 413),
    ],
    ids=[
        "empty",
        "list",
        "number",
        "open",
        "deep",
        "nan",
        "bytes",
        "brotli",
        "unpacked",
        "cut",
        "bomb",
        "many",
    ],
)
def test_bodies_that_cannot_be_taken_are_refused_whole(
    ws: satsuma.Workspace, post: Any, content: bytes, encoding: str | None, status: int
) -> None:
    before = ws.version
    headers = {} if encoding is None else {"content-encoding": encoding}
    answer = post("/v1/batch", content=content, headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert ws.version == before


def test_deep_messages_and_hostile_names_are_refused_or_taken_alone(ws: satsuma.Workspace, post: Any) -> None:
    deep: dict[str, Any] = {}
    for _ in range(40):
        deep = {"x": deep}
    name = 'x"; DROP TABLE contact; --'
    batch = [
        {"type": "identify", "userId": "c-1", "traits": deep},
        {"type": "identify", "userId": "=HYPERLINK(1)", "traits": {name: "1"}},
        {"type": "track", "userId": "c-2", "event": name, "properties": {name: 1}},
        {"type": "track", "userId": "\ud800", "event": "e"},
        {"type": "track", "userId": "x" * 600, "event": "e"},
        {"type": "track", "userId": "c-3", "event": "e\n"},
    ]
    found = post("/v1/batch", content=json.dumps({"batch": batch})).json()
    assert [one["position"] for one in found["refused"]] == [0, 3, 4, 5]
    assert rows(ws, "SELECT id FROM contact ORDER BY id") == [{"id": "=HYPERLINK(1)"}, {"id": "c-2"}]
    assert found["accepted"] == 2

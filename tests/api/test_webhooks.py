"""Webhooks over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

import satsuma
from satsuma.access.keys import KeyKind
from satsuma.access.roles import Role
from satsuma.api.app import AppSettings, make_app
from tests.api.live import live
from tests.sync.receiving import LOOPBACK, Receiver, receiver


@pytest.fixture
def ws(tmp_path: Path) -> Iterator[satsuma.Workspace]:
    with satsuma.open(tmp_path / "shop") as found:
        found.upsert("contact", [{"id": "c-1", "city": "Bern"}])
        found.segments.create("Bern", where='city is "Bern"').go_live()
        yield found


@pytest.fixture
def app(ws: satsuma.Workspace) -> Iterator[FastAPI]:
    found = make_app(ws, satsuma.SystemClock(), AppSettings(requests_per_minute=0))
    found.state.webhook_worker = ws.webhook_worker(allowed=LOOPBACK)
    yield found
    found.state.webhook_worker.stop()


@pytest.fixture
def client(ws: satsuma.Workspace, app: FastAPI) -> Iterator[httpx.Client]:
    _, secret = ws.access.keys.create(KeyKind.API, "k", actor="test", role=Role.ADMIN)
    with (
        live(app) as address,
        httpx.Client(base_url=f"{address}/api/v1", headers={"authorization": f"Bearer {secret}"}) as found,
    ):
        yield found


@pytest.fixture
def to() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


def test_an_endpoint_is_made_told_paused_and_removed(
    ws: satsuma.Workspace, app: FastAPI, client: httpx.Client, to: Receiver
) -> None:
    answer = client.post("/webhooks", json={"url": to.url, "segment_ids": [ws.segments["Bern"].id]})
    assert answer.status_code == 201
    made = answer.json()
    to.secret = made.pop("secret")
    assert client.get(f"/webhooks/{made['id']}").json() == made
    assert client.get("/webhooks").json() == {"items": [made]}
    tried = client.post(f"/webhooks/{made['id']}/test").json()
    assert (tried["status"], tried["error"]) == (204, None)
    for number in range(3):
        ws.upsert("contact", [{"id": f"n-{number}", "city": "Bern"}])
    app.state.webhook_worker.deliver()
    assert [keys for _, _, keys in to.told()[-3:]] == [["n-0"], ["n-1"], ["n-2"]]
    page = client.get(f"/webhooks/{made['id']}/deliveries", params={"limit": 2}).json()
    rest = client.get(f"/webhooks/{made['id']}/deliveries", params={"cursor": page["next_cursor"]}).json()
    assert [one["status"] for one in (*page["items"], *rest["items"])] == [204] * 3
    assert rest["next_cursor"] is None
    paused = client.patch(f"/webhooks/{made['id']}", json={"state": "paused", "segment_ids": None}).json()
    assert (paused["state"], paused["segment_ids"]) == ("paused", None)
    assert client.patch(f"/webhooks/{made['id']}", json={"state": "active"}).json()["state"] == "active"
    assert client.delete(f"/webhooks/{made['id']}").status_code == 204
    assert client.get(f"/webhooks/{made['id']}").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"url": "file:///etc/passwd"},
        {"url": "https://x.example/", "segment_ids": []},
        {"url": "https://x.example/", "segment_ids": [-1]},
        {"url": "https://x.example/", "changes": ["moved"]},
    ],
)
def test_what_cannot_be_an_endpoint_is_refused(client: httpx.Client, body: dict[str, object]) -> None:
    assert client.post("/webhooks", json=body).status_code == 422


def test_only_administrators_make_endpoints(ws: satsuma.Workspace, client: httpx.Client) -> None:
    _, secret = ws.access.keys.create(KeyKind.API, "m", actor="test", role=Role.MARKETER)
    as_marketer = {"authorization": f"Bearer {secret}"}
    assert client.get("/webhooks", headers=as_marketer).status_code == 200
    refused = client.post("/webhooks", json={"url": "https://x.example/"}, headers=as_marketer)
    assert refused.status_code == 403

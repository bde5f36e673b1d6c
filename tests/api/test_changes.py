"""Changes over HTTP: pages that go on where the last ended, and a stream that can be come back to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

import satsuma
from satsuma.access.keys import KeyKind
from satsuma.access.roles import Role
from satsuma.api.app import AppSettings, make_app
from tests.api.live import live


@pytest.fixture
def ws(tmp_path: Path) -> Iterator[satsuma.Workspace]:
    with satsuma.open(tmp_path / "shop") as found:
        found.upsert("contact", [{"id": "c-1", "city": "Bern"}, {"id": "c-2", "city": "Rom"}])
        for city in ("Bern", "Rom"):
            found.segments.create(city, where=f'city is "{city}"').go_live()
        yield found


@pytest.fixture
def client(ws: satsuma.Workspace) -> Iterator[httpx.Client]:
    app = make_app(ws, satsuma.SystemClock(), AppSettings(requests_per_minute=0))
    _, secret = ws.access.keys.create(KeyKind.API, "reader", actor="test", role=Role.VIEWER)
    with (
        live(app, timeout_graceful_shutdown=1) as address,
        httpx.Client(base_url=f"{address}/api/v1", headers={"authorization": f"Bearer {secret}"}) as found,
    ):
        yield found


def moved(ws: satsuma.Workspace, key: str, city: str) -> int:
    return ws.upsert("contact", [{"id": key, "city": city}]).version


def short(items: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    return [(one["segment"]["name"], one["key"], one["change"]) for one in items]


def test_pages_go_on_where_the_last_ended_and_end_never(ws: satsuma.Workspace, client: httpx.Client) -> None:
    found, cursor = [], None
    for _ in range(3):
        page = client.get("/changes", params={"limit": 1, **({"cursor": cursor} if cursor else {})}).json()
        found += page["items"]
        cursor = page["next_cursor"]
    assert short(found) == [("Bern", "c-1", "entered"), ("Rom", "c-2", "entered")]
    version = moved(ws, "c-1", "Rom")
    page = client.get("/changes", params={"cursor": cursor}).json()
    assert short(page["items"]) == [("Bern", "c-1", "left"), ("Rom", "c-1", "entered")]
    assert {one["version"] for one in page["items"]} == {version}
    rom = ws.segments["Rom"].id
    page = client.get("/changes", params={"segment": rom, "since_version": version - 1}).json()
    assert short(page["items"]) == [("Rom", "c-1", "entered")]


def events(client: httpx.Client, count: int, **headers: str) -> Iterator[dict[str, Any]]:
    """So many events of a stream, as they come."""
    with client.stream("GET", "/changes/stream", headers=headers, timeout=20) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield {}
        found: dict[str, Any] = {}
        for line in answer.iter_lines():
            name, _, value = line.partition(": ")
            if name in ("id", "event"):
                found[name] = value
            elif name == "data":
                found["data"] = json.loads(value)
            elif not line and "event" in found:
                yield found
                found, count = {}, count - 1
                if not count:
                    return


def test_a_stream_tells_what_changes_and_is_gone_on_with_after_the_last_event(
    ws: satsuma.Workspace, client: httpx.Client
) -> None:
    stream = events(client, 3)
    next(stream)
    version = moved(ws, "c-1", "Rom")
    first, second, third = stream
    assert short([first["data"], second["data"]]) == [("Bern", "c-1", "left"), ("Rom", "c-1", "entered")]
    assert (third["event"], third["data"]) == ("version", {"version": version})
    moved(ws, "c-2", "Bern")
    missed = list(events(client, 4, **{"last-event-id": first["id"]}))[1:]
    assert [one["event"] for one in missed] == ["change", "change", "change", "version"]
    assert missed[0] == second
    assert short([one["data"] for one in missed[1:3]]) == [
        ("Bern", "c-2", "entered"),
        ("Rom", "c-2", "left"),
    ]


@pytest.mark.parametrize("path", ["/changes", "/changes/stream"])
def test_who_has_not_signed_in_is_told_nothing(client: httpx.Client, path: str) -> None:
    assert client.get(path, headers={"authorization": "Bearer wrong"}).status_code == 401


@pytest.mark.parametrize("cursor", ["x", "e30", "WzEsMiwzXQ", "WzEsMiwzLC0xXQ", "é"])
def test_what_is_no_cursor_is_refused(client: httpx.Client, cursor: str) -> None:
    assert client.get("/changes", params={"cursor": cursor}).status_code == 422

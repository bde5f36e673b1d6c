"""Lists, consent, subscription centres, forms and the outbox over HTTP, as console and programs use them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

import satsuma
from satsuma.access.keys import KeyKind
from satsuma.access.roles import Role
from satsuma.api.app import make_app
from satsuma.web.drawing import preview
from tests.api.live import live
from tests.lists.mail_server import mail_server

NOW = "2026-01-01T00:00:00Z"


@pytest.fixture
def ws(tmp_path: Path) -> Iterator[satsuma.Workspace]:
    with satsuma.open(tmp_path / "shop", clock=satsuma.ManualClock(NOW)) as found:
        found.upsert("contact", [{"id": f"c-{n}", "email": f"c{n}@example.org"} for n in range(1, 6)])
        yield found


@pytest.fixture
def app(ws: satsuma.Workspace) -> Any:
    made = make_app(ws, satsuma.ManualClock(NOW))
    made.state.preview = preview
    return made


@pytest.fixture
def client(ws: satsuma.Workspace, app: Any) -> Iterator[httpx.Client]:
    _, secret = ws.access.keys.create(KeyKind.API, "console", actor="test", role=Role.ADMIN)
    with (
        live(app) as address,
        httpx.Client(
            base_url=f"{address}/api/v1", headers={"authorization": f"Bearer {secret}"}, timeout=30
        ) as found,
    ):
        yield found


def good(answer: httpx.Response, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return None if status == 204 else answer.json()


def test_a_list_from_its_making_to_its_end(client: httpx.Client, ws: satsuma.Workspace) -> None:
    made = good(client.post("/lists", json={"name": "News", "subscription": True}), 201)
    path = f"/lists/{made['id']}"
    assert (made["size"], made["used_by"], made["is_subscription"]) == (0, [], True)
    added = good(client.post(f"{path}/members:add", json={"keys": ["c-1", "c-2", "new/one"]}))
    assert (added["accepted"], added["created"]) == (3, 1)
    first = good(client.get(f"{path}/members", params={"limit": 2}))
    assert ([one["key"] for one in first["items"]], first["total"]) == (["c-1", "c-2"], 3)
    rest = good(client.get(f"{path}/members", params={"cursor": first["next_cursor"]}))
    assert ([one["key"] for one in rest["items"]], rest["next_cursor"]) == (["new/one"], None)
    assert good(client.post(f"{path}/members:remove", json={"keys": ["c-1"]}))["accepted"] == 1
    assert good(client.post(f"{path}/members:add-where", json={"where": 'id is "c-3"'}))["accepted"] == 1
    ws.segments.create("S", 'in list "News"').go_live()
    number = ws.segments["S"].id
    assert good(client.post(f"{path}/members:add-segment", json={"segment": number}))["duplicates"] == 3
    changed = good(client.patch(path, json={"name": "Monthly", "double_opt_in": True, "description": "x"}))
    assert (changed["name"], changed["double_opt_in"], changed["used_by"]) == (
        "Monthly",
        True,
        ["segment “S”"],
    )
    refused = client.post(f"{path}/members:add", json={"keys": ["c-5"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "list.double_opt_in")
    refused = client.delete(path)
    assert (refused.status_code, refused.json()["details"]["users"]) == (409, ["segment “S”"])
    events = good(client.get(f"{path}/history"))["items"]
    assert [(one["key"], one["change"]) for one in events[:2]] == [("c-3", "joined"), ("c-1", "left")]
    ws.segments["S"].stop()
    good(client.delete(path), 204)
    assert good(client.get("/lists"))["items"] == []
    assert client.get(path).status_code == 404
    rows = ws.sql("SELECT DISTINCT through FROM list_subscribed ORDER BY 1").to_pylist()
    assert [row["through"] for row in rows] == ["api", "query"]


def test_bodies_that_say_something_unknown_are_refused(client: httpx.Client) -> None:
    for body in ({"name": "x", "subscripton": True}, {"name": ""}, {"name": "x" * 121}, {}):
        assert client.post("/lists", json=body).status_code in (400, 422)
    assert client.post("/lists/99/members:add", json={"keys": ["c-1"]}).status_code == 404


def test_consent_of_a_record_and_reach(client: httpx.Client, ws: satsuma.Workspace) -> None:
    topics = good(client.get("/consent/topics"))
    assert (topics["levels"][0], topics["do_not_email"]) == ("none", "email")
    body = {"level": "marketing", "evidence": "call", "at": "2025-12-31T00:00:00Z"}
    found = good(client.post("/records/contact/c-1/consent", json=body))
    assert (found["level"], found["do_not_email"], len(found["entries"])) == ("marketing", False, 5)
    assert found["topics"]["marketing"] == {
        "topic": "marketing",
        "state": "granted",
        "at": "2025-12-31T00:00:00Z",
        "contact_point": "c1@example.org",
        "source": "api",
        "evidence": "call",
        "by": ws.access.keys.list()[0].actor,
    }
    good(client.post("/records/contact/c-2/consent", json={"do_not_email": True}))
    assert good(client.get("/records/contact/c-2/consent"))["do_not_email"]
    reach = good(client.get("/reach"))
    assert (reach["size"], reach["reachable"]) == (5, 1)
    assert (reach["reasons"]["do_not_email"], reach["reasons"]["not_asked"]) == (1, 3)
    assert good(client.get("/reach", params={"topic": "none"}))["reachable"] == 4
    before = good(client.post("/reach:preview", json={"where": 'id in ("c-1", "c-3")'}))
    assert (before["size"], before["reachable"], before["reasons"]["not_asked"]) == (2, 1, 1)
    as_json = {"where": {"consent": "email", "is": "denied"}, "topic": "none"}
    before = good(client.post("/reach:preview", json=as_json))
    assert (before["size"], before["reachable"], before["reasons"]["do_not_email"]) == (1, 0, 1)
    refused = client.post("/reach:preview", json={"where": "citty is"})
    assert (refused.status_code, len(refused.json()["details"]["problems"])) == (422, 1)
    assert client.post("/records/contact/c-1/consent", json={}).status_code == 422
    assert client.get("/records/contact/nobody/consent").status_code == 404


def test_a_subscription_center_is_edited_previewed_published_and_linked_to(client: httpx.Client) -> None:
    number = good(client.post("/lists", json={"name": "News", "subscription": True}), 201)["id"]
    made = good(client.post("/subscription-centers", json={"name": "Main", "lists": ["News"]}), 201)
    path = f"/subscription-centers/{made['id']}"
    assert (made["status"], made["draft"]["lists"][0]["list"], made["live"]) == ("draft", number, None)
    edited = good(
        client.patch(path, json={"texts": {"de": {"title": "Beispiel <GmbH>"}}, "colour": "#ABCDEF"})
    )
    assert edited["draft"]["colour"] == "#abcdef"
    page = client.get(f"{path}/preview", params={"language": "de"})
    assert page.headers["content-type"].startswith("text/html")
    assert "Beispiel &lt;GmbH&gt;" in page.text
    assert "News" in page.text
    assert page.headers["content-security-policy"].startswith("sandbox")
    unsaved = {"texts": {"de": {"title": "Noch nicht gesichert"}}, "language": "de"}
    tried = client.post(f"{path}/preview", json=unsaved)
    assert "Noch nicht gesichert" in tried.text
    assert tried.headers["content-security-policy"].startswith("sandbox")
    assert client.post(f"{path}/preview", json={"colour": "red"}).status_code == 422
    assert good(client.get(path))["draft"] == edited["draft"]
    assert good(client.post(f"{path}/publish"))["status"] == "live"
    assert good(client.patch(path, json={"colour": "#000000"}))["status"] == "changed"
    refused = client.post(f"{path}/link", json={"key": "c-1"})
    assert refused.json()["code"] == "usage.public_url"
    good(client.patch("/mail-settings", json={"public_url": "https://lists.example.org"}))
    url = good(client.post(f"{path}/link", json={"key": "c-1"}))["url"]
    assert url.startswith("https://lists.example.org/subscriptions/")
    assert good(client.post(f"{path}/unpublish"))["status"] == "draft"
    wrong: list[dict[str, object]] = [
        {"colour": "red"},
        {"logo": "https://example.org/logo.png"},
        {"logo": "data:image/svg+xml;base64,PHN2Zz4="},
        {"texts": {"xx": {}}},
        {"lists": ["Nothing"]},
    ]
    for parts in wrong:
        assert client.patch(path, json=parts).status_code in (404, 422), parts
    good(client.delete(path), 204)
    assert good(client.get("/subscription-centers"))["items"] == []


def test_forms_and_the_outbox(client: httpx.Client, app: Any) -> None:
    number = good(
        client.post("/lists", json={"name": "News", "subscription": True, "double_opt_in": True}), 201
    )["id"]
    settings = {"public_url": "https://lists.example.org", "sender": "news@example.org"}
    assert good(client.patch("/mail-settings", json=settings))["address_attribute"] == "email"
    for chosen, is_chosen in (("email", True), ("", False)):
        found = good(client.patch("/mail-settings", json={"address_attribute": chosen}))
        assert (found["address_attribute"], found["address_chosen"]) == ("email", is_chosen)
    form = good(client.post("/forms", json={"name": "Site", "joins": number}), 201)
    assert "<form" in form["html"]
    assert good(client.get("/forms"))["items"] == [form]
    asked = good(client.post(f"/lists/{number}/members:ask", json={"keys": ["c-1", "c-2", "c-3"]}))
    assert asked["asked"] == 3
    assert len(good(client.get(f"/lists/{number}/pending"))["items"]) == 3
    page = good(client.get("/outbox", params={"limit": 2}))
    rest = good(client.get("/outbox", params={"cursor": page["next_cursor"]}))
    assert [one["address"][:2] for one in page["items"] + rest["items"]] == ["c3", "c2", "c1"]
    assert client.post("/outbox:deliver").json()["code"] == "mail.no_server"
    with mail_server() as inbox:
        app.state.mail_server = inbox.server
        assert good(client.post("/outbox:deliver"))["sent"] == 3
        assert good(client.get("/mail-settings"))["server"] == f"127.0.0.1:{inbox.server.port}"
    assert good(client.get("/outbox/counts")) == {"queued": 0, "sent": 3, "failed": 0, "cancelled": 0}
    assert good(client.get("/records/contact/c-1/messages"))["items"][0]["state"] == "sent"
    good(client.delete(f"/forms/{form['id']}"), 204)


def test_everything_known_is_exported_and_then_erased(client: httpx.Client, ws: satsuma.Workspace) -> None:
    assert good(client.get("/records/contact/c-1/export"))["attributes"]["email"] == "c1@example.org"
    erased = good(client.post("/records/contact/c-1:erase"))
    assert (erased["is_file_rewritten"], erased["removed"]["observations"]) == (True, 1)
    assert client.get("/records/contact/c-1").status_code == 404
    assert not [
        file for file in ws.path.iterdir() if file.is_file() and b"c1@example.org" in file.read_bytes()
    ]


def test_who_may_only_look_sees_sizes_and_no_people(ws: satsuma.Workspace, app: Any) -> None:
    ws.lists.create("News").add(["c-1"])
    _, secret = ws.access.keys.create(KeyKind.API, "viewer", actor="test", role=Role.VIEWER)
    headers = {"authorization": f"Bearer {secret}"}
    with live(app) as address, httpx.Client(base_url=f"{address}/api/v1", headers=headers) as client:
        assert good(client.get("/lists"))["items"][0]["size"] == 1
        assert good(client.get("/reach"))["size"] == 5
        for path in (
            "/lists/0/members",
            "/records/contact/c-1/consent",
            "/outbox",
            "/records/contact/c-1/export",
        ):
            assert client.get(path).status_code == 403, path
        for path in ("/records/contact/c-1:erase", "/lists/0/members:add", "/subscription-centers:end-links"):
            assert client.post(path, json={}).status_code == 403, path

"""Somebody who went through everything that a served workspace does is erased: no byte of them is left."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

import satsuma
from satsuma.access.keys import KeyKind
from satsuma.access.roles import Role
from satsuma.api.app import PREFIX, AppSettings, make_app
from satsuma.kernel.clock import SystemClock
from satsuma.record.files import Settings
from tests.api.live import live
from tests.api.shop import PASSWORD
from tests.lists.mail_server import mail_server
from tests.lists.test_erasing import files_with
from tests.sync.receiving import LOOPBACK, receiver

KEY, ALIAS, ANONYMOUS = "kunde-4711-wegda", "doppelt-0815-wegda", "anonym-77-wegda"
MARKS = ("wegda", "Unverwechselbar")
"""The first stands in keys, addresses and pages; the other is the name."""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[satsuma.Workspace, httpx.Client, str]]:
    clock = SystemClock()
    # Few rows make the files of ids and of the index, and fold the log.
    settings = Settings(index_tail_rows=8, checkpoint_wal_bytes=100_000)
    with satsuma.open(tmp_path / "shop", clock=clock, settings=settings) as ws:
        admin = ws.access.people.add("admin@example.com", "Admin", Role.ADMIN, PASSWORD, actor="test")
        _, write_key = ws.access.keys.create(KeyKind.WRITE, "web", actor="test")
        app = make_app(ws, clock, AppSettings(requests_per_minute=0))
        with live(app) as address, httpx.Client(base_url=address, timeout=60) as client:
            client.cookies.set("satsuma_session", ws.access.sessions.begin(admin))
            client.headers["X-CSRF-Token"] = client.get(f"{PREFIX}/session").json()["csrf_token"]
            yield ws, client, write_key


def test_whoever_went_through_everything_leaves_no_byte(
    served: tuple[satsuma.Workspace, httpx.Client, str],
) -> None:
    ws, client, write_key = served
    with receiver() as to, mail_server() as inbox:
        to.secret = ws.webhooks.create(to.url).secret
        to.answers = [*((204, {}) for _ in range(2)), *((500, {}) for _ in range(50))]
        worker = ws.webhook_worker(allowed=LOOPBACK)
        ws.mail.configure(public_url="https://lists.example.org", sender="news@example.org")
        came(ws, client, write_key)
        # One message cannot be delivered for good, another is yet to be; so it is with webhooks.
        inbox.refusals = {f"{KEY}@example.org": "550 no such user wegda"}
        ws.mail.deliver(inbox.server)
        ws.lists["Letters"].remove([KEY])
        ws.lists["Letters"].ask([KEY])
        worker.deliver()
        ws.upsert("contact", [{"id": KEY, "city": "Rom"}])
        worker.stop()
    assert {one.status for one in ws.webhooks.deliveries(1)} == {204, 500}
    assert len(ws.quarantine()) >= 8
    ws.warm()
    for mark in MARKS:
        assert files_with(ws.path, mark), f"{mark} was never there to be found"
    assert {*files_with(ws.path / "index", "wegda")}, "the index has keys"
    assert list((ws.path / "ids").iterdir()), "ids were written to files"
    erased = client.post(f"{PREFIX}/records/contact/{KEY}:erase")
    assert erased.status_code == 200, erased.text
    assert erased.json()["is_file_rewritten"]
    assert erased.json()["still_named_in"] == []
    assert nothing_left(ws) == []
    assert [row.message for row in ws.quarantine()] != [], "rows about others stay"
    for path in ("versions", "audit", "outbox", "quarantine", "imports", "webhooks/1/deliveries", "changes"):
        told = client.get(f"{PREFIX}/{path}").text
        assert not any(mark in told for mark in MARKS), path
    ws.warm()
    ws.append("call", [{"id": f"later-{n}", "contact": "c-1", "occurred_at": 0} for n in range(20)])
    assert ws.verify() == ()
    assert nothing_left(ws) == []
    ws.close()
    assert nothing_left(ws) == []


def nothing_left(ws: satsuma.Workspace) -> list[tuple[str, str]]:
    return [(mark, name) for mark in MARKS for name in files_with(ws.path, mark)]


def came(ws: satsuma.Workspace, client: httpx.Client, write_key: str) -> None:
    """Rows, tracking, imports, lists, forms, centres, consent, segments: over HTTP where people do it so."""
    ws.catalog.apply({"entities": {"contact": {"attributes": {"born": "date"}}}})
    others = [{"id": f"c-{n}", "email": f"c{n}@example.org", "city": "Bern"} for n in range(30)]
    assert client.post(f"{PREFIX}/records/contact", json={"rows": others}).status_code == 200
    ws.segments.create("Bern", 'city is "Bern"').go_live()
    track(client, write_key)
    assert (
        client.post(f"{PREFIX}/records/contact", json={"rows": [{"id": ALIAS, "city": "Bern"}]}).status_code
        == 200
    )
    merged = client.post(f"{PREFIX}/records/contact:merge", json={"keep": KEY, "drop": ALIAS})
    assert merged.status_code == 200, merged.text
    calls = [
        {"id": f"{KEY}/{n}", "contact": KEY, "occurred_at": "2026-01-01T00:00:00Z", "note": "Unverwechselbar"}
        for n in range(12)
    ]
    assert client.post(f"{PREFIX}/interactions/call", json={"rows": calls}).status_code == 200
    import_files(client)
    news = ws.lists.create("News", subscription=True, double_opt_in=True)
    offers = ws.lists.create("Offers", subscription=True)
    news.ask([KEY])
    offers.add([KEY, "c-1"])
    form = ws.forms.create("Join", joins="Offers", fields=["name"])
    ws.public.join(form.slug, f"{KEY}@example.org", {"name": "Unverwechselbar"}, page="/of/wegda")
    center = ws.centers.create("Main", lists=["Offers", "News"])
    center.publish()
    token = center.link(KEY).rpartition("/")[2]
    assert ws.public.submit(token, [offers.id, news.id], do_not_email=False) is not None
    ws.centers.end_links(KEY)
    ws.consent.set_level(KEY, "marketing", evidence="letter of Unverwechselbar")
    ws.segments["Bern"].never([KEY])
    picked = ws.segments.create("Picked", kind="static")
    picked.add([KEY, "c-1"])
    picked.go_live()
    for path in (
        f"records/contact/{KEY}",
        f"records/contact/{KEY}/timeline",
        f"segments/{picked.id}/members",
    ):
        assert client.get(f"{PREFIX}/{path}", params={"search": "wegda"}).status_code == 200, path
    assert client.get(f"{PREFIX}/segments/{picked.id}/members/export").status_code == 200
    assert client.get(f"{PREFIX}/segments/{picked.id}/explain", params={"key": KEY}).status_code == 200
    ws.segments["Bern"].rename("Berners")
    news.rename("Letters")


def track(client: httpx.Client, write_key: str) -> None:
    """Before they were known, and after; some of it cannot be read."""
    traits = {"email": f"{KEY}@example.org", "name": "Unverwechselbar", "city": "Bern"}
    for path, message in (
        ("page", {"anonymousId": ANONYMOUS, "properties": {"path": "/of/wegda"}}),
        ("track", {"anonymousId": ANONYMOUS, "event": "call", "properties": {"note": "hello"}}),
        ("identify", {"anonymousId": ANONYMOUS, "userId": KEY, "traits": traits}),
        ("track", {"userId": KEY, "event": "call", "timestamp": "whenever", "properties": {"note": "x"}}),
        ("track", {"anonymousId": ANONYMOUS, "event": "call", "timestamp": "whenever"}),
        ("track", {"userId": KEY, "event": ""}),
    ):
        assert client.post(f"/v1/{path}", json=message, auth=(write_key, "")).status_code in (200, 400)


def import_files(client: httpx.Client) -> None:
    """Rows of which some are refused, of which some cannot be read at all."""
    rows = f"id,name,born\n{KEY},Unverwechselbar,1990-01-01\n {KEY} ,Un,never\n{KEY},U,never\nc-2,Bob,never\n"
    broken = f'{{"id": "{KEY}", "born": \n{{"id": "c-3", "name": \n["{KEY}"]\n'
    wide = f"id,name\n{KEY},Unverwechselbar,more,{KEY}@example.org\nc-4,Carl,more\n"
    for name, content in (("a.csv", rows), ("b.jsonl", broken), ("c.csv", wide)):
        made = client.post(f"{PREFIX}/uploads", params={"name": name}, content=content.encode())
        assert made.status_code == 201, made.text
        asked: dict[str, Any] = {"upload_ids": [made.json()["id"]], "entity": "contact"}
        begun = client.post(f"{PREFIX}/imports", json=asked)
        assert begun.status_code == 202, begun.text
        wait_for(client, begun.json()["id"])


def wait_for(client: httpx.Client, job: str) -> None:
    for _ in range(600):
        told = client.get(f"{PREFIX}/jobs/{job}").json()
        if told["state"] not in ("queued", "running"):
            assert told["state"] == "done", told
            return
        time.sleep(0.02)
    raise AssertionError("the import came to no end")

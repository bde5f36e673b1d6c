"""A workspace with lists and a live subscription centre, and its public pages on a real server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from fastapi import FastAPI

import satsuma
from satsuma.web.router import WebSettings, router
from tests.api.live import live

NOW = "2026-01-01T00:00:00Z"
SITE = "https://lists.example.org"


@dataclass(slots=True)
class Site:
    """What a test works with."""

    ws: satsuma.Workspace
    clock: satsuma.ManualClock
    browser: httpx.Client

    def path(self, url: str) -> str:
        """The path of an address on the site."""
        assert url.startswith(SITE + "/")
        return url.removeprefix(SITE)

    def center_path(self, key: str = "c-1") -> str:
        """The path of a contact's centre."""
        return self.path(self.ws.centers["Main"].link(key))

    def unsubscribe_path(self, key: str, on_list: str | None = None) -> str:
        """The path of the one-click address of a message to a contact."""
        return self.path(self.ws.centers.unsubscribe_headers(key, on_list)["List-Unsubscribe"].strip("<>"))

    def confirm_path(self, place: int = 0) -> str:
        """The path of the link in a message of the outbox, the newest first."""
        found = re.search(r"https://\S+/confirm/\S+", self.ws.mail.outbox()[place].body)
        assert found is not None
        return self.path(found[0])

    def on(self, name: str) -> list[str]:
        """Keys on a list."""
        return list(self.ws.lists[name])


@contextmanager
def site(path: Path, settings: WebSettings | None = None) -> Iterator[Site]:
    """The site, open: contacts c-1 to c-5; lists News (double opt-in) and Offers; a live centre “Main”."""
    clock = satsuma.ManualClock(NOW)
    with satsuma.open(path, clock=clock, actor="ada") as ws:
        ws.upsert(
            "contact",
            [{"id": f"c-{n}", "email": f"c{n}@example.org", "city": "Paris"} for n in range(1, 6)],
        )
        ws.mail.configure(public_url=SITE, sender="News <news@example.org>")
        ws.lists.create("News", subscription=True, double_opt_in=True, description="Once a month")
        ws.lists.create("Offers", subscription=True)
        ws.centers.create(
            "Main",
            lists=["News", "Offers"],
            texts={"en": {"title": "Example Ltd"}, "de": {"title": "Beispiel GmbH"}},
            colour="#8a1c4a",
        ).publish()
        app = FastAPI()
        app.include_router(router(ws, settings or WebSettings(clock=clock)))
        with live(app) as address, httpx.Client(base_url=address, timeout=30) as browser:
            yield Site(ws, clock, browser)

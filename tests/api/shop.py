"""A small shop served on loopback, and callers of every role."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

import satsuma
from satsuma.access.keys import KeyKind
from satsuma.access.roles import Role
from satsuma.api.app import AppSettings, make_app
from satsuma.kernel.clock import ManualClock
from satsuma.workspace import Workspace
from tests.api.live import live

PASSWORD = "correct horse battery staple"  # noqa: S105 -- of people who do not exist
START = "2026-06-01T12:00:00Z"
CATALOG = {
    "entities": {
        "contact": {
            "audience": True,
            "attributes": {
                "name": "text",
                "email": "text",
                "city": "text",
                "age": "integer",
                "born": "date",
                "tier": {"type": "choice", "options": ["gold", "silver"]},
                "home": "location",
            },
        },
        "product": {"attributes": {"title": "text"}},
    },
    "interactions": {"purchase": {"audience": "contact", "attributes": {"amount": "decimal"}}},
}


@dataclass(frozen=True, slots=True)
class Shop:
    """What tests hold of a served shop; `segments` are ids by name."""

    ws: Workspace
    app: FastAPI
    clock: ManualClock
    address: str
    segments: dict[str, int] = field(default_factory=dict)

    @contextmanager
    def nobody(self) -> Iterator[httpx.Client]:
        """A caller who has not signed in."""
        with httpx.Client(base_url=f"{self.address}/api/v1", timeout=30) as client:
            yield client

    @contextmanager
    def signed_in(self, role: Role) -> Iterator[httpx.Client]:
        """A caller who has signed in, as a browser would."""
        person = self.ws.access.people.find(email_of(role))
        assert person is not None
        with self.nobody() as client:
            # Not by password: hashing one takes a tenth of a second by design.
            token = self.ws.access.sessions.begin(person)
            client.cookies.set("satsuma_session", token)
            client.headers["X-CSRF-Token"] = client.get("/session").json()["csrf_token"]
            yield client

    @contextmanager
    def by_key(self, role: Role, *scopes: str) -> Iterator[httpx.Client]:
        """A program with an API key."""
        _, secret = self.ws.access.keys.create(
            KeyKind.API, "test", actor="test", role=role, scopes=scopes or ("*",)
        )
        with self.nobody() as client:
            client.headers["Authorization"] = f"Bearer {secret}"
            yield client


def email_of(role: Role) -> str:
    """The address of the shop's person of a role."""
    return f"{role}@example.com"


@contextmanager
def shop(folder: Path, settings: AppSettings | None = None, *, contacts: int = 40) -> Iterator[Shop]:
    """A served shop with contacts, purchases, two live segments, a static one, a draft and a list."""
    clock = ManualClock(START)
    with satsuma.open(folder / "shop", clock=clock) as ws:
        fill(ws, contacts)
        for role in Role:
            ws.access.people.add(email_of(role), f"The {role}", role, PASSWORD, actor="test")
        segments = {one.name: one.id for one in ws.segments}
        app = make_app(ws, clock, settings or AppSettings(requests_per_minute=0))
        with live(app, limit_concurrency=None) as address:
            yield Shop(ws, app, clock, address, segments)


def fill(ws: Workspace, contacts: int) -> None:
    """Data, segments and a list."""
    ws.catalog.apply(CATALOG)
    ws.upsert(
        "contact",
        [
            {
                "id": f"c-{number}",
                "name": f"Name {number}",
                "email": f"c{number}@example.com",
                "city": ("Bern", "Paris", "Rome")[number % 3],
                "age": 20 + number,
                "born": f"19{50 + number % 40}-01-01",
                "tier": ("gold", "silver")[number % 2],
                "home": {"latitude": 46.9 + number / 100, "longitude": 7.4},
            }
            for number in range(contacts)
        ],
    )
    ws.upsert("product", [{"id": "p-1", "title": "Lamp"}])
    ws.append(
        "purchase",
        [
            {
                "contact": f"c-{number % contacts}",
                "occurred_at": f"2026-05-{1 + number % 28:02}T10:00:00Z",
                "amount": f"{number}.50",
                "id": f"i-{number}",
            }
            for number in range(2 * contacts)
        ],
    )
    ws.segments.create("Bern", where='city is "Bern"', tags=["place"])
    ws.segments.create("Buyers", where="did purchase in the last 30 days")
    ws.segments.create("Picked", kind="static").add(["c-1", "c-2"])
    ws.segments.create("Draft", where="age > 30")
    ws.segments.go_live(["Bern", "Buyers", "Picked"])
    ws.lists.create("news").add(["c-1", "c-3"])


def problem(response: httpx.Response) -> dict[str, Any]:
    """The problem that a response tells, checked for its form."""
    assert response.headers["content-type"] == "application/problem+json", response.text
    found: dict[str, Any] = json.loads(response.text)
    assert found["status"] == response.status_code
    assert found["code"]
    assert found["detail"]
    return found

"""A workspace where it is held, and the same from elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI, HTTPException, Request

import satsuma
from satsuma import workspace
from satsuma.api.rpc import rpc_router
from satsuma.remote.serving import Serving
from satsuma.server.socket import LocalSocket
from tests.api.live import live

KEY = "sk-admin"


def steady() -> int:
    return time.monotonic_ns() // 1000


@pytest.fixture
def own(tmp_path: Path) -> Iterator[satsuma.Workspace]:
    """The workspace where it is held."""
    with workspace.open(tmp_path / "shop") as ws:
        ws.upsert(
            "contact", [{"id": f"c-{n}", "n": n, "city": "Bern" if n % 2 else "Rom"} for n in range(2500)]
        )
        ws.segments.create("Bern", where='city is "Bern"').go_live()
        yield ws


@pytest.fixture(params=["socket", "http"])
def ws(own: satsuma.Workspace, request: pytest.FixtureRequest) -> Iterator[satsuma.Workspace]:
    """The same workspace from elsewhere."""
    serving = Serving(own, steady)
    if request.param == "socket":
        with LocalSocket(own, serving), satsuma.connect(own.path, actor="me") as found:
            yield found
        return

    async def authorize(asked: Request) -> str:
        if asked.headers.get("authorization") != f"Bearer {KEY}":
            raise HTTPException(401)
        return "me"

    app = FastAPI()
    app.include_router(rpc_router(serving, authorize), prefix="/api/v1")
    with live(app) as address, satsuma.connect(address, key=KEY) as found:
        yield found

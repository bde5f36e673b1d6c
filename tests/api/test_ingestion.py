"""Tracking requests on the server: answered in the order that versions give, and at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from threading import Thread

import httpx
import pytest

import satsuma
from satsuma.access.keys import KeyKind
from satsuma.api.app import make_app
from satsuma.api.ingestion.waiting import Waiting
from satsuma.kernel.clock import SystemClock
from satsuma.kernel.errors import ConflictError
from tests.api.live import live


def test_many_that_wait_are_answered_together_and_each_with_its_own() -> None:
    waiting: Waiting[int] = Waiting()
    given: list[Future[int]] = [Future() for _ in range(300)]

    def answer() -> None:
        for number, one in enumerate(given):
            if number % 3:
                one.set_result(number)
            else:
                one.set_exception(ConflictError(f"{number}"))

    async def ask() -> list[int | BaseException]:
        loop, calls = asyncio.get_running_loop(), 0
        own = loop.call_soon_threadsafe

        def counted(*arguments: object) -> object:
            nonlocal calls
            calls += 1
            return own(*arguments)  # type: ignore[arg-type]

        loop.call_soon_threadsafe = counted  # type: ignore[assignment,method-assign]
        asked = [asyncio.ensure_future(waiting.wait_for(one)) for one in given]
        gone = asyncio.ensure_future(waiting.wait_for(given[1]))
        await asyncio.sleep(0)
        gone.cancel()
        thread = Thread(target=answer)
        thread.start()
        thread.join()
        found = await asyncio.gather(*asked, return_exceptions=True)
        assert calls == 1, "the loop was not asked while all of them were answered"
        return found

    found = asyncio.run(ask())
    assert [str(one) if isinstance(one, ConflictError) else one for one in found] == [
        number if number % 3 else f"{number}" for number in range(300)
    ]


def test_what_was_answered_before_anybody_waits_is_handed_on() -> None:
    done: Future[str] = Future()
    done.set_result("there")
    assert asyncio.run(Waiting[str]().wait_for(done)) == "there"


@pytest.fixture
def ws(tmp_path: Path) -> Iterator[satsuma.Workspace]:
    with satsuma.open(tmp_path / "shop") as found:
        yield found


def test_the_whole_application_answers_tracking_as_its_own_router_does(
    ws: satsuma.Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, key = ws.access.keys.create(KeyKind.WRITE, "web", actor="me")
    with live(make_app(ws, SystemClock())) as address, httpx.Client(base_url=address) as client:
        message = {"userId": "c-1", "event": "Looked", "messageId": "m-1"}
        for accepted in (1, 0):
            answer = client.post("/v1/track", json=message, auth=(key, ""))
            assert (answer.status_code, answer.json()["accepted"]) == (200, accepted)
            assert int(answer.headers["satsuma-version"]) <= ws.version
            assert answer.headers["x-content-type-options"] == "nosniff"
        assert client.post("/v1/track", json=message).status_code == 401
        assert client.get("/v1/track").status_code == 405
        assert client.options("/v1/track").status_code == 204
        assert client.post("/v1/nothing", json=message).status_code in (404, 405)
        assert client.post("/v1/track", json=message, headers={"host": "evil.example"}).status_code == 400

        def broken(*_: object, **__: object) -> None:
            raise ValueError("a secret")

        monkeypatch.setattr(ws.tracking, "submit", broken)
        answer = client.post("/v1/track", json=message, auth=(key, ""))
        assert (answer.status_code, "secret" in answer.text) == (500, False)

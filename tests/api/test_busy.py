"""Where more is asked than can be done now, callers are told to come again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from satsuma.access.roles import Role
from satsuma.api.app import AppSettings
from satsuma.insights.service import Insights
from tests.api.shop import Shop, problem, shop

LIMIT_S = 0.3


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    told = AppSettings(requests_per_minute=0, request_time_s=LIMIT_S)
    with shop(tmp_path_factory.mktemp("busy"), told, contacts=3) as found:
        yield found


def test_a_request_that_takes_too_long_is_answered_and_done_all_the_same(served: Shop) -> None:
    body = {"name": "Late", "kind": "static"}
    with served.signed_in(Role.MARKETER) as client, ThreadPoolExecutor(1) as pool:
        with served.ws.writer.turn():
            asked = pool.submit(client.post, "/segments", json=body)
            refused = asked.result(timeout=20)
            assert (problem(refused)["status"], problem(refused)["code"]) == (503, "request.too_long")
            assert int(refused.headers["retry-after"]) >= 1
            assert client.get("/segments").status_code == 200, "others are answered meanwhile"
        until = time.monotonic() + 20
        while "Late" not in [one.name for one in served.ws.segments]:
            assert time.monotonic() < until
            time.sleep(0.01)
    entry = served.ws.access.audit.entries(limit=1)[0]
    assert (entry.action, entry.actor) == ("create_segment", "marketer@example.com")


@pytest.mark.parametrize("is_sql", [True, False])
def test_what_only_reads_is_given_up_when_its_time_is_over(
    served: Shop, monkeypatch: pytest.MonkeyPatch, is_sql: bool
) -> None:
    ended = Event()

    def endless(insights: Insights) -> list[object]:
        try:
            if is_sql:
                with insights._rooms.reading() as (cursor, _):
                    cursor.execute(
                        "SELECT sum(a.range * b.range) FROM range(1000000000) a, range(1000000000) b"
                    )
            until = time.monotonic() + 60
            while time.monotonic() < until:
                with insights._rooms.reading() as (cursor, _):
                    cursor.execute("SELECT 1").fetchall()
            return []
        finally:
            ended.set()

    monkeypatch.setattr(Insights, "segments", endless)
    with served.signed_in(Role.MARKETER) as client:
        refused = client.get("/segments")
        assert (problem(refused)["status"], problem(refused)["code"]) == (503, "request.too_long")
        assert ended.wait(15), "its thread goes on"
        assert client.get("/segments/0/check").status_code == 200, "others are answered"


def test_where_too_many_wait_callers_are_told_to_come_again(
    served: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served.signed_in(Role.MARKETER) as client:
        monkeypatch.setattr(served.ws.writer._queue, "_commands_max", 0)
        monkeypatch.setattr(served.ws.writer._queue, "_patience_seconds", 0.01)
        answer = client.post("/segments", json={"name": "Too many", "kind": "static"})
        assert (problem(answer)["status"], problem(answer)["code"]) == (503, "conflict.busy")
        assert answer.headers["retry-after"] == "1"


def test_many_single_rows_that_come_at_once_share_versions_and_hold_up_nobody(served: Shop) -> None:
    with served.signed_in(Role.ADMIN) as client, ThreadPoolExecutor(40) as pool:
        before = served.ws.version

        def post(number: int) -> int:
            row = {"contact": "c-1", "id": f"many-{number}", "occurred_at": "2026-01-01T00:00:00Z"}
            return int(client.post("/interactions/looked", json={"rows": [row]}).json()["accepted"])

        with served.ws.writer.turn():
            asked = [pool.submit(post, number) for number in range(40)]
            until = time.monotonic() + 30
            while len(served.ws.writer._queue) < 20:
                assert time.monotonic() < until
                time.sleep(0.01)
        found = [one.result(timeout=60) for one in asked]
        assert found == [1] * 40
        assert served.ws.version - before < 20

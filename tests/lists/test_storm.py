"""A storm: many threads join and leave lists at once; nothing is lost, and the end is exact."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import satsuma
from tests.lists.shop import count

THREADS, CHANGES, CONTACTS = 16, 60, 200


def test_threads_join_and_leave_and_every_change_counts(tmp_path: Path) -> None:
    keys = [f"c-{n:03}" for n in range(CONTACTS)]
    with satsuma.open(tmp_path / "shop") as ws:
        ws.upsert("contact", [{"id": key} for key in keys])
        news = ws.lists.create("News")
        news.add(keys[::2])
        on = ws.segments.create("On", 'in list "News"')
        on.go_live()
        own = [keys[thread::THREADS] for thread in range(THREADS)]
        before = ws.version

        def work(thread: int) -> tuple[set[str], int, set[int]]:
            """Change one's own contacts; gives who is on at the end, how often that changed, versions."""
            chance = random.Random(thread)
            mine = {key for key in own[thread] if keys.index(key) % 2 == 0}
            changed, versions = 0, set()
            for _ in range(CHANGES):
                key = chance.choice(own[thread])
                receipt = news.remove([key]) if key in mine else news.add([key])
                mine ^= {key}
                assert receipt.accepted == 1
                changed += 1
                versions.add(receipt.version)
            return mine, changed, versions

        with ThreadPoolExecutor(THREADS) as pool:
            done = list(pool.map(work, range(THREADS)))

        expected = set().union(*(mine for mine, _, _ in done))
        assert set(news) == set(on.members()) == expected
        total = sum(changed for _, changed, _ in done)
        assert total == THREADS * CHANGES
        assert count(ws, "list_subscribed") + count(ws, "list_unsubscribed") == total + CONTACTS // 2
        versions = set().union(*(versions for _, _, versions in done))
        assert max(versions) == ws.version
        assert ws.version - before < total, "several changes share a version"
        assert ws.verify() == ()


def test_requests_that_cannot_be_done_fail_alone(tmp_path: Path) -> None:
    with satsuma.open(tmp_path / "shop") as ws:
        ws.upsert("contact", [{"id": f"c-{n}"} for n in range(40)])
        good, gone = ws.lists.create("Good"), ws.lists.create("Gone")
        gone.delete()

        def add(n: int) -> str:
            try:
                (gone if n % 2 else good).add([f"c-{n}"])
            except satsuma.Error as error:
                return error.code
            return "done"

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(add, range(40)))
        assert answers == ["done", "not_found.list"] * 20
        assert len(good) == 20

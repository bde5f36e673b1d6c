"""A server that is killed has lost nothing that it acknowledged."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx

import satsuma
from satsuma.access.keys import KeyKind

SERVE = "from satsuma.cli.main import main; main()"
SENDERS = 12
ENOUGH = 150


def test_what_was_acknowledged_before_a_kill_is_there_after_it(tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    with satsuma.open(shop) as ws:
        ws.upsert("contact", [{"id": "c-1"}])
        ws.append("e", [{"contact": "c-1", "occurred_at": "2026-01-01", "id": "first"}])
        ws.segments.create("Active", where="did e at least 2 times").go_live()
        _, key = ws.access.keys.create(KeyKind.WRITE, "web", actor="me")
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, "-C", str(shop), "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    acknowledged: set[str] = set()
    with process:
        try:
            assert process.stdout is not None
            found = None
            while found is None:
                line = process.stdout.readline()
                assert line, "the server ended before it had started"
                found = re.search(r"served at (http://[\d.:]+)", line)
            # Its log must be read, or it waits for the reader.
            threading.Thread(target=process.stdout.read, daemon=True).start()
            threads = [
                threading.Thread(target=_send, args=(found[1], key, number, acknowledged))
                for number in range(SENDERS)
            ]
            for thread in threads:
                thread.start()
            end = time.monotonic() + 60
            while len(acknowledged) < ENOUGH and time.monotonic() < end:
                time.sleep(0.01)
        finally:
            process.kill()
    for thread in threads:
        thread.join()
    assert len(acknowledged) >= ENOUGH
    with satsuma.open(shop) as ws:
        stored = set(ws.sql("SELECT id FROM e")["id"].to_pylist())
        assert acknowledged - stored == set()
        assert ws.verify() == ()
        assert len(ws.segments["Active"].members()) > 1


def _send(address: str, key: str, sender: int, acknowledged: set[str]) -> None:
    with httpx.Client(base_url=address, auth=(key, "")) as client:
        for number in range(100_000):
            id = f"{sender}-{number}"
            message = {"userId": f"c-{number % 20}", "event": "e", "messageId": id}
            try:
                answer = client.post("/v1/track", json=message)
            except httpx.HTTPError:
                return
            assert answer.json()["accepted"] == 1
            acknowledged.add(id)

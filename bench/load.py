"""Load over HTTP from a second process: single posts, batches, readers beside, and a kill in the middle.

The demo's data with 300 live segments is served by `satsuma serve` on loopback; this process posts to its
tracking API over connections that stay open, while readers ask the API for members and for the segments of
contacts. A post is answered once it is durable and every segment is exact with it, so latency is that until
durable and visible. At the end the server is killed with SIGKILL while posts are under way; the workspace is
opened, and all that was acknowledged must be in it, with every segment exact.

Phases: singles, as many as are answered; singles, 2,000 offered in a second; batches; singles until the kill.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import uvloop

import satsuma
from bench._posting import Connection, Timed, basic, post
from satsuma.access.keys import KeyKind
from satsuma.demo.build import build
from satsuma.demo.data import anchor_of

CONTACTS = 25_000
EVENTS: Mapping[str, Callable[[random.Random], dict[str, object]]] = {
    "page_viewed": lambda r: {"url": f"/page/{r.randrange(400)}", "seconds": r.randrange(300)},
    "email_opened": lambda r: {"campaign": f"campaign {r.randrange(40)}", "device": "phone"},
    "cart_added": lambda r: {"quantity": r.randrange(1, 5)},
    "purchase": lambda r: {"quantity": 1, "amount": r.randrange(10, 300)},
}
TYPES = tuple(EVENTS)
WARM_SECONDS_MAX = 240
QUICK_SECONDS = 0.25
SERVE = "from satsuma.cli.main import main; main()"
TICKS = os.sysconf("SC_CLK_TCK")


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench load", description=__doc__)
    parser.add_argument("--workspace", type=Path, help="a demo workspace that was made earlier; it is copied")
    parser.add_argument("--segments", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=10, help="of each phase")
    parser.add_argument("--rate", type=float, default=2_000, help="single posts offered in a second")
    parser.add_argument("--connections", type=int, default=256)
    parser.add_argument("--batch", type=int, default=1_000, help="events in one batch")
    parser.add_argument("--senders", type=int, default=4, help="connections that post batches")
    parser.add_argument("--readers", type=int, default=4)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="satsuma-load-") as folder:
        path = Path(folder) / "demo"
        if options.workspace is None:
            build(path, anchor_of(dt.datetime.now(dt.UTC).date()), lambda *_: None)
        else:
            shutil.copytree(options.workspace, path)
        acknowledged = _run(path, options, *_prepared(path, options.segments))
        _check(path, acknowledged)


def _prepared(path: Path, segments: int) -> tuple[str, str]:
    """Segments that are live, and the secrets of a write key and of one to read with."""
    chance = random.Random(5)
    with satsuma.open(path, create=False, actor="bench") as ws:
        have = {one.name for one in ws.segments.list()}
        names = []
        for number in range(segments - sum(one.status == "live" for one in ws.segments.list())):
            name = f"Segment {number}"
            if name not in have:
                ws.segments.create(name, where=" and ".join(_leaf(chance) for _ in range(3)))
            names.append(name)
        if names:
            begun = time.perf_counter()
            ws.segments.go_live(names)
            print(f"{len(names)} segments go live together: {time.perf_counter() - begun:.1f} s")
        ws.warm()
        _, write = ws.access.keys.create(KeyKind.WRITE, "bench", actor="bench")
        _, read = ws.access.keys.create(KeyKind.API, "bench", actor="bench")
        return write, read


def _leaf(chance: random.Random) -> str:
    """One condition of the shapes that marketers use most."""
    type_, days = chance.choice(TYPES), chance.choice((1, 3, 7, 14, 30, 60, 90, 180))
    return chance.choice(
        (
            f"did {type_} at least {chance.randrange(1, 9)} times in the last {days} days",
            f"did {type_} at least {chance.randrange(1, 9)} times in the last {days} days",
            f"not did {type_} in the last {days} days",
            f"sum of amount over purchase in the last {days} days >= {chance.randrange(10, 900, 10)}",
            f"did page_viewed in the last {days} days where seconds >= {chance.randrange(300)}",
            f'language is "{chance.choice(("de", "en", "fr"))}"',
            f"lead_score between {chance.randrange(50)} and {chance.randrange(50, 100)}",
            f"did cart_added then purchase within {chance.choice((1, 2, 7, 14))} days",
        )
    )


def _run(path: Path, options: argparse.Namespace, write: str, read: str) -> set[str]:
    """All phases; gives the ids that were acknowledged."""
    process = subprocess.Popen(  # noqa: S603 -- our own program
        [sys.executable, "-c", SERVE, "-C", str(path), "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with process:
        try:
            port = _port(process)
            return uvloop.run(_phases(port, process, options, write, read))
        finally:
            process.kill()


def _port(process: subprocess.Popen[str]) -> int:
    assert process.stdout is not None
    for line in process.stdout:
        found = re.search(r"served at http://[\d.]+:(\d+)", line)
        if found:
            threading.Thread(target=process.stdout.read, daemon=True).start()
            return int(found[1])
    raise SystemExit("the server ended before it had started")


async def _phases(
    port: int, process: subprocess.Popen[str], options: argparse.Namespace, write: str, read: str
) -> set[str]:
    acknowledged: set[str] = set()
    chance = random.Random(7)
    singles = [Connection("127.0.0.1", port, basic(write)) for _ in range(options.connections)]
    batches = [Connection("127.0.0.1", port, basic(write)) for _ in range(options.senders)]
    await _until_warm(port, write, chance)
    single, batch = _single(chance), _batches(chance, options.batch)

    async def phase(name: str, posting: Awaitable[Timed]) -> Timed:
        before, own = _computed(process.pid), time.process_time()
        reading = asyncio.create_task(_read(port, read, options.readers))
        try:
            timed = await posting
        finally:
            reading.cancel()
        readers = await reading
        server, client = _computed(process.pid) - before, time.process_time() - own
        print(f"{name:24} {timed.shown()}")
        print(f"{'':24} readers beside: {readers.shown()}")
        print(f"{'':24} computed in {timed.took:.1f} s: server {server:.1f} s, this process {client:.1f} s")
        print(f"{'':24} load of the machine {os.getloadavg()[0]:.1f}", flush=True)
        assert not timed.failed, timed.failed[:3]
        assert not readers.failed, readers.failed[:3]
        return timed

    for_so_long = {"seconds": options.seconds, "acknowledged": acknowledged}
    await phase("singles, all that go", post(singles, single, **for_so_long))
    await phase(
        f"singles, {options.rate:,.0f} offered", post(singles, single, rate=options.rate, **for_so_long)
    )
    await phase(f"batches of {options.batch:,}", post(batches, batch, **for_so_long))
    posting = asyncio.create_task(post(singles, single, seconds=60, acknowledged=acknowledged))
    await asyncio.sleep(2)
    process.kill()
    timed = await posting
    print(f"{'until killed':24} {timed.shown()}")
    return acknowledged


async def _until_warm(port: int, write: str, chance: random.Random) -> None:
    """Post until the engine follows by what changed, and is quick."""
    connection, single = Connection("127.0.0.1", port, basic(write)), _single(chance, "warm")
    begun = time.perf_counter()
    quick = 0
    while quick < 20 and time.perf_counter() - begun < WARM_SECONDS_MAX:
        asked = time.perf_counter()
        path, body, _ = next(single)
        await connection.ask("POST", path, body)
        quick = quick + 1 if time.perf_counter() - asked < QUICK_SECONDS else 0
    connection.close()
    print(f"ready after {time.perf_counter() - begun:.1f} s")


def _message(chance: random.Random, id: str) -> dict[str, object]:
    event = chance.choice(TYPES)
    user = f"c-{int(chance.random() ** 2 * CONTACTS) + 1:05}"
    return {"userId": user, "event": event, "messageId": id, "properties": EVENTS[event](chance)}


def _single(chance: random.Random, prefix: str = "s") -> Iterator[tuple[str, bytes, list[str]]]:
    number = 0
    while True:
        number += 1
        id = f"{prefix}-{number}"
        yield "/v1/track", json.dumps(_message(chance, id)).encode(), [id]


def _batches(chance: random.Random, size: int) -> Iterator[tuple[str, bytes, list[str]]]:
    """Batches, of which a few are made before and bear new ids each time: making them must cost little."""
    number = 0
    made = [[_message(chance, f"id-{place:06}") for place in range(size)] for _ in range(8)]
    texts = [json.dumps({"batch": [{"type": "track", **one} for one in batch]}) for batch in made]
    while True:
        number += 1
        text = texts[number % len(texts)].replace('"id-', f'"b{number}-')
        yield "/v1/batch", text.encode(), [f"b{number}-{place:06}" for place in range(size)]


async def _read(port: int, key: str, readers: int) -> Timed:
    """Ask as people at a console do, ten times a second each, until cancelled."""
    found, chance = Timed(begun=time.perf_counter()), random.Random(3)

    async def work() -> None:
        connection = Connection("127.0.0.1", port, f"Bearer {key}")
        while True:
            path = chance.choice(
                (
                    "/api/v1/segments?limit=50",
                    f"/api/v1/records/contact/c-{chance.randrange(1, CONTACTS):05}/segments",
                    f"/api/v1/contacts/c-{chance.randrange(1, CONTACTS):05}",
                )
            )
            asked = time.perf_counter()
            try:
                await connection.ask("GET", path)
            except RuntimeError as error:
                found.failed.append(str(error))
            found.latencies.append(time.perf_counter() - asked)
            await asyncio.sleep(max(0.0, 0.1 - (time.perf_counter() - asked)))

    with suppress(asyncio.CancelledError, OSError):
        await asyncio.gather(*(work() for _ in range(readers)))
    found.events = len(found.latencies)
    found.took = time.perf_counter() - found.begun
    return found


def _computed(pid: int) -> float:
    """Seconds that a process has computed, all its threads together."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _check(path: Path, acknowledged: set[str]) -> None:
    """Everything acknowledged is there, once, and every segment is exact."""
    with satsuma.open(path, create=False) as ws:
        stored = [
            key
            for type_ in TYPES
            for key in ws.sql(f"SELECT id FROM {type_}")["id"].to_pylist()
            if re.fullmatch(r"s-[0-9]+|b[0-9]+-[0-9]+", str(key))
        ]
        lost = acknowledged - set(stored)
        assert not lost, f"{len(lost)} acknowledged messages are lost, such as {min(lost)}"
        assert len(stored) == len(set(stored)), "a message is there twice"
        assert ws.verify() == ()
        print(f"killed, opened again: all {len(acknowledged):,} acknowledged messages are there,", end=" ")
        print(f"{len(stored) - len(acknowledged)} more that were not answered; every segment is exact")

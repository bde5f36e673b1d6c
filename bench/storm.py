"""A storm on a list of a million: 10,000 joins and leaves offered by threads within one second.

Each change is a call of its own and is awaited; its latency counts from the instant at which it was offered,
so that waiting for a thread counts too. A live segment follows the list. At the end membership, interactions
and versions are compared with what the calls returned. Beside the wall's time stands what the process has
computed, threads that offer included: on a machine that others use, that is what can be compared.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa

import satsuma


def main(arguments: list[str]) -> None:
    options = argparse.ArgumentParser(prog="python -m bench storm", description=__doc__)
    options.add_argument("--contacts", type=int, default=1_000_000)
    options.add_argument("--changes", type=int, default=10_000)
    options.add_argument("--threads", type=int, default=512)
    options.add_argument("--warm", action="store_true", help="the segment follows by what versions touch")
    chosen = options.parse_args(arguments)
    with (
        tempfile.TemporaryDirectory(prefix="satsuma-storm-") as folder,
        satsuma.open(Path(folder) / "shop") as ws,
    ):
        _run(ws, chosen.contacts, chosen.changes, chosen.threads, warm=chosen.warm)


def _run(ws: satsuma.Workspace, contacts: int, changes: int, threads: int, *, warm: bool) -> None:
    keys = [f"c-{n:07}" for n in range(contacts)]
    ws.upsert("contact", pa.table({"id": keys}))
    news = ws.lists.create("News")
    started = time.perf_counter()
    news.add(keys)
    print(f"{contacts:,} put on the list in {time.perf_counter() - started:.1f} s")
    segment = ws.segments.create("On", 'in list "News"')
    segment.go_live()
    if warm:
        started = time.perf_counter()
        ws.warm()
        print(f"warmed in {time.perf_counter() - started:.1f} s")

    chance = random.Random(1)
    wanted = chance.sample(range(contacts), changes // 2)
    plan = [(keys[n], False) for n in wanted] + [(keys[n], True) for n in wanted[::2]]
    plan += [(f"new-{n}", True) for n in range(changes - len(plan))]
    before = ws.version
    latencies = np.zeros(changes)
    versions: list[int] = [0] * changes
    gate = threading.Event()
    left = {key: threading.Event() for key, is_joining in plan if not is_joining}

    def work(place: int) -> None:
        gate.wait()
        key, is_joining = plan[place]
        offered = start + place / changes
        time.sleep(max(0.0, offered - time.perf_counter()))
        if is_joining and key in left:
            left[key].wait()
        receipt = news.add([key]) if is_joining else news.remove([key])
        latencies[place] = time.perf_counter() - offered
        versions[place] = receipt.version
        assert receipt.accepted == 1, (key, receipt)
        if not is_joining:
            left[key].set()

    computed = time.process_time()
    with ThreadPoolExecutor(threads) as pool:
        done = [pool.submit(work, place) for place in range(changes)]
        start = time.perf_counter()
        gate.set()
        for one in done:
            one.result()
    took, computed = time.perf_counter() - start, time.process_time() - computed

    expected = (set(keys) | {key for key, is_joining in plan if is_joining}) - (
        {keys[n] for n in wanted} - {keys[n] for n in wanted[::2]}
    )
    assert set(news) == expected == set(segment.members()), "the list or the segment is not exact"
    told = {
        type_: int(ws.sql(f"SELECT count(*) AS n FROM {type_}")["n"][0].as_py())
        for type_ in ("list_subscribed", "list_unsubscribed")
    }
    assert told["list_subscribed"] == contacts + sum(is_joining for _, is_joining in plan)
    assert told["list_unsubscribed"] == sum(not is_joining for _, is_joining in plan)
    assert max(versions) == ws.version
    p50, p95, p99 = (float(np.percentile(latencies, share)) * 1000 for share in (50, 95, 99))
    print(
        f"{changes:,} changes offered in 1 s by {threads} threads, done in {took:.2f} s, none lost, all exact"
    )
    print(f"{computed:.2f} s computed by this process, load of the machine {os.getloadavg()[0]:.1f}")
    print(f"{ws.version - before} versions, {took / (ws.version - before) * 1000:.0f} ms each on average")
    print(f"latency from offer to durable: median {p50:.0f} ms, 95% {p95:.0f} ms, 99% {p99:.0f} ms,", end=" ")
    print(f"greatest {latencies.max() * 1000:.0f} ms")

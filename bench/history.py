"""History: the same batches over one and over ten times the history, in one run.

Two workspaces of the same contacts and live segments, one with ten times the interactions of the other. What
a version touches is the same in both; so should be what it costs.

    python -m bench history [-- --contacts N --per-contact N]
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import satsuma
from bench import _world, maintenance
from satsuma.kernel.clock import ManualClock

SECOND_US = 1_000_000
TIMES = (1, 10)


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="bench.history", description=__doc__)
    parser.add_argument("--contacts", type=int, default=200_000)
    parser.add_argument("--per-contact", type=int, default=5, help="interactions of the smaller, on average")
    parser.add_argument("--repeat", type=int, default=20)
    options = parser.parse_args(arguments)
    found = [_measured(options, times) for times in TIMES]
    print(f"{'median of ' + str(options.repeat) + ', ms':30} {'1x':>8} {'10x':>8} {'ratio':>6}")
    for name in found[0]:
        once, tenfold = (one[name] for one in found)
        print(f"{name:30} {once:>8.1f} {tenfold:>8.1f} {tenfold / once:>6.2f}")


def _measured(options: argparse.Namespace, times: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="bench-history-") as made:
        path = Path(made) / "workspace"
        rows = _world.make(path, options.contacts, options.per_contact * times)
        print(f"{options.contacts:,} contacts, {rows:,} interactions, 100 segments of 300 leaves", flush=True)
        with satsuma.open(path, clock=ManualClock(_world.NOW + SECOND_US)) as workspace:
            workspace.warm()
            return _times(workspace, options)


def _times(workspace: satsuma.Workspace, options: argparse.Namespace) -> dict[str, float]:
    random_ = random.Random(_world.SEED)
    wanted = maintenance.segments(100, maintenance.leaves(300, random_), random_)
    for name, where in wanted.items():
        workspace.segments.create(name, where=where)
    workspace.segments.go_live(list(wanted))
    events = maintenance.Events(options.contacts)

    def batch(size: int) -> Callable[[], object]:
        type_, rows = events.batch(size, workspace.now)
        return lambda: workspace.append(type_, rows)

    def profiles() -> Callable[[], object]:
        rows = events.profiles(1_000)
        return lambda: workspace.upsert("contact", rows)

    def tick() -> Callable[[], object]:
        to = workspace.now + SECOND_US
        return lambda: workspace.advance(to=to, versions="end")

    work = {
        "1,000 events": lambda: batch(1_000),
        "1 event": lambda: batch(1),
        "1,000 profile updates": profiles,
        "the clock passes a second": tick,
    }
    return {name: _median_ms(prepare, options.repeat) for name, prepare in work.items()}


def _median_ms(prepare: Callable[[], Callable[[], object]], repeat: int) -> float:
    for _ in range(4):
        prepare()()
    took = []
    for _ in range(repeat):
        call = prepare()
        begun = time.perf_counter()
        call()
        took.append((time.perf_counter() - begun) * 1000)
    return statistics.median(took)

"""Maintenance: segments kept exact while events arrive and time passes, beside DuckDB evaluating them anew.

A workspace of `bench._world` (1M contacts, 50M interactions), 300 live segments of 1,000 distinct leaves:
counts and sums in windows of many lengths, sequences, attributes, attributes of the account. Then batches of
events and of profile updates through the Python API, each timed until it is durable and visible; ticks; an
hour in one version and as every due second; go live; lookups; and, in the same run, the same segments
evaluated anew by our SQL in DuckDB, whose members are compared with those that are kept.

    python -m bench.maintenance [--contacts N] [--per-contact N] [--segments N] [--leaves N] [--workspace DIR]
"""

from __future__ import annotations

import argparse
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

import satsuma
from bench import _world
from satsuma.evaluation import sql
from satsuma.kernel.clock import ManualClock
from satsuma.membership.evaluating import members_of
from satsuma.membership.stored import LiveSet
from satsuma.record import memberships

SECOND_US = 1_000_000
TYPES = tuple(_world.SHARES)


def main(arguments: Sequence[str]) -> None:
    options = _options(arguments)
    with tempfile.TemporaryDirectory(prefix="bench-maintenance-") as made:
        path = Path(made) / "workspace"
        if options.workspace is not None:
            shutil.copytree(options.workspace, path)
        else:
            _timed("make the workspace", lambda: _world.make(path, options.contacts, options.per_contact))
        clock = ManualClock(_world.NOW + SECOND_US)
        with satsuma.open(path, clock=clock) as workspace:
            _timed("index, kernels (first time)", workspace.warm)
            _prepare(workspace, options)
            _work(workspace, options)
        with _shown("open after a clean stop, ready"), satsuma.open(path, clock=clock) as workspace:
            workspace.warm()


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.maintenance", description=__doc__)
    parser.add_argument("--contacts", type=int, default=1_000_000)
    parser.add_argument("--per-contact", type=int, default=50, help="interactions, on average")
    parser.add_argument("--segments", type=int, default=300)
    parser.add_argument("--leaves", type=int, default=1_000)
    parser.add_argument("--repeat", type=int, default=30, help="batches of each kind")
    parser.add_argument("--workspace", type=Path, help="one that was made earlier; it is copied")
    parser.add_argument("--no-sql", action="store_true", help="leave out what is measured beside it")
    return parser.parse_args(arguments)


def leaves(count: int, random_: random.Random) -> list[str]:
    """Distinct conditions of the shapes that marketers use most."""
    found: dict[str, None] = {}
    while len(found) < count:
        found[next(_leaf(random_))] = None
    return list(found)


def _leaf(random_: random.Random) -> Iterator[str]:
    type_ = random_.choice(TYPES)
    days = random_.choice((1, 3, 7, 14, 30, 45, 60, 90, 180, 365))
    match random_.randrange(20):
        case 0:
            yield f'city is "city {random_.randrange(400)}"'
        case 1:
            low = random_.randrange(18, 70)
            yield f"age between {low} and {low + random_.randrange(1, 15)}"
        case 2:
            yield f'account.industry is "industry {random_.randrange(20)}"'
        case 3 | 4:
            amount = random_.randrange(10, 2000, 10)
            yield f"sum of amount over purchase in the last {days} days >= {amount}"
        case 5:
            first, then = random_.sample(TYPES, 2)
            yield f"did {first} then {then} within {random_.choice((1, 2, 7, 14))} days"
        case 6 | 7:
            yield (
                f"did {type_} in the last {days} days where amount >= {random_.randrange(300)}"
                if (type_ == "purchase")
                else f"did {type_} in the last {days} days"
            )
        case _:
            yield f"did {type_} at least {random_.randrange(1, 12)} times in the last {days} days"


def segments(count: int, pool: Sequence[str], random_: random.Random) -> dict[str, str]:
    """Definitions of two to six leaves that use all of a pool."""
    found: dict[str, str] = {}
    waiting = list(pool)
    random_.shuffle(waiting)
    for number in range(count):
        share = -(-len(waiting) // (count - number))
        own = [waiting.pop() for _ in range(share)] + random_.sample(list(pool), 1)
        parts = [f"not ({one})" if random_.random() < 0.2 else f"({one})" for one in dict.fromkeys(own)]
        found[f"Segment {number}"] = random_.choice((" and ", " or ", " and ")).join(parts)
    return found


def _prepare(workspace: satsuma.Workspace, options: argparse.Namespace) -> None:
    random_ = random.Random(_world.SEED)
    wanted = segments(options.segments, leaves(options.leaves, random_), random_)
    for name, where in wanted.items():
        workspace.segments.create(name, where=where)
    names = list(wanted)
    _timed("go live of one segment", lambda: workspace.segments.go_live(names[:1]))
    _timed(f"go live of {len(names) - 1}", lambda: workspace.segments.go_live(names[1:]))


def _work(workspace: satsuma.Workspace, options: argparse.Namespace) -> None:
    events = Events(options.contacts)

    def batch(size: int) -> Callable[[], object]:
        type_, rows = events.batch(size, workspace.now)
        return lambda: workspace.append(type_, rows)

    def profiles() -> Callable[[], object]:
        rows = events.profiles(1_000)
        return lambda: workspace.upsert("contact", rows)

    workspace.append(*events.batch(10, workspace.now))
    for type_ in TYPES:
        workspace.append(type_, events.rows(10, workspace.now, type_))
    workspace.upsert("contact", events.profiles(10))
    _repeated("1,000 events", options.repeat, lambda: batch(1_000))
    _repeated("1 event", options.repeat, lambda: batch(1))
    _repeated("1,000 profile updates", options.repeat, profiles)
    median_ms = _repeated("10,000 events as Arrow", max(5, options.repeat // 3), lambda: batch(10_000))
    print(f"{'sustained, batches of 10,000':44} {10_000 / median_ms * 1000:>12,.0f} events/s")
    _repeated("the clock passes a second", options.repeat, lambda: _advance(workspace, SECOND_US))
    _repeated("an hour in one version", 5, lambda: _advance(workspace, 3600 * SECOND_US))
    _timed("an hour as every due second", lambda: _seconds(workspace, 3600))
    key = "c123"
    _repeated("segments of a contact", options.repeat, lambda: lambda: workspace.segments_of(key))
    names = [f"Segment {number}" for number in range(options.segments)]
    random_ = random.Random(_world.SEED)
    for number in range(10):
        # Others each time: nothing of what was asked before may help.
        where = f'segment "{names[number]}"'
        for name in random_.sample(names, 9):
            where = f'({where}) {random_.choice(("and", "or", "and not", "or not"))} segment "{name}"'
        workspace.segments.create(f"Compound {number}", where=where)
    compounds = iter(range(10))
    _repeated(
        "a compound of 10 segments: size, sample, steps",
        10,
        lambda: workspace.segments[f"Compound {next(compounds)}"].estimate,
    )
    if not options.no_sql:
        _beside(workspace)


def _seconds(workspace: satsuma.Workspace, seconds: int) -> None:
    for _ in range(seconds):
        workspace.advance(to=workspace.now + SECOND_US, versions="end")


def _advance(workspace: satsuma.Workspace, by_us: int) -> Callable[[], object]:
    to = workspace.now + by_us
    return lambda: workspace.advance(to=to, versions="end")


def _beside(workspace: satsuma.Workspace) -> None:
    """The same segments by SQL, once, and their members compared."""
    begun = time.perf_counter()
    with workspace._record.snapshot() as (cursor, state):  # noqa: SLF001 - what `verify` reads
        for segment in LiveSet().read(cursor, state.catalog):
            found = members_of(cursor, state.catalog, segment, _by_sql, state.now)
            assert np.array_equal(found, memberships.members(cursor, segment.id)), segment.name
    print(f"{'all of them anew in DuckDB (our SQL), compared':44} {_ms(begun):>12,.1f} ms")


def _by_sql(cursor: Any, definition: Any, catalog: Any, now: int) -> Any:
    return sql.members(cursor, definition, catalog=catalog, now=now)


class Events:
    """Batches of rows from a seed: their members follow the same law as the history."""

    def __init__(self, contacts: int) -> None:
        self._random = np.random.default_rng(_world.SEED)
        self._contacts = contacts
        self._next = 0
        self._batches = 0

    def batch(self, size: int, now: int) -> tuple[str, pa.Table]:
        self._batches += 1
        type_ = TYPES[self._batches % len(TYPES)]
        return type_, self.rows(size, now, type_)

    def rows(self, size: int, now: int, type_: str) -> pa.Table:
        members = (self._random.random(size) ** 2 * self._contacts).astype(np.int64) * 7919 % self._contacts
        first, self._next = self._next, self._next + size
        columns: dict[str, Any] = {
            "id": [f"n{number}" for number in range(first, first + size)],
            "contact": [f"c{number}" for number in members.tolist()],
            "occurred_at": pa.array(
                now - self._random.integers(0, 60 * SECOND_US, size), pa.timestamp("us", "UTC")
            ),
        }
        if type_ == "purchase":
            columns["amount"] = self._random.integers(0, 300, size).tolist()
        return pa.table(columns)

    def profiles(self, size: int) -> pa.Table:
        members = self._random.choice(self._contacts, size, replace=False)
        return pa.table(
            {
                "id": [f"c{number}" for number in members.tolist()],
                "city": [f"City {number}" for number in self._random.integers(0, 400, size).tolist()],
                "age": pa.array(self._random.integers(18, 78, size)),
            }
        )


def _repeated(name: str, repeat: int, prepare: Callable[[], Callable[[], object]]) -> float:
    times = []
    for _ in range(repeat):
        call = prepare()
        begun = time.perf_counter()
        call()
        times.append(_ms(begun))
    median = statistics.median(times)
    p99 = sorted(times)[min(len(times) - 1, int(len(times) * 0.99))]
    print(f"{name:44} {median:>12,.1f} ms median {p99:>12,.1f} ms p99 of {repeat}", flush=True)
    return median


def _timed(name: str, call: Callable[[], object]) -> None:
    with _shown(name):
        call()


class _shown:  # noqa: N801 - reads as a statement
    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        self._begun = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        print(f"{self._name:44} {_ms(self._begun):>12,.1f} ms", flush=True)


def _ms(begun: float) -> float:
    return (time.perf_counter() - begun) * 1000


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])

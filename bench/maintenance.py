"""Maintenance: segments kept exact while events arrive and time passes, beside DuckDB evaluating them anew.

A workspace of `bench._world` (1M contacts, 50M interactions), 300 live segments of 1,000 distinct leaves:
counts and sums in windows of many lengths, sequences, attributes, attributes of the account. Then batches of
events and of profile updates through the Python API, each timed until it is durable and visible; ticks; an
hour in one version and as every due second; go live; lookups.

In the same run all segments are evaluated anew by our SQL in DuckDB, a few times, each timed by itself, and
their members compared with those that are kept. Beside each figure then stands what DuckDB takes for those
segments alone that read what such a version writes (or look at time): without writing anything.

    python -m bench.maintenance [--contacts N] [--per-contact N] [--segments N] [--leaves N] [--workspace DIR]
"""

from __future__ import annotations

import argparse
import math
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

import satsuma
from bench import _world
from satsuma.catalog.model import Catalog
from satsuma.evaluation import sql
from satsuma.kernel.clock import ManualClock
from satsuma.membership.evaluating import members_of
from satsuma.membership.live import LiveSegment
from satsuma.membership.stored import LiveSet
from satsuma.membership.touching import Leaf, program_of, sources
from satsuma.record import memberships

SECOND_US = 1_000_000
P99_MIN = 100
"""Of fewer versions there is no 99th percentile."""

Share: TypeAlias = "Callable[[Leaf, Catalog], float]"
"""Of which part of the versions of a kind a leaf has to be asked again."""

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
    parser.add_argument("--versions", type=int, default=200, help="batches of 1,000 events, events and ticks")
    parser.add_argument("--repeat", type=int, default=30, help="versions of each other kind")
    parser.add_argument("--sql-repeat", type=int, default=2, help="how often DuckDB evaluates all segments")
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
    kinds = {
        "1,000 events": (options.versions, lambda: batch(1_000), _reads_events),
        "1 event": (options.versions, lambda: batch(1), _reads_events),
        "1,000 profile updates": (options.repeat, profiles, _reads_profiles),
        "10,000 events as Arrow": (max(5, options.repeat // 3), lambda: batch(10_000), _reads_events),
        "the clock passes a second": (options.versions, lambda: _advance(workspace, SECOND_US), _reads_time),
        "an hour in one version": (5, lambda: _advance(workspace, 3600 * SECOND_US), _reads_time),
    }
    medians = {name: _repeated(name, repeat, prepare) for name, (repeat, prepare, _) in kinds.items()}
    sustained = 10_000 / medians["10,000 events as Arrow"] * 1000
    print(f"{'sustained, batches of 10,000':44} {sustained:>12,.0f} events/s")
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
        beside = {name: (median, kinds[name][2]) for name, median in medians.items()}
        _beside(workspace, beside, options.sql_repeat)


def _reads_events(leaf: Leaf, catalog: Catalog) -> float:
    """Of which part of the batches a leaf reads the events: each brings those of one type."""
    numbers = [catalog.interactions[name].number for name in TYPES]
    return sum(sources.Written(number) in leaf.reads.data for number in numbers) / len(TYPES)


def _reads_profiles(leaf: Leaf, catalog: Catalog) -> float:
    """Whether a leaf reads what profile updates give."""
    attributes = catalog.entities["contact"].attributes
    given = [sources.Given("contact", attributes[name].number) for name in ("city", "age")]
    return float(any(one in leaf.reads.data for one in given))


def _reads_time(leaf: Leaf, catalog: Catalog) -> float:
    """Whether a leaf looks at time."""
    del catalog
    return float(bool(leaf.reads.clock))


def _seconds(workspace: satsuma.Workspace, seconds: int) -> None:
    for _ in range(seconds):
        workspace.advance(to=workspace.now + SECOND_US, versions="end")


def _advance(workspace: satsuma.Workspace, by_us: int) -> Callable[[], object]:
    to = workspace.now + by_us
    return lambda: workspace.advance(to=to, versions="end")


def _beside(workspace: satsuma.Workspace, figures: Mapping[str, tuple[float, Share]], repeat: int) -> None:
    """All segments by SQL, a few times, with their members compared; and what that is for each figure."""
    took: dict[int, list[float]] = {}
    with workspace._record.snapshot() as (cursor, state):  # noqa: SLF001 - what `verify` reads
        live = LiveSet().read(cursor, state.catalog)
        for segment in (segment for _ in range(repeat) for segment in live):
            begun = time.perf_counter()
            found = members_of(cursor, state.catalog, segment, _by_sql, state.now)
            took.setdefault(segment.id, []).append(_ms(begun))
            assert np.array_equal(found, memberships.members(cursor, segment.id)), segment.name
    medians = {number: statistics.median(times) for number, times in took.items()}
    total = sum(medians.values())
    print(f"{'all of them anew in DuckDB, compared':44} {total:>12,.1f} ms (of {repeat} times each)")
    for name, (own_ms, share_of) in figures.items():
        shares = {
            segment.id: max(share_of(leaf, state.catalog) for leaf in _leaves_of(segment)) for segment in live
        }
        theirs_ms = sum(medians[number] * share for number, share in shares.items())
        count = sum(shares.values())
        text = f"{own_ms:>12,.1f} ms; DuckDB, {count:,.0f} segments anew {theirs_ms:>12,.1f} ms"
        print(f"{name:44} {text}, {theirs_ms / own_ms:,.0f} times")


def _leaves_of(segment: LiveSegment) -> Iterable[Leaf]:
    assert segment.definition is not None, segment.name
    return program_of(segment.definition).leaves.values()


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
    """The median, in milliseconds; printed with the slowest, and of a hundred or more the 99th percentile."""
    times = []
    for _ in range(repeat):
        call = prepare()
        begun = time.perf_counter()
        call()
        times.append(_ms(begun))
    times.sort()
    median = statistics.median(times)
    p99 = f"{times[math.ceil(0.99 * repeat) - 1]:>10,.1f} ms p99" if repeat >= P99_MIN else ""
    print(f"{name:44} {median:>12,.1f} ms median{p99} {times[-1]:>10,.1f} ms slowest of {repeat}", flush=True)
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

"""Segments: whole-audience answers of the index, beside DuckDB, ClickHouse and Polars, in one run.

The data is that of `bench._world`: 1M contacts with 50M interactions, or any other scale. Ten definitions are
evaluated by the index's kernels, by our SQL and by SQL by hand in DuckDB, by hand in ClickHouse (chDB) and by
hand in Polars, each with its data in the order that serves it best and with as many threads; every answer is
compared with the index's, member by member. Ten more are drawn at random from a seed; there DuckDB runs our
SQL. Then 200 drafts are
previewed as people see them: size, sample, how each condition narrows, missing values.

Times are medians of whole calls that end with member numbers in an array. The floor of a definition is the
time to read, once and in order, the values that it cannot do without, at the rate at which this machine reads
memory.

    python -m bench.segments [--contacts N] [--per-contact N] [--repeat N] [--threads N] [--workspace DIR]
"""

from __future__ import annotations

import argparse
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

import satsuma
from bench import _clickhouse, _polars, _world
from bench._nine import NINE
from bench.maintenance import leaves
from satsuma.catalog.model import Catalog, Entity, InteractionType, ValueType
from satsuma.evaluation import kernels, sql
from satsuma.index import Index
from satsuma.kernel.clock import ManualClock
from satsuma.language import bound, tree
from satsuma.language.binding import bind
from satsuma.language.text import parse_text
from satsuma.record import layout
from satsuma.record.files import DATABASE_FILE, Settings

Numbers = NDArray[np.uint32]
Call = Callable[[], Numbers]

FLOORS: dict[str, tuple[tuple[str, float, int], ...]] = {
    "city is X": (("contact", 0, 2),),
    "age range and tier": (("contact", 0, 9),),
    "through the account": (("contact", 0, 4),),
    "3 opens in 30 days": (("email_opened", 30, 4),),
    "sum of purchases, 90 days": (("purchase", 90, 12),),
    "received, not opened, 60 days": (("email_received", 60, 4), ("email_opened", 60, 4)),
    "form then purchase, 7 days": (("form_submitted", 730, 8), ("purchase", 730, 8)),
    "profile, account, two behaviours": (
        ("contact", 0, 12),
        ("email_opened", 60, 4),
        ("purchase", 30, 4),
    ),
    "top 5% by spend": (("purchase", 365, 12),),
    "deep and mixed": (
        ("contact", 0, 13),
        ("email_opened", 90, 4),
        ("purchase", 365, 12),
        ("form_submitted", 14, 4),
    ),
}
"""What a definition reads at least: whose rows, of how many of the last days (0: all), bytes of each row."""


def main(arguments: Sequence[str]) -> None:
    options = _options(arguments)
    with tempfile.TemporaryDirectory(prefix="bench-segments-") as made:
        folder = Path(made)
        path = folder / "workspace"
        begun = time.perf_counter()
        if options.workspace is None:
            rows = _world.make(path, options.contacts, options.per_contact)
            print(f"{options.contacts:,} contacts, {rows:,} interactions, made in {_since(begun)}")
        else:
            shutil.copytree(options.workspace, path)
        clock, settings = ManualClock(_world.NOW), Settings(threads=options.threads)
        with satsuma.open(path, clock=clock, settings=settings) as workspace:
            begun = time.perf_counter()
            workspace.warm()
            size_mb = sum(one.stat().st_size for one in (path / "index").rglob("*")) / 1e6
            print(f"index built, kernels compiled, in {_since(begun)}; {size_mb:,.0f} MB")
        with satsuma.open(path, clock=clock, settings=settings) as workspace:
            begun = time.perf_counter()
            workspace.warm()
            print(f"index opened, checksums read, in {_since(begun)}; resident {_resident()}")
            if not options.previews:
                _compare(workspace, folder, options)
            _preview(workspace)
            print(f"resident at the end: {_resident()}")


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.segments", description=__doc__)
    parser.add_argument("--contacts", type=int, default=1_000_000)
    parser.add_argument("--per-contact", type=int, default=50, help="interactions, on average")
    parser.add_argument("--repeat", type=int, default=7, help="of each call; the median is shown")
    parser.add_argument("--threads", type=int, default=2, help="of each peer")
    parser.add_argument("--workspace", type=Path, help="one that was made earlier; it is copied")
    parser.add_argument("--previews", action="store_true", help="previews alone")
    parser.add_argument("--no-peers", action="store_true", help="the index alone")
    return parser.parse_args(arguments)


def _compare(workspace: satsuma.Workspace, folder: Path, options: argparse.Namespace) -> None:
    standing = workspace.engine.standing
    assert standing is not None
    index, catalog = standing.index, standing.index.of.catalog
    rate = _read_bytes_per_s()
    print(f"memory is read at {rate / 1e9:.1f} GB/s by one thread")
    if options.no_peers:
        for name, (text, _) in NINE.items():
            definition = _bound(text, catalog)
            with workspace._record.snapshot() as (cursor, _):  # noqa: SLF001 - beneath the API
                call: Call = lambda d=definition, c=cursor: _by_index(index, d, c)  # type: ignore[misc]  # noqa: E731
                alone_ms = _median_ms(call, options.repeat)
            print(f"{name:34} {alone_ms:>9,.1f} ms", flush=True)
        return
    connection = duckdb.connect(config={"threads": options.threads})
    connection.execute(f"ATTACH '{_copied(workspace, folder)}' AS record (READ_ONLY)")
    _views(connection, catalog)
    connection.execute("SET search_path = 'record.main,memory.plain'")
    begun = time.perf_counter()
    clickhouse = _clickhouse.ClickHouse(connection, folder, options.threads)
    polars = _polars.Polars(connection)
    print(f"the same data in ClickHouse and Polars, in {_since(begun)}")
    heads = ("members", "index", "floor", "our SQL", "DuckDB", "ClickHouse", "Polars", "ratio")
    print(f"{'medians in ms':34}" + "".join(f" {head:>10}" for head in heads))
    ratios = []
    for name, (text, by_hand) in NINE.items():
        definition = _bound(text, catalog)
        calls: list[Call] = [
            lambda d=definition: _by_index(index, d, connection),  # type: ignore[misc]
            lambda d=definition: sql.members(connection, d, catalog=catalog, now=_world.NOW),  # type: ignore[misc]
            lambda s=by_hand: _by_hand(connection, s),  # type: ignore[misc]
            lambda n=name: clickhouse.members(_clickhouse.BY_HAND[n], _world.NOW),  # type: ignore[misc]
            lambda n=name: polars.members(_polars.BY_HAND[n], _world.NOW),  # type: ignore[misc]
        ]
        found = calls[0]()
        for call in calls[1:]:
            other = call()
            assert np.array_equal(other, found), f"{name}: {len(other)} members, not {len(found)}"
        times = [_median_ms(call, options.repeat) for call in calls]
        ratio = min(times[1:]) / times[0]
        ratios.append(ratio)
        floor_ms = _floor_bytes(index, catalog, name) / rate * 1000
        shown = [f"{len(found):,}", *(f"{one:,.1f}" for one in (times[0], floor_ms, *times[1:], ratio))]
        print(f"{name:34}" + "".join(f" {one:>10}" for one in shown), flush=True)
    nine = statistics.geometric_mean(ratios[:9])
    print(f"against the best of the others, geometric mean of nine: {nine:.1f}; the least {min(ratios):.1f}")
    clickhouse.close()
    _random(index, catalog, connection, options.repeat)
    connection.close()


def _random(index: Index, catalog: Catalog, connection: duckdb.DuckDBPyConnection, repeat: int) -> None:
    print("ten drawn at random; DuckDB runs our SQL")
    ratios = []
    for text in drawn(10):
        definition = _bound(text, catalog)
        ours: Call = lambda d=definition: _by_index(index, d, connection)  # type: ignore[misc]  # noqa: E731
        its: Call = lambda d=definition: sql.members(connection, d, catalog=catalog, now=_world.NOW)  # type: ignore[misc]  # noqa: E731
        found = ours()
        assert np.array_equal(its(), found), text
        times = [_median_ms(call, repeat) for call in (ours, its)]
        ratios.append(times[1] / times[0])
        leaf_count = text.count("(")
        print(f"  {leaf_count:>2} leaves {len(found):>10,} {times[0]:>10,.1f} {times[1]:>10,.1f}", flush=True)
    print(f"geometric mean: {statistics.geometric_mean(ratios):.1f} times as fast")


def drawn(count: int) -> list[str]:
    """Definitions of up to ten leaves, from a seed."""
    random_ = random.Random(_world.SEED + 1)
    pool = leaves(400, random_)
    found = []
    for _ in range(count):
        parts = [
            f"not ({one})" if random_.random() < 0.2 else f"({one})"
            for one in random_.sample(pool, random_.randrange(1, 11))
        ]
        found.append(random_.choice((" and ", " or ")).join(parts))
    return found


def _preview(workspace: satsuma.Workspace) -> None:
    """Each draft as soon as it is made, when nothing was asked at its version; then all once more."""
    count = 200
    drafts, anew = [], []
    for n, text in enumerate(drawn(count)):
        draft = workspace.segments.create(f"Draft {n}", where=text)
        drafts.append(draft)
        anew.append((_once_ms(draft.estimate), text))
    again = sorted(_once_ms(draft.estimate) for draft in drafts)
    anew.sort()
    (p95_ms, _), (worst_ms, worst) = anew[int(count * 0.95)], anew[-1]
    p95_again_ms = again[int(count * 0.95)]
    print(
        f"preview of {count} random definitions: median {anew[count // 2][0]:,.1f} ms, p95 {p95_ms:,.1f} ms;"
        f" the worst {worst_ms:,.1f} ms: {worst}\n"
        f"all once more, at one version: median {again[count // 2]:,.1f} ms, p95 {p95_again_ms:,.1f} ms"
    )


def _once_ms(call: Callable[[], object]) -> float:
    begun = time.perf_counter()
    call()
    return (time.perf_counter() - begun) * 1000


def _bound(text: str, catalog: Catalog) -> bound.Definition:
    binding = bind(tree.Source(where=parse_text(text), audience="contact"), catalog)
    assert binding.definition is not None, binding.errors
    return binding.definition


def _by_index(index: Index, definition: bound.Definition, connection: duckdb.DuckDBPyConnection) -> Numbers:
    return kernels.members(index, definition, cursor=connection, now=_world.NOW)


def _copied(workspace: satsuma.Workspace, folder: Path) -> Path:
    """The record's file, which one process at a time may open, as the peers read it."""
    workspace._record.checkpoint()  # noqa: SLF001 - beneath the API
    copy = folder / "peers.duckdb"
    shutil.copyfile(workspace.path / DATABASE_FILE, copy)
    return copy


def _views(connection: duckdb.DuckDBPyConnection, catalog: Catalog) -> None:
    """Plain names for what is written by hand, in a schema of its own."""
    connection.execute("CREATE SCHEMA plain")
    owners: list[Entity | InteractionType] = [*catalog.entities.values(), *catalog.interactions.values()]
    for owner in owners:
        if isinstance(owner, Entity):
            table, names = layout.entity_table(owner), ["_number", "_key"]
        else:
            table, names = layout.interaction_table(owner), ["_id", "_member", "_occurred_at"]
        for attribute in owner.attributes.values():
            names.append(f"{layout.column(attribute)} AS {attribute.name}")
            if attribute.type is ValueType.TEXT:
                names.append(f"{layout.folded_column(attribute)} AS {attribute.name}_folded")
        connection.execute(
            f"CREATE VIEW plain.{owner.name} AS SELECT {', '.join(names)} FROM record.main.{table}"
        )
    instant = "make_timestamp({}::BIGINT)"
    connection.execute(f"CREATE MACRO plain.present() AS {instant.format(_world.NOW)}")
    ago = instant.format(f"({_world.NOW} - n * {_world.DAY_US})")
    connection.execute(f"CREATE MACRO plain.ago(n) AS {ago}")


def _by_hand(connection: duckdb.DuckDBPyConnection, statement: str) -> Numbers:
    (found,) = connection.execute(statement).fetchnumpy().values()
    return np.sort(np.asarray(found, dtype=np.uint32))


def _floor_bytes(index: Index, catalog: Catalog, name: str) -> float:
    total = 0.0
    for owner, days, width in FLOORS[name]:
        if owner in catalog.entities:
            rows: float = index.named(owner).size
        else:
            rows = index.interactions[catalog.interactions[owner].number].size * days / 730
        total += rows * width
    return total


def _read_bytes_per_s() -> float:
    values = np.ones(64_000_000, dtype=np.int64)
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        values.sum()
        times.append(time.perf_counter() - begun)
    return float(values.nbytes / min(times))


def _resident() -> str:
    """Resident memory, and what of it is not of mapped files."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    found = {line.split(":")[0]: int(line.split()[1]) for line in status.splitlines() if line.endswith(" kB")}
    return f"{found['VmRSS'] / 1e6:.2f} GB, {found['RssAnon'] / 1e6:.2f} GB of it anonymous"


def _median_ms(call: Call, repeat: int) -> float:
    times = []
    for _ in range(repeat):
        begun = time.perf_counter()
        call()
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times)


def _since(begun: float) -> str:
    return f"{time.perf_counter() - begun:.1f} s"


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])

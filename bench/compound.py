"""Compounds of ten: size, steps and sample of a definition over ten live segments, beside DuckDB.

Ten segments over ten million contacts, from fifty members to nearly all, spread at random or lying together,
are combined: unions, intersections, exclusions, nested ones, and some drawn from a seed. Each is asked as the
console asks for it: by previews of its text, by estimates of the draft that has it, and by previews each of
which is the first at a version in which a contact moved. DuckDB answers the same from a table in memory with
a column of truths for each segment, which nobody keeps up to date. Sizes, steps and samples are compared.

Whole calls are timed, by the wall and by what the thread computed. No two previews ask for the same text: the
conditions of each stand in another order.

    python -m bench.compound [--contacts N] [--repeat N] [--workspace DIR] [--profile NAME]
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

import satsuma
from bench import _world
from satsuma.membership.snapshot import Snapshot
from satsuma.record import layout
from satsuma.record.change import Change
from satsuma.record.counters import members
from satsuma.record.files import DATABASE_FILE
from satsuma.segments.estimate import SAMPLE_SIZE, Estimate, Narrowing

SEED = 17
DRAWN = 8
PEER_REPEAT = 3
DRAWN_FROM = 1_000_000
DECLARED = {
    "timezone": "UTC",
    "entities": {
        "contact": {
            "audience": True,
            "attributes": {"place": "integer", "draw": "integer", "toss": "integer"},
        }
    },
}
SEGMENTS = {
    "Few": "draw < 5",
    "One in a thousand": "toss < 1000",
    "One in a hundred": "draw >= 500000 and draw < 510000",
    "One in ten": "toss >= 100000 and toss < 200000",
    "A third": "draw < 333333",
    "Half": "toss >= 500000",
    "Nearly all": "draw >= 2000",
    "Together": "place >= 2000000 and place < 5000000",
    "In stretches": "place < 300000 or (place >= 4000000 and place < 4100000) or place >= 9000000",
    "Most of a stretch": "place >= 3000000 and place < 8000000 and toss < 900000",
}
"""Ten segments; `place` is the number of a contact of ten million, `draw` and `toss` are even chances."""

Tree = str | tuple[str, tuple["Tree", ...]]
"""A name of a segment, or `all`, `any` or `not` of others."""


@dataclass(frozen=True)
class Times:
    """Of one kind of call: seconds of each, by the wall and by what this thread computed."""

    wall: list[float]
    thread: list[float]

    def __str__(self) -> str:
        wall, thread = statistics.median(self.wall), statistics.median(self.thread)
        return f"{wall * 1000:6.2f} ({max(self.wall) * 1000:5.1f}; {thread * 1000:5.2f})"


def main(arguments: Sequence[str]) -> None:
    options = _options(arguments)
    with _folder(options.workspace) as path:
        if not (path / DATABASE_FILE).exists():
            begun = time.perf_counter()
            _make(path, options.contacts)
            print(f"{options.contacts:,} contacts, made in {time.perf_counter() - begun:.0f} s")
        with satsuma.open(path, clock=satsuma.ManualClock(_world.NOW)) as workspace:
            begun = time.perf_counter()
            workspace.warm()
            if "Few" not in workspace.segments:
                for name, where in SEGMENTS.items():
                    workspace.segments.create(name, where)
                workspace.segments.go_live(list(SEGMENTS))
            print(f"index open, ten segments live, in {time.perf_counter() - begun:.0f} s")
            if options.profile is not None:
                _profile(workspace, options.profile, options.repeat)
            else:
                _compare(workspace, options.repeat)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.compound", description=__doc__)
    parser.add_argument("--contacts", type=int, default=10_000_000)
    parser.add_argument("--repeat", type=int, default=50, help="of each call")
    parser.add_argument("--workspace", type=Path, help="where the workspace is kept; default: nowhere")
    parser.add_argument("--profile", help="what takes how long in previews of one compound, and no more")
    return parser.parse_args(arguments)


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        yield kept
        return
    with tempfile.TemporaryDirectory(prefix="bench-compound-") as made:
        yield Path(made) / "workspace"


def _make(path: Path, contacts: int) -> None:
    with satsuma.open(path, clock=satsuma.ManualClock(_world.NOW), warming="asked") as workspace:
        workspace.catalog.apply(DECLARED)
        workspace.writer.commit(lambda change: _contacts(change, contacts), actor="bench")


def _contacts(change: Change, contacts: int) -> None:
    entity = change.catalog.entities["contact"]
    fixed = "make_timestamp(1000000::BIGINT), make_timestamp(1000000::BIGINT)"
    drawn = (f"(hash(i, {SEED + one}) % {DRAWN_FROM})::BIGINT" for one in range(2))
    change.connection.execute(
        f"INSERT INTO {layout.entity_table(entity)} SELECT i, 'c' || i, {fixed},"
        f" (i * (10000000.0 / {contacts}))::BIGINT, {', '.join(drawn)} FROM range({contacts}) t(i)"
    )
    change.memory.counters.take(members(entity.number), contacts)


def compounds() -> dict[str, Tree]:
    """By name, each over all ten segments."""
    few, thousandth, hundredth, tenth, third, half, nearly, together, stretches, most = SEGMENTS
    found: dict[str, Tree] = {
        "union of ten": ("any", tuple(SEGMENTS)),
        "intersection of ten": ("all", tuple(SEGMENTS)),
        "nearly all, but nine": (
            "all",
            (nearly, *(("not", (one,)) for one in SEGMENTS if one != nearly)),
        ),
        "none of ten": ("not", (("any", tuple(SEGMENTS)),)),
        "none of ten, one by one": ("all", tuple(("not", (one,)) for one in SEGMENTS)),
        "five pairs, all": (
            "all",
            (
                ("any", (few, nearly)),
                ("any", (half, third)),
                ("any", (together, tenth)),
                ("any", (stretches, most)),
                ("any", (thousandth, ("not", (hundredth,)))),
            ),
        ),
        "five pairs, any": (
            "any",
            (
                ("all", (third, half)),
                ("all", (nearly, most)),
                ("all", (together, ("not", (tenth,)))),
                ("all", (stretches, ("not", (thousandth,)))),
                ("all", (few, hundredth)),
            ),
        ),
        "nested five deep": (
            "all",
            (
                nearly,
                (
                    "any",
                    (
                        few,
                        (
                            "all",
                            (half, ("not", (("all", (third, ("any", (together, stretches)))),))),
                        ),
                        ("all", (most, ("not", (("any", (tenth, hundredth, thousandth)),)))),
                    ),
                ),
            ),
        ),
    }
    chance = random.Random(SEED)
    for number in range(DRAWN):
        names = list(SEGMENTS)
        chance.shuffle(names)
        found[f"drawn {number + 1}"] = _drawn(names, chance)
    return found


def _drawn(names: list[str], chance: random.Random) -> Tree:
    if len(names) == 1:
        return names[0] if chance.random() < 0.7 else ("not", (names[0],))
    cuts = sorted(chance.sample(range(1, len(names)), min(len(names) - 1, chance.randint(1, 3))))
    pieces = [names[a:b] for a, b in zip([0, *cuts], [*cuts, len(names)], strict=True)]
    return (chance.choice(("all", "any")), tuple(_drawn(piece, chance) for piece in pieces))


def _text(tree: Tree, chance: random.Random | None = None) -> str:
    """A compound's text; with a chance, its parts in some order."""
    if isinstance(tree, str):
        return f'segment "{tree}"'
    operator, parts = tree
    if operator == "not":
        return f"not ({_text(parts[0], chance)})"
    texts = [_text(part, chance) for part in parts]
    if chance is not None:
        chance.shuffle(texts)
    return f" {'and' if operator == 'all' else 'or'} ".join(f"({one})" for one in texts)


def _compare(workspace: satsuma.Workspace, repeat: int) -> None:
    """Ask every compound at one version, and then at versions of their own."""
    trees = compounds()
    for name, tree in trees.items():
        if name not in workspace.segments:
            workspace.segments.create(name, _text(tree), kind="compound")
    peer = _Peer(workspace)
    print(", ".join(f"{name}: {size:,}" for name, size in workspace.snapshot().sizes.items()))
    print("each: the median, and in brackets the slowest, and the median of what the thread computed, in ms")
    print(f"{'':24} {'members':>10}" + "".join(f"{one:>22}" for one in ("preview", "draft", "DuckDB")))
    for name, tree in trees.items():
        chance = random.Random(name)
        texts = [_text(tree, chance) for _ in range(repeat)]
        held = workspace.segments[name]
        found, previewed = _timed([partial(_estimate, workspace, text) for text in texts])
        drafted, estimated = _timed([held.estimate] * repeat)
        asked, expected = _timed([partial(peer.answer, tree)] * PEER_REPEAT)
        for answer in (*previewed, *estimated, *expected):
            _same(name, answer, expected[0])
        # Of the draft the parts stand in the order in which the peer was asked for them.
        assert [(one.alone, one.together) for one in estimated[0].per_condition] == [
            (one.alone, one.together) for one in expected[0].per_condition
        ], name
        told = "".join(f"{one!s:>22}" for one in (found, drafted, asked))
        print(f"{name:24} {expected[0].count:>10,}{told}", flush=True)
    print("previews each of which is the first at its version:")
    for name, tree in trees.items():
        chance = random.Random(name)
        moving = _at_versions(workspace, tree, [_text(tree, chance) for _ in range(repeat)])
        print(f"{name:35}{moving!s:>22}", flush=True)
    print(f"load of the machine {os.getloadavg()[0]:.1f}")


def _same(name: str, answer: Estimate, expected: Estimate) -> None:
    for what in ("count", "audience_size", "sample"):
        ours, theirs = getattr(answer, what), getattr(expected, what)
        assert ours == theirs, f"{name}: {what} is {ours}, by DuckDB {theirs}"


def _estimate(workspace: satsuma.Workspace, text: str) -> Estimate:
    found = workspace.segments.preview(text, kind="compound").estimate
    assert found is not None
    return found


def _at_versions(workspace: satsuma.Workspace, tree: Tree, texts: Sequence[str]) -> Times:
    """Previews, each of which is the first at its version: a contact has moved in it."""
    times = Times([], [])
    answers: list[Estimate] = []
    for place, text in enumerate(texts):
        key, draw = f"c{place * 7919}", place * 7907 % DRAWN_FROM
        workspace.upsert("contact", pa.table({"id": [key], "draw": [draw]}))
        one, answers = _timed([partial(_estimate, workspace, text)])
        times.wall.extend(one.wall)
        times.thread.extend(one.thread)
    snapshot = workspace.snapshot()
    size = answers[0].audience_size
    assert answers[0].count == np.count_nonzero(_plainly(snapshot, tree, size))
    return times


def _plainly(snapshot: Snapshot, tree: Tree, size: int) -> NDArray[np.bool_]:
    """By number whether a contact is in a compound: without anything that the answers are made of."""
    if isinstance(tree, str):
        found = np.zeros(size, dtype=np.bool_)
        found[np.array(snapshot.members(tree), dtype=np.uint32)] = True
        return found
    operator, parts = tree
    planes = [_plainly(snapshot, part, size) for part in parts]
    if operator == "not":
        return ~planes[0]
    combined: NDArray[np.bool_] = (np.logical_and if operator == "all" else np.logical_or).reduce(planes)
    return combined


def _timed(calls: Sequence[Callable[[], Estimate]]) -> tuple[Times, list[Estimate]]:
    times, answers = Times([], []), []
    for call in calls:
        wall, thread = time.perf_counter(), time.thread_time()
        answers.append(call())
        times.thread.append(time.thread_time() - thread)
        times.wall.append(time.perf_counter() - wall)
    return times, answers


class _Peer:
    """DuckDB with a table in memory: of each contact the key, and for each segment whether it is in it."""

    def __init__(self, workspace: satsuma.Workspace) -> None:
        self._connection = duckdb.connect()
        with workspace._record.cursor() as cursor:  # noqa: SLF001 - beneath the API
            table = layout.entity_table(workspace.catalog.current.entities["contact"])
            found = cursor.sql(
                f"SELECT _number AS number, _key AS key FROM {table} ORDER BY 1"
            ).to_arrow_table()
        snapshot = workspace.snapshot()
        for place, name in enumerate(SEGMENTS):
            is_member = pa.array(_plainly(snapshot, name, found.num_rows))
            found = found.append_column(f"s{place}", is_member)
        self._connection.register("_contacts", found)
        self._connection.execute("CREATE TABLE contacts AS SELECT * FROM _contacts ORDER BY number")
        self._connection.unregister("_contacts")

    def answer(self, tree: Tree) -> Estimate:
        """As an estimate tells it, by one statement over all contacts and one for the sample."""
        steps = tree[1] if isinstance(tree, tuple) and tree[0] == "all" else (tree,)
        tests = [f"({self._test(step)})" for step in steps]
        counts = [f"count(*) FILTER (WHERE {test})" for test in tests]
        counts += [f"count(*) FILTER (WHERE {' AND '.join(tests[: n + 1])})" for n in range(len(tests))]
        (found,) = self._connection.execute(f"SELECT count(*), {', '.join(counts)} FROM contacts").fetchall()
        sample = self._connection.execute(
            f"SELECT key FROM contacts WHERE {' AND '.join(tests)} ORDER BY number LIMIT {SAMPLE_SIZE}"
        ).fetchall()
        alone, together = found[1 : len(tests) + 1], found[len(tests) + 1 :]
        return Estimate(
            count=together[-1],
            audience_size=found[0],
            sample=tuple(sorted(key for (key,) in sample)),
            per_condition=tuple(Narrowing("", *pair) for pair in zip(alone, together, strict=True)),
            without_value={},
            version=0,
            at=0,
        )

    def _test(self, tree: Tree) -> str:
        if isinstance(tree, str):
            return f"s{list(SEGMENTS).index(tree)}"
        operator, parts = tree
        tests = [f"({self._test(part)})" for part in parts]
        return (
            f"NOT {tests[0]}"
            if operator == "not"
            else f" {'AND' if operator == 'all' else 'OR'} ".join(tests)
        )


def _profile(workspace: satsuma.Workspace, name: str, repeat: int) -> None:
    chance = random.Random(name)
    texts = [_text(compounds()[name], chance) for _ in range(repeat)]
    times, _ = _timed([partial(_estimate, workspace, text) for text in texts])
    print(f"{name}: {times}")
    profile = cProfile.Profile()
    profile.enable()
    for text in texts:
        _estimate(workspace, text)
    profile.disable()
    pstats.Stats(profile).sort_stats("tottime").print_stats(25)


if __name__ == "__main__":
    main(sys.argv[1:])

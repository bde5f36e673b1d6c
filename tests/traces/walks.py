"""Random walks: a trace is a few segments that go live, and a random history of several versions."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from random import Random
from typing import Any

import satsuma
from satsuma.kernel.errors import CancelledError
from satsuma.kernel.instants import format_instant
from satsuma.language import tree
from satsuma.membership.touching import program_of
from satsuma.record import definitions as definitions_kept
from satsuma.segments import drafts, going_live
from satsuma.segments.drafts import About
from satsuma.segments.gate import Status
from satsuma.segments.sources import source_of
from tests.traces import definitions
from tests.traces.worlds import World

DAY_US = 86_400_000_000
CONTACTS = [f"c-{number}" for number in range(6)]
ACCOUNTS = ["a-0", "a-1", "a-2"]
CITIES = ["Paris", "Lyon", "Nice", None]
SPANS_US = [1, 1_000_000, 3_600_000_000, DAY_US // 3, DAY_US, 2 * DAY_US + 1, 5 * DAY_US, 40 * DAY_US]


class Walk:
    """One trace after another in one world; every choice comes from one seed."""

    def __init__(self, world: World, random: Random) -> None:
        self.world = world
        self.random = random
        self.done: list[str] = []
        self._segments = 0
        self._static = "none"
        self._live: list[str] = []

    def trace(self, versions: int) -> None:
        """One trace: new segments, then steps. `done` tells what was done, for when it fails.

        Raises:
            AssertionError: At some version something live was not what its definition gives.
        """
        self.done = []
        self._step(self._begin)
        for _ in range(versions):
            self._step(self.random.choices(self._plain + self._rare, self._weights)[0])
        if self.random.random() < 0.05:
            assert self.world.workspace.verify() == (), self.done

    def _step(self, step: Callable[[], object]) -> None:
        self.done.append(step.__name__)
        step()
        assert not self.world.wrong, f"{self.done}: {self.world.wrong}"

    @property
    def _plain(self) -> list[Callable[[], object]]:
        return [
            self.upsert, self.append, self.accounts, self.retract, self.delete, self.merge, self.lists,
            self.consent, self.overrides, self.pick, self.several, self.pass_time,
        ]  # fmt: skip

    @property
    def _rare(self) -> list[Callable[[], object]]:
        return [
            self.edit, self.swap, self.stop_and_go, self.learn, self.fail, self.dry_run,
            self.go_beside, self.reopen, self.kill, self.cold, self.warm_beside, self.merge_beside,
        ]  # fmt: skip

    @property
    def _weights(self) -> list[float]:
        return [
            3,
            5,
            2,
            2,
            1,
            2,
            1,
            1,
            1,
            1,
            2,
            5,
            0.5,
            0.4,
            0.5,
            0.4,
            0.5,
            0.5,
            0.4,
            0.2,
            0.2,
            0.2,
            0.2,
            0.4,
        ]

    # Segments

    def _begin(self) -> None:
        """Stop what the last trace had live, and bring new segments live, all in one version."""
        workspace, random = self.world.workspace, self.random
        if workspace.engine.standing is None and random.random() < 0.9:
            workspace.warm()
        names: list[str] = []
        wheres: list[str] = []
        for _ in range(random.choice((1, 2, 3))):
            self._segments += 1
            wheres.append(definitions.condition(random, names))
            names.append(f"s{self._segments}")
        self._static = f"static {self._segments}"
        self.done.append(str(dict(zip(names, wheres, strict=True))))
        old, self._live = self._live, names

        def work(change: Any) -> None:
            rows = {row.name: row for row in definitions_kept.segments(change.connection)}
            for name in reversed(old):
                drafts.stop(change, rows[name])
            static = tree.Source(name=self._static, kind=tree.Kind.STATIC)
            made = []
            for name, source in [
                (self._static, static),
                *((n, source_of(w)) for n, w in zip(names, wheres, strict=True)),
            ]:
                row = drafts.create(change, name, source, About())
                definitions_kept.put_segment(change, replace(row, status=Status.GOING_LIVE.value))
                made.append(row.id)
            going_live.join(workspace._rooms, change, made, despite_tests=False)

        workspace.writer.commit(work, actor="walk", kind="definition", cause="definition")
        self._live = [self._static, *names]

    def edit(self) -> None:
        name = self.random.choice(self._live[1:])
        earlier = self._live[1 : self._live.index(name)]
        self.world.workspace.segments[name].edit(self._said(definitions.condition(self.random, earlier)))
        self.world.workspace.segments.go_live([name])

    def swap(self) -> None:
        """Exchange the definitions of two segments in one version, where neither refers to another."""
        segments = self.world.workspace.segments
        for name in self._live[-2:]:
            if name != self._static:
                segments[name].edit(self._said(definitions.condition(self.random, [])))
        segments.go_live([name for name in self._live[-2:] if name != self._static])

    def stop_and_go(self) -> None:
        """Stop the last one, which nobody refers to; data or time goes on; it returns with old members."""
        segment = self.world.workspace.segments[self._live[-1]]
        segment.stop()
        self.random.choice(self._plain)()
        segment.go_live()

    def go_beside(self) -> None:
        """A segment joins that was evaluated beside the writer, while versions went on being made."""
        self._segments += 1
        name, workspace = f"s{self._segments}", self.world.workspace
        segment = workspace.segments.create(name, where=self._said(definitions.condition(self.random, [])))
        with workspace._rooms.reading() as (cursor, state):
            [candidate] = going_live._candidates(cursor, state.catalog, [segment.id])
        assert candidate.definition is not None
        leaves = list(program_of(candidate.definition).leaves.values())

        def during(_: float) -> None:
            self.random.choice(self._plain)()

        def join(change: Any) -> None:
            [row] = [row for row in definitions_kept.segments(change.connection) if row.id == segment.id]
            definitions_kept.put_segment(change, replace(row, status=Status.GOING_LIVE.value))
            going_live.join(workspace._rooms, change, [segment.id], despite_tests=False)

        with workspace.engine.prepared(leaves, during):
            self.random.choice(self._plain)()
            workspace.writer.commit(join, actor="walk", kind="definition", causes={segment.id: "definition"})
        self._live.append(name)

    # Data

    def upsert(self) -> None:
        rows = [self._contact() for _ in range(self.random.choice((1, 1, 3)))]
        self.world.workspace.upsert("contact", self._said(rows))

    def _contact(self) -> dict[str, Any]:
        random = self.random
        row: dict[str, Any] = {"id": random.choice(CONTACTS)}
        values: dict[str, Callable[[], Any]] = {
            "city": lambda: random.choice(CITIES),
            "age": lambda: random.choice([None, 20, 30, 40]),
            "born": lambda: random.choice([None, "1990-01-03", "1992-02-29", "1980-12-31"]),
            "seen": self._instant,
            "account": lambda: random.choice([None, *ACCOUNTS]),
        }
        for name in random.sample(list(values), random.choice((1, 2, 5))):
            row[name] = values[name]()
        if random.random() < 0.3:
            row["observed_at"] = self._instant()
        return row

    def accounts(self) -> None:
        row: dict[str, Any] = {"id": self.random.choice(ACCOUNTS)}
        row |= self.random.choice(
            [{"plan": "pro"}, {"plan": None}, {"plan": "free", "seats": 9}, {"seats": 1}]
        )
        self.world.workspace.upsert("account", self._said([row]))

    def append(self) -> None:
        random = self.random
        type_ = random.choice(("purchase", "purchase", "visit"))
        rows = []
        for _ in range(random.choice((1, 2, 6))):
            row: dict[str, Any] = {"contact": random.choice(CONTACTS), "occurred_at": self._instant()}
            row["id"] = f"{type_}-{random.randrange(40)}"
            row |= {"amount": random.randrange(60), "by": random.choice([None, *ACCOUNTS])}
            rows.append(row if type_ == "purchase" else {**row, "amount": None, "by": None, "page": "home"})
        if type_ == "visit":
            rows = [{k: v for k, v in row.items() if v is not None} for row in rows]
        self.world.workspace.append(type_, self._said(rows))

    def retract(self) -> None:
        type_ = self.random.choice(("purchase", "visit"))
        ids = [f"{type_}-{self.random.randrange(40)}" for _ in range(6)]
        self.world.workspace.retract(type_, self._said(ids))

    def delete(self) -> None:
        entity, keys = self.random.choice(
            (("contact", CONTACTS), ("contact", CONTACTS), ("account", ACCOUNTS))
        )
        self.world.workspace.delete(entity, [self._said(self.random.choice(keys))])

    def merge(self) -> None:
        """Two records become one; of a pair that is none any more nothing is left."""
        entity, keys = self.random.choice(
            (("contact", CONTACTS), ("contact", CONTACTS), ("account", ACCOUNTS))
        )
        keep, drop = self._said(self.random.sample(keys, 2))
        try:
            self.world.workspace.merge(entity, keep=keep, drop=drop)
        except satsuma.Error as error:
            if error.code.startswith(("internal", "workspace")):
                raise

    def lists(self) -> None:
        news = self.world.workspace.lists["News"]
        self.random.choice((news.add, news.add, news.remove))(self._said([self.random.choice(CONTACTS)]))

    def consent(self) -> None:
        state = self.random.choice(("granted", "denied"))
        at = self.random.choice((None, self._instant()))
        self.world.workspace.consent.record([self.random.choice(CONTACTS)], {"email": state}, at=at)

    def overrides(self) -> None:
        segment = self.world.workspace.segments[self.random.choice(self._live[1:])]
        command = self.random.choice((segment.always, segment.never, segment.follow_definition))
        command(self._said([self.random.choice(CONTACTS)]))

    def pick(self) -> None:
        segment = self.world.workspace.segments[self._static]
        self.random.choice((segment.add, segment.add, segment.remove))([self.random.choice(CONTACTS)])

    def several(self) -> None:
        """Several steps in a row, the last of which the clock makes."""
        for step in self.random.choices([self.upsert, self.append, self.retract], k=2):
            step()
        self.pass_time()

    def learn(self) -> None:
        """An attribute and a type that are new to the catalog, while segments are live."""
        number = self.random.randrange(10_000)
        row = {"id": self.random.choice(CONTACTS), "city": "Paris", f"x{number}": number}
        self.world.workspace.upsert("contact", [row])
        row = {"contact": self.random.choice(CONTACTS), "occurred_at": self._instant(), "id": "t"}
        self.world.workspace.append(f"type_{number % 20}", [row], audience="contact")

    # Time

    def pass_time(self) -> None:
        span_us = self.random.choice(SPANS_US)
        # Every due instant makes a version: a long span has too many of them for one trace.
        versions = self.random.choice(("due", "end")) if span_us <= DAY_US else "end"
        self._said((span_us, versions))
        workspace = self.world.workspace
        workspace.advance(to=workspace.now + span_us, versions=versions)  # type: ignore[arg-type]

    def _instant(self) -> str:
        """About now: mostly past, sometimes to come; often at the edge of some window."""
        shift_us = self.random.choice((-12, -10, -6, -5, -4, -3, -2, -2, -1, -1, 0, 0, 1, 2)) * DAY_US
        return format_instant(
            self.world.workspace.now + shift_us + self.random.choice((0, 0, -1, 1, 12_345_678))
        )

    # Versions that come to nothing, and beginnings

    def fail(self) -> None:
        """A version that raises when its rows are written and its segments have followed, or before."""
        workspace, before = self.world.workspace, self.world.workspace.version
        engine, follow = workspace.engine, workspace.engine.follow

        def fail_after(*given: Any) -> Any:
            follow(*given)
            raise ValueError("no")

        engine.follow = fail_after  # type: ignore[method-assign,assignment]
        try:
            self.random.choice((self.upsert, self.append, self.delete, self.retract))()
        except ValueError:
            assert workspace.version == before
        finally:
            engine.follow = follow  # type: ignore[method-assign]

    def dry_run(self) -> None:
        """A version that is aborted, as a dry run of an import does, and a look at what stands."""
        workspace, before = self.world.workspace, self.world.workspace.version

        def work(change: Any) -> None:
            change.delete("contact", [self.random.choice(CONTACTS)])
            change.abort()

        workspace.writer.commit(work, actor="walk")
        assert workspace.version == before
        self.world.check()

    def reopen(self) -> None:
        """Closed and opened: the planes are taken from their files."""
        self._open_again(())

    def kill(self) -> None:
        """Opened as after the end of a process: without planes, perhaps without an index."""
        self._open_again(self.random.choice((("planes",), ("planes", "index"))))

    def _open_again(self, lost: tuple[str, ...]) -> None:
        self.world.close()
        for name in lost:
            shutil.rmtree(self.world.path / name, ignore_errors=True)
        self.world.open()
        if self.random.random() < 0.3:
            self.random.choice(self._plain)()
        self.world.workspace.warm()
        self.world.check()

    def cold(self) -> None:
        """Some versions by SQL, then warm again."""
        workspace = self.world.workspace
        with workspace.writer.turn():
            workspace.engine.cool()
        workspace._warming.again()
        self.random.choice(self._plain)()
        workspace.warm()
        self.world.check()

    def warm_beside(self) -> None:
        """Warmed while versions are made: what they touch is asked again in the writer's turn."""
        workspace = self.world.workspace
        with workspace.writer.turn():
            workspace.engine.cool()

        @contextmanager
        def turn() -> Iterator[None]:
            self.random.choice(self._plain[:-1])()
            with workspace.writer.turn():
                yield

        workspace.engine.warm(turn)
        self.world.check()

    def merge_beside(self) -> None:
        """The files of the index are made anew while versions go on, or until that is given up."""
        engine, ends = self.world.workspace.engine, self.random.choice((None, None, None, 1, 2))
        if engine.standing is None:
            return
        told = 0

        def during(_: float) -> None:
            nonlocal told
            told += 1
            if told == ends:
                raise CancelledError("given up")
            if told in (1, 3):
                self.random.choice(self._plain)()

        with suppress(CancelledError):
            engine._merging._merged = engine.standing.index.merged(during, whole=True)
        self.random.choice(self._plain)()
        if self.random.random() < 0.3:
            self.random.choice((self.reopen, self.kill))()
            assert self.world.workspace.verify() == (), self.done

    def _said(self, what: Any) -> Any:
        self.done.append(str(what))
        return what

"""Random worlds, version by version, with leaves of random definitions and who meets them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import numpy as np
from numpy.typing import NDArray

from satsuma.catalog.model import Catalog
from satsuma.evaluation import reference
from satsuma.evaluation.reference import Database
from satsuma.evaluation.reference.load import load
from satsuma.index import Index
from satsuma.index.index import Of
from satsuma.kernel.civil import US_PER_DAY, US_PER_HOUR
from satsuma.language import bound
from satsuma.language.binding import bind
from satsuma.membership.names import StoredNames
from satsuma.membership.touching import Leaf, program_of
from satsuma.record.arrow import texts
from satsuma.record.change import Change
from satsuma.record.resolve import numbers_of_keys
from satsuma.record.store import Record
from tests.oracle import building
from tests.oracle.definitions import Definitions
from tests.oracle.pools import Draw, Pools
from tests.oracle.worlds import KEYS, World, Write, _History, declared, random_world

SMALL_STEPS = 24


@dataclass(frozen=True)
class State:
    """One version of a world.

    Attributes:
        database: As the reference reads it; at its instant.
        numbers: By entity and key.
        moved: By segment the members that the version moved.
    """

    version: int
    database: Database
    index: Index
    numbers: dict[str, dict[str, int]]
    moved: dict[int, NDArray[np.uint32]]

    @property
    def at(self) -> int:
        return self.database.now

    def later(self, now: int) -> State:
        """The same, with nothing but time passed."""
        return replace(self, database=replace(self.database, now=now), moved={})

    def meeting(self, leaf: Leaf) -> set[int]:
        """The numbers of the members who meet a leaf, by the reference."""
        if leaf.key not in self._remembered:
            audience = next(one for one in self._catalog.audiences() if one.number == leaf.audience)
            definition = bound.Definition(leaf.condition, audience, leaf.timezone, self._catalog.version)
            known = self.numbers[audience.name]
            self._remembered[leaf.key] = {known[key] for key in reference.members(definition, self.database)}
        return self._remembered[leaf.key]

    def members(self, leaf: Leaf) -> set[int]:
        """The numbers of all records of a leaf's audience."""
        audience = next(one for one in self._catalog.audiences() if one.number == leaf.audience)
        return set(self.numbers[audience.name].values())

    @property
    def _catalog(self) -> Catalog:
        return self.database.catalog

    @cached_property
    def _remembered(self) -> dict[str, set[int]]:
        return {}


@dataclass(frozen=True)
class Step:
    """What one version did: the states beside it, and its transaction, durable by now."""

    before: State
    after: State
    change: Change


@dataclass
class Trial:
    """A world that is written version by version."""

    draw: Draw
    world: World
    pools: Pools
    record: Record
    folder: Path
    states: list[State] = field(default_factory=list)

    @property
    def last(self) -> State:
        return self.states[-1]

    def steps(self) -> Iterator[Step]:
        """Write the versions of the world one after another."""
        for number, version in enumerate(self.world.versions):
            yield self.step(version.at, version.writes, f"{number}", goes_on=number % 2 == 1)

    def small_steps(self) -> Iterator[Step]:
        """Write half of the world's first version, then others of one write each, with more coming and going.

        So references lead nowhere at first, and somewhere when their record comes.
        """
        first, *rest = self.world.versions
        half = [[word, name, self.draw.some(rows, 0, len(rows) // 2)] for word, name, rows in first.writes]
        yield self.step(first.at, half, "first", goes_on=False)
        writes = [write for version in rest for write in version.writes]
        for number, write in enumerate(self.draw.some(writes, SMALL_STEPS, SMALL_STEPS)):
            chosen = self._coming_or_going() if self.draw.chance(0.5) else write
            at = self.last.at + self.draw.choice((0, 1, US_PER_HOUR, US_PER_DAY))
            yield self.step(at, [chosen], f"small {number}", goes_on=True)

    def _coming_or_going(self) -> Write:
        name = self.draw.choice(sorted(KEYS))
        keys = self.draw.some(KEYS[name], 2, 2)
        match self.draw.randrange(4):
            case 0:
                return ["delete", name, keys]
            case 1:
                return ["merge", name, *keys]
            case _:
                history = _History(self.draw, self.pools, self.record.catalog)
                rows = history._rows(self.record.catalog.entities[name], 0.3)[:2]
                return ["upsert", name, rows]

    def step(self, at: int, writes: Iterable[Write], source: str, *, goes_on: bool) -> Step:
        """Write a version.

        Args:
            goes_on: Whether its index goes on from the last one; else it is made from scratch.
        """
        before = self.last
        with self.record.begin(at=at, actor="oracle") as change:
            for place, write in enumerate(writes):
                building._write(change, self.world, write, f"{source}/{place}")
            index = before.index.apply(change) if goes_on else None
        self.read(index)
        return Step(before, self.last, change)

    @contextmanager
    def tried(self, at: int, writes: Iterable[Write]) -> Iterator[Step]:
        """A version that is written and then given up, as it is while it is made."""
        with suppress(_GivenUp), self.record.begin(at=at, actor="oracle") as change:
            for place, write in enumerate(writes):
                building._write(change, self.world, write, f"tried/{place}")
            index = self.last.index.apply(change)
            yield Step(self.last, _state(change.connection, change.version, at, index), change)
            raise _GivenUp

    def read(self, index: Index | None = None) -> None:
        """Read the last version, whose index may be there."""
        with self.record.cursor() as cursor:
            if index is None:
                of = Of(self.record.workspace_id, self.record.version, self.record.now, self.record.catalog)
                index = Index.read(cursor, of, self.folder / str(self.record.version))
            self.states.append(_state(cursor, self.record.version, self.record.now, index))

    def leaves(self, many: int) -> list[Leaf]:
        """Leaves of random definitions, each once."""
        with self.record.cursor() as cursor:
            names = StoredNames(cursor, self.record.catalog)
            drawing = Definitions(self.draw, self.pools, self.record.catalog)
            found: dict[str, Leaf] = {}
            while len(found) < many:
                definition = bind(drawing.definition().source, self.record.catalog, names).definition
                if definition is not None:
                    found |= program_of(definition).leaves
        return list(found.values())


@contextmanager
def trial(seed: int) -> Iterator[Trial]:
    """A random world in a record of its own, with nothing but its catalog, segments and lists in it."""
    draw = Draw(seed)
    world, pools = random_world(draw)
    with trial_of(world, draw, pools) as found:
        yield found


@contextmanager
def trial_of(world: World, draw: Draw, pools: Pools) -> Iterator[Trial]:
    """A given world in a record of its own, its versions yet to be written."""
    with TemporaryDirectory() as directory:
        folder = Path(directory)
        record = Record.create(
            folder / "record",
            workspace_id="touching",
            catalog=declared(world),
            at=world.versions[0].at,
            actor="oracle",
        )
        with record:
            building._prepare(record, world)
            found = Trial(draw, world, pools, record, folder)
            found.read()
            yield found


def crossed(states: Iterable[State]) -> dict[int, NDArray[np.uint32]]:
    """By segment, the members whom any of some versions moved."""
    found: dict[int, NDArray[np.uint32]] = {}
    for state in states:
        for segment, members in state.moved.items():
            found[segment] = np.union1d(found.get(segment, members), members)
    return found


class _GivenUp(Exception):  # noqa: N818  (nothing is wrong)
    """Undoes a version."""


def _state(cursor: duckdb.DuckDBPyConnection, version: int, now: int, index: Index) -> State:
    catalog = index.of.catalog
    database = load(cursor, catalog, now)
    numbers = {}
    for entity in catalog.entities.values():
        keys = list(database.records[entity.name])
        found = numbers_of_keys(cursor, entity, texts(keys)).tolist()
        numbers[entity.name] = dict(zip(keys, found, strict=True))
    return State(version, database, index, numbers, _moved(cursor, version))


def _moved(cursor: duckdb.DuckDBPyConnection, version: int) -> dict[int, NDArray[np.uint32]]:
    rows = cursor.execute(
        "SELECT segment, list(DISTINCT member ORDER BY member) FROM membership_changes WHERE version = ?"
        " GROUP BY segment",
        [version],
    ).fetchall()
    return {segment: np.array(members, dtype=np.uint32) for segment, members in rows}


Numbers = NDArray[np.uint32]
Asked = Callable[[Leaf], "Numbers | None"]


def missed(leaf: Leaf, before: State, after: State, *asked: Asked) -> set[int]:
    """The members whose truth of a leaf differs between two states and whom none of these names."""
    touched: set[int] = set()
    for one in asked:
        found = one(leaf)
        if found is None:
            return set()
        assert found.tolist() == sorted(set(found.tolist()))
        touched |= set(found.tolist())
    changed = (before.meeting(leaf) ^ after.meeting(leaf)) | (after.members(leaf) - before.members(leaf))
    return (changed & after.members(leaf)) - touched

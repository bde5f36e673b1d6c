"""The same commands as one version or as several give the same members, where nothing speaks of versions."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random

import pytest

from tests.traces import definitions
from tests.traces.together import together
from tests.traces.walks import Walk
from tests.traces.worlds import World

HISTORIES = 12
SEGMENTS = 6


def _live(world: World, seed: int) -> None:
    """The same segments in every world of a seed."""
    random, names = Random(seed), []
    world.workspace.warm()
    for number in range(SEGMENTS):
        where = " and ".join(definitions.condition(random, []) for _ in range(random.choice((1, 2))))
        names.append(world.workspace.segments.create(f"s{number}", where=where).name)
    names.append(world.workspace.segments.create("all of two", where='segment "s0" or segment "s1"').name)
    world.workspace.segments.go_live(names)


def _commands(world: World, random: Random, count: int) -> list[Callable[[], object]]:
    """Commands that may share a version; what they write follows from the seed alone."""
    walk = Walk(world, Random(random.random()))
    # Deletions and retractions are versions of their own, and go before or after who waits with them.
    kinds = [walk.upsert, walk.upsert, walk.append, walk.append, walk.accounts]
    found: list[Callable[[], object]] = []
    for _ in range(count):
        own = Walk(world, Random(random.random()))
        found.append(partial(getattr(own, random.choice(kinds).__name__)))
    return found


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_one_version_or_several_give_the_same_members(tmp_path: Path, seed: int) -> None:
    worlds = [World(tmp_path / name) for name in ("split", "joined")]
    try:
        versions, members = [], []
        for world in worlds:
            _live(world, seed)
            before, random = world.workspace.version, Random(seed)
            for batch in range(3):
                commands = _commands(world, random, 5)
                if world is worlds[0]:
                    for command in commands:
                        command()
                else:
                    together(world.workspace, commands)
                world.workspace.advance(to=world.workspace.now + (batch + 1) * 86_400_000_000, versions="end")
                members.append({one.name: set(one.members()) for one in world.workspace.segments})
            versions.append(world.workspace.version - before)
            assert world.wrong == []
        assert members[:3] == members[3:]
        assert versions == [3 * 6, 3 * 2]
    finally:
        for world in worlds:
            world.close()

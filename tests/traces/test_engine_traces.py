"""Two thousand random histories: at every version, all that is live equals the reference and its history.

A trace is a few segments of random definitions that go live, and a random history of several versions. Traces
of one run share a workspace, one after another; each begins with what those before it left.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.traces.walks import Walk
from tests.traces.worlds import MERGING, SETTINGS, World

TRACES_EACH = 50
RUNS = 40
CASES: tuple[int, ...] = ()
"""Seeds that once failed."""


@pytest.fixture
def folder() -> Iterator[Path]:
    """In memory where there is such a place: nothing here asks about disks."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
    path = Path(tempfile.mkdtemp(prefix="satsuma-traces-", dir=memory if memory.is_dir() else None))
    yield path
    shutil.rmtree(path)


@pytest.mark.parametrize("seed", [*range(RUNS), *CASES])
def test_every_version_of_random_histories_is_exact(seed: int, folder: Path) -> None:
    run(seed, folder, TRACES_EACH)


def run(seed: int, folder: Path, traces: int) -> int:
    """Traces of one seed; gives how many versions were compared. Of odd ones the index is always merging."""
    world, random = World(folder / "ws", MERGING if seed % 2 else SETTINGS), Random(seed)
    walk = Walk(world, random)
    try:
        for number in range(traces):
            try:
                walk.trace(versions=random.choice((1, 2, 3)))
            except Exception as error:
                raise AssertionError(f"seed {seed}, trace {number}: {walk.done}") from error
        assert world.warm_checked >= world.checked * 3 // 4
    finally:
        world.close()
    return world.checked

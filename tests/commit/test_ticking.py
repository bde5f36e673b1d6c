"""Time passes version by version: at due instants, gathered to a grid, coarsened when there are too many."""

from __future__ import annotations

import threading
import time
from bisect import bisect_right
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import satsuma
from satsuma.commit.ticking import CLOCK_STEP_MAX_US, Ticker, Ticks
from satsuma.kernel.clock import ManualClock
from satsuma.kernel.errors import CancelledError


class World:
    """Instants at which something is due, and the versions that were made."""

    def __init__(self, due: list[int], versions_max: int = 10_000) -> None:
        self.due = sorted(set(due))
        self.versions: list[int] = []
        self.ticks = Ticks(self.next_due, self.versions.append, self.now, versions_max=versions_max)

    def next_due(self, after: int, upto: int) -> int | None:
        place = bisect_right(self.due, after)
        return self.due[place] if place < len(self.due) and self.due[place] <= upto else None

    def now(self) -> int:
        return self.versions[-1] if self.versions else 0


@given(due=st.lists(st.integers(1, 1000)), upto=st.integers(1, 1200))
def test_there_is_a_version_at_every_due_instant_and_no_other(due: list[int], upto: int) -> None:
    world = World(due)
    passed = world.ticks.to(upto)
    assert world.versions == [at for at in world.due if at <= upto]
    assert passed.versions == len(world.versions)
    assert passed.coarsened_us == 0


@given(due=st.lists(st.integers(1, 1000)), upto=st.integers(1, 1200), grid=st.integers(1, 300))
def test_on_a_grid_every_due_instant_has_a_version_within_one_step(
    due: list[int], upto: int, grid: int
) -> None:
    world = World(due)
    world.ticks.to(upto, grid_us=grid)
    assert all(at % grid == 0 or at == upto for at in world.versions)
    for at in (at for at in world.due if at <= upto):
        assert any(at <= version < at + grid for version in world.versions)


@given(due=st.sets(st.integers(1, 1000), min_size=1), upto=st.integers(1, 1200), limit=st.integers(1, 40))
def test_too_many_instants_are_coarsened_evenly_and_it_is_told(due: set[int], upto: int, limit: int) -> None:
    world = World(list(due), limit)
    wanted = [at for at in world.due if at <= upto]
    passed = world.ticks.to(upto)
    assert len(world.versions) <= limit
    assert (passed.coarsened_us > 0) == (len(wanted) > limit)
    if wanted:
        assert world.now() >= wanted[-1]


def test_it_ends_between_versions_when_the_caller_has_had_enough() -> None:
    world = World([1, 2, 3])

    def enough(_: float) -> None:
        raise CancelledError("enough")

    with pytest.raises(CancelledError):
        world.ticks.to(3, progress=enough)
    assert world.versions == [1]


def test_a_ticker_makes_versions_as_the_clock_passes() -> None:
    world, clock, steady = World([1_500, 2_500]), ManualClock(1_000), [0]
    ticker = Ticker(world.ticks, clock, lambda: steady[0], tick_us=1_000)
    ticker.start()
    try:
        clock.set(2_000)
        _until(lambda: world.versions == [2_000])
        clock.set(3_000)
        _until(lambda: world.versions == [2_000, 3_000])
    finally:
        ticker.stop()
    assert ticker.stopped_by is None
    assert not any(thread.name == "satsuma-ticker" for thread in threading.enumerate())


def test_a_clock_that_jumps_far_ahead_stops_the_ticker_and_says_so() -> None:
    world, clock, steady = World([1_500]), ManualClock(1_000), [0]
    ticker = Ticker(world.ticks, clock, lambda: steady[0], tick_us=1_000)
    ticker.start()
    try:
        clock.set(2 * CLOCK_STEP_MAX_US)
        _until(lambda: ticker.stopped_by is not None)
    finally:
        ticker.stop()
    assert world.versions == []
    assert ticker.stopped_by is not None
    assert "jumped ahead" in ticker.stopped_by


def _until(holds: object) -> None:
    assert callable(holds)
    ends = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < ends, "it did not come to that in ten seconds"
        time.sleep(0.002)


def test_time_goes_on_where_an_erasing_takes_what_the_engine_holds(tmp_path: Path) -> None:
    with satsuma.open(tmp_path / "shop") as ws:
        ws.upsert("contact", [{"id": "c-1", "city": "Bern"}, {"id": "c-2", "city": "Bern"}])
        ws.segments.create("Berners", where='city is "Bern"').go_live()
        ws.warm()
        with ThreadPoolExecutor(1) as pool:
            with ws.writer.turn():
                waiting = pool.submit(ws.catch_up)
                time.sleep(0.5)  # until it waits for its turn
                ws.erase("contact", "c-1")
            waiting.result(timeout=60)

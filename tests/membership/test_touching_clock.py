"""When nothing but time passes: who changes is touched, and nobody changes before the instant that is due."""

from __future__ import annotations

import pytest

from satsuma.kernel.civil import AFTER_ALL_US, MAX_INSTANT_US, US_PER_DAY, US_PER_HOUR
from satsuma.membership.touching import Quiet, Touching
from satsuma.record.touches import Touches
from tests.membership.due import next_due
from tests.membership.touching_worlds import Trial, missed, trial

LEAVES = 50
SPANS_US = (1, 1_000_000, US_PER_HOUR, US_PER_DAY, 3 * US_PER_DAY, 40 * US_PER_DAY, 400 * US_PER_DAY)


@pytest.mark.parametrize("seed", range(400, 406))
def test_who_changes_with_time_is_touched(seed: int) -> None:
    with trial(seed) as world:
        _all_written(world)
        leaves = world.leaves(LEAVES)
        state, changes = world.last, 0
        with world.record.cursor() as cursor:
            for now in _instants(world):
                later = state.later(now)
                touching = Touching(Touches(), state.index, state.index, state.at, now, cursor)
                for leaf in leaves:
                    found = missed(leaf, state, later, touching.clock)
                    assert found == set(), (
                        f"{leaf.condition} from {state.at} to {now} reads {leaf.reads.clock}"
                    )
                    changes += len(state.meeting(leaf) ^ later.meeting(leaf))
                state = later
        assert changes > 5


@pytest.mark.parametrize("seed", range(500, 506))
def test_nothing_changes_before_the_instant_that_is_due(seed: int) -> None:
    with trial(seed) as world:
        _all_written(world)
        leaves = world.leaves(LEAVES)
        state = world.last
        with world.record.cursor() as cursor:
            for now in _instants(world):
                for leaf in leaves:
                    due = next_due([leaf], state.index, cursor, state.at, now)
                    assert due is None or state.at < due <= now
                    end = now if due is None else due - 1
                    for at in {end, world.draw.randint(state.at, end)}:
                        between = state.later(at)
                        assert between.meeting(leaf) == state.meeting(leaf), f"{leaf.condition} at {at}"
                state = state.later(now)


def test_what_is_due_is_the_earliest_of_all_leaves() -> None:
    with trial(600) as world:
        _all_written(world)
        leaves, state = world.leaves(LEAVES), world.last
        upto = state.at + 400 * US_PER_DAY
        with world.record.cursor() as cursor:
            each = [next_due([leaf], state.index, cursor, state.at, upto) for leaf in leaves]
            together = next_due(leaves, state.index, cursor, state.at, upto)
        assert together == min(at for at in each if at is not None)


def test_what_is_due_may_be_asked_for_all_time_to_come() -> None:
    with trial(603) as world:
        _all_written(world)
        leaves, state = world.leaves(LEAVES), world.last
        with world.record.cursor() as cursor:
            for_ever = next_due(leaves, state.index, cursor, state.at, AFTER_ALL_US)
            for_a_while = next_due(leaves, state.index, cursor, state.at, state.at + 400 * US_PER_DAY)
        assert for_ever == for_a_while is not None


def test_nobody_is_touched_when_time_stands_still() -> None:
    with trial(601) as world:
        _all_written(world)
        state = world.last
        with world.record.cursor() as cursor:
            touching = Touching(Touches(), state.index, state.index, state.at, state.at, cursor)
            found = [touching.clock(leaf) for leaf in world.leaves(LEAVES)]
        assert all(one is not None and not len(one) for one in found)


def test_going_from_due_to_due_misses_no_change() -> None:
    """As a running engine goes: whoever changes is touched at the very instant at which they do."""
    with trial(602) as world:
        _all_written(world)
        leaves, state, quiet = world.leaves(20), world.last, Quiet()
        upto = state.at + 40 * US_PER_DAY
        with world.record.cursor() as cursor:
            for _ in range(60):
                due = next_due(leaves, state.index, cursor, state.at, upto, quiet=quiet)
                if due is None:
                    break
                later = state.later(due)
                at = state.at, due
                touching = Touching(Touches(), state.index, state.index, *at, cursor, quiet=quiet)
                for leaf in leaves:
                    assert missed(leaf, state, later, touching.clock) == set(), leaf.condition
                state = later


def _all_written(world: Trial) -> None:
    for _ in world.steps():
        pass


def _instants(world: Trial) -> list[int]:
    """Instants after the last version: at the ends of the world's windows, beside them, and at random."""
    draw, at, found = world.draw, world.last.at, []
    for _ in range(6):
        ahead = [instant for instant in world.pools.instants if instant > at]
        at = draw.choice(ahead) if ahead and draw.chance(0.5) else at + draw.choice(SPANS_US)
        at = min(at, MAX_INSTANT_US - 3 * US_PER_DAY)
        found.append(at)
    return found

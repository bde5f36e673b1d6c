"""No member's truth of a leaf changes whom `Touching` does not name, on random worlds and definitions."""

from __future__ import annotations

from collections import Counter

import duckdb
import pytest

from satsuma.kernel.civil import US_PER_DAY, US_PER_HOUR
from satsuma.membership.touching import Leaf, Quiet, Touching
from satsuma.membership.touching.sources import Back, Ranked, Referring, Source, Sources, Turned
from satsuma.record.touches import Touches
from tests.membership.due import next_due
from tests.membership.touching_worlds import State, Step, Trial, crossed, missed, trial

LEAVES = 45
MANY_LEAVES = 120


@pytest.mark.parametrize("seed", range(5))
def test_who_changes_with_a_version_is_touched(seed: int) -> None:
    with trial(seed) as world:
        leaves = world.leaves(LEAVES)
        for step in world.steps():
            _check(world, leaves, step)


@pytest.mark.parametrize("seed", range(100, 105))
def test_who_changes_with_a_single_write_is_touched(seed: int) -> None:
    with trial(seed) as world:
        leaves = world.leaves(MANY_LEAVES)
        changed: Counter[str] = Counter()
        quiet = Quiet()
        for step in world.small_steps():
            _check(world, leaves, step, quiet)
            _check_due(world, leaves, step.after, quiet)
            for leaf in leaves:
                different = step.before.meeting(leaf) ^ step.after.meeting(leaf)
                changed[type(leaf.condition).__name__] += bool(different)
        assert sum(many > 0 for many in changed.values()) > 4, changed


@pytest.mark.parametrize("seed", range(200, 203))
def test_who_changes_over_several_versions_is_touched_by_what_they_touched_together(seed: int) -> None:
    with trial(seed) as world:
        leaves = world.leaves(LEAVES)
        touches: list[Touches] = []
        for step in world.steps():
            touches.append(step.change.touches)
            first = world.draw.randrange(len(touches))
            before = world.states[first]
            with world.record.cursor() as cursor:
                merged = Touches.merged(touches[first:])
                touching = Touching(merged, before.index, step.after.index, before.at, step.after.at, cursor)
                touching.moved.update(crossed(world.states[first + 1 :]))
                for leaf in leaves:
                    found = missed(leaf, before, step.after, touching.data, touching.clock)
                    assert found == set(), f"{leaf.condition} reads {leaf.reads}"


def test_everyone_is_touched_only_by_rankings_and_by_a_day_or_a_year_that_turns() -> None:
    with trial(300) as world:
        leaves = world.leaves(LEAVES)
        for step in world.steps():
            with world.record.cursor() as cursor:
                touching = _touching(step, cursor)
                for leaf in leaves:
                    if touching.data(leaf) is None:
                        assert _kinds(leaf.reads.data) & {Ranked}, leaf
                    if touching.clock(leaf) is None:
                        assert _kinds(leaf.reads.clock) & {Ranked, Turned}, leaf


def test_leaves_of_one_shape_get_the_same_array() -> None:
    with trial(301) as world:
        leaves = world.leaves(LEAVES)
        for step in world.steps():
            with world.record.cursor() as cursor:
                touching = _touching(step, cursor)
                by_shape: dict[str, set[int]] = {}
                for leaf in leaves:
                    if not leaf.segments:
                        by_shape.setdefault(leaf.data_shape, set()).add(id(touching.data(leaf)))
                assert all(len(arrays) == 1 for arrays in by_shape.values())


def _check(world: Trial, leaves: list[Leaf], step: Step, quiet: Quiet | None = None) -> None:
    with world.record.cursor() as cursor:
        touching = _touching(step, cursor, quiet)
        for leaf in leaves:
            found = missed(leaf, step.before, step.after, touching.data, touching.clock)
            assert found == set(), f"{leaf.condition} reads {leaf.reads}"


def _check_due(world: Trial, leaves: list[Leaf], state: State, quiet: Quiet) -> None:
    """What is known from versions before does not change what is due."""
    for upto in (state.at + US_PER_HOUR, state.at + 400 * US_PER_DAY):
        with world.record.cursor() as cursor:
            known = next_due(leaves, state.index, cursor, state.at, upto, quiet=quiet)
            assert known == next_due(leaves, state.index, cursor, state.at, upto)


def _touching(step: Step, cursor: duckdb.DuckDBPyConnection, quiet: Quiet | None = None) -> Touching:
    before, after = step.before, step.after
    touches, at = step.change.touches, (before.at, after.at)
    touching = Touching(touches, before.index, after.index, *at, cursor, quiet=quiet)
    touching.moved.update(after.moved)
    return touching


def _kinds(of: Sources) -> set[type[Source]]:
    """The kinds of sources among these and all that they lead back from."""
    deeper = [one.of for one in of if isinstance(one, Back | Referring | Ranked)]
    return {type(one) for one in of}.union(*(_kinds(one) for one in deeper))

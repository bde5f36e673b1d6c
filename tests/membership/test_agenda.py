"""What an agenda knows from the versions before is what the rules of touching say anew at each."""

from __future__ import annotations

import pytest

from satsuma.evaluation.due.inverse import Span
from satsuma.kernel.civil import US_PER_DAY, US_PER_HOUR
from satsuma.membership.touching import Agenda, Leaf, Quiet, Touching
from satsuma.record.touches import Touches
from tests.membership.due import next_due
from tests.membership.touching_worlds import State, Trial, trial

LEAVES = 60


@pytest.mark.parametrize("seed", range(700, 706))
def test_no_group_is_left_out_that_time_touches(seed: int) -> None:
    """Also where versions are given up on the way, and others made in their place."""
    with trial(seed) as world:
        leaves = world.leaves(LEAVES)
        groups, agenda, quiet = _groups(leaves), _agenda(leaves), Quiet()
        for step in world.small_steps():
            _follow(world, agenda, groups, step.change.touches, step.before, step.after, quiet)
            if world.draw.chance(0.5):
                at = world.last.at + world.draw.choice((0, 1, US_PER_HOUR, US_PER_DAY))
                with world.tried(at, []) as tried:
                    _follow(world, agenda, groups, tried.change.touches, tried.before, tried.after, quiet)
            _same_due(world, leaves, agenda, step.after, quiet)


@pytest.mark.parametrize("seed", range(710, 714))
def test_going_from_due_to_due_leaves_nobody_out(seed: int) -> None:
    with trial(seed) as world:
        for _ in world.steps():
            pass
        leaves = world.leaves(LEAVES)
        groups, agenda, quiet = _groups(leaves), _agenda(leaves), Quiet()
        state, upto, touched = world.last, world.last.at + 40 * US_PER_DAY, 0
        for _ in range(60):
            due = agenda.next(state.index, world.record.cursor, state.at, upto, quiet)
            if due is None:
                break
            later = state.later(due)
            touched += _follow(world, agenda, groups, Touches(), state, later, quiet)
            state = later
            _same_due(world, leaves, agenda, state, quiet)
        assert touched > 10


def test_what_is_due_at_a_later_instant_may_be_asked_as_well() -> None:
    with trial(720) as world:
        for _ in world.steps():
            pass
        leaves = world.leaves(LEAVES)
        agenda, quiet, at = _agenda(leaves), Quiet(), world.last.at
        for _ in range(20):
            _same_due(world, leaves, agenda, world.last, quiet, after=at)
            at += world.draw.choice((1, US_PER_HOUR, US_PER_DAY))


def _follow(
    world: Trial,
    agenda: Agenda,
    groups: list[list[Leaf]],
    touches: Touches,
    before: State,
    after: State,
    quiet: Quiet,
) -> int:
    """Go on to a version as the engine does; how many groups time touches."""
    due = set(agenda.groups(after.index, Span(before.at, after.at)))
    with world.record.cursor() as cursor:
        touching = Touching(touches, before.index, after.index, before.at, after.at, cursor, quiet=quiet)
        clock = [touching.clock(leaves[0]) for leaves in groups]
    touched = {place for place, found in enumerate(clock) if found is None or len(found)}
    assert touched <= due, [groups[place][0].reads.clock for place in touched - due]
    agenda.go_on(after.index, after.at)
    return len(touched)


def _same_due(
    world: Trial, leaves: list[Leaf], agenda: Agenda, state: State, quiet: Quiet, *, after: int | None = None
) -> None:
    after = state.at if after is None else after
    for upto in (after + US_PER_HOUR, after + 400 * US_PER_DAY):
        known = agenda.next(state.index, world.record.cursor, after, upto, quiet)
        with world.record.cursor() as cursor:
            assert known == next_due(leaves, state.index, cursor, after, upto)


def _groups(leaves: list[Leaf]) -> list[list[Leaf]]:
    found: dict[tuple[int, str, str], list[Leaf]] = {}
    for leaf in leaves:
        if not leaf.segments:
            found.setdefault((leaf.audience, leaf.data_shape, leaf.clock_shape), []).append(leaf)
    return list(found.values())


def _agenda(leaves: list[Leaf]) -> Agenda:
    return Agenda(_groups(leaves), [leaf for leaf in leaves if leaf.segments])

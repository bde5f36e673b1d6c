"""A year of a small demo: at versions that chance chooses, members are what two other evaluators give."""

from __future__ import annotations

from pathlib import Path

from satsuma.membership.stored import LiveSet
from tests.traces.worlds import Seen
from tests.traces.year import DAYS, HOUR_US, Plan, Year

PLAN = Plan(contacts=60, step_days=7, grid_us=84 * HOUR_US, stretches=6, stretch_us=2 * HOUR_US, checks=10)


def test_a_simulated_year_is_exact_at_versions_that_chance_chooses(tmp_path: Path) -> None:
    held_against_the_reference = []

    def by_the_reference(year: Year) -> None:
        with year.workspace._record.snapshot() as (cursor, state):
            seen = Seen.of(cursor, state.catalog, state.now)
            for segment in LiveSet().read(cursor, state.catalog):
                keys = seen.keys[segment.audience]
                stored = {keys[number] for number in seen.members.get(segment.id, ())}
                assert stored == seen.wanted(segment), f"{segment.name} at version {state.version}"
            held_against_the_reference.append(state.version)

    year = Year(tmp_path / "ws", PLAN, by_the_reference)
    with year.workspace as workspace:
        first = workspace.version
        year.run()
        year.end()
        assert year.wrong == []
        assert held_against_the_reference == list(year.compared)
        assert len(year.compared) == PLAN.checks
        assert workspace.version - first > DAYS // 2
        sizes = [{name: len(numbers) for name, numbers in one.items()} for one in year.compared.values()]
        # Somebody comes and goes: a year in which nothing moves would show nothing.
        assert sum(len({one[name] for one in sizes}) > 1 for name in sizes[0]) > len(sizes[0]) // 2

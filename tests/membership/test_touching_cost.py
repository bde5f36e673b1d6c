"""What a version touches grows with what changed, not with what is stored."""

from __future__ import annotations

from typing import Any

import pytest

from satsuma.kernel.civil import US_PER_DAY, US_PER_HOUR
from satsuma.kernel.instants import format_instant, parse_instant
from satsuma.kernel.zones import UTC
from satsuma.language import wire
from satsuma.language.binding import bind
from satsuma.membership.names import StoredNames
from satsuma.membership.touching import Leaf, Touching, program_of
from tests.membership.touching_worlds import Trial, trial_of
from tests.oracle.pools import Draw, Pools
from tests.oracle.worlds import Version, World

START = parse_instant("2025-06-10T12:00:00Z", UTC)
CONTACTS = 40
CATALOG: dict[str, Any] = {
    "timezone": "UTC",
    "entities": {"contact": {"audience": True, "attributes": {"city": "text", "seen": "timestamp"}}},
    "interactions": {"purchase": {"audience": "contact", "attributes": {"amount": "integer"}}},
}
WHERE: list[dict[str, Any]] = [
    {"attribute": "city", "op": "is", "value": "Rome"},
    {"attribute": "seen", "op": "within", "value": {"last": {"days": 30}}},
    {"did": "purchase", "during": {"last": {"days": 30}}, "is": {"op": ">=", "value": 3}},
    {"did": "purchase", "during": {"between_ago": [{"days": 90}, {"days": 30}]}},
    {"sequence": [{"did": "purchase"}, {"not_did": "purchase", "within": {"days": 7}}]},
    {"did": "purchase", "measure": {"active_periods": {"length": {"days": 7}, "of_last": 4}}},
    {"latest": "purchase", "has": {"attribute": "amount", "op": ">", "value": 5}},
    {"held": {"attribute": "city", "op": "is", "value": "Rome"}, "for": {"op": ">=", "value": {"days": 7}}},
]


@pytest.fixture(scope="module")
def touched_at() -> dict[int, list[tuple[int | None, int | None]]]:
    """By how much history there is, for each condition how many data and clock touch."""
    return {times: _touched(times) for times in (1, 10)}


def test_ten_times_the_history_touches_nobody_more(
    touched_at: dict[int, list[tuple[int | None, int | None]]],
) -> None:
    assert touched_at[10] == touched_at[1]


def test_a_batch_touches_its_members_and_an_hour_those_whom_a_window_passes(
    touched_at: dict[int, list[tuple[int | None, int | None]]],
) -> None:
    data, clock = zip(*touched_at[1], strict=True)
    assert data == (2, 2, 3, 3, 3, 3, 3, 2)
    # Of everyone a row leaves or enters within one hour in 24; some windows have two ends or more.
    assert all(many is not None and many <= CONTACTS // 4 for many in clock)
    assert sum(many or 0 for many in clock) > 0


def _touched(times: int) -> list[tuple[int | None, int | None]]:
    draw = Draw(1)
    with trial_of(
        World(CATALOG, (Version(START - 400 * US_PER_DAY, ()),), {}, {}), draw, Pools(draw, UTC)
    ) as world:
        _history(world, times)
        leaves = [_leaf(world, where) for where in WHERE]
        rows = [
            {"id": f"new {n}", "contact": f"c-{n}", "occurred_at": format_instant(START)} for n in range(3)
        ]
        people = [{"id": f"c-{n}", "city": "Rome", "seen": format_instant(START)} for n in range(2)]
        writes = [["append", "purchase", rows], ["upsert", "contact", people]]
        step = world.step(START, writes, "batch", goes_on=True)
        with world.record.cursor() as cursor:
            before, after = step.before, step.after
            batch = Touching(step.change.touches, before.index, after.index, START, START, cursor)
            hour = Touching(
                type(step.change.touches)(), after.index, after.index, START, START + US_PER_HOUR, cursor
            )
            return [(_many(batch.data(leaf)), _many(hour.clock(leaf))) for leaf in leaves]


def _history(world: Trial, times: int) -> None:
    """A purchase of everyone at an hour of their own on each of 100 days; and more, long ago."""
    people = [{"id": f"c-{n}", "seen": format_instant(START - n * US_PER_DAY - 1)} for n in range(CONTACTS)]
    recent = [(day, n) for day in range(100) for n in range(CONTACTS)]
    long_ago = [(200 + day, n) for day in range(100 * (times - 1)) for n in range(CONTACTS)]
    rows = [
        {
            "id": f"{day}-{n}",
            "contact": f"c-{n}",
            "occurred_at": format_instant(START - day * US_PER_DAY - (n % 24) * US_PER_HOUR - n),
        }
        for day, n in recent + long_ago
    ]
    world.step(world.last.at, [["upsert", "contact", people]], "people", goes_on=True)
    world.step(START, [["append", "purchase", rows]], "rows", goes_on=True)


def _leaf(world: Trial, where: dict[str, Any]) -> Leaf:
    with world.record.cursor() as cursor:
        catalog = world.record.catalog
        source = wire.source_from_json({"audience": "contact", "where": where})
        binding = bind(source, catalog, StoredNames(cursor, catalog))
    assert binding.definition is not None, binding.errors
    [leaf] = program_of(binding.definition).leaves.values()
    return leaf


def _many(numbers: Any) -> int | None:
    return None if numbers is None else len(numbers)

"""Definitions as leaves and what joins them: the meaning stays, and what means the same is one leaf."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from satsuma.evaluation import reference
from satsuma.language import wire
from satsuma.language.binding import bind
from satsuma.membership.names import StoredNames
from satsuma.membership.touching import Program, program_of
from tests.language.shop import NAMES, SHOP
from tests.membership.touching_worlds import trial
from tests.oracle.definitions import Definitions

ROME = {"attribute": "city", "op": "is", "value": "Rome"}
OLD = {"attribute": "age", "op": ">", "value": 60}
RECENT = {"did": "purchase", "during": {"last": {"days": 30}}}


def did(op: str, value: Any, **more: Any) -> dict[str, Any]:
    """A test of how many purchases."""
    return {"did": "purchase", "is": {"op": op, "value": value}, **more}


@pytest.mark.parametrize("seed", range(700, 703))
def test_a_program_over_leaves_means_what_its_definition_means(seed: int) -> None:
    with trial(seed) as world:
        for _ in world.steps():
            pass
        with world.record.cursor() as cursor:
            names = StoredNames(cursor, world.record.catalog)
            drawing = Definitions(world.draw, world.pools, world.record.catalog)
            for _ in range(80):
                definition = bind(drawing.definition().source, world.record.catalog, names).definition
                if definition is None:
                    continue
                program = program_of(definition)
                known = world.last.numbers[definition.audience.name]
                keys, numbers = list(known), np.array(list(known.values()), dtype=np.uint32)
                truths = {
                    key: np.isin(numbers, list(world.last.meeting(leaf)))
                    for key, leaf in program.leaves.items()
                }
                holds = program.evaluate(truths, len(numbers))
                found = {key for key, is_member in zip(keys, holds.tolist(), strict=True) if is_member}
                assert found == reference.members(definition, world.last.database), definition.where


SAME: list[tuple[Any, Any]] = [
    ({"all": [ROME, OLD]}, {"all": [OLD, ROME, ROME]}),
    (ROME, {"attribute": "city", "op": "is_not", "value": "Rome"}),
    (did(">=", 3), did(">", 2)),
    (did(">=", 3), did("<", 3)),
    (did(">=", 3), did("<=", 2)),
    (did(">=", 1), did("=", 0)),
    (did("=", 4), did("!=", 4)),
    (did(">=", 1, during={"last": {"days": 7}}), did(">=", 1, during={"last": {"weeks": 1}})),
    (did(">=", 1, during={"last": {"months": 3}}), did(">=", 1, during={"last": {"quarters": 1}})),
    ({"did": ["page_viewed", "purchase"]}, {"did": ["purchase", "page_viewed"]}),
    ({"did": "purchase", "where": {"all": []}}, {"did": "purchase"}),
    ({"attribute": "age", "op": "in", "value": [1, 2]}, {"attribute": "age", "op": "in", "value": [2, 1]}),
    ({"attribute": "spent", "op": "=", "value": 1.5}, {"attribute": "spent", "op": "=", "value": 1.50}),
    ({"segment": "VIP"}, {"segment": "vip"}),
]

DIFFERENT: list[tuple[Any, Any]] = [
    (ROME, OLD),
    (ROME, {**ROME, "case": "exact"}),
    (did(">=", 3), did(">=", 4)),
    (did(">=", 3), did("=", 3)),
    ({"did": "page_viewed"}, {"did": "page_*"}),
    ({"did": "page_viewed"}, {"did": "purchase"}),
    ({"segment": "VIP"}, {"entered": "VIP"}),
    ({"entered": "VIP"}, {"left": "VIP"}),
    ({"latest": "purchase", "has": {"all": []}}, {"first": "purchase", "has": {"all": []}}),
    ({"attribute": "account", "op": "is", "value": "1"}, {"attribute": "former", "op": "is", "value": "1"}),
    ({"related": "account", "where": {"all": []}}, {"related": "former", "where": {"all": []}}),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_what_means_the_same_or_the_complement_has_the_same_leaves(one: Any, other: Any) -> None:
    assert _program(one).leaves.keys() == _program(other).leaves.keys()


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_what_means_something_else_is_another_leaf(one: Any, other: Any) -> None:
    assert not _program(one).leaves.keys() & _program(other).leaves.keys()


@pytest.mark.parametrize("where", [ROME, OLD, RECENT, {"segment": "VIP"}, did(">=", 2)])
def test_zones_share_a_leaf_in_which_they_play_no_part(where: Any) -> None:
    assert _program(where, "Asia/Tokyo").leaves.keys() == _program(where, "Europe/Berlin").leaves.keys()


@pytest.mark.parametrize(
    "where",
    [
        did(">=", 1, during={"last": {"months": 1}}),
        did(">=", 1, during={"calendar": "today"}),
        did(">=", 1, during={"from": "2025-01-01"}),
        {"did": "purchase", "measure": {"count_days": True}, "is": {"op": ">=", "value": 2}},
        {"did": "purchase", "where": {"attribute": "hour", "op": "<", "value": 6}},
        {"attribute": "birthdate", "op": "anniversary", "value": "today"},
        {"attribute": "renewal", "op": "within", "value": {"next": {"days": 7}}},
        {"attribute": "created_at", "op": "<", "value": "2025-03-30"},
        {"attribute": "created_at", "op": "<", "value": {"today": True}},
        {"did": "purchase", "measure": {"active_periods": {"length": {"months": 1}, "of_last": 3}}},
        {"held": ROME, "for": {"op": ">=", "value": {"months": 1}}},
    ],
)
def test_leaves_that_read_local_time_are_told_by_their_zone(where: Any) -> None:
    assert not _program(where, "Asia/Tokyo").leaves.keys() & _program(where, "Europe/Berlin").leaves.keys()


def test_a_definition_and_its_part_share_a_leaf() -> None:
    whole = _program({"any": [{"all": [ROME, RECENT]}, {"not": OLD}]})
    assert len(whole.leaves) == 3
    assert _program(RECENT).leaves.keys() < whole.leaves.keys()


def test_everyone_and_no_one_have_no_leaves() -> None:
    assert _program({"all": []}).evaluate({}, 2).tolist() == [True, True]
    assert _program({"any": []}).evaluate({}, 2).tolist() == [False, False]


def test_programs_are_equal_where_they_say_the_same() -> None:
    assert _program({"all": [ROME, OLD]}) == _program({"all": [ROME, OLD]})
    assert _program({"all": [ROME, OLD]}) != _program({"any": [ROME, OLD]})


def _program(where: Any, timezone: str = "Europe/Berlin") -> Program:
    source = wire.source_from_json({"audience": "contact", "where": where, "timezone": timezone})
    binding = bind(source, SHOP, NAMES)
    assert binding.definition is not None, binding.errors
    return program_of(binding.definition)

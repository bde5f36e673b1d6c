"""The reference's own parts against what they say in yet plainer words."""

from __future__ import annotations

import math
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satsuma.catalog import change, declare
from satsuma.catalog.model import Catalog, ValueType
from satsuma.evaluation.reference import Database
from satsuma.evaluation.reference.evaluate import scope_of
from satsuma.evaluation.reference.held import true_since
from satsuma.evaluation.reference.literals import database
from satsuma.evaluation.reference.measures import _sum
from satsuma.evaluation.reference.sequences import sequence
from satsuma.evaluation.reference.values import EARTH_RADIUS_KM, great_circle_km
from satsuma.language import bound, wire
from satsuma.language.binding import ListEntry, bind
from tests.conformance.cases import CaseNames
from tests.conformance.evaluators import EVALUATORS, Evaluator

NOW = 100
CATALOG, _ = change.apply(
    Catalog(),
    declare.read(
        {
            "entities": {"contact": {"attributes": {"city": "text", "age": "integer"}}},
            "interactions": {
                name: {"audience": "contact", "attributes": {"k": "text"}} for name in ("a", "b", "c")
            },
        }
    ),
)


def definition_of(where: object) -> bound.Definition:
    binding = bind(wire.source_from_json({"where": where}), CATALOG)
    assert binding.definition is not None, binding.errors
    return binding.definition


def seconds(n: int) -> dict[str, int]:
    return {"seconds": n}


@st.composite
def events(draw: st.DrawFn) -> list[list[Any]]:
    """Up to 7 interactions of x at whole seconds, many of them at once."""
    found = []
    for number in range(draw(st.integers(0, 7))):
        at = draw(st.integers(0, 5)) * 1_000_000
        given_k = draw(st.sampled_from(({}, {"k": "p"}, {"k": "q"})))
        own = {"id": f"{draw(st.sampled_from('xyz'))}{number}", **given_k}
        found.append([draw(st.sampled_from("abc")), "x", at, own])
    return found


@st.composite
def sequences(draw: st.DrawFn) -> dict[str, Any]:
    steps: list[dict[str, Any]] = []
    for i in range(draw(st.integers(2, 3))):
        step: dict[str, Any] = {"did": draw(st.sampled_from(("a", "b", ["a", "b"])))}
        if i and draw(st.booleans()):
            step["within"] = seconds(draw(st.integers(1, 3)))
        if i and draw(st.booleans()):
            step["not_did"] = {"did": draw(st.sampled_from("abc"))}
        steps.append(step)
    if draw(st.booleans()):
        steps[-1:] = [
            {"not_did": {"did": draw(st.sampled_from("bc"))}, "within": seconds(draw(st.integers(1, 3)))}
        ]
    found: dict[str, Any] = {"sequence": steps}
    if draw(st.booleans()):
        found["during"] = {"last": seconds(draw(st.integers(1, 4)))}
    if draw(st.booleans()):
        found["same"] = ["k"]
    return found


@given(sequences(), events())
def test_a_sequence_is_some_choice_of_interactions_that_has_all_it_asks(
    asked: dict[str, Any], happened: list[list[Any]]
) -> None:
    state = database(CATALOG, 5_000_000, records={"contact": {"x": {}}}, interactions=happened)
    definition = definition_of(asked)
    assert isinstance(definition.where, bound.Sequence)
    record = state.records["contact"]["x"]
    assert sequence(definition.where, record, scope_of(definition, state)) is some_choice(
        asked, happened, 5_000_000
    )


def some_choice(asked: dict[str, Any], happened: list[list[Any]], now: int) -> bool:
    """The same from the JSON form alone: every choice of that many interactions, in their order."""
    ordered = sorted((at, own["id"], name, own.get("k")) for name, _, at, own in happened if at <= now)
    steps = [step for step in asked["sequence"] if "did" in step]
    absence = asked["sequence"][-1] if "did" not in asked["sequence"][-1] else None
    after = now - asked["during"]["last"]["seconds"] * 1_000_000 if "during" in asked else -1

    def fits(chosen: tuple[int, ...]) -> bool:
        these = [ordered[i] for i in chosen]
        if any(one[2] not in step["did"] or one[0] <= after for one, step in zip(these, steps, strict=True)):
            return False
        for i, j, step in zip(chosen, chosen[1:], steps[1:], strict=False):
            if "within" in step and ordered[j][0] - ordered[i][0] > step["within"]["seconds"] * 1_000_000:
                return False
            if "not_did" in step and any(one[2] == step["not_did"]["did"] for one in ordered[i + 1 : j]):
                return False
        if "same" in asked and len(these) > 1 and not (len({k[3] for k in these}) == 1 and these[0][3]):
            return False
        if absence is None:
            return True
        until = these[-1][0] + absence["within"]["seconds"] * 1_000_000
        later = ordered[chosen[-1] + 1 :]
        return until <= now and not any(
            one[2] == absence["not_did"]["did"] and one[0] <= until for one in later
        )

    return any(fits(chosen) for chosen in combinations(range(len(ordered)), len(steps)))


_values = st.fixed_dictionaries(
    {}, optional={"city": st.sampled_from(("Rome", "Oslo", None)), "age": st.sampled_from((1, 2, None))}
)
_histories = st.lists(st.tuples(st.integers(0, 9), _values), max_size=6)
_conditions = st.recursive(
    st.sampled_from(
        (
            {"attribute": "city", "op": "is", "value": "rome"},
            {"attribute": "city", "op": "is_missing"},
            {"attribute": "age", "op": ">", "value": 1},
            {"list": "L"},
            {"all": []},
        )
    ),
    lambda inner: st.one_of(
        st.fixed_dictionaries({"not": inner}),
        st.fixed_dictionaries({"all": st.lists(inner, min_size=1, max_size=2)}),
        st.fixed_dictionaries({"any": st.lists(inner, min_size=1, max_size=2)}),
    ),
    max_leaves=4,
)


@given(_histories, st.lists(st.integers(0, 9), max_size=4), st.integers(0, 9), _conditions)
def test_since_is_the_start_of_the_unbroken_time_until_now_in_which_it_is_true(
    history: list[tuple[int, dict[str, Any]]], crossings: list[int], since: int, asked: dict[str, Any]
) -> None:
    def at_now(now: int) -> Database:
        return database(
            CATALOG,
            now,
            records={
                "contact": {"x": {"_since": since, "_history": [[at, of] for at, of in history if at <= now]}}
            },
            lists={1: {"changes": changes([at for at in sorted(set(crossings)) if since <= at <= now])}},
        )

    condition = bind(
        wire.source_from_json({"where": asked}),
        CATALOG,
        CaseNames({}, {"l": ListEntry(1, "L", "contact")}, {}, {}),
    ).definition
    assert condition is not None
    born = at_now(9).records["contact"]["x"].exists_since

    def is_true(now: int) -> bool:
        state = at_now(now)
        scope = scope_of(condition, state)
        return now >= born and scope.truth(condition.where, state.records["contact"]["x"], scope)

    start = 9
    while start - 1 >= 0 and is_true(start - 1):
        start -= 1
    expected = start if is_true(9) else None
    state = at_now(9)
    assert true_since(condition.where, state.records["contact"]["x"], scope_of(condition, state)) == expected


def changes(instants: list[int]) -> list[list[Any]]:
    return [[("enter", "leave")[i % 2], "x", at] for i, at in enumerate(instants)]


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=5), st.randoms())
def test_a_sum_of_numbers_does_not_depend_on_their_order(values: list[float], order: Any) -> None:
    mixed = list(values)
    order.shuffle(mixed)
    assert _sum(values, ValueType.NUMBER) == _sum(mixed, ValueType.NUMBER)
    if abs(sum(values)) < 1e300 and all(abs(value) < 1e300 for value in values):
        assert _sum(values, ValueType.NUMBER) == math.fsum(values)


_degrees = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


@given(_degrees, _degrees)
def test_the_distance_is_that_of_the_angle_between_two_directions(
    a: tuple[float, float], b: tuple[float, float]
) -> None:
    """By the angle between vectors, which is exact enough away from 0 and from half the world around."""
    u, v = direction(*a), direction(*b)
    cross = math.hypot(u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0])
    angle = math.atan2(cross, sum(x * y for x, y in zip(u, v, strict=True)))
    assert great_circle_km(a, b) == pytest.approx(EARTH_RADIUS_KM * angle, abs=1e-3)


def direction(latitude: float, longitude: float) -> tuple[float, float, float]:
    phi, theta = math.radians(latitude), math.radians(longitude)
    return math.cos(phi) * math.cos(theta), math.cos(phi) * math.sin(theta), math.sin(phi)


@pytest.mark.parametrize("evaluator", EVALUATORS, ids=lambda evaluator: evaluator.name)
def test_seven_and_a_half_percent_of_801_are_61(evaluator: Evaluator) -> None:
    records = {f"k{i:03}": {"age": i % 7} for i in range(801)}
    state = database(CATALOG, NOW, records={"contact": {**records, "without": {}}})
    found = evaluator.evaluate(definition_of({"top": {"percent": 7.5}, "by": {"attribute": "age"}}), state)
    assert found == set(sorted(key for key, of in records.items() if of["age"] == 6)[:61])

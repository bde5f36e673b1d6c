"""Sequences, over rows as they lie and over gathered events: the same members as the reference finds."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from satsuma.catalog import change, declare
from satsuma.catalog.model import Catalog
from satsuma.evaluation import kernels, reference
from satsuma.evaluation.kernels.memberships import SqlMemberships
from satsuma.evaluation.reference import Database
from satsuma.evaluation.reference.literals import database
from satsuma.language import bound, wire
from satsuma.language.binding import bind
from tests.conformance.load_record import keys_of, record_of
from tests.evaluation_kernels.subsets import split
from tests.index.reading import index_of

CATALOG, _ = change.apply(
    Catalog(),
    declare.read(
        {
            "timezone": "UTC",
            "entities": {"contact": {"audience": True, "attributes": {}}},
            "interactions": {
                name: {"audience": "contact", "attributes": {"item": "text"}} for name in ("a", "b", "c")
            },
        }
    ),
)
KEYS = ("x", "y")
ANY_ITEM = {"attribute": "occurred_at", "op": "is_present"}
TYPES = st.sampled_from([["a"], ["b"], ["c"], ["a", "b"], ["b", "c"]])
HOURS = st.integers(1, 4).map(lambda hours: {"hours": hours})


@st.composite
def conditions(draw: st.DrawFn) -> dict[str, Any]:
    """Plain sequences; some with a `where` that always holds, so that events are gathered."""
    where = {"where": ANY_ITEM} if draw(st.sampled_from([False, False, True])) else {}
    steps: list[dict[str, Any]] = []
    for place in range(draw(st.integers(1, 3))):
        step: dict[str, Any] = {"did": draw(TYPES), **where}
        if place and draw(st.booleans()):
            step["within"] = draw(HOURS)
        if place and draw(st.booleans()):
            step["not_did"] = {"did": draw(TYPES)}
        steps.append(step)
    if len(steps) == 1 or draw(st.booleans()):
        steps.append({"not_did": {"did": draw(TYPES)}, "within": draw(HOURS)})
    found: dict[str, Any] = {"sequence": steps}
    if draw(st.booleans()):
        found["during"] = draw(
            st.sampled_from([{"last": {"hours": 4}}, {"before": {"hours": 2}}, {"next": {"hours": 1}}])
        )
    if draw(st.sampled_from([False, False, False, True])):
        found["same"] = ["item"]
    return found


@st.composite
def states(draw: st.DrawFn) -> Database:
    """Few instants, so that some are shared; ids in no order of time."""
    happened = draw(
        st.lists(
            st.tuples(
                st.sampled_from("abc"), st.sampled_from(KEYS), st.integers(4, 13), st.sampled_from("12")
            ),
            max_size=14,
        )
    )
    ids = draw(st.permutations(range(len(happened))))
    rows = [
        [of, key, f"2026-02-01T{half // 2:02}:{half % 2 * 30:02}Z", {"id": f"{own:02}", "item": item}]
        for (of, key, half, item), own in zip(happened, ids, strict=True)
    ]
    records: dict[str, Any] = {"contact": {key: {} for key in KEYS}}
    return database(CATALOG, "2026-02-01T12:00Z", records=records, interactions=rows)


def definition_of(where: dict[str, Any]) -> bound.Definition:
    binding = bind(wire.source_from_json({"where": where, "audience": "contact"}), CATALOG)
    assert binding.definition is not None, binding.errors
    return binding.definition


@settings(max_examples=50, deadline=None)
@given(state=states(), wheres=st.lists(conditions(), min_size=12, max_size=12))
def test_the_members_are_those_of_the_reference(state: Database, wheres: list[dict[str, Any]]) -> None:
    with record_of(state) as connection, TemporaryDirectory() as folder:
        index = index_of(connection, CATALOG, state.now, Path(folder))
        for where in wheres:
            definition = definition_of(where)
            found = kernels.members(index, definition, cursor=connection, now=state.now)
            expected = reference.members(definition, state)
            assert keys_of(connection, definition.audience, found.tolist()) == expected, where


PAIRS = [
    definition_of({"sequence": [{"did": first}, {"did": then, **within}], **during})
    for first, then in (("a", "b"), ("b", "a"))
    for within in ({}, *({"within": {"hours": hours}} for hours in (1, 2, 3)))
    for during in ({}, {"during": {"last": {"hours": 4}}})
]


@settings(max_examples=50, deadline=None)
@given(state=states(), seed=st.integers(0, 1000))
def test_pairs_asked_together_are_answered_as_each_alone(state: Database, seed: int) -> None:
    with record_of(state) as connection, TemporaryDirectory() as folder:
        random = np.random.default_rng(seed)
        index = split(index_of(connection, CATALOG, state.now, Path(folder)), random)
        audience = PAIRS[0].audience
        numbers = np.flatnonzero(random.random(index.entity(audience).size) < 0.8)
        asked = [definition for definition in PAIRS if random.random() < 0.7]
        found = kernels.truths_of(
            index,
            [(one.where, one.timezone) for one in asked],
            audience,
            numbers=numbers,
            now=state.now,
            memberships=SqlMemberships(connection),
        )
        keys = set(keys_of(connection, audience, numbers.tolist()))
        for definition, holds in zip(asked, found, strict=True):
            members = keys_of(connection, audience, numbers[holds].tolist())
            assert set(members) == set(reference.members(definition, state)) & keys, definition.where

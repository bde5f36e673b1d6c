"""Conditions asked together about given members get the answers that the reference gives to each alone."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from satsuma.evaluation import kernels, reference
from satsuma.evaluation.kernels.memberships import SqlMemberships
from satsuma.evaluation.reference import Database
from satsuma.language import bound, tree
from satsuma.language.binding import bind
from satsuma.language.text import parse_text
from tests.conformance.load_record import keys_of, record_of
from tests.evaluation_kernels.subsets import split
from tests.evaluation_kernels.test_bounds import CATALOG, states
from tests.index.reading import index_of

DURING = (
    "",
    " in the last 28 days",
    " in the last 1 months",
    " between 29 and 2 days ago",
    " during this year",
)
COUNTED = (
    "did small{during}",
    "did small at least 2 times{during}",
    "did small at most 1 times{during}",
    "did small exactly 2 times{during}",
    "did small between 1 and 2 times{during}",
    "not did any of (small, wide){during}",
    "did small at least 2 times{during} where n > 0",
    "did any of (small, wide) exactly 1 times{during} where n >= 1 or d < 2",
    "did small{during} where n between -1 and 2",
    "did any of (small, wide) at most 1 times{during} where n >= 1",
    "did any of (small, wide) at least 2 times{during} where n < 2.5",
    "did wide{during} where n > 0.5",
    "sum of n over any of (small, wide){during} >= 2",
    "sum of n over small{during} = 0.5",
    "sum of n over small{during} between -1 and 3.5",
    "sum of n over small{during} > 9223372036854775806",
    "sum of d over small{during} != 0",
    "sum of d over small{during} < 1.00005",
    "sum of d over small{during} <= 30",
    "sum of x over small{during} >= 1",
)


def definition_of(text: str, zone: str) -> bound.Definition:
    binding = bind(tree.Source(where=parse_text(text), audience="contact", timezone=zone), CATALOG)
    assert binding.definition is not None, (text, binding.errors)
    return binding.definition


TEXTS = [text.format(during=during) for text, during in product(COUNTED, DURING)]
ASKED = [(text, definition_of(text, zone)) for text, zone in product(TEXTS, ("UTC", "Asia/Tokyo"))]


@settings(max_examples=10, deadline=None)
@given(state=states(), seed=st.integers(0, 1000))
def test_conditions_asked_together_are_answered_as_each_alone(state: Database, seed: int) -> None:
    definitions = [definition for _, definition in ASKED]
    with record_of(state) as connection, TemporaryDirectory() as folder:
        random = np.random.default_rng(seed)
        index = split(index_of(connection, CATALOG, state.now, Path(folder)), random)
        audience = definitions[0].audience
        numbers = np.flatnonzero(random.random(index.entity(audience).size) < 0.7)
        found = kernels.truths_of(
            index,
            [(one.where, one.timezone) for one in definitions],
            audience,
            numbers=numbers,
            now=state.now,
            memberships=SqlMemberships(connection),
        )
        keys = set(keys_of(connection, audience, numbers.tolist()))
        for (text, definition), holds in zip(ASKED, found, strict=True):
            members = keys_of(connection, audience, numbers[holds].tolist())
            assert set(members) == set(reference.members(definition, state)) & keys, (text, definition)

"""On other data too, every evaluator gives the members that the reference gives."""

from __future__ import annotations

from functools import cache
from itertools import groupby

import pytest

from satsuma.evaluation import reference
from satsuma.evaluation.reference import Database
from satsuma.evaluation.sql import UnsupportedError
from tests.conformance.cases import Case, cases
from tests.conformance.evaluators import EVALUATORS, Evaluator
from tests.conformance.forms import demands
from tests.conformance.states import mixed

SEEDS = range(2)
DOCUMENTS = [list(rows) for _, rows in groupby(cases(), key=lambda case: case.about)]
BY_NAME = {rows[0].about: rows for rows in DOCUMENTS}


@cache
def expected_of(about: str, seed: int) -> tuple[Database, dict[str, set[str]]]:
    """Other data for a document, and who then meets each of its rows."""
    rows = BY_NAME[about]
    state = mixed(rows[0].database, seed)
    return state, {
        str(case): reference.members(definition, state)
        for case in rows
        if case.members is not None and (definition := case.binding.definition) is not None
    }


@pytest.mark.parametrize("evaluator", EVALUATORS[1:], ids=lambda evaluator: evaluator.name)
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("rows", DOCUMENTS, ids=lambda rows: rows[0].about)
def test_an_evaluator_agrees_with_the_reference(rows: list[Case], seed: int, evaluator: Evaluator) -> None:
    state, expected = expected_of(rows[0].about, seed)
    different = {}
    for case in rows:
        definition = case.binding.definition if case.members is not None else None
        if definition is None or demands(case) & evaluator.gaps.keys():
            continue
        try:
            found = evaluator.evaluate(definition, state)
        except UnsupportedError:
            continue
        members = expected[str(case)]
        if found != members:
            different[str(case)] = {"missing": members - found, "too many": found - members}
    assert different == {}


def test_mixed_states_tell_definitions_apart() -> None:
    """Most definitions hold for some and not for others, or agreement would prove nothing."""
    assert len(BY_NAME) == len(DOCUMENTS)
    telling = [
        0 < len(expected[str(case)]) < len(state.records[case.binding.definition.audience.name])
        for about, rows in BY_NAME.items()
        for state, expected in (expected_of(about, 0),)
        for case in rows
        if str(case) in expected and case.binding.definition is not None
    ]
    assert sum(telling) > 0.7 * len(telling)

"""On other data too, every evaluator gives the members that the reference gives."""

from __future__ import annotations

from itertools import groupby

import pytest

from satsuma.evaluation import reference
from satsuma.evaluation.sql import UnsupportedError
from tests.conformance.cases import Case, cases
from tests.conformance.evaluators import EVALUATORS, Evaluator
from tests.conformance.forms import demands
from tests.conformance.states import mixed

SEEDS = range(2)
DOCUMENTS = [list(rows) for _, rows in groupby(cases(), key=lambda case: case.about)]


@pytest.mark.parametrize("evaluator", EVALUATORS[1:], ids=lambda evaluator: evaluator.name)
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("rows", DOCUMENTS, ids=lambda rows: rows[0].about)
def test_an_evaluator_agrees_with_the_reference(rows: list[Case], seed: int, evaluator: Evaluator) -> None:
    state = mixed(rows[0].database, seed)
    different = {}
    for case in rows:
        definition = case.binding.definition if case.members is not None else None
        if definition is None or demands(case) & evaluator.gaps.keys():
            continue
        expected = reference.members(definition, state)
        try:
            found = evaluator.evaluate(definition, state)
        except UnsupportedError:
            continue
        if found != expected:
            different[str(case)] = {"missing": expected - found, "too many": found - expected}
    assert different == {}


def test_mixed_states_tell_definitions_apart() -> None:
    """Most definitions hold for some and not for others, or agreement would prove nothing."""
    telling = [
        0 < len(reference.members(definition, state)) < len(state.records[definition.audience.name])
        for rows in DOCUMENTS
        for state in (mixed(rows[0].database, seed=0),)
        for case in rows
        if case.members is not None and (definition := case.binding.definition) is not None
    ]
    assert sum(telling) > 0.7 * len(telling)

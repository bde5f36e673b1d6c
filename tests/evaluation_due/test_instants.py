"""Between two instants that `due` names, and before the first, no condition changes by itself."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby, pairwise

import pytest

from satsuma.evaluation import reference
from satsuma.evaluation.due import Span, depends_on_clock, instants
from satsuma.evaluation.reference.conditions import truth
from satsuma.evaluation.reference.data import Database
from satsuma.evaluation.reference.scope import Scope
from satsuma.kernel.civil import US_PER_DAY
from satsuma.kernel.zones import zone
from satsuma.language import bound
from tests.conformance.cases import Case, cases
from tests.conformance.states import mixed

SPAN_US = 400 * US_PER_DAY
GRID = 12
INSTANTS_MAX = 40
RECORDS_MAX = 3

DOCUMENTS = [list(rows) for _, rows in groupby(cases(), key=lambda case: case.about)]


@pytest.mark.parametrize("rows", DOCUMENTS, ids=lambda rows: rows[0].about)
def test_a_condition_is_constant_between_the_instants_that_are_named(rows: list[Case]) -> None:
    order = random.Random(len(rows))
    for case, definition in _definitions(rows):
        for state in (case.database, mixed(case.database, seed=order.randrange(1000))):
            for key in _some(order, state, definition):
                _check(case, definition, state, key, order)


def test_the_cases_have_conditions_that_the_clock_changes() -> None:
    """Or nothing above would have been proved."""
    changed = 0
    for rows in DOCUMENTS:
        for case, definition in _definitions(rows):
            later = replace(case.database, now=case.database.now + 45 * US_PER_DAY)
            changed += reference.members(definition, later) != reference.members(definition, case.database)
    assert changed > 100


def _check(case: Case, definition: bound.Definition, state: Database, key: str, order: random.Random) -> None:
    record = state.records[definition.audience.name][key]
    clocks = zone(definition.timezone)
    span = Span(state.now, state.now + SPAN_US)
    named = instants(definition.where, record, Scope(state, clocks, truth), span)
    if not depends_on_clock(definition.where):
        assert named == [], f"{case}: the clock plays no part in it"

    def holds(at: int) -> bool:
        return truth(definition.where, record, Scope(replace(state, now=at), clocks, truth))

    pieces = list(pairwise([span.after, *named, span.upto + 1]))
    if len(pieces) > INSTANTS_MAX:
        pieces = order.sample(pieces, INSTANTS_MAX)
    for begin, end in pieces:
        wanted = holds(begin)
        inside = {end - 1, *(order.randrange(begin, end) for _ in range(max(1, GRID // len(pieces))))}
        different = [at for at in inside if holds(at) != wanted]
        assert different == [], f"{case}: {key} changes in [{begin}, {end}) at {different}"


def _definitions(rows: list[Case]) -> Iterator[tuple[Case, bound.Definition]]:
    for case in rows:
        definition = case.binding.definition if case.members is not None else None
        if definition is not None:
            yield case, definition


def _some(order: random.Random, state: Database, definition: bound.Definition) -> list[str]:
    keys = sorted(state.records.get(definition.audience.name, {}))
    return order.sample(keys, min(RECORDS_MAX, len(keys)))

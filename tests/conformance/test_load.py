"""A state written into a record's tables and read back is the same state."""

from __future__ import annotations

import pytest

from satsuma.evaluation.reference.load import load
from tests.conformance.cases import Case, cases
from tests.conformance.load_record import record_of

ONE_OF_EACH_DOCUMENT = list({case.about: case for case in cases() if case.members is not None}.values())


@pytest.mark.parametrize("case", ONE_OF_EACH_DOCUMENT, ids=str)
def test_a_state_comes_back_from_the_file_as_it_went_in(case: Case) -> None:
    state = case.database
    with record_of(state) as connection:
        found = load(connection, state.catalog, state.now)
    assert found.records == state.records
    assert by_member(found.interactions) == by_member(state.interactions)
    assert found.segments == state.segments
    assert found.lists == state.lists
    assert set(found.consent) == set(state.consent)


def by_member(interactions: object) -> object:
    """Interactions by audience and member, in their total order; audiences without any left out."""
    assert isinstance(interactions, dict)
    return {
        (audience, member): sorted(of_member, key=lambda one: one.order)
        for audience, of_audience in interactions.items()
        for member, of_member in of_audience.items()
    }

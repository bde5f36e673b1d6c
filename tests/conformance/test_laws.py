"""Laws that hold of every row, whatever its form: complement, and that the order of records never matters."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

import pytest

from satsuma.evaluation.reference import Database, holds, members
from satsuma.language import bound
from satsuma.language.binding import bind
from satsuma.language.canonical import canonical
from satsuma.language.text import parse_text, print_text
from tests.conformance.cases import Case, cases

CASES = [case for case in cases() if case.members is not None]
Content = TypeVar("Content")


def definition_of(case: Case) -> bound.Definition:
    definition = case.binding.definition
    assert definition is not None
    return definition


@pytest.mark.parametrize("case", CASES, ids=str)
def test_not_is_the_complement_in_the_audience(case: Case) -> None:
    definition = definition_of(case)
    everyone = set(case.database.records[definition.audience.name])
    negated = replace(definition, where=bound.Not(definition.where))
    assert members(negated, case.database) == everyone - members(definition, case.database)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_order_of_what_is_stored_never_matters(case: Case) -> None:
    definition = definition_of(case)
    assert members(definition, shuffled(case.database, seed=7)) == case.members


@pytest.mark.parametrize("case", CASES, ids=str)
def test_written_as_text_it_means_the_same(case: Case) -> None:
    where = case.source.where
    assert where is not None
    again = replace(case.source, where=parse_text(print_text(where)))
    assert bind(again, case.catalog, case.names).definition == definition_of(case)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_canonical_form_means_the_same(case: Case) -> None:
    where = case.source.where
    assert where is not None
    binding = bind(replace(case.source, where=canonical(where)), case.catalog, case.names)
    assert binding.definition is not None, "; ".join(map(str, binding.errors))
    assert members(binding.definition, case.database) == case.members


@pytest.mark.parametrize("case", CASES[::7], ids=str)
def test_one_record_is_judged_as_among_all(case: Case) -> None:
    definition = definition_of(case)
    everyone = case.database.records[definition.audience.name]
    found = {key for key in everyone if holds(definition.where, key, case.database, definition)}
    assert found == case.members
    assert not holds(bound.All(()), "no such record", case.database, definition)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_is_warned_of_the_whole_definition_is_so(case: Case) -> None:
    everyone = set(case.database.records[definition_of(case).audience.name])
    of_whole = {warning.code for warning in case.binding.warnings if warning.path == "where"}
    if of_whole & {"warning.never_true", "warning.contradiction"}:
        assert case.members == set()
    if "warning.always_true" in of_whole:
        assert case.members == everyone


def shuffled(database: Database, seed: int) -> Database:
    """The same state with everything in another order."""
    order = random.Random(seed)

    def mixed(things: Mapping[str, Content]) -> dict[str, Content]:
        return dict(order.sample(list(things.items()), len(things)))

    return replace(
        database,
        records={
            entity: mixed(
                {
                    key: replace(
                        record,
                        observations=tuple(order.sample(record.observations, len(record.observations))),
                    )
                    for key, record in records.items()
                }
            )
            for entity, records in database.records.items()
        },
        interactions={
            audience: {key: tuple(order.sample(one, len(one))) for key, one in of_audience.items()}
            for audience, of_audience in database.interactions.items()
        },
        consent=tuple(order.sample(database.consent, len(database.consent))),
    )

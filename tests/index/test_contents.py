"""The index holds exactly what the record holds: values, order, links, both ways."""

from __future__ import annotations

from itertools import groupby

import numpy as np
import pytest

from satsuma.evaluation.reference import Database
from satsuma.index import Index
from tests.conformance.cases import cases
from tests.conformance.load_record import record_of
from tests.conformance.states import mixed
from tests.index.reading import (
    expected_interactions,
    index_of,
    interactions_in,
    keys_of,
    led_to,
    records_in,
)

STATES = {about: next(rows).database for about, rows in groupby(cases(), key=lambda case: case.about)}


@pytest.fixture(params=STATES, ids=str, scope="module")
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Database, Index]:
    state = mixed(STATES[request.param], seed=11)
    with record_of(state) as connection:
        return state, index_of(connection, state.catalog, state.now, tmp_path_factory.mktemp("index"))


def test_it_holds_what_the_record_holds(both: tuple[Database, Index]) -> None:
    state, index = both
    for name, records in state.records.items():
        found = records_in(index, name)
        assert found == {key: dict(record.attributes) for key, record in records.items()}
    for name, type_ in state.catalog.interactions.items():
        keys = keys_of(index, type_.audience)
        numbers = {key: number for number, key in enumerate(keys) if key}
        assert interactions_in(index, name) == expected_interactions(state, name, numbers)


def test_keys_are_ranked_by_code_point(both: tuple[Database, Index]) -> None:
    _, index = both
    for table in index.entities.values():
        keys = keys_of(index, table.entity.name)
        in_order = [keys[n] for n in np.argsort(table.key_rank)]
        assert in_order == sorted(keys)


def test_time_order_has_every_interaction_once_ascending(both: tuple[Database, Index]) -> None:
    _, index = both
    for one in index.interactions.values():
        (table,) = one.parts
        owner = np.repeat(np.arange(len(table.offsets) - 1), np.diff(table.offsets))
        grouped = sorted(zip(table.occurred_at.tolist(), owner.tolist(), strict=True))
        assert list(zip(table.time_at.tolist(), table.time_member.tolist(), strict=True)) == grouped


def test_references_lead_to_records_and_back(both: tuple[Database, Index]) -> None:
    state, index = both
    for table in index.entities.values():
        records = state.records.get(table.entity.name, {})
        for name, attribute in table.entity.attributes.items():
            if attribute.to is None:
                continue
            ends = keys_of(index, attribute.to)
            forward = led_to(index, attribute, table.columns[attribute.number])
            keys = keys_of(index, table.entity.name)
            expected = {
                key: record.attributes[name]
                for key, record in records.items()
                if record.attributes.get(name) in state.records.get(attribute.to, {})
            }
            assert {keys[n]: ends[to] for n, to in enumerate(forward) if to >= 0} == expected
            found = index.links[attribute.number].referrers(np.arange(len(ends)))
            back = {keys[referrer]: ends[to] for to, referrer in zip(*found, strict=True)}
            assert back == expected

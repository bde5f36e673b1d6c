"""Plans: a part that decides much at little cost is asked first, and what stands twice is evaluated once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import duckdb
import pytest

from satsuma.catalog import change, declare
from satsuma.catalog.model import Catalog
from satsuma.evaluation import kernels, reference
from satsuma.evaluation.kernels import conditions, interactions
from satsuma.evaluation.reference.literals import database
from satsuma.index import Index
from satsuma.language import bound, tree
from satsuma.language.binding import bind
from satsuma.language.text import parse_text
from tests.conformance.load_record import keys_of, record_of
from tests.index.reading import index_of

CATALOG, _ = change.apply(
    Catalog(),
    declare.read(
        {
            "timezone": "UTC",
            "entities": {"contact": {"audience": True, "attributes": {"city": "text", "age": "integer"}}},
            "interactions": {
                name: {"audience": "contact", "attributes": {"n": "integer"}} for name in ("often", "seldom")
            },
        }
    ),
)
STATE = database(
    CATALOG,
    "2026-02-01T00:00Z",
    records={"contact": {f"c{n}": {"city": f"city {n % 20}", "age": n % 90} for n in range(200)}},
    interactions=[
        *(["often", f"c{n % 200}", f"2026-01-{n % 28 + 1:02}", {"n": n % 7}] for n in range(1200)),
        *(["seldom", f"c{n}", "2026-01-09", {"n": 1}] for n in range(5)),
    ],
)


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with record_of(STATE) as found:
        yield found


@pytest.fixture(scope="module")
def index(connection: duckdb.DuckDBPyConnection, tmp_path_factory: pytest.TempPathFactory) -> Index:
    return index_of(connection, CATALOG, STATE.now, Path(tmp_path_factory.mktemp("index")))


def definition(text: str) -> bound.Definition:
    binding = bind(tree.Source(where=parse_text(text), audience="contact"), CATALOG)
    assert binding.definition is not None, binding.errors
    return binding.definition


def test_parts_of_all_come_by_cost_for_each_record_ruled_out(index: Index) -> None:
    text = 'did often and did seldom where n = 1 and city is "city 7" and not city is missing'
    lines = kernels.plan(index, definition(text)).splitlines()
    assert lines[0].startswith("200 of contact, ")
    parts = [line.split(":")[0].strip() for line in lines[2:]]
    # Hardly anybody did `seldom`, and nearly everybody `often`: to ask that rules out nobody.
    assert parts == ["city =", "did seldom (count)", "not", "city IsMissing", "did often (count)"]


def test_parts_of_any_come_by_cost_for_each_record_let_in(index: Index) -> None:
    text = 'city is "city 7" or age >= 10 or did seldom where n = 1'
    lines = kernels.plan(index, definition(text)).splitlines()
    assert [line.split(":")[0].strip() for line in lines[2:]] == ["age >=", "city =", "did seldom (count)"]


TWICE = """
(city is "city 7" and did often at least 3 times where n >= 2)
or (age >= 40 and not did often at least 3 times where n >= 2)
"""


def test_what_stands_twice_is_told_once_and_evaluated_once(
    index: Index, connection: duckdb.DuckDBPyConnection
) -> None:
    wanted = definition(TWICE)
    lines = kernels.plan(index, wanted).splitlines()
    assert sum("evaluated once for all places" in line for line in lines) == 1
    assert sum("answered already above" in line for line in lines) == 1
    with patch.object(conditions, "did", wraps=interactions.did) as asked:
        found = kernels.members(index, wanted, cursor=connection, now=STATE.now)
    assert asked.call_count == 1
    keys = keys_of(connection, wanted.audience, found.tolist())
    assert keys == reference.members(wanted, STATE)


def test_few_who_are_left_are_asked_alone(index: Index, connection: duckdb.DuckDBPyConnection) -> None:
    wanted = definition('city is "city 7" and did often at least 3 times where n >= 2')
    with patch.object(conditions, "did", wraps=interactions.did) as asked:
        found = kernels.members(index, wanted, cursor=connection, now=STATE.now)
    (call,) = asked.call_args_list
    asked_about = index.named("contact").keys_of(call.args[1].numbers)
    assert sorted(asked_about) == sorted(f"c{n}" for n in range(7, 200, 20))
    keys = keys_of(connection, wanted.audience, found.tolist())
    assert keys == reference.members(wanted, STATE)

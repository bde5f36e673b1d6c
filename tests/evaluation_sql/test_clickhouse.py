"""ClickHouse says the same as DuckDB: every form, and the clocks of a zone that changes them often."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.conformance.load_record import record_of
from tests.evaluation_sql.chdb_engine import ChdbRecord
from tests.evaluation_sql.forms import FORMS
from tests.evaluation_sql.states import definition_of, keys_of, shop


class _Shop:
    """The shop in ClickHouse."""

    def __init__(self, engine: ChdbRecord, keys: dict[int, str], now: int) -> None:
        self.engine, self.keys, self.now = engine, keys, now

    def members(self, where: dict[str, Any], timezone: str | None = None) -> set[str]:
        found = self.engine.members(definition_of(where, timezone=timezone), now=self.now)
        return {self.keys[number] for number in found}


@pytest.fixture(scope="module")
def clickhouse() -> Iterator[_Shop]:
    state = shop()
    record = record_of(state)
    with ChdbRecord(record, state.catalog) as engine:
        keys = keys_of(record, state.catalog.entities["contact"])
        record.close()
        yield _Shop(engine, keys, state.now)


@pytest.mark.parametrize(("where", "members"), [pytest.param(w, m, id=why) for why, w, m in FORMS])
def test_a_form_means_the_same(clickhouse: _Shop, where: dict[str, Any], members: set[str]) -> None:
    assert clickhouse.members(where) == members


@pytest.mark.parametrize(("where", "members"), [pytest.param(w, m, id=why) for why, w, m in FORMS])
def test_not_is_the_exact_complement(clickhouse: _Shop, where: dict[str, Any], members: set[str]) -> None:
    assert clickhouse.members({"not": where}) == {"ann", "bob", "cat", "dan", "eve"} - members


@pytest.mark.parametrize(
    ("value", "op"),
    [
        ({"attribute": "birth", "plus": {"months": 430}}, ">="),
        ({"attribute": "birth", "plus": {"months": 432}}, "<"),
        ({"now": True, "plus": {"months": -1}}, ">"),
    ],
)
def test_calendar_steps_of_columns(clickhouse: _Shop, value: dict[str, Any], op: str) -> None:
    where = {"attribute": "signup", "op": op, "value": value}
    assert clickhouse.members(where, timezone="Africa/Casablanca") == {"ann"}

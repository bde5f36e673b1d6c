"""What an engine refuses is an error, never an answer."""

from __future__ import annotations

import pytest

from satsuma.evaluation import sql
from tests.conformance.load_record import record_of
from tests.evaluation_sql.states import definition_of, shop


def test_an_engines_error_names_the_condition_it_came_from() -> None:
    state = shop()
    record = record_of(state)
    record.execute("DROP TABLE list_members")
    definition = definition_of(
        {"all": [{"segment": "Trial"}, {"any": [{"not": {"list": "News"}}, {"did": "form"}]}]}
    )
    with pytest.raises(sql.EvaluationError) as failed:
        sql.members(record, definition, catalog=state.catalog, now=state.now)
    record.close()
    assert failed.value.details["condition"] == "where.all[1].any[0].not"
    assert failed.value.details["engine"] == "duckdb"

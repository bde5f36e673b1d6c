"""What SQL does not say is named, and what an engine refuses is an error, never an answer."""

from __future__ import annotations

from typing import Any

import pytest

from satsuma.evaluation import sql
from satsuma.evaluation.sql.dialects.gaps import GAPS
from tests.conformance.load_record import record_of
from tests.evaluation_sql.states import CATALOG, definition_of, shop

ASKED: dict[str, dict[str, Any]] = {
    "periods_beside_attribute": {
        "did": "purchase",
        "measure": {
            "active_periods": {
                "length": {"weeks": 1},
                "of_last": 4,
                "count": {"op": ">=", "value": {"attribute": "age"}},
            }
        },
        "is": {"op": ">=", "value": 1},
    },
}


@pytest.mark.parametrize("gap", sorted(GAPS))
def test_each_gap_refuses_and_names_itself_and_its_reason(gap: str) -> None:
    definition = definition_of(ASKED[gap])
    for engine in GAPS[gap].engines:
        with pytest.raises(sql.UnsupportedError) as refused:
            sql.to_sql(definition, catalog=CATALOG, now=0, engine=engine)
        assert refused.value.details == {"gap": gap, "kind": GAPS[gap].kind, "engine": engine}
        assert GAPS[gap].reason in refused.value.message


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

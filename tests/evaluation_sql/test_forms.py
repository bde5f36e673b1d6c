"""Every form of condition in DuckDB, on a shop that a person can check."""

from __future__ import annotations

from typing import Any

import pytest

from satsuma.evaluation import reference
from tests.evaluation_sql.forms import FORMS
from tests.evaluation_sql.states import definition_of, members_in_duckdb, shop


@pytest.mark.parametrize(("where", "members"), [pytest.param(w, m, id=why) for why, w, m in FORMS])
def test_a_form_means_in_sql_what_was_worked_out_by_hand(where: dict[str, Any], members: set[str]) -> None:
    state, definition = shop(), definition_of(where)
    assert reference.members(definition, state) == members
    assert members_in_duckdb(definition, state) == members


@pytest.mark.parametrize("where", [pytest.param(w, id=why) for why, w, _ in FORMS])
def test_not_is_the_exact_complement_in_sql(where: dict[str, Any]) -> None:
    state = shop()
    everyone = set(state.records["contact"])
    assert members_in_duckdb(definition_of({"not": where}), state) == everyone - members_in_duckdb(
        definition_of(where), state
    )

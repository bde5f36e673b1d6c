"""Every evaluator gives the members that each row of the tables says; the checker the problems it says."""

from __future__ import annotations

import pytest

from satsuma.evaluation.sql import UnsupportedError
from tests.conformance.cases import Case, cases
from tests.conformance.evaluators import EVALUATORS, REASONS, Evaluator
from tests.conformance.forms import demands, everything, forms, table

CASES = cases()
OF_EVALUATORS = [case for case in CASES if case.members is not None]
OF_CHECKER = [case for case in CASES if case.members is None]


@pytest.mark.parametrize("evaluator", EVALUATORS, ids=lambda evaluator: evaluator.name)
@pytest.mark.parametrize("case", OF_EVALUATORS, ids=str)
def test_an_evaluator_gives_the_members_of_the_row(case: Case, evaluator: Evaluator) -> None:
    definition = case.binding.definition
    assert definition is not None, "; ".join(map(str, case.binding.errors))
    gaps = {demand: evaluator.gaps[demand] for demand in demands(case) if demand in evaluator.gaps}
    try:
        found = evaluator.evaluate(definition, case.database)
    except UnsupportedError:
        if not gaps:
            raise
        pytest.skip(next(iter(gaps.values())))
    if found != case.members and case.row.get("demanding") in gaps:
        pytest.skip(gaps[case.row["demanding"]])
    assert found == case.members
    assert not gaps, "it can do this now: take the gap out of the table"


@pytest.mark.parametrize("case", OF_CHECKER, ids=str)
def test_the_checker_finds_the_problems_of_the_row(case: Case) -> None:
    found = case.problems()
    expected: list[str] = case.row["refused"] if "refused" in case.row else case.row["warned"]
    assert sorted({problem.code for problem in found}) == sorted(expected)
    assert all((problem.severity == "warning") is ("warned" in case.row) for problem in found)


def test_every_gap_of_an_evaluator_carries_its_reason() -> None:
    gaps = [(one.name, gap, reason) for one in EVALUATORS for gap, reason in one.gaps.items()]
    assert [gap for gap in gaps if gap[2].partition(":")[0] not in REASONS] == []


def test_every_row_says_why_and_no_two_rows_of_a_document_ask_the_same() -> None:
    seen = {(case.about, case.row["why"]) for case in CASES}
    assert len(seen) == len(CASES)
    asked = [repr((case.about, {**case.row, "why": ""})) for case in CASES]
    assert sorted({one for one in asked if asked.count(one) > 1}) == []


def test_every_form_has_a_row() -> None:
    assert sorted(everything() - {form for case in OF_EVALUATORS for form in forms(case)}) == []


def test_the_table_of_forms_lists_each_with_its_rows() -> None:
    lines = table().splitlines()
    assert lines[0] == f"{len(CASES)} rows, {len(OF_EVALUATORS)} of them for evaluators"
    counts = {line[7:]: int(line[:5]) for line in lines[1 : 1 + len(everything())]}
    assert counts.keys() == everything()
    assert counts["Sequence"] == sum("Sequence" in forms(case) for case in OF_EVALUATORS)


def test_there_are_enough_rows() -> None:
    assert len(CASES) >= 250

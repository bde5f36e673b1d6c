"""A plan tells how a segment would be evaluated, and evaluates nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from satsuma import workspace
from satsuma.kernel.errors import ConflictError, DefinitionError
from tests.segments.shop import shop


def test_a_plan_has_a_line_for_each_part_in_the_order_of_evaluation(tmp_path: Path) -> None:
    with shop(tmp_path) as ws:
        ws.warm()
        segment = ws.segments.create("Target", where='did purchase and city is "Paris" and not (age < 35)')
        first, *lines = segment.plan().splitlines()
        assert first.startswith("3 of contact, ")
        assert lines[0] == "all, each part only for those left; stops when nobody is left"
        labels = [line.strip().partition(":")[0] for line in lines[1:]]
        assert sorted(labels) == ["age <", "city =", "did purchase (count)", "not"]
        # The draft is told of, not what was there before.
        segment.edit("did purchase or did purchase")
        assert "answered already above" in segment.plan()


def test_a_plan_wants_the_index_and_a_definition_without_errors(tmp_path: Path) -> None:
    with shop(tmp_path):
        pass
    with workspace.open(tmp_path, warming="asked") as ws:
        segment = ws.segments.create("Target", where="did purchase")
        with pytest.raises(ConflictError) as error:
            segment.plan()
        assert error.value.code == "conflict.cold"
        ws.warm()
        assert "did purchase" in segment.plan()
        segment.edit("did sneeze")
        with pytest.raises(DefinitionError):
            segment.plan()

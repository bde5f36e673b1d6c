"""What once went wrong goes right: every stored case, in all evaluators."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.oracle import cases


@pytest.mark.parametrize("path", cases.stored(), ids=lambda path: path.stem)
def test_evaluators_agree_on_a_case_that_once_divided_them(path: Path) -> None:
    case = cases.from_text(path.read_text(encoding="utf-8"))
    assert cases.replay(case) == []


@pytest.mark.parametrize("path", cases.stored(), ids=lambda path: path.stem)
def test_a_case_is_stored_as_it_would_be_written(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert cases.to_text(cases.from_text(text)) == text

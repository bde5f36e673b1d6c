"""What was decided of texts is remembered up to a bound, and decided again after that, to the same end."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from satsuma.catalog.model import ValueType
from satsuma.evaluation.kernels import deciding, vectors
from satsuma.evaluation.kernels.vectors import Vector


def test_decisions_are_forgotten_beyond_a_bound_and_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["", "one", "two", "three"]
    dictionary = vectors.dictionary_of(texts)
    rows = Vector(ValueType.TEXT, np.arange(4).repeat(8).astype(np.uint8), dictionary=dictionary)
    asked: list[str] = []

    def decided(wanted: str) -> list[bool]:
        def ask(those: Any) -> Any:
            asked.append(wanted)
            return pc.equal(those, pa.scalar(wanted))

        found: list[bool] = deciding.decided(rows, ("is", wanted), ask, folded=True)[::8].tolist()
        return found

    monkeypatch.setattr(deciding, "REMEMBERED_BYTES_MAX", 2 * len(texts))
    for _ in range(2):
        assert [decided(wanted) for wanted in ("one", "two")] == [
            [False, True, False, False],
            [False, False, True, False],
        ]
    assert asked == ["one", "two"]
    # The third does not fit beside the first two, which are forgotten.
    assert decided("three") == [False, False, False, True]
    assert decided("one") == [False, True, False, False]
    assert asked == ["one", "two", "three", "one"]

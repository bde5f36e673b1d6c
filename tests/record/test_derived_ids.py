"""Interactions without an id get one from their source and position, the same whenever they come."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from satsuma.kernel.ids import derived_id
from satsuma.record.store import Record
from tests.record.support import PURCHASE, catalog, interactions

ROWS = [{"contact": "c", "occurred_at": 50, "amount": n} for n in range(11)]
"""Of one instant: only their ids tell which came first."""


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    with Record.create(tmp_path, workspace_id="w", catalog=catalog(), at=100, actor="ann") as made:
        yield made


def _append(record: Record, rows: list[dict[str, object]], source: str) -> tuple[int, int]:
    with record.begin(at=record.now + 1, actor="ann") as change:
        taken = change.append("purchase", interactions(PURCHASE, rows, change.catalog), source=source)
    return taken.accepted, taken.duplicates


def test_those_of_one_instant_stand_in_the_order_in_which_they_came(record: Record) -> None:
    assert _append(record, ROWS, "file") == (11, 0)
    rows = record.query("SELECT id, amount FROM purchase ORDER BY id").to_pylist()
    assert [row["amount"] for row in rows] == list(range(11))
    assert [row["id"] for row in rows] == [derived_id("file", position) for position in range(11)]


def test_a_source_that_comes_again_repeats_nothing_and_another_is_another(record: Record) -> None:
    assert _append(record, ROWS[:10], "file") == (10, 0)
    assert _append(record, ROWS, "file") == (1, 10)
    assert _append(record, ROWS, "another") == (11, 0)

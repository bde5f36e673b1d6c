"""Pace: chunks of an import follow the time that they take, and rows are taken alike in whatever chunks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from satsuma.commit.writer import Writer
from satsuma.membership.follow import Whole
from satsuma.sync.importer import Importer
from satsuma.sync.options import ImportOptions
from satsuma.sync.pace import CHUNK_ROWS_MIN, CHUNK_US, Pace
from tests.sync.support import shop

ROWS = 160_000


@given(st.integers(1, 400_000), st.integers(1, 100_000))
def test_chunks_come_to_take_the_time_that_they_may(rows_max: int, rows_per_second: int) -> None:
    pace = Pace(rows_max)
    for _ in range(30):
        pace.took(pace.rows, pace.rows * 1_000_000 // rows_per_second)
    fitting = rows_per_second * CHUNK_US // 1_000_000
    wanted = min(max(fitting, CHUNK_ROWS_MIN), rows_max)
    assert abs(pace.rows - wanted) <= max(2, wanted // 50)


def test_nothing_changes_where_nobody_measures() -> None:
    pace = Pace(1_000_000)
    pace.took(1_000_000, 0)
    assert pace.rows == 1_000_000


def test_an_import_that_is_slow_makes_smaller_versions_and_takes_the_same_rows(tmp_path: Path) -> None:
    file = tmp_path / "contacts.csv"
    file.write_text("id,age\n" + "".join(f"c-{number},{number % 90}\n" for number in range(ROWS)))
    with shop(tmp_path / "shop") as found:
        # Each look at the watch is two seconds after the last.
        watch = iter(range(0, 1_000_000_000, 2_000_000))
        writer = Writer(found.record, found.clock, lambda _: (), Whole(_never), steady_us=lambda: next(watch))
        importer = Importer(found.record, writer, actor="tester", locked=lambda _: frozenset())
        report = importer.run(importer.plan([file], target="contact", options=ImportOptions(rows_max=20_000)))
        assert (report.rows_read, report.accepted, report.created) == (ROWS, ROWS, ROWS)
        sizes = found.query(
            "SELECT count(*) AS rows FROM main.contact_1_history GROUP BY _version ORDER BY _version"
        )
    counts = [row["rows"] for row in sizes]
    assert counts[0] == 20_000
    assert counts[-2] == CHUNK_ROWS_MIN
    assert sum(counts) == ROWS


def _never(*_: object) -> Any:
    raise AssertionError("there are no segments to evaluate")

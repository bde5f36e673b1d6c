"""The demo ends as it was generated, and its segments have been live for days before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pyarrow as pa
import pytest

import satsuma
from satsuma.demo.build import build
from satsuma.demo.data import DAY_US, Sizes, anchor_of, generate
from satsuma.demo.history import unfold
from satsuma.workspace import Workspace

ANCHOR = anchor_of(dt.date(2026, 3, 10))
SIZES = Sizes(contacts=400, accounts=20, products=20, events=6, registrations=200, interactions=4_000)
DAYS = 9


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    directory = tmp_path_factory.mktemp("demo") / "shop"
    build(directory, ANCHOR, lambda _what, _share: None, SIZES, DAYS)
    with satsuma.open(directory, clock=satsuma.ManualClock(ANCHOR), warming="asked") as found:
        yield found


def test_what_ends_is_what_was_generated(demo: Workspace) -> None:
    for batch in generate(ANCHOR, sizes=SIZES):
        if not batch.interactions:
            names = [name for name in batch.table.column_names if name != "home"]
            columns = ", ".join(f'"{name}"' for name in names)
            stored = demo.sql(f"SELECT {columns} FROM {batch.target} ORDER BY id")
            made = batch.table.select(names).sort_by("id")
            for name in set(names) - {"interests"}:
                assert stored[name].equals(made[name].cast(stored[name].type)), (batch.target, name)
        else:
            count = demo.sql(f"SELECT count(*) AS n FROM {batch.target}")["n"].to_pylist()
            assert count == [batch.table.num_rows]


def test_segments_changed_on_days_before_the_last(demo: Workspace) -> None:
    assert demo.verify() == ()
    days = set[int]()
    for name in ("In Berlin", "Silver and gold", "Engaged readers", "Lapsed buyers"):
        at = demo.segments[name].changes()["at"].cast(pa.int64()).to_pylist()
        days |= {(ANCHOR - one) // DAY_US for one in at if one is not None}
    assert len(days) > DAYS // 2


def test_no_interaction_comes_twice() -> None:
    history = unfold(generate(ANCHOR, sizes=SIZES), ANCHOR, DAYS)
    assert len(history.days) == DAYS
    late = history.before + [batch for day in history.days for batch in day]
    for target in {batch.target for batch in late if batch.interactions}:
        ids = [key for batch in late if batch.target == target for key in batch.table["id"].to_pylist()]
        assert len(ids) == len(set(ids))

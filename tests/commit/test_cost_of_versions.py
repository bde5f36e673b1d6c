"""No version of a run pays for what is stored: what each writes, reads and saves is counted, not timed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

import satsuma
from satsuma.kernel.instants import format_instant
from satsuma.membership import making
from satsuma.record.files import Settings
from satsuma.record.sql import scalar

START = "2026-06-01T00:00:00Z"
DAY_US = 86_400_000_000
MEMBERS, VERSIONS, BATCH = 300, 24, 20


@dataclass(frozen=True)
class Cost:
    """The most that any version of a run cost.

    Attributes:
        log_bytes: Written to the log.
        ids_read: Ids that were read from the record.
        blocks: Blocks of hashes of ids that were read.
        snapshots: Snapshots of members that were saved.
        members: Members that leaves were asked for.
    """

    log_bytes: int
    ids_read: int
    blocks: int
    snapshots: int
    members: int


@pytest.fixture
def small_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "SNAPSHOT_CHANGES_MIN", 0)


@pytest.mark.usefixtures("small_bounds")
def test_a_run_of_versions_over_ten_times_the_history_costs_no_more(tmp_path: Path) -> None:
    once, ten_times = (_most(tmp_path / str(rows), rows) for rows in (30, 300))
    assert once.snapshots == ten_times.snapshots == 2
    assert once.ids_read == ten_times.ids_read == 0
    assert max(once.blocks, ten_times.blocks) <= BATCH
    assert ten_times.members == once.members
    assert ten_times.log_bytes <= 1.1 * once.log_bytes


def _most(path: Path, rows_each: int) -> Cost:
    """The most of each kind that a version of a run costs, in a workspace with such a history."""
    _stored(path, rows_each)
    with satsuma.open(path, clock=satsuma.ManualClock(START), warming="asked") as workspace:
        workspace.warm()
        sums, found = [Cost(0, 0, 0, 0, 0)], list[Cost]()
        for version in range(VERSIONS):
            workspace.append("purchase", _rows(workspace.now, version))
            sums.append(_sum(workspace))
            last, before = _values(sums[-1]), _values(sums[-2])
            more = Cost(*(one - other for one, other in zip(last, before, strict=True)))
            found.append(replace(more, members=workspace.engine.counted.members))
        assert workspace.verify() == ()
    return Cost(*(max(values) for values in zip(*map(_values, found), strict=True)))


def _sum(workspace: satsuma.Workspace) -> Cost:
    """What all versions so far have cost; `members` are counted by version."""
    record = workspace._record
    memory = record._memory
    (runs,) = memory.ids.values()
    assert memory.id_files is not None
    assert runs.file is not None
    with record.cursor() as cursor:
        snapshots = scalar(cursor, "SELECT count(*) FROM membership_snapshots")
    return Cost(record.checkpoints.log_bytes, memory.id_files.rows_read, runs.file.blocks_read, snapshots, 0)


def _values(cost: Cost) -> tuple[int, ...]:
    return cost.log_bytes, cost.ids_read, cost.blocks, cost.snapshots, cost.members


def _stored(path: Path, rows_each: int) -> None:
    settings = Settings(index_tail_rows=1_000)
    with satsuma.open(
        path, clock=satsuma.ManualClock(START), warming="asked", settings=settings
    ) as workspace:
        workspace.upsert("contact", [{"id": f"c-{n}"} for n in range(MEMBERS)])
        old = [
            {
                "id": f"old-{n}-{row}",
                "contact": f"c-{n}",
                "occurred_at": format_instant(workspace.now - (400 + row) * DAY_US),
                "amount": 10,
            }
            for n in range(MEMBERS)
            for row in range(rows_each)
        ]
        workspace.append("purchase", old)
        for times in range(1, 8):
            where = f"not (did purchase in the last {30 * times} days)"
            workspace.segments.create(f"Months {times}", where=where)
        workspace.warm()
        workspace.segments.go_live([f"Months {times}" for times in range(1, 8)])


def _rows(now: int, version: int) -> list[dict[str, object]]:
    return [
        {
            "id": f"new-{version}-{n}",
            "contact": f"c-{(7 * version + n) % MEMBERS}",
            "occurred_at": format_instant(now - n * 3_600_000_000),
            "amount": 60,
        }
        for n in range(BATCH)
    ]

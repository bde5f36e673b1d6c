"""Rows that cannot be taken wait with their reason, and can be replayed."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest

from satsuma.catalog.model import Mode
from satsuma.kernel.errors import NotFoundError, UsageError
from satsuma.record.intake import Intake
from satsuma.record.quarantine import REFUSED
from satsuma.record.store import Record
from tests.record.support import CONTACT, PURCHASE, catalog, interactions, plain_row, records


@pytest.fixture
def record(tmp_path: Path) -> Record:
    return Record.create(tmp_path, workspace_id="w", catalog=catalog(Mode.STRICT), at=100, actor="ann")


def refused(position: int, row: str = "{}") -> pa.Table:
    """One refused row, as intake gives it."""
    return pa.Table.from_pylist(
        [{"position": position, "code": "data.type", "message": "no number", "row": row}], schema=REFUSED
    )


def test_what_intake_refused_and_what_the_store_refuses_wait_in_the_order_they_came(record: Record) -> None:
    with record.begin(at=101, actor="a") as change:
        change.upsert("contact", records(CONTACT, [{"id": "a"}], change.catalog))
        rows = [{"contact": "a", "occurred_at": 1}, {"contact": "nobody", "occurred_at": 2}]
        good = interactions(PURCHASE, rows, change.catalog)
        intake = Intake(good.groups, refused(2, '{"amount": "x"}'), good.catalog)
        taken = change.append("purchase", intake, source="file.csv", import_id=7)
    assert (taken.accepted, taken.quarantined) == (1, 2)
    first, second = record.quarantine("purchase")
    assert (first.id, first.position, first.code) == (0, 1, "data.unknown_member")
    assert (second.id, second.position, second.code, second.kind) == (1, 2, "data.type", "interactions")
    assert json.loads(first.row) == {"contact": "nobody", "occurred_at": "1970-01-01T00:00:00.000002Z"}
    assert {(q.source, q.import_id, q.version, q.at) for q in (first, second)} == {("file.csv", 7, 1, 101)}
    assert record.quarantine("contact") == []
    assert record.quarantine(limit=1) == [first]
    assert record.quarantine(after=0) == [second]


def test_a_replayed_row_gets_the_id_it_would_have_had_at_first(record: Record) -> None:
    rows = [{"contact": "b", "occurred_at": 1}, {"contact": "c", "occurred_at": 2}]
    with record.begin(at=101, actor="a") as change:
        change.append("purchase", interactions(PURCHASE, rows, change.catalog), source="file.csv")
    with record.begin(at=102, actor="a") as change:
        change.upsert("contact", records(CONTACT, [{"id": "c"}], change.catalog))
    waiting = record.quarantine("purchase")
    again = [plain_row(json.loads(q.row)) for q in waiting]
    with record.begin(at=103, actor="a") as change:
        intake = interactions(PURCHASE, again, change.catalog)
        taken = change.append("purchase", intake, replaying=[q.id for q in waiting])
    assert (taken.accepted, taken.quarantined) == (1, 1)
    (left,) = record.quarantine("purchase")
    assert (left.id, left.version, left.at, left.source, left.position) == (0, 3, 103, "file.csv", 0)
    done = record.quarantine("purchase", replayed=True)[1]
    assert done.replayed_version == 3
    with record.begin(at=104, actor="a") as change:
        repeated = change.append("purchase", interactions(PURCHASE, rows, change.catalog), source="file.csv")
    assert (repeated.accepted, repeated.duplicates, repeated.quarantined) == (0, 1, 1)
    assert repeated.duplicate_positions.tolist() == [1]


def test_an_interaction_without_an_id_needs_a_source(record: Record) -> None:
    rows = interactions(PURCHASE, [{"contact": "a", "occurred_at": 1}], record.catalog)
    with record.begin(at=101, actor="a") as change:
        change.upsert("contact", records(CONTACT, [{"id": "a"}], change.catalog))
        with pytest.raises(UsageError) as caught:
            change.append("purchase", rows)
        assert change.append("purchase", rows, source="request 1").accepted == 1
    assert caught.value.code == "usage.source"


def test_rows_of_no_known_type_can_be_kept_too(record: Record) -> None:
    with record.begin(at=101, actor="a") as change:
        assert change.quarantine("interactions", "no_such_type", refused(3), source="request 1") == 1
        with pytest.raises(UsageError):
            change.quarantine("something", "no_such_type", refused(3))
    (kept,) = record.quarantine("no_such_type")
    assert (kept.position, kept.source) == (3, "request 1")


def test_what_is_not_in_quarantine_cannot_be_replayed(record: Record) -> None:
    rows = interactions(PURCHASE, [{"contact": "a", "occurred_at": 1}], record.catalog)
    with pytest.raises(NotFoundError), record.begin(at=101, actor="a") as change:
        change.append("purchase", rows, replaying=[12])

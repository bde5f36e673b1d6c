"""Rows that cannot be taken wait with their reason, and can be replayed."""

from __future__ import annotations

import json
from pathlib import Path
from types import MappingProxyType

import pyarrow as pa
import pytest

from satsuma.catalog.model import Attribute, Catalog, Entity, Mode, OwnerKind, ValueType
from satsuma.kernel.errors import ConflictError, NotFoundError, UsageError
from satsuma.record import quarantine
from satsuma.record.intake import Intake, take_records
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
    assert (left.id, left.version, left.at, left.source, left.position) == (0, 1, 101, "file.csv", 0)
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


def test_a_full_quarantine_refuses_the_version_until_it_is_cleared(
    record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quarantine, "QUARANTINE_ROWS_MAX", 2)
    rows = interactions(PURCHASE, [{"contact": "x", "occurred_at": 1}] * 2, record.catalog)
    with record.begin(at=101, actor="a") as change:
        change.append("purchase", rows, source="first")
    with pytest.raises(ConflictError) as caught, record.begin(at=102, actor="a") as change:
        change.append("purchase", rows, source="second")
    assert caught.value.code == "conflict.quarantine_full"
    assert [q.id for q in record.quarantine()] == [0, 1]
    with record.begin(at=103, actor="a") as change:
        assert quarantine.clear(change, [0, 1, 7]) == 2
        change.append("purchase", rows, source="third")
    assert [(q.id, q.source) for q in record.quarantine()] == [(2, "third"), (3, "third")]


def test_a_row_that_the_store_refused_says_all_that_came(tmp_path: Path) -> None:
    values: dict[str, tuple[ValueType, object]] = {
        "name": (ValueType.TEXT, "Ω"),
        "visits": (ValueType.INTEGER, -(2**63)),
        "score": (ValueType.NUMBER, 0.1),
        "paid": (ValueType.DECIMAL, "99999999999999.9999"),
        "is_new": (ValueType.BOOLEAN, False),
        "born": (ValueType.DATE, "1970-02-28"),
        "seen": (ValueType.TIMESTAMP, "2026-01-02T03:04:05.000006Z"),
        "tier": (ValueType.CHOICE, "gold"),
        "teams": (ValueType.CHOICES, ["a", "b"]),
        "boss": (ValueType.REFERENCE, "b"),
        "home": (ValueType.LOCATION, {"latitude": 1.25, "longitude": -2.5}),
        "fax": (ValueType.TEXT, None),
    }
    attributes = {
        name: Attribute(
            number, name, type_, "person", OwnerKind.ENTITY, to="person" if name == "boss" else None
        )
        for number, (name, (type_, _)) in enumerate(values.items(), 2)
    }
    person = Entity(1, "person", audience=True, attributes=MappingProxyType(attributes))
    known = Catalog(1, entities=MappingProxyType({"person": person}), next_number=20)
    row = {"id": "p", "observed_at": "1970-01-01T00:00:00.000050Z", **{n: v for n, (_, v) in values.items()}}
    with Record.create(tmp_path / "w", workspace_id="w", catalog=known, at=100, actor="a") as record:
        with record.begin(at=100, actor="a") as change:
            first = take_records([row], "person", known, now=100, observed_at="observed_at")
            change.upsert("person", first)
            change.delete("person", ["p"])
        with record.begin(at=101, actor="a") as change:
            assert change.upsert("person", first).quarantined == 1
        (refused_row,) = record.quarantine("person")
        assert refused_row.code == "data.deleted_since"
        came = json.loads(refused_row.row)
        again = take_records([came], "person", known, now=101, observed_at="observed_at")
    assert (first.refused.num_rows, again.refused.num_rows) == (0, 0)
    assert again.groups == first.groups


def test_a_limit_below_zero_is_refused(record: Record) -> None:
    with pytest.raises(UsageError, match="found the limit -1"):
        record.quarantine(limit=-1)

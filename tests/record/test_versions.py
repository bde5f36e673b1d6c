"""One version is all or nothing, for readers, after an exception, and in memory."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from threading import Timer

import numpy as np
import pytest

from satsuma.kernel.errors import ConflictError, InvariantError
from satsuma.record.store import Record
from tests.record.support import CONTACT, PURCHASE, catalog, interactions, records


@pytest.fixture
def record(tmp_path: Path) -> Record:
    return Record.create(tmp_path, workspace_id="w", catalog=catalog(), at=100, actor="ann")


def test_an_exception_leaves_nothing_behind_and_numbers_go_on_without_a_gap(record: Record) -> None:
    with record.begin(at=101, actor="ann") as change:
        change.upsert("contact", records(CONTACT, [{"id": "a", "observed_at": 50}], change.catalog))
    with suppress(ZeroDivisionError), record.begin(at=102, actor="bob") as change:
        change.upsert(
            "contact", records(CONTACT, [{"id": "a", "observed_at": 10}, {"id": "b"}], change.catalog)
        )
        rows = [{"id": "1", "contact": "c", "occurred_at": 5}]
        change.append("purchase", interactions(PURCHASE, rows, change.catalog))
        change.merge("contact", keep="b", drop="a")
        change.delete("contact", ["b"])
        _ = 1 // 0
    assert (record.version, record.now) == (1, 101)
    assert record.number_of("contact", ["a", "b", "c"]).tolist() == [0, -1, -1]
    with record.begin(at=103, actor="ann") as change:
        taken = change.upsert("contact", records(CONTACT, [{"id": "n"}, {"id": "a"}], change.catalog))
        assert taken.created.tolist() == [1]
        assert change.append("purchase", interactions(PURCHASE, rows, change.catalog)).accepted == 1
    assert record.keys_of("contact", np.arange(3, dtype=np.uint32)).to_pylist() == ["a", "n", "c"]
    first = record.query("SELECT epoch_us(_first_observed_at) AS us FROM contact_1 ORDER BY _number")
    assert first["us"].to_pylist() == [50, 103, 5]
    assert [v.actor for v in record.versions()] == ["ann", "ann"]
    record.close()


def test_a_checkpoint_waits_for_readers_and_gives_up_with_an_error_of_ours(record: Record) -> None:
    def move(at: int, city: str) -> None:
        with record.begin(at=at, actor="ann") as change:
            change.upsert("contact", records(CONTACT, [{"id": "a", "city": city}], change.catalog))

    move(101, "Rome")
    reading = record.cursor()
    cursor = reading.__enter__()
    move(102, "Oslo")
    with pytest.raises(ConflictError, match="1 readings of the workspace still ran"):
        record.checkpoint(patience_seconds=0.01)
    assert cursor.execute("SELECT city FROM data.contact").fetchall() == [("Rome",)]
    ended = Timer(0.1, lambda: reading.__exit__(None, None, None))
    ended.start()
    record.checkpoint()
    ended.join()
    with record.begin(at=103, actor="ann") as change:
        with pytest.raises(InvariantError):
            record.checkpoint()
        change.abort()
    record.close()


def test_a_reader_keeps_its_version_while_others_are_made(record: Record) -> None:
    with record.begin(at=101, actor="ann") as change:
        change.upsert("contact", records(CONTACT, [{"id": "a", "city": "Rome"}], change.catalog))
    with record.cursor() as cursor:
        with record.begin(at=102, actor="ann") as change:
            change.upsert(
                "contact", records(CONTACT, [{"id": "a", "city": "Oslo"}, {"id": "b"}], change.catalog)
            )
            assert record.query("SELECT id, city FROM contact").to_pylist() == [{"id": "a", "city": "Rome"}]
        seen = cursor.execute("SELECT id, city FROM data.contact").fetchall()
        assert seen == [("a", "Rome")]
        assert record.query("SELECT count(*) AS n FROM contact")["n"].to_pylist() == [2]
    record.close()


def test_a_version_is_made_one_at_a_time(record: Record) -> None:
    with record.begin(at=101, actor="ann"), pytest.raises(InvariantError), record.begin(at=101, actor="ann"):
        pass
    assert record.version == 1
    record.close()


def test_the_list_of_versions_says_who_made_what(record: Record) -> None:
    with record.begin(at=101, actor="ann"):
        pass
    with record.begin(at=105, actor="clock", kind="clock", detail="tick"):
        pass
    last = record.versions(since=1)
    assert [(v.version, v.at, v.actor, v.kind, v.detail) for v in last] == [
        (2, 105, "clock", "clock", "tick")
    ]
    record.close()


def test_whose_first_version_came_to_nothing_is_named_by_the_next_one(record: Record) -> None:
    for actor, fails in (("bob", True), ("cid", False), ("bob", False), ("cid", False)):
        with suppress(ZeroDivisionError), record.begin(at=101, actor=actor):
            _ = 1 // (not fails)
    assert [one.actor for one in record.versions()] == ["cid", "bob", "cid"]

"""The rows of lists, consent, segments, overrides and uses: what is written is read back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from satsuma.record import consent, definitions, lists, memberships, overrides, uses
from satsuma.record.consent import DENIED, GRANTED, ConsentEntry
from satsuma.record.definitions import SegmentRow
from satsuma.record.store import Record
from satsuma.record.uses import Thing
from tests.record.support import CONTACT, catalog, records


@pytest.fixture
def record(tmp_path: Path) -> Record:
    made = Record.create(tmp_path, workspace_id="w", catalog=catalog(), at=100, actor="ann")
    with made.begin(at=101, actor="ann") as change:
        rows = [{"id": key} for key in "abcd"]
        change.upsert("contact", records(CONTACT, rows, change.catalog))
    return made


def numbers(*given: int) -> np.ndarray[tuple[int], np.dtype[np.uint32]]:
    return np.array(given, dtype=np.uint32)


def test_of_consent_the_latest_counts_and_at_one_instant_the_denial(record: Record) -> None:
    with record.begin(at=110, actor="ann") as change:
        for member, state, at in [
            (0, GRANTED, 50),
            (0, DENIED, 40),
            (1, DENIED, 60),
            (1, GRANTED, 60),
            (2, GRANTED, 60),
            (2, DENIED, 200),
        ]:
            consent.add(change, CONTACT.number, ConsentEntry(member, "email", state, at, source="form"))
        consent.add(change, CONTACT.number, ConsentEntry(3, "phone", GRANTED, 1))
    with record.cursor() as cursor:
        latest = consent.latest(cursor, CONTACT.number, "email", 110)
        assert latest.to_pylist() == [
            {"member": 0, "state": GRANTED},
            {"member": 1, "state": DENIED},
            {"member": 2, "state": GRANTED},
        ]
        assert consent.latest(cursor, CONTACT.number, "email", 200)["state"].to_pylist()[2] == DENIED
        assert [e.at for e in consent.of_member(cursor, CONTACT.number, 0)] == [50, 40]


def test_consent_goes_with_a_merge_and_ends_with_a_deletion(record: Record) -> None:
    with record.begin(at=110, actor="ann") as change:
        consent.add(change, CONTACT.number, ConsentEntry(0, "email", GRANTED, 50))
        consent.add(change, CONTACT.number, ConsentEntry(2, "email", GRANTED, 50))
        change.merge("contact", keep="b", drop="a")
        change.delete("contact", ["c"])
    with record.cursor() as cursor:
        assert consent.latest(cursor, CONTACT.number, "email", 110)["member"].to_pylist() == [1]


def test_lists_note_who_joined_and_left(record: Record) -> None:
    with record.begin(at=110, actor="ann") as change:
        news = lists.create(change, "News", CONTACT.number, subscription=True, description="monthly")
        assert lists.join(change, news.id, numbers(2, 0, 2)).tolist() == [0, 2]
        assert lists.join(change, news.id, numbers(2, 3)).tolist() == [3]
    with record.begin(at=111, actor="ann") as change:
        assert lists.leave(change, news.id, numbers(1, 2)).tolist() == [2]
        lists.rename(change, news.id, "Letters")
        deleted = change.delete("contact", ["a"])
    assert deleted.lists == (news.id,)
    with record.cursor() as cursor:
        assert lists.all_lists(cursor) == [replace(news, name="Letters")]
        assert lists.members(cursor, news.id).tolist() == [3]
        changes = cursor.execute(
            "SELECT member, version, sign FROM list_changes ORDER BY version, member"
        ).fetchall()
    assert changes == [(0, 2, 1), (2, 2, 1), (3, 2, 1), (0, 3, -1), (2, 3, -1)]
    with record.begin(at=112, actor="ann") as change:
        lists.remove(change, news.id)
    with record.cursor() as cursor:
        assert lists.all_lists(cursor) == []
        assert lists.members(cursor, news.id).tolist() == []


def test_segments_and_their_definitions_are_read_as_written(record: Record) -> None:
    row = SegmentRow(0, "VIP", CONTACT.number, "dynamic", "draft", 110, 2, 110, starts_at=5, folder="a/b")
    with record.begin(at=110, actor="ann") as change:
        assert definitions.next_segment(change) == 0
        definitions.put_segment(change, row)
        first = definitions.add_definition(change, 0, '{"all": []}', "hash1")
        second = definitions.add_definition(change, 0, '{"any": []}', "hash2")
        definitions.put_tags(change, 0, ["b", "a", "a"])
        definitions.put_tests(change, 0, [("c-1", True), ("c-2", False)])
        overrides.put(change, 0, ["x", "y"], overrides.ALWAYS)
        overrides.put(change, 0, ["x"], overrides.NEVER)
        definitions.put_segment(change, replace(row, status="live", definition_id=second.id))
    assert (first.number, second.number) == (1, 2)
    with record.cursor() as cursor:
        assert definitions.segments(cursor) == [replace(row, status="live", definition_id=second.id)]
        assert definitions.definitions(cursor, 0) == [first, second]
        assert definitions.tags(cursor) == [(0, "a"), (0, "b")]
        assert definitions.tests(cursor, 0) == [("c-1", True), ("c-2", False)]
        kept = [(o.key, o.rule) for o in overrides.overrides(cursor, 0)]
    assert kept == [("x", "always"), ("y", "always"), ("x", "never")]
    with record.begin(at=111, actor="ann") as change:
        overrides.remove(change, 0, ["x"])
        assert [o.key for o in overrides.overrides(change.connection, 0)] == ["y"]
        definitions.remove_segment(change, 0)
        assert definitions.next_segment(change) == 1
    with record.cursor() as cursor:
        assert definitions.segments(cursor) == []
        assert overrides.overrides(cursor) == []


def test_signed_changes_and_members_go_together(record: Record) -> None:
    def changes(*rows: tuple[int, int, int]) -> pa.Table:
        named = [dict(zip(("segment", "member", "sign"), row, strict=True), cause="data") for row in rows]
        return pa.Table.from_pylist(named, schema=memberships.CHANGES)

    for number, rows in enumerate([[(5, 0, 1), (5, 2, 1), (6, 2, 1)], [(5, 0, -1), (5, 3, 1)]]):
        with record.begin(at=110 + number, actor="ann") as change:
            memberships.write_changes(change, changes(*rows))
    with record.cursor() as cursor:
        assert memberships.members(cursor, 5).tolist() == [2, 3]
        assert {s: m.tolist() for s, m in memberships.all_members(cursor).items()} == {5: [2, 3], 6: [2]}
        assert memberships.members_at(cursor, 5, 2).tolist() == [0, 2]
        told = memberships.changes(cursor, 5, since_version=2)
        assert told.to_pylist() == [
            {"segment": 5, "member": 0, "version": 3, "at_us": 111, "sign": -1, "cause": "data"},
            {"segment": 5, "member": 3, "version": 3, "at_us": 111, "sign": 1, "cause": "data"},
        ]
    with record.begin(at=120, actor="ann") as change:
        memberships.clear(change, 5)
    with record.cursor() as cursor:
        assert {s: m.tolist() for s, m in memberships.all_members(cursor).items()} == {6: [2]}
        assert memberships.changes(cursor).num_rows == 5


def test_uses_are_found_from_both_ends(record: Record) -> None:
    compound, vip, news = Thing("segment", 1), Thing("segment", 2), Thing("list", 2)
    with record.begin(at=110, actor="ann") as change:
        uses.put(change, compound, [vip, news, vip])
        uses.put(change, vip, [news])
    with record.cursor() as cursor:
        assert uses.users_of(cursor, news) == [compound, vip]
        assert uses.used_by(cursor, compound) == [news, vip]
        assert uses.between_segments(cursor) == {1: {2}}
    with record.begin(at=111, actor="ann") as change:
        uses.put(change, compound, [])
        assert uses.users_of(change.connection, vip) == []

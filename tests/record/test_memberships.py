"""Members of live segments: changes and snapshots give what all changes add up to, at every version."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyroaring import BitMap

from satsuma.kernel.errors import UsageError
from satsuma.record import memberships
from satsuma.record.change import Change
from satsuma.record.files import DATABASE_FILE
from satsuma.record.store import Record
from tests.record.support import catalog

Members: TypeAlias = dict[int, frozenset[int]]

SEGMENTS = (0, 3)

flips = st.lists(st.tuples(st.sampled_from(SEGMENTS), st.integers(0, 5)), max_size=6, unique=True)
versions = st.lists(
    st.tuples(flips, st.sets(st.sampled_from(SEGMENTS)), st.one_of(st.none(), st.none(), st.integers(0, 12))),
    min_size=2,
    max_size=10,
)


@settings(max_examples=max(20, settings().max_examples // 5))
@given(versions)
def test_members_at_every_version_are_the_sum_of_the_changes_up_to_it(trace: list[Any]) -> None:
    with TemporaryDirectory() as directory, _created(Path(directory)) as record:
        told: dict[int, Members] = {0: dict.fromkeys(SEGMENTS, frozenset())}
        first = 0
        for number, (moves, saved, before) in enumerate(trace, record.version + 1):
            with record.begin(at=number, actor="test") as change:
                told[number] = _move(change, told[number - 1], moves)
                for segment in saved:
                    memberships.snapshot(change, segment, BitMap(told[number][segment]))
                if before is not None:
                    memberships.prune(change, before)
                    first = max(first, min(before, number) - 1)
            _compare(record, {v: members for v, members in told.items() if v >= first})


def test_what_is_dropped_is_not_answered_wrongly_and_what_is_read_stays(tmp_path: Path) -> None:
    with _created(tmp_path) as record:
        for number in range(1, 6):
            with record.begin(at=number * 10, actor="test") as change:
                _move(change, dict.fromkeys(SEGMENTS, frozenset()), [(0, number), (3, number)])
        with record.begin(at=60, actor="test") as change:
            assert memberships.prune(change, 5, read_from={3: 20}) == 4 + 1
        with record.cursor() as cursor:
            assert memberships.members_at(cursor, 0, 4).tolist() == [1, 2, 3, 4]
            with pytest.raises(UsageError, match="begins at version 4") as refused:
                memberships.members_at(cursor, 0, 3)
            assert refused.value.details == {"first": 4}
            assert memberships.members_at(cursor, 3, 1).tolist() == [1]
            assert memberships.changes(cursor, 3)["version"].to_pylist() == [2, 3, 4, 5]
            assert memberships.sizes(cursor) == {0: 5, 3: 5}


def test_a_version_that_moves_one_member_writes_one_row(tmp_path: Path) -> None:
    with _created(tmp_path) as record:
        with record.begin(at=1, actor="test") as change:
            nobody = dict.fromkeys(SEGMENTS, frozenset[int]())
            members = _move(change, nobody, [(0, member) for member in range(20_000)])
            memberships.snapshot(change, 0, BitMap(members[0]))
        before = _rows(record)
        with record.begin(at=2, actor="test") as change:
            _move(change, members, [(0, 5)])
        after = _rows(record)
        assert {table: after[table] - before[table] for table in after} == {
            "membership_changes": 1,
            "membership_snapshots": 0,
        }
        with record.cursor() as cursor:
            assert memberships.unsaved(cursor) == {0: 1}
            assert len(memberships.members(cursor, 0)) == 19_999


def test_a_workspace_with_members_as_rows_keeps_them(tmp_path: Path) -> None:
    with _created(tmp_path) as record, record.begin(at=1, actor="test") as change:
        _move(change, dict.fromkeys(SEGMENTS, frozenset()), [(0, 4), (0, 2), (3, 2)])
    with duckdb.connect(str(tmp_path / DATABASE_FILE)) as connection:
        rows = connection.execute("SELECT * FROM segment_members").fetchall()
        connection.execute("DROP VIEW segment_members")
        connection.execute("DROP TABLE membership_snapshots")
        connection.execute(
            "CREATE TABLE segment_members (segment UINTEGER NOT NULL, member UINTEGER NOT NULL)"
        )
        connection.executemany("INSERT INTO segment_members VALUES (?, ?)", rows)
        connection.execute("ALTER TABLE deletions DROP COLUMN member")
        connection.execute("DELETE FROM migrations WHERE layer = 'record' AND number >= 3")
    with Record.open(tmp_path) as record:
        with record.begin(at=2, actor="test") as change:
            _move(change, {0: frozenset({2, 4}), 3: frozenset({2})}, [(0, 2), (3, 1)])
        _compare(
            record,
            {1: {0: frozenset({2, 4}), 3: frozenset({2})}, 2: {0: frozenset({4}), 3: frozenset({1, 2})}},
        )


def test_a_workspace_with_members_as_lists_keeps_them(tmp_path: Path) -> None:
    with _created(tmp_path) as record:
        with record.begin(at=1, actor="test") as change:
            members = _move(change, dict.fromkeys(SEGMENTS, frozenset()), [(0, 4), (0, 2), (0, 9), (3, 2)])
            memberships.snapshot(change, 0, BitMap(members[0]))
        with record.begin(at=2, actor="test") as change:
            later = _move(change, members, [(0, 2), (3, 7)])
            memberships.clear(change, 3)
    with duckdb.connect(str(tmp_path / DATABASE_FILE)) as connection:
        connection.execute(
            "CREATE TABLE lists_of AS SELECT segment, version, list_filter(range(bit_length(members)),"
            " lambda i: get_bit(members, i::INTEGER) = 1)::UINTEGER[] AS members, is_first"
            " FROM membership_snapshots"
        )
        connection.execute("DROP TABLE membership_snapshots")
        connection.execute("CREATE TABLE membership_snapshots AS FROM lists_of")
        connection.execute("DROP TABLE lists_of")
        lists = connection.execute("SELECT members FROM membership_snapshots ORDER BY segment").fetchall()
        assert lists == [([2, 4, 9],), ([],)]
        connection.execute("DELETE FROM migrations WHERE layer = 'record' AND number = 4")
    with Record.open(tmp_path) as record:
        _compare(record, {1: members, 2: {0: later[0], 3: frozenset()}})


def test_the_log_grows_by_a_snapshot_and_not_by_those_before_it(tmp_path: Path) -> None:
    log, grown, size = tmp_path / f"{DATABASE_FILE}.wal", list[int](), 0
    with _created(tmp_path) as record:
        for version in range(1, 9):
            with record.begin(at=version, actor="test") as change:
                memberships.snapshot(change, version, np.arange(0, 100_000, 2, dtype=np.uint32))
            grown.append(log.stat().st_size - size)
            size += grown[-1]
    assert max(grown[1:]) <= grown[0] < 20_000


def test_a_removed_segment_has_no_members_and_its_changes_stay(tmp_path: Path) -> None:
    with _created(tmp_path) as record:
        with record.begin(at=1, actor="test") as change:
            _move(change, dict.fromkeys(SEGMENTS, frozenset()), [(0, 4), (3, 2)])
        with record.begin(at=2, actor="test") as change:
            memberships.clear(change, 0)
        _compare(record, {1: {0: frozenset({4}), 3: frozenset({2})}, 2: {0: frozenset(), 3: frozenset({2})}})
        with record.cursor() as cursor:
            assert memberships.changes(cursor).num_rows == 2


def _created(directory: Path) -> Record:
    return Record.create(directory, workspace_id="w", catalog=catalog(), at=0, actor="test")


def _move(change: Change, before: Members, moves: list[tuple[int, int]]) -> Members:
    """Turn members of segments round: who is in leaves, who is not enters."""
    rows = [
        {
            "segment": segment,
            "member": member,
            "sign": -1 if member in before[segment] else 1,
            "cause": "data",
        }
        for segment, member in moves
    ]
    memberships.write_changes(change, pa.Table.from_pylist(rows, schema=memberships.CHANGES))
    return {
        segment: frozenset(members ^ {member for of, member in moves if of == segment})
        for segment, members in before.items()
    }


def _compare(record: Record, told: dict[int, Members]) -> None:
    last = told[max(told)]
    with record.cursor() as cursor:
        for version, members in told.items():
            for segment, some in members.items():
                found = memberships.members_at(cursor, segment, version)
                assert found.dtype == np.uint32
                assert found.tolist() == sorted(some), (version, segment)
        rows = cursor.execute("SELECT segment, member FROM segment_members ORDER BY ALL").fetchall()
        assert rows == [(segment, member) for segment in last for member in sorted(last[segment])]
        assert memberships.sizes(cursor) == {segment: len(some) for segment, some in last.items() if some}
        for segment, some in last.items():
            assert memberships.members(cursor, segment).tolist() == sorted(some)
            one = cursor.execute("SELECT member FROM segment_members WHERE segment = ?", [segment]).fetchall()
            assert {member for (member,) in one} == some


def _rows(record: Record) -> dict[str, int]:
    with record.cursor() as cursor:
        tables = ("membership_changes", "membership_snapshots")
        return {table: cursor.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0] for table in tables}

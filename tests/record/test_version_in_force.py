"""The version in force at an instant is the last that is not after it."""

from __future__ import annotations

from pathlib import Path

from satsuma.record import versions
from satsuma.record.sql import fetch
from satsuma.record.store import Record
from tests.record.support import catalog


def test_the_version_in_force_is_the_last_that_is_not_after_the_instant(tmp_path: Path) -> None:
    record = Record.create(tmp_path, workspace_id="w", catalog=catalog(), at=100, actor="ann")
    for at in (200, 200, 300):
        with record.begin(at=at, actor="ann"):
            pass
    with record.cursor() as cursor:
        found = [versions.in_force(cursor, at) for at in (99, 100, 199, 200, 299, 300, 10**15)]
        assert fetch(cursor, "SELECT 1 AS one").num_rows == 1, "the cursor is free for the next query"
    record.close()
    assert found == [None, 0, 0, 2, 2, 3, 3]

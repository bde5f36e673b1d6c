"""Opening a workspace: one owner, nothing half made, and refusals that say what to do."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from satsuma.catalog.model import Catalog
from satsuma.kernel.errors import (
    ConflictError,
    UsageError,
    WorkspaceDamagedError,
    WorkspaceError,
    WorkspaceLockedError,
    WorkspaceTooNewError,
)
from satsuma.record import migrations
from satsuma.record.files import DATABASE_FILE
from satsuma.record.lock import LOCK_FILE, Holder, read_holder
from satsuma.record.migrations import Migration
from satsuma.record.store import Record
from tests.record.support import CONTACT, catalog, records

HOLD = """
import sys
from satsuma.record.lock import Holder
from satsuma.record.store import Record
holder = Holder.this_process(since_us=1_767_225_600_000_000, command="satsuma serve", socket_path="/tmp/s")
with Record.open(sys.argv[1], holder=holder):
    print("open", flush=True)
    sys.stdin.read()
"""


def make(path: Path) -> Path:
    """An empty workspace, closed."""
    with Record.create(path, workspace_id="w-1", catalog=catalog(), at=5, actor="ann"):
        pass
    return path


def test_a_new_workspace_is_at_version_0_and_stays_so_when_opened_again(tmp_path: Path) -> None:
    with Record.create(tmp_path / "w", workspace_id="w-1", catalog=catalog(), at=5, actor="ann") as record:
        assert (record.version, record.now, record.catalog) == (0, 5, catalog())
    with Record.open(tmp_path / "w") as record:
        assert (record.version, record.now, record.catalog) == (0, 5, catalog())
        assert record.workspace_id == "w-1"
        (first,) = record.versions(since=-1)
        assert (first.version, first.at, first.actor, first.kind) == (0, 5, "ann", "created")


def test_a_workspace_is_not_made_over_another(tmp_path: Path) -> None:
    make(tmp_path)
    with pytest.raises(ConflictError, match="workspace already"):
        make(tmp_path)
    with Record.open(tmp_path):
        pass


def test_what_a_crash_while_making_left_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / f"{DATABASE_FILE}.unfinished").write_bytes(b"half of something")
    (tmp_path / f"{DATABASE_FILE}.unfinished.wal").write_bytes(b"and more")
    make(tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == [LOCK_FILE, DATABASE_FILE]


def test_a_second_process_is_told_who_holds_the_workspace(tmp_path: Path) -> None:
    make(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        with pytest.raises(WorkspaceLockedError) as caught:
            Record.open(tmp_path)
        other.send_signal(signal.SIGKILL)
    assert str(other.pid) in caught.value.message
    assert "satsuma serve" in caught.value.message
    assert "2026-01-01T00:00:00Z" in caught.value.message
    assert caught.value.details["socket"] == "/tmp/s"  # noqa: S108 - a name, no file
    assert caught.value.hint


def test_the_lock_of_a_killed_process_does_not_block(tmp_path: Path) -> None:
    make(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        other.send_signal(signal.SIGKILL)
    holder = read_holder(tmp_path)
    assert holder is not None
    assert holder.pid == other.pid
    with Record.open(tmp_path) as record:
        assert record.version == 0
        assert read_holder(tmp_path) == Holder.this_process()


def test_a_process_that_has_it_open_is_told_so(tmp_path: Path) -> None:
    make(tmp_path)
    with Record.open(tmp_path), pytest.raises(WorkspaceLockedError, match="already has the workspace"):
        Record.open(tmp_path)
    with Record.open(tmp_path):
        pass


def test_the_holder_can_say_where_it_serves(tmp_path: Path) -> None:
    make(tmp_path)
    with Record.open(tmp_path, holder=Holder.this_process(since_us=1, command="long " * 100)) as record:
        served = Holder(os.getpid(), "here", 1, "short", "/run/satsuma.sock")
        record.lock.announce(served)
        assert read_holder(tmp_path) == served
        assert json.loads((tmp_path / LOCK_FILE).read_text())["pid"] == os.getpid()
    assert read_holder(tmp_path) is None


def test_a_directory_without_a_workspace_is_left_as_it_was(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(WorkspaceDamagedError, match="is not a workspace") as caught:
            Record.open(path)
        assert caught.value.hint
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"not a database" * 1000])
def test_a_file_that_is_no_database_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / DATABASE_FILE).write_bytes(content)
    with pytest.raises(WorkspaceDamagedError) as caught:
        Record.open(tmp_path)
    assert caught.value.hint


def test_a_damaged_file_is_refused_and_the_lock_let_go(tmp_path: Path) -> None:
    make(tmp_path)
    database = tmp_path / DATABASE_FILE
    whole = database.read_bytes()
    # The headers stay, and all that they point at is gone.
    database.write_bytes(whole[:12288] + bytes(len(whole) - 12288))
    with pytest.raises(WorkspaceDamagedError):
        Record.open(tmp_path)
    database.write_bytes(whole)
    with Record.open(tmp_path) as record:
        assert record.version == 0


def test_a_database_of_something_else_is_refused(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / DATABASE_FILE)) as connection:
        connection.execute("CREATE TABLE meta (key VARCHAR, value VARCHAR)")
    with pytest.raises(WorkspaceDamagedError):
        Record.open(tmp_path)


def test_a_later_format_is_refused_as_too_new(tmp_path: Path) -> None:
    make(tmp_path)
    _run(tmp_path, "UPDATE meta SET value = '99' WHERE key = 'format'")
    with pytest.raises(WorkspaceTooNewError, match="99") as caught:
        Record.open(tmp_path)
    assert caught.value.details == {"found": 99, "expected_max": migrations.FORMAT}


def test_a_migration_that_is_not_known_is_refused_as_too_new(tmp_path: Path) -> None:
    more = (Migration("lists", 1, "a table", lambda c: c.execute("CREATE TABLE of_lists (i INT)")),)
    with Record.create(
        tmp_path, workspace_id="w", catalog=catalog(), at=1, actor="a", migrations_above=more
    ) as record:
        assert record.query("SELECT count(*) AS n FROM of_lists")["n"].to_pylist() == [0]
    with pytest.raises(WorkspaceTooNewError, match="migration 1 of 'lists'"):
        Record.open(tmp_path)
    with Record.open(tmp_path, migrations_above=more):
        pass


def test_an_older_workspace_is_brought_up_once_and_keeps_its_rows(tmp_path: Path) -> None:
    make(tmp_path)
    with Record.open(tmp_path) as record, record.begin(at=5, actor="ann") as change:
        change.upsert("contact", records(CONTACT, [{"id": "c", "city": "Rome"}], change.catalog))
    runs: list[int] = []

    def widen(connection: duckdb.DuckDBPyConnection) -> None:
        runs.append(1)
        connection.execute("ALTER TABLE actors ADD COLUMN email VARCHAR")

    above = (
        Migration("lists", 1, "first", widen),
        Migration("lists", 2, "second", lambda c: c.execute("UPDATE actors SET email = 'a@b'")),
    )
    for _ in range(2):
        with Record.open(tmp_path, migrations_above=above) as record:
            assert record.query("SELECT name, email FROM actors").to_pylist() == [
                {"name": "ann", "email": "a@b"}
            ]
            assert record.query("SELECT id, city FROM contact").to_pylist() == [{"id": "c", "city": "Rome"}]
            seen = record.query("SELECT layer, number, name FROM migrations ORDER BY ALL").to_pylist()
            of_lists = [m["number"] for m in seen if m["layer"] == "lists"]
            assert of_lists == [1, 2]
    assert runs == [1]


def test_a_migration_that_fails_leaves_the_workspace_as_it_was(tmp_path: Path) -> None:
    make(tmp_path)

    def fail(connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute("CREATE TABLE half (i INT)")
        connection.execute("SELECT no_such_column FROM half")

    with pytest.raises(WorkspaceDamagedError):
        Record.open(tmp_path, migrations_above=(Migration("lists", 1, "broken", fail),))
    with Record.open(tmp_path) as record, pytest.raises(UsageError, match="half"):
        record.query("SELECT * FROM half")


def test_a_record_that_knows_no_entity_yet_keeps_its_zone(tmp_path: Path) -> None:
    zoned = Catalog(timezone="America/New_York")
    with Record.create(tmp_path, workspace_id="w", catalog=zoned, at=10, actor="a") as record:
        assert record.catalog == zoned
    with Record.open(tmp_path) as record:
        assert record.catalog == zoned


def test_time_does_not_run_backwards(tmp_path: Path) -> None:
    with Record.create(tmp_path, workspace_id="w", catalog=catalog(), at=10, actor="a") as record:
        with pytest.raises(UsageError) as caught, record.begin(at=9, actor="a"):
            pass
        assert caught.value.code == "usage.clock_backwards"
        with record.begin(at=10, actor="a"):
            pass
        assert (record.version, record.now) == (1, 10)


def test_a_directory_that_cannot_hold_a_lock_says_so(tmp_path: Path) -> None:
    make(tmp_path)
    (tmp_path / LOCK_FILE).unlink()
    (tmp_path / LOCK_FILE).mkdir()
    with pytest.raises(WorkspaceError) as caught:
        Record.open(tmp_path)
    assert caught.value.code == "workspace.unwritable"


def test_a_closed_record_says_so(tmp_path: Path) -> None:
    record = Record.create(tmp_path, workspace_id="w", catalog=catalog(), at=10, actor="a")
    record.close()
    record.close()
    with pytest.raises(UsageError, match="is closed"):
        record.query("SELECT 1")


def _run(path: Path, statement: str) -> None:
    with duckdb.connect(str(path / DATABASE_FILE)) as connection:
        connection.execute(statement)


@pytest.mark.parametrize("below", ["file", "file/ws"])
def test_a_directory_that_cannot_be_made_is_told(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").write_text("not a directory")
    with pytest.raises(WorkspaceError, match=r"cannot be made: (File exists|Not a directory)") as refused:
        make(tmp_path / below)
    assert refused.value.code == "workspace.unwritable"

"""Backups hold one whole version, whatever goes on meanwhile; a damaged one is refused and leaves nothing."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satsuma import ManualClock, restore, workspace
from satsuma.index import Index
from satsuma.kernel.errors import ConflictError, DataError, Error, NotFoundError, WorkspaceTooNewError
from satsuma.lists.links import SECRET_FILE
from satsuma.record.backup import MANIFEST
from satsuma.record.files import DATABASE_FILE
from satsuma.record.store import Record
from satsuma.workspace import Workspace

START = "2026-06-01T00:00:00Z"

TABLES = (
    "SELECT table_schema, table_name FROM information_schema.tables WHERE table_schema = 'data' ORDER BY ALL"
)


@pytest.fixture(scope="module")
def backup(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("backup")
    with _open(folder / "shop") as ws:
        _fill(ws)
        ws.backup(folder / "shop.backup")
    return folder / "shop.backup"


def test_what_is_restored_is_what_was_backed_up(tmp_path: Path) -> None:
    told: list[float] = []
    with _open(tmp_path / "shop") as ws:
        _fill(ws)
        (tmp_path / "shop" / SECRET_FILE).write_bytes(b"secret")
        made = ws.backup(tmp_path / "shop.backup", progress=told.append)
        before = _contents(ws)
        assert (made.version, made.at) == (ws.version, ws.now)
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["shop", "shop.backup"]
    found = restore(tmp_path / "shop.backup", tmp_path / "again", progress=told.append)
    assert (found.version, found.at) == (made.version, made.at)
    assert (tmp_path / "again" / SECRET_FILE).read_bytes() == b"secret"
    assert (tmp_path / "again" / SECRET_FILE).stat().st_mode & 0o077 == 0
    with _open(tmp_path / "again") as ws:
        assert _contents(ws) == before
        assert ws.verify() == ()
        ws.upsert("contact", [{"id": "new", "age": 50}])
        assert "new" in ws.segments["adults"].members()


def test_a_backup_holds_one_version_while_versions_go_on_being_made(tmp_path: Path) -> None:
    stop = Event()
    with _open(tmp_path / "shop") as ws:
        _fill(ws)

        def write() -> None:
            count = 0
            while not stop.is_set():
                count += 1
                ws.upsert("contact", [{"id": f"n-{count}", "age": count}, {"id": "count", "age": count}])

        writing = Thread(target=write)
        writing.start()
        try:
            backups = [ws.backup(tmp_path / f"{number}.backup") for number in range(3)]
        finally:
            stop.set()
            writing.join()
        assert ws.version > backups[-1].version > backups[0].version
    for number, made in enumerate(backups):
        restore(tmp_path / f"{number}.backup", tmp_path / f"again-{number}")
        with _open(tmp_path / f"again-{number}") as ws:
            assert (ws.version, ws.now) == (made.version, made.at)
            last = ws.sql("SELECT age FROM contact WHERE id = 'count'").to_pylist()
            rows = ws.sql("SELECT count(*) AS n FROM contact WHERE id LIKE 'n-%'").to_pylist()
            assert rows[0]["n"] == (last[0]["age"] if last else 0)
            assert ws.verify() == ()


def test_a_file_that_exists_and_a_directory_that_is_not_empty_are_left_alone(
    tmp_path: Path, backup: Path
) -> None:
    taken = tmp_path / "taken"
    taken.write_text("mine")
    with _open(tmp_path / "shop") as ws, pytest.raises(ConflictError, match="exists already"):
        ws.backup(taken)
    full = tmp_path / "full"
    (full / "index").mkdir(parents=True)
    with pytest.raises(ConflictError, match="no empty directory"):
        restore(backup, full)
    with pytest.raises(ConflictError, match="no empty directory"):
        restore(backup, taken)
    with pytest.raises(NotFoundError, match="no file"):
        restore(tmp_path / "none", tmp_path / "again")
    assert taken.read_text() == "mine"
    assert sorted(path.name for path in full.iterdir()) == ["index"]
    assert not (tmp_path / "again").exists()


def test_a_backup_that_is_stopped_leaves_nothing(tmp_path: Path) -> None:
    def stop(part: float) -> None:
        if part > 0.85:
            raise KeyboardInterrupt

    with _open(tmp_path / "shop") as ws:
        _fill(ws)
        with pytest.raises(KeyboardInterrupt):
            ws.backup(tmp_path / "shop.backup", progress=stop)
        assert [path.name for path in tmp_path.iterdir()] == ["shop"]
        ws.upsert("contact", [{"id": "after"}])


def test_restoring_that_is_stopped_leaves_nothing(tmp_path: Path, backup: Path) -> None:
    def stop(_: float) -> None:
        raise KeyboardInterrupt

    (tmp_path / "empty").mkdir()
    for directory in (tmp_path / "none", tmp_path / "empty"):
        with pytest.raises(KeyboardInterrupt):
            restore(backup, directory, progress=stop)
    assert [path.name for path in tmp_path.iterdir()] == ["empty"]
    assert list((tmp_path / "empty").iterdir()) == []


@given(st.floats(0, 1, exclude_max=True), st.integers(1, 255))
def test_a_byte_that_changed_is_found_or_does_no_harm(backup: Path, where: float, flipped: int) -> None:
    content = bytearray(backup.read_bytes())
    place = int(where * len(content))
    content[place] ^= flipped
    _refused_or_whole(backup, bytes(content))


@given(st.floats(0, 1, exclude_max=True))
def test_a_file_that_was_cut_short_is_refused(backup: Path, where: float) -> None:
    content = backup.read_bytes()
    with pytest.raises(DataError, match="is no backup of a workspace, or is damaged"):
        _restored(backup, content[: int(where * len(content))])


def test_a_backup_whose_parts_do_not_belong_together_is_refused(backup: Path, tmp_path: Path) -> None:
    with _open(tmp_path / "other") as ws:
        ws.upsert("contact", [{"id": "x"}])
        ws.backup(tmp_path / "other.backup")
    with zipfile.ZipFile(backup) as one, zipfile.ZipFile(tmp_path / "other.backup") as other:
        manifest, foreign = json.loads(one.read(MANIFEST)), json.loads(other.read(MANIFEST))
        mixed = {**manifest, "files": foreign["files"]}
        parts = {"mixed": (mixed, other.read(DATABASE_FILE)), "later": ({**manifest, "format": 2}, b"")}
        parts["outside"] = ({**manifest, "files": {"../x": {"bytes": 0, "sha256": ""}}}, b"")
        parts["none"] = ({**manifest, "files": {}}, b"")
    for name, (told, database) in parts.items():
        made = tmp_path / f"{name}.backup"
        with zipfile.ZipFile(made, "w") as archive:
            archive.writestr(DATABASE_FILE, database)
            archive.writestr(MANIFEST, json.dumps(told))
        with pytest.raises(DataError, match="is no backup of a workspace"):
            restore(made, tmp_path / "again")
        assert not (tmp_path / "again").exists()
    assert not (tmp_path / "x").exists()


def test_what_a_later_satsuma_wrote_is_told_as_such(tmp_path: Path) -> None:
    with _open(tmp_path / "shop") as ws:
        at = ws.now
        note = "INSERT INTO migrations VALUES ('record', 99, 'from the future', make_timestamp(?))"
        ws.writer.commit(lambda change: change.connection.execute(note, [at]), actor="test")
        ws.backup(tmp_path / "shop.backup")
    with pytest.raises(WorkspaceTooNewError, match="migration 99"):
        restore(tmp_path / "shop.backup", tmp_path / "again")
    assert not (tmp_path / "again").exists()


def test_an_index_is_made_anew_after_restoring(tmp_path: Path) -> None:
    with _open(tmp_path / "shop") as ws:
        _fill(ws)
        ws.backup(tmp_path / "shop.backup")
        # The same number and instant as a version below, with other data.
        ws.upsert("contact", [{"id": "c-0", "age": 1}])
    with Record.open(tmp_path / "shop", migrations_above=workspace.MIGRATIONS) as record:
        stale = Index.open(record)
        assert stale.made
        number, at = record.version, record.now
    restore(tmp_path / "shop.backup", tmp_path / "again")
    assert not (tmp_path / "again" / "index").exists()
    with _open(tmp_path / "again") as ws:
        ws.upsert("contact", [{"id": "c-0", "age": 90}])
        assert (ws.version, ws.now) == (number, at)
        ws.warm()
        assert ws.verify() == ()
        assert len(ws.segments.create("old", where="age = 90").estimate().sample) == 1
    shutil.rmtree(tmp_path / "shop")


def _refused_or_whole(backup: Path, content: bytes) -> None:
    try:
        tables = _restored(backup, content)
    except Error:
        return
    assert tables == _restored(backup, backup.read_bytes())


def _restored(backup: Path, content: bytes) -> list[tuple[Any, ...]]:
    """The records of what is restored from a file with this content; nothing stays of it."""
    folder = backup.parent / "damaged"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / "file").write_bytes(content)
    try:
        restore(folder / "file", folder / "again")
    except Error:
        assert [path.name for path in folder.iterdir()] == ["file"]
        raise
    with Record.open(folder / "again", migrations_above=workspace.MIGRATIONS) as record:
        return [tuple(row.values()) for row in record.query("SELECT * FROM contact ORDER BY id").to_pylist()]


def _open(path: Path) -> Workspace:
    return workspace.open(path, clock=ManualClock(START), warming="asked")


def _fill(ws: Workspace) -> None:
    rows = [{"id": f"c-{number}", "age": number, "city": f"city {number % 7}"} for number in range(40)]
    ws.upsert("contact", rows)
    ws.append("visit", [{"contact": f"c-{number % 9}", "occurred_at": START} for number in range(30)])
    ws.segments.create("adults", where="age >= 18").go_live()
    ws.lists.create("newsletter").add(["c-1", "c-2"])
    ws.merge("contact", keep="c-1", drop="c-30")
    ws.delete("contact", ["c-5"])


def _contents(ws: Workspace) -> dict[str, list[dict[str, Any]]]:
    """What people see of everything that is stored."""
    return dict(_tables(ws))


def _tables(ws: Workspace) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for row in ws.sql(TABLES).to_pylist():
        name = row["table_name"]
        yield name, ws.sql(f'SELECT * FROM data."{name}" ORDER BY ALL').to_pylist()

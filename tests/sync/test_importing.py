"""Imports over time: stopped and resumed, repeated, grown, changed, undone, and tried dry."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from satsuma.kernel.errors import CancelledError, ConflictError, DataError, NotFoundError
from satsuma.record.intake import take_records
from satsuma.sync.ledger import State
from satsuma.sync.options import ImportOptions
from tests.sync import support
from tests.sync.support import Shop

VISITS = "contact,occurred_at,url\n" + "".join(
    f"c-{n % 7},2026-05-{n % 28 + 1:02}T10:00:00Z,/page/{n}\n" for n in range(50)
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "visits.csv"
    path.write_text(VISITS)
    return path


def _stop_after(chunks: int) -> Callable[[], bool]:
    asked = iter(range(10_000))
    return lambda: next(asked) >= chunks


def test_an_import_that_is_stopped_after_any_chunk_goes_on_where_it_was(tmp_path: Path, file: Path) -> None:
    options = ImportOptions(rows_max=8)
    with support.shop(tmp_path / "whole") as shop:
        shop.importer.run(shop.importer.plan([file], "visit", options, interactions=True))
        expected = support.contents(shop.record)
    for stop in (0, 1, 3, 6):
        folder = tmp_path / str(stop)
        with support.shop(folder) as shop:
            plan = shop.importer.plan([file], "visit", options, interactions=True)
            with pytest.raises(CancelledError) as stopped:
                shop.importer.run(plan, cancel=_stop_after(stop))
            assert stopped.value.code == "cancelled.import"
            assert [one.counts.rows_read for one in shop.importer.list()] == ([8 * stop] if stop else [])
        # Opened again: nothing is remembered but what is stored.
        with support.shop(folder) as shop:
            report = shop.importer.run(shop.importer.plan([file], "visit", options, interactions=True))
            assert (report.rows_read, report.accepted, report.duplicates) == (50, 50, 0)
            assert report.created == 7
            assert support.contents(shop.record) == expected
            assert [one.state for one in shop.importer.list()] == [State.DONE]


def test_an_import_is_resumed_by_its_id(tmp_path: Path, file: Path) -> None:
    with support.shop(tmp_path / "ws") as shop:
        plan = shop.importer.plan([file], "visit", ImportOptions(rows_max=8), interactions=True)
        with pytest.raises(CancelledError):
            shop.importer.run(plan, cancel=_stop_after(2))
        report = shop.importer.run(shop.importer.resume_plan(1, rows_max=30))
        assert (report.id, report.accepted) == (1, 50)
        with pytest.raises(ConflictError):
            shop.importer.resume_plan(1)
        with pytest.raises(NotFoundError):
            shop.importer.resume_plan(2)


def test_an_interrupted_import_bars_another_of_its_files(tmp_path: Path, file: Path) -> None:
    with support.shop(tmp_path / "ws") as shop:
        plan = shop.importer.plan([file], "visit", ImportOptions(rows_max=8), interactions=True)
        with pytest.raises(CancelledError):
            shop.importer.run(plan, cancel=_stop_after(2))
        with pytest.raises(ConflictError) as refused:
            shop.importer.plan([file], "visit", ImportOptions(ignore=frozenset({"url"})), interactions=True)
        assert refused.value.code == "conflict.interrupted"
        file.write_text(VISITS.replace("/page/40", "/page/x"))
        with pytest.raises(ConflictError) as refused:
            shop.importer.plan([file], "visit", ImportOptions(), interactions=True)
        assert refused.value.code == "conflict.file_changed"


def test_an_interrupted_import_of_a_file_that_grows_ends_where_it_was_planned_to(
    tmp_path: Path, file: Path
) -> None:
    with support.shop(tmp_path / "ws") as shop:
        plan = shop.importer.plan([file], "visit", ImportOptions(rows_max=8), interactions=True)
        with pytest.raises(CancelledError):
            shop.importer.run(plan, cancel=_stop_after(2))
        file.write_text(VISITS + "c-1,2026-05-01,/late\n")
        assert shop.importer.run(shop.importer.resume_plan(1)).accepted == 50
        report = shop.importer.run(shop.importer.plan([file], "visit", interactions=True))
        assert (report.rows_read, report.accepted) == (1, 1)


def test_the_same_file_again_is_nothing_to_do(tmp_path: Path, file: Path) -> None:
    with support.shop(tmp_path / "ws") as shop:
        shop.importer.run(shop.importer.plan([file], "visit", interactions=True))
        version = shop.record.version
        report = shop.importer.run(shop.importer.plan([file], "visit", interactions=True))
        assert (report.rows_read, report.unchanged) == (0, ((str(file), 1),))
        assert shop.record.version == version


def test_of_a_grown_file_only_new_rows_are_read(tmp_path: Path, file: Path) -> None:
    with support.shop(tmp_path / "ws") as shop:
        shop.importer.run(shop.importer.plan([file], "visit", interactions=True))
        file.write_text(VISITS + 'c-8,2026-05-30,"/new\npage"\n' + "c-9,2026-05-30\n")
        report = shop.importer.run(shop.importer.plan([file], "visit", interactions=True))
        assert (report.rows_read, report.accepted, report.quarantined) == (2, 1, 1)
        [refused] = shop.record.quarantine()
        assert refused.position == 51
    with support.shop(tmp_path / "other") as other:
        other.importer.run(other.importer.plan([file], "visit", interactions=True))
        with support.shop(tmp_path / "ws") as shop:
            assert support.contents(shop.record) == support.contents(other.record)


def test_a_file_whose_last_line_was_cut_off_has_changed(tmp_path: Path) -> None:
    file = tmp_path / "visits.csv"
    file.write_text(VISITS.rstrip("\n"))
    with support.shop(tmp_path / "ws") as shop:
        shop.importer.run(shop.importer.plan([file], "visit", interactions=True))
        file.write_text(VISITS.rstrip("\n") + "0\n")
        with pytest.raises(ConflictError) as refused:
            shop.importer.plan([file], "visit", interactions=True)
        assert refused.value.code == "conflict.file_changed"
        file.write_text(VISITS + "c-8,2026-05-30,/new\n")
        assert shop.importer.run(shop.importer.plan([file], "visit", interactions=True)).rows_read == 1


def test_a_changed_file_is_refused_until_its_rows_count_as_new(tmp_path: Path, file: Path) -> None:
    with support.shop(tmp_path / "ws") as shop:
        shop.importer.run(shop.importer.plan([file], "visit", interactions=True))
        file.write_text(VISITS.replace("/page/40", "/page/x"))
        with pytest.raises(ConflictError) as refused:
            shop.importer.plan([file], "visit", interactions=True)
        assert "undo import 1" in refused.value.hint
        again = ImportOptions(again=True)
        assert shop.importer.run(shop.importer.plan([file], "visit", again, interactions=True)).accepted == 50
        assert shop.query("SELECT count(*) AS n FROM visit") == [{"n": 100}]


def test_a_known_file_with_other_options_is_refused(tmp_path: Path, file: Path) -> None:
    with support.shop(tmp_path / "ws") as shop:
        shop.importer.run(shop.importer.plan([file], "visit", interactions=True))
        with pytest.raises(ConflictError) as refused:
            shop.importer.plan([file], "visit", ImportOptions(map={"url": "page"}), interactions=True)
        assert refused.value.code == "conflict.file_options"


def test_several_files_are_one_import_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name in ("b", "a", "c"):
        (tmp_path / f"{name}.csv").write_text(f"id,from\nc-1,{name}\n")
    with support.shop(tmp_path / "ws") as shop:
        files: list[str | Path] = [str(tmp_path / "*.csv"), tmp_path / "a.csv"]
        plan = shop.importer.plan(files, "contact")
        assert [Path(file.entry.path).name for file in plan.files] == ["a.csv", "b.csv", "c.csv"]
        report = shop.importer.run(plan)
        assert (report.accepted, report.created) == (3, 1)
        assert shop.query("SELECT * FROM contact") == [{"id": "c-1", "from": "c"}]
        assert len(shop.importer.list()) == 1


def test_progress_rises_to_all_bytes(tmp_path: Path, file: Path) -> None:
    seen: list[tuple[int, int, int]] = []
    other = tmp_path / "visits2.csv"
    other.write_text(VISITS)
    with support.shop(tmp_path / "ws") as shop:
        plan = shop.importer.plan([file, other], "visit", ImportOptions(rows_max=20), interactions=True)
        shop.importer.run(plan, progress=lambda done, total, rows: seen.append((done, total, rows)))
    assert seen == sorted(seen)
    assert seen[-1] == (2 * len(VISITS), 2 * len(VISITS), 100)


def test_no_thread_is_left_behind(tmp_path: Path, file: Path) -> None:
    before = threading.active_count()
    with support.shop(tmp_path / "ws") as shop:
        plan = shop.importer.plan([file], "visit", ImportOptions(rows_max=2), interactions=True)
        with pytest.raises(CancelledError):
            shop.importer.run(plan, cancel=_stop_after(2))
        shop.importer.run(shop.importer.resume_plan(1))
    assert threading.active_count() == before


def test_undoing_takes_back_what_the_import_did_and_nothing_else(tmp_path: Path, file: Path) -> None:
    contacts = tmp_path / "contacts.csv"
    contacts.write_text("id,city\nc-0,Paris\nc-1,\nnew,Bonn\nbad\n")
    with support.shop(tmp_path / "ws") as shop:
        rows = [{"id": "c-0", "city": "Rome"}, {"id": "c-1", "city": "Oslo"}]
        _upsert(shop, rows)
        before = support.contents(shop.record)
        shop.importer.run(shop.importer.plan([contacts], "contact"))
        shop.importer.run(shop.importer.plan([file], "visit", interactions=True))
        undone = shop.importer.undo(1)
        assert (undone.observations, undone.records, undone.refused) == (3, 1, 1)
        undone = shop.importer.undo(2)
        assert (undone.interactions, undone.records) == (50, 5)
        after = support.contents(shop.record)
        assert after.pop("visit") == []
        assert _without_instants(after) == _without_instants(before)
        assert [one.state for one in shop.importer.list()] == [State.UNDONE, State.UNDONE]
        version = shop.record.version
        assert shop.importer.undo(2).interactions == 0
        assert shop.record.version == version


def _upsert(shop: Shop, rows: list[dict[str, str]]) -> None:
    shop.writer.commit(
        lambda change: change.upsert("contact", take_records(rows, "contact", change.catalog, now=change.at)),
        actor="tester",
    )


def _without_instants(found: dict[str, list[tuple[object, ...]]]) -> dict[str, list[tuple[object, ...]]]:
    """Without the instant since when a record exists, which undoing leaves as it is."""
    current = [(*row[:2], *row[3:]) for row in found["contact"]]
    return {**found, "contact": current}


def test_what_is_undone_can_be_imported_again(tmp_path: Path, file: Path) -> None:
    with support.shop(tmp_path / "ws") as shop:
        shop.importer.run(shop.importer.plan([file], "visit", interactions=True))
        first = support.contents(shop.record)["visit"]
        shop.importer.undo(1)
        report = shop.importer.run(shop.importer.plan([file], "visit", interactions=True))
        assert (report.accepted, report.duplicates) == (50, 0)
        # The numbers of the members are new ones, the rows are not.
        second = support.contents(shop.record)["visit"]
        assert [(row[0], *row[2:]) for row in second] == [(row[0], *row[2:]) for row in first]


def test_a_part_of_a_grown_file_that_was_undone_comes_back(tmp_path: Path, file: Path) -> None:
    with support.shop(tmp_path / "ws") as shop:
        shop.importer.run(shop.importer.plan([file], "visit", interactions=True))
        file.write_text(VISITS + "c-8,2026-05-30,/new\n")
        shop.importer.run(shop.importer.plan([file], "visit", interactions=True))
        shop.importer.undo(1)
        assert shop.query("SELECT count(*) AS n FROM visit") == [{"n": 1}]
        report = shop.importer.run(shop.importer.plan([file], "visit", interactions=True))
        assert (report.accepted, report.duplicates) == (50, 1)


def test_a_half_import_can_be_undone_and_a_running_one_cannot(tmp_path: Path, file: Path) -> None:
    with support.shop(tmp_path / "ws") as shop:
        refused: list[str] = []

        def cancel() -> bool:
            if shop.importer.list():
                with pytest.raises(ConflictError) as found:
                    shop.importer.undo(1)
                refused.append(found.value.code)
            return len(refused) == 2

        plan = shop.importer.plan([file], "visit", ImportOptions(rows_max=8), interactions=True)
        with pytest.raises(CancelledError):
            shop.importer.run(plan, cancel=cancel)
        assert refused == ["conflict.import", "conflict.import"]
        assert shop.importer.undo(1).interactions == 16
        assert shop.query("SELECT count(*) AS n FROM contact") == [{"n": 0}]


def test_a_dry_run_tells_what_would_happen_and_writes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "contacts.csv"
    file.write_text("id,city,age\nc-1,Rome,3\n,Paris,4\nc-2,Oslo\nc-3,Bonn,4.5\n")
    with support.shop(tmp_path / "ws") as shop:
        shop.record.checkpoint()
        database = tmp_path / "ws" / "satsuma.duckdb"
        before = database.read_bytes()
        dry = shop.importer.dry_run(shop.importer.plan([file], "contact"))
        assert (dry.rows_read, dry.taken) == (4, {"contact": 2})
        assert "attribute contact.age: number" in dry.learned
        assert {refusal.code: refusal.count for refusal in dry.refused} == {"key.missing": 1, "row.cells": 1}
        assert all(refusal.examples[0][0] == str(file) for refusal in dry.refused)
        assert database.read_bytes() == before
        assert not database.with_name("satsuma.duckdb.wal").exists()
        report = shop.importer.run(shop.importer.plan([file], "contact"))
        assert (report.accepted, report.quarantined) == (2, 2)


def test_a_file_that_is_damaged_further_on_fails_and_keeps_what_came_before(tmp_path: Path) -> None:
    file = tmp_path / "visits.csv"
    file.write_text(VISITS + '"' + "x" * 9_000_000)
    with support.shop(tmp_path / "ws") as shop:
        plan = shop.importer.plan([file], "visit", ImportOptions(rows_max=10), interactions=True)
        with pytest.raises(DataError):
            shop.importer.run(plan)
        assert all(one.state is State.FAILED for one in shop.importer.list())


def test_a_file_that_is_changed_while_it_is_read_fails(tmp_path: Path, file: Path) -> None:
    with support.shop(tmp_path / "ws") as shop:
        plan = shop.importer.plan([file], "visit", ImportOptions(rows_max=10), interactions=True)

        def change(*_: int) -> None:
            file.write_text(VISITS.replace("/page/49", "/page/xx"))

        with pytest.raises(ConflictError) as refused:
            shop.importer.run(plan, progress=change)
        assert refused.value.code == "conflict.file_changed"
        assert [one.state for one in shop.importer.list()] == [State.FAILED]


def test_gzipped_files_are_read(tmp_path: Path) -> None:
    file = tmp_path / "visits.csv.gz"
    file.write_bytes(gzip.compress(VISITS.encode()))
    with support.shop(tmp_path / "ws") as shop:
        plan = shop.importer.plan([file], "visit", ImportOptions(rows_max=10), interactions=True)
        assert shop.importer.run(plan).accepted == 50
        file.write_bytes(gzip.compress(VISITS.encode())[:-10])
        with pytest.raises(DataError) as refused:
            shop.importer.plan([file], "visit", ImportOptions(again=True), interactions=True)
        assert refused.value.code == "data.file.gzip"

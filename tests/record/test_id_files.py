"""Files of ids: a first append reads what it asks about, and no interaction is taken twice, or lost."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import satsuma
from satsuma.record.files import DATABASE_FILE, Settings
from satsuma.record.hash_file import BLOCK, DamagedError, open_file, write_file
from satsuma.record.hashes import HashRuns
from satsuma.record.id_files import FOLDER
from satsuma.record.intake import Intake
from satsuma.record.store import Record
from satsuma.record.taken import Taken
from tests.record.support import PURCHASE, catalog, interactions

FILE = f"{FOLDER}/{PURCHASE.number}.hashes"
SETTINGS = Settings(index_tail_rows=8)

HASHES = st.lists(st.integers(0, 2**64 - 2) | st.integers(0, 40), max_size=60)


@given(st.lists(HASHES, max_size=5), HASHES)
@example([[*range(0, 4 * BLOCK, 2), 7, 7], [2 * BLOCK] * 3], [0, 7, BLOCK - 1, BLOCK, BLOCK + 1, 8 * BLOCK])
def test_what_is_set_apart_is_written_and_found_again(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[int]], asked: list[int]
) -> None:
    path = tmp_path_factory.mktemp("hashes") / "file"
    runs, every = HashRuns(), list[int]()
    for batch in batches:
        every += batch
        runs = runs.with_sorted(np.sort(np.array(batch, dtype=np.uint64))).seal()
        _answers(runs, every, asked)
        write_file(path, {"of": len(every)}, runs.sealed_pieces())
        file = open_file(path)
        assert file is not None
        assert (file.stamp, len(file)) == ({"of": len(every)}, len(every))
        runs = runs.unseal(file)
        assert (runs.in_memory, len(runs)) == (0, len(every))
        _answers(runs, every, asked)


def _answers(runs: HashRuns, every: list[int], asked: list[int]) -> None:
    wanted = [*asked, *every]
    found = runs.contains(np.array(wanted, dtype=np.uint64))
    assert found.tolist() == [one in set(every) for one in wanted]


def test_a_byte_that_turned_is_never_taken_for_what_was_written(tmp_path: Path) -> None:
    hashes = np.sort(np.random.default_rng(1).integers(0, 2**64 - 1, 3 * BLOCK - 5, dtype=np.uint64))
    write_file(tmp_path / "file", {"of": 1}, [hashes])
    whole = (tmp_path / "file").read_bytes()
    refused = damaged = 0
    for place in [*range(0, 3 * BLOCK * 8, 13), *range(3 * BLOCK * 8, len(whole))]:
        (tmp_path / "file").write_bytes(whole[:place] + bytes([whole[place] ^ 16]) + whole[place + 1 :])
        file = open_file(tmp_path / "file")
        if file is None:
            refused += 1
            continue
        with pytest.raises(DamagedError):
            file.contains(hashes)
        damaged += 1
    assert damaged >= 110
    assert refused == len(whole) - 3 * BLOCK * 8
    for size in (0, 10, len(whole) // 2, len(whole) - 1):
        (tmp_path / "file").write_bytes(whole[:size])
        assert open_file(tmp_path / "file") is None


@pytest.mark.parametrize("seed", range(6))
def test_each_id_counts_once_whatever_becomes_of_the_files(tmp_path: Path, seed: int) -> None:
    choose, stored, found = random.Random(seed), set[int](), set[str]()
    path, old = tmp_path / "ws", tmp_path / "old"
    _created(path).close()
    for _ in range(12):
        with Record.open(path, settings=SETTINGS) as record:
            for _ in range(choose.randrange(1, 4)):
                ids = [choose.randrange(150) for _ in range(choose.randrange(1, 25))]
                taken = _append(record, ids)
                assert taken.accepted == len(set(ids) - stored)
                stored |= set(ids)
                if choose.random() < 0.2:
                    gone = choose.sample(sorted(stored), min(len(stored), 3))
                    with record.begin(at=record.now + 1, actor="ann") as change:
                        assert change.retract("purchase", [str(one) for one in gone]).removed == len(gone)
                    stored -= set(gone)
        file = path / FILE
        what = choose.choice(("damaged", "kept", "older", "missing", "as it is"))
        if what == "missing":
            shutil.rmtree(path / FOLDER, ignore_errors=True)
        elif what == "damaged" and file.exists():
            whole = bytearray(file.read_bytes())
            whole[choose.randrange(min(400, len(whole)))] ^= 1
            file.write_bytes(whole)
        elif what == "kept" and file.exists():
            shutil.copy(file, old)
        elif what == "older" and old.exists() and file.exists():
            shutil.copy(old, file)
        else:
            continue
        found.add(what)
    assert found


def test_a_file_that_tells_of_another_past_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "ws"
    with _created(path) as record:
        _append(record, range(20))
    shutil.copytree(path, tmp_path / "copy")
    with Record.open(path, settings=SETTINGS) as record:
        _append(record, range(20, 60))
    shutil.copy(tmp_path / "copy" / DATABASE_FILE, path / DATABASE_FILE)
    with Record.open(path, settings=Settings()) as record:
        _append(record, range(60, 100), later=5)
    with Record.open(path, settings=SETTINGS) as record:
        assert _append(record, range(60, 100)).accepted == 0
        assert _append(record, range(20, 60)).accepted == 40


def test_a_first_append_reads_what_it_asks_about_however_much_is_stored(tmp_path: Path) -> None:
    read = {}
    for size in (6_000, 60_000):
        path = tmp_path / str(size)
        with _created(path) as record:
            _append(record, range(size))
        with Record.open(path) as record, record.begin(at=record.now + 1, actor="ann") as change:
            ids = [*range(10), *range(size, size + 10)]
            assert change.append("purchase", _rows(ids, record)).accepted == 10
            files, file = change.memory.id_files, change.memory.ids[PURCHASE.number].file
            assert files is not None
            assert file is not None
            assert len(file) == size
            read[size] = files.rows_read
            assert file.blocks_read <= len(ids)
    assert read == {6_000: 0, 60_000: 0}


def test_what_came_since_is_read_and_nothing_else(tmp_path: Path) -> None:
    with _created(tmp_path) as record:
        _append(record, range(1_000))
    with Record.open(tmp_path) as record:
        _append(record, range(1_000, 1_030))
    with Record.open(tmp_path) as record, record.begin(at=record.now + 1, actor="ann") as change:
        assert change.append("purchase", _rows([1_029, 5_000], record)).accepted == 1
        assert change.memory.id_files is not None
        assert change.memory.id_files.rows_read == 30


def test_a_file_rewritten_after_an_erasing_leaves_no_hash_of_what_is_gone(tmp_path: Path) -> None:
    with _created(tmp_path) as record:
        _append(record, range(50))
        with record.begin(at=record.now + 1, actor="ann") as change:
            change.retract("purchase", [str(one) for one in range(30)])
        record.rewrite()
        assert not (tmp_path / FOLDER).exists()
        _append(record, range(45, 60))
    file = open_file(tmp_path / FILE)
    assert file is not None
    assert len(file) == 30


def test_where_no_file_can_be_made_all_goes_on(tmp_path: Path) -> None:
    with _created(tmp_path) as record:
        (tmp_path / FOLDER).write_text("no folder")
        for start in range(0, 200, 20):
            assert _append(record, range(start, start + 30)).accepted in (20, 30)
    with Record.open(tmp_path) as record:
        assert _append(record, range(230)).accepted == 20


def test_verify_names_an_id_that_a_file_does_not_tell_of(tmp_path: Path) -> None:
    with _opened(tmp_path) as ws:
        ws.append("purchase", [_purchase(n) for n in range(300)])
        number = ws.catalog.current.interactions["purchase"].number
    file = tmp_path / FOLDER / f"{number}.hashes"
    right = open_file(file)
    assert right is not None
    with _opened(tmp_path) as ws:
        assert ws.verify() == ()
        hashes = np.concatenate(list(right.pieces()))
        [[missing]] = ws.sql("SELECT hash('p-17') FROM purchase LIMIT 1").to_pandas().to_numpy().tolist()
        write_file(file, right.stamp, [hashes[hashes != missing]])
        [found] = ws.verify()
        assert (found.part, found.name) == ("ids", "purchase")
        assert found.detail == "the file of ids does not tell of 1 stored id, such as “p-17”"
        # What the writer took from the file is wrong with it; what came since and what is gone is no fault.
        assert ws.append("purchase", [_purchase(400)]).accepted == 1
        assert len(ws.verify()) == 2
        ws.retract("purchase", ["p-17", "p-4"])
        assert ws.verify() == ()
        _turn_a_bit(file)
        # The writer has it mapped: what it has read and found whole is wrong as well.
        damaged, wrong = ws.verify()
        assert damaged.detail == "the file of ids is damaged"
        assert wrong.detail.startswith("what the writer holds does not tell of 1 stored id, such as “p-")
        _turn_a_bit(file)
        # Hashes of another DuckDB say nothing.
        write_file(file, {**right.stamp, "hashed_by": "duckdb 1.0.0"}, [hashes[:3]])
        assert ws.verify() == ()
    with _opened(tmp_path) as ws:
        assert ws.append("purchase", [_purchase(n) for n in range(301)]).accepted == 3
        assert ws.verify() == ()
    made = open_file(file)
    assert made is not None
    assert made.stamp == {**right.stamp, "version": made.stamp["version"], "at": made.stamp["at"]}
    assert len(made) == 302


def _turn_a_bit(file: Path) -> None:
    with file.open("r+b", buffering=0) as opened:
        [byte] = opened.read(1)
        opened.seek(0)
        opened.write(bytes([byte ^ 1]))


def _opened(path: Path) -> satsuma.Workspace:
    clock = satsuma.ManualClock("2026-06-01T00:00:00Z")
    return satsuma.open(path, clock=clock, settings=SETTINGS, warming="asked")


def _purchase(n: int) -> dict[str, object]:
    return {"id": f"p-{n}", "contact": f"c-{n % 7}", "occurred_at": "2026-05-01T00:00:00Z"}


def _created(path: Path) -> Record:
    return Record.create(path, workspace_id="w", catalog=catalog(), at=100, actor="ann", settings=SETTINGS)


def _rows(ids: Iterable[int], record: Record) -> Intake:
    rows = [{"id": str(one), "contact": f"c{one % 7}", "occurred_at": 5 + one} for one in ids]
    return interactions(PURCHASE, rows, record.catalog)


def _append(record: Record, ids: Sequence[int], *, later: int = 1) -> Taken:
    with record.begin(at=record.now + later, actor="ann") as change:
        return change.append("purchase", _rows(ids, record))

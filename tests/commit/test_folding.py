"""The log is folded into the file in a pause, and only then; what it held stays."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from threading import RLock

from satsuma.commit.folding import Folding
from satsuma.record.store import Record
from tests.record.support import PURCHASE, catalog, interactions

LOG_BYTES = 4_000

Turn = Callable[[], AbstractContextManager[None]]


def test_a_long_log_is_folded_in_a_pause_and_nothing_is_lost(tmp_path: Path) -> None:
    record = Record.create(tmp_path, workspace_id="w", catalog=catalog(), at=100, actor="ann")
    turn = _turns()
    folding = Folding(record, turn, log_bytes=LOG_BYTES, pause_seconds=0.01)
    for times in (1, 2):
        _write_until(record, turn, folding, lambda: record.checkpoints.log_bytes >= LOG_BYTES)
        _wait_until(lambda: folding.folded >= times)  # noqa: B023 - asked before the next
        assert record.checkpoints.log_bytes < LOG_BYTES
    written = record.version
    folding.stop()
    _write_until(record, turn, folding, lambda: record.checkpoints.log_bytes >= LOG_BYTES)
    assert folding.folded == 2
    record.close()
    with Record.open(tmp_path) as record:
        assert record.version > written
        assert record.query("SELECT count(*) AS n FROM purchase_11")["n"].to_pylist() == [record.version * 20]


def test_nothing_is_folded_while_versions_follow_each_other(tmp_path: Path) -> None:
    with Record.create(tmp_path, workspace_id="w", catalog=catalog(), at=100, actor="ann") as record:
        turn = _turns()
        folding = Folding(record, turn, log_bytes=LOG_BYTES, pause_seconds=60)
        _write_until(record, turn, folding, lambda: record.checkpoints.log_bytes >= 2 * LOG_BYTES)
        begun = time.monotonic()
        folding.stop()
        assert time.monotonic() - begun < 30
        assert folding.folded == 0
        assert record.checkpoints.log_bytes >= 2 * LOG_BYTES


def _write_until(record: Record, turn: Turn, folding: Folding, is_enough: Callable[[], bool]) -> None:
    """Make versions as a writer does."""
    while not is_enough():
        with turn():
            number = record.version + 1
            rows = [{"id": f"{number}-{n}", "contact": f"c-{n}", "occurred_at": number} for n in range(20)]
            with record.begin(at=record.now + 1, actor="ann") as change:
                change.append("purchase", interactions(PURCHASE, rows, change.catalog))
            folding.made()


def _turns() -> Turn:
    lock = RLock()

    @contextmanager
    def turn() -> Iterator[None]:
        with lock:
            yield

    return turn


def _wait_until(is_so: Callable[[], bool]) -> None:
    for _ in range(2_000):
        if is_so():
            return
        time.sleep(0.01)
    raise AssertionError("it did not come to be")

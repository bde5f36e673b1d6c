"""A process that is killed at any instant loses nothing it acknowledged and leaves nothing half done."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from satsuma.record.store import Record
from tests.record.support import CONTACT, PURCHASE, catalog, interactions, records
from tests.record.writes_until_killed import EACH

KILLS = 10
VERSIONS_MAX = 20
"""Between two kills, which wait for versions and not for time: how long those take depends on the machine."""


def test_what_was_acknowledged_is_whole_after_kill_9_and_nothing_is_half_done(tmp_path: Path) -> None:
    randomness = random.Random(7)
    with Record.create(tmp_path, workspace_id="w", catalog=catalog(), at=0, actor="test"):
        pass
    reached = 0
    for _ in range(KILLS):
        acknowledged = _write_and_kill(tmp_path, randomness.randrange(VERSIONS_MAX), randomness.uniform(0, 2))
        with Record.open(tmp_path) as record:
            assert record.version >= max(acknowledged, reached)
            # At most the version that was being made when the kill came is there without having been told.
            assert record.version <= max(acknowledged, reached) + 1
            reached = record.version
            _check(record)
    assert reached > 5 * KILLS, "too little was written between the kills to tell anything"


def _write_and_kill(path: Path, versions: int, then: float) -> int:
    """The last version that a writer acknowledged before it was killed, 0 if none.

    Args:
        path: The workspace.
        versions: How many it acknowledges before it may be killed.
        then: When it is killed after that, in times of what a version takes.
    """
    program = [sys.executable, "-m", "tests.record.writes_until_killed", str(path)]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        began_s = time.monotonic()
        lines = [writer.stdout.readline() for _ in range(versions)]
        version_s = (time.monotonic() - began_s) / versions if versions else 0.02
        time.sleep(then * version_s)
        writer.send_signal(signal.SIGKILL)
        lines += writer.stdout.readlines()
    assert writer.returncode == -signal.SIGKILL, "the writer ended by itself"
    told = [line for line in lines if line.endswith("\n")]
    return int(told[-1]) if told else 0


def _check(record: Record) -> None:
    n = record.version
    assert [v.version for v in record.versions()] == list(range(1, n + 1))
    keys = ["common", *(f"c{i}" for i in range(1, n + 1))] if n else []
    assert record.keys_of("contact", np.arange(len(keys), dtype=np.uint32)).to_pylist() == keys
    assert record.query("SELECT count(*) AS n FROM contact")["n"].to_pylist() == [len(keys)]
    assert record.query("SELECT age FROM contact WHERE id = 'common'")["age"].to_pylist() == [n][: len(keys)]
    history = record.query("SELECT count(*) AS n, max(_seq) AS last FROM main.contact_1_history").to_pylist()
    assert history == [{"n": 2 * n, "last": 2 * n - 1 if n else None}]
    each = record.query("SELECT contact, count(*) AS n FROM purchase GROUP BY ALL").to_pylist()
    assert {row["contact"]: row["n"] for row in each} == {f"c{i}": EACH for i in range(1, n + 1)}
    if n:
        _check_that_writing_goes_on(record, n)


def _check_that_writing_goes_on(record: Record, n: int) -> None:
    with record.begin(at=record.now, actor="test") as change:
        again = [{"id": f"{n}-0", "contact": f"c{n}", "occurred_at": n}, {"contact": "new", "occurred_at": 1}]
        taken = change.append("purchase", interactions(PURCHASE, again, catalog()), source="s")
        assert (taken.accepted, taken.duplicates, taken.created.tolist()) == (1, 1, [n + 1])
        upserted = change.upsert("contact", records(CONTACT, [{"id": "common"}, {"id": "newer"}], catalog()))
        assert upserted.created.tolist() == [n + 2]
        change.abort()

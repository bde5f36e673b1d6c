"""Within a limit of memory the index is built, and answers all that is asked, as it does without one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import satsuma
from bench import _world
from satsuma.record.memory_limit import FIXED_BYTES, VARIABLE

LIMIT_BYTES = 2**30
CONTACTS = 80_000

ANSWERED = """
import hashlib, json, sys, threading, time
from pathlib import Path
import satsuma
from bench import _world
from bench._nine import NINE
from bench.segments import drawn

def anonymous():
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("RssAnon:"))

most = anonymous()
def watch():
    global most
    while True:
        most = max(most, anonymous())
        time.sleep(0.01)
threading.Thread(target=watch, daemon=True).start()

answers = []
with satsuma.open(sys.argv[1], clock=satsuma.ManualClock(_world.NOW)) as workspace:
    for warm in (False, True):
        if warm:
            workspace.warm()
        for name, (text, _) in NINE.items():
            found = workspace.segments.preview(text).estimate
            answers.append([name, found.count, found.sample, [one.together for one in found.per_condition]])
    for text in drawn(10):
        answers.append([text, workspace.segments.preview(text).estimate.count])
    segment = workspace.segments.create("Live", where=NINE["deep and mixed"][0])
    segment.go_live()
    keys = ",".join(segment.members())
    answers.append([len(segment.members()), hashlib.sha256(keys.encode()).hexdigest()])
print(json.dumps({"answers": answers, "most": most}))
"""

COPIED = """
import json, sys, threading, time
from pathlib import Path
import satsuma
from bench import _world

def anonymous():
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("RssAnon:"))

most = 0
def watch():
    global most
    while True:
        most = max(most, anonymous())
        time.sleep(0.002)

with satsuma.open(sys.argv[1], clock=satsuma.ManualClock(_world.NOW)) as workspace:
    workspace.warm()
    workspace.segments.preview("did email_received")
    before = anonymous()
    threading.Thread(target=watch, daemon=True).start()
    found = workspace.segments.preview("did email_received then email_opened within 1 month").estimate
    answers = [found.count, found.sample]
print(json.dumps({"answers": answers, "most": most - before}))
"""
"""A month has no fixed length, so interactions are copied to work out when each one's is over."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("made") / "workspace"
    assert _world.make(path, CONTACTS, 50) == CONTACTS * 50
    return path


def _answered(made: Path, copy: Path, limit: str, asked: str = ANSWERED) -> dict[str, object]:
    shutil.copytree(made, copy)
    run = subprocess.run(
        [sys.executable, "-c", asked, str(copy)],
        cwd=Path(__file__).parents[2],
        env={**os.environ, VARIABLE: limit},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    found: dict[str, object] = json.loads(run.stdout)
    return found


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="where Linux tells of memory")
def test_within_a_limit_all_answers_are_the_same(made: Path, tmp_path: Path) -> None:
    limited = _answered(made, tmp_path / "limited", str(LIMIT_BYTES))
    free = _answered(made, tmp_path / "free", "")
    assert isinstance(limited["most"], int)
    assert limited["most"] < LIMIT_BYTES
    assert limited["answers"] == free["answers"]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="where Linux tells of memory")
def test_kernels_copy_less_at_once_within_a_limit_than_without(made: Path, tmp_path: Path) -> None:
    indexed = tmp_path / "indexed"
    shutil.copytree(made, indexed)
    with satsuma.open(indexed, clock=satsuma.ManualClock(_world.NOW)) as workspace:
        workspace.warm()
    limited = _answered(indexed, tmp_path / "limited", str(LIMIT_BYTES), COPIED)
    free = _answered(indexed, tmp_path / "free", "", COPIED)
    assert isinstance(limited["most"], int)
    assert isinstance(free["most"], int)
    assert limited["answers"] == free["answers"]
    # The kernels' share of the limit; and it is the limit that makes the difference.
    assert limited["most"] < (LIMIT_BYTES - FIXED_BYTES) // 2 < LIMIT_BYTES
    assert free["most"] > 1.25 * limited["most"]

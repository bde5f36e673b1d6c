"""Processes with live segments that end at any instant, or whose disk fails: what is found when it is opened.

Everything acknowledged is there, nothing is there by half, and memberships are what recomputation gives.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from satsuma import workspace as opened
from satsuma.kernel.clock import ManualClock
from satsuma.record import memberships
from satsuma.workspace import Workspace
from tests.crashes import living

ROOT = Path(__file__).parents[2]
MODES = {"fails": 1, "is full": 2, "tears": 3, "loses power": 4}
VERSIONS, FEW_VERSIONS = 12, 4
SMALL_BYTES, LARGE_BYTES = 20_000, 268_435_456
TORN = (8, 17, 18, 19, 20)
"""Writes of the first checkpoint: what is saved before it, blocks, the header."""
SPOILED_FOLDS = [
    ("fails", 1),
    ("is full", 11),
    *(("tears", nth) for nth in (13, 14)),
    *(("loses power", nth) for nth in (5, 10, 16)),
]
"""Writes and syncs of a fold in a pause: what is saved first, and blocks; the 14th is one filled in place."""
COMPILER = shutil.which("cc") or shutil.which("gcc")


class Starter:
    """Starts processes that commit, in a workspace of its own, copied from one that is prepared."""

    def __init__(self, folder: Path, preload: Path | None) -> None:
        self.folder = folder
        living.prepared(folder / "prepared")
        environment = dict(os.environ) | ({} if preload is None else {"LD_PRELOAD": str(preload)})
        self.program = subprocess.Popen(
            [sys.executable, "-m", "tests.crashes.living"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(
        self,
        path: Path,
        first: int,
        *,
        step: str | None = None,
        mode: int = 0,
        nth: int = 0,
        in_pauses: bool = False,
    ) -> int:
        """The number of the process. `in_pauses`: all that spoils it comes while the log is folded in one."""
        told = {"path": str(path), "first": first, "versions": VERSIONS, "step": step, "mode": mode}
        told |= {"nth": nth, "bytes": SMALL_BYTES if first % 2 and not in_pauses else LARGE_BYTES}
        told |= {"in_pauses": in_pauses, "said": str(self.folder / "said")}
        if in_pauses:
            told["versions"] = FEW_VERSIONS
        assert self.program.stdin is not None
        self.program.stdin.write(json.dumps(told) + "\n")
        self.program.stdin.flush()
        return self._line()

    def end(self) -> tuple[int, list[str]]:
        """How the process ended, once it has, and what it has said."""
        return self._line(), (self.folder / "said").read_text().splitlines()

    def copy(self) -> Path:
        """The prepared workspace, as new."""
        path = self.folder / "ws"
        shutil.rmtree(path, ignore_errors=True)
        shutil.copytree(self.folder / "prepared", path)
        return path

    def close(self) -> None:
        assert self.program.stdin is not None
        self.program.stdin.close()
        self.program.wait(timeout=60)
        assert self.program.stdout is not None
        self.program.stdout.close()

    def _line(self) -> int:
        assert self.program.stdout is not None
        return int(self.program.stdout.readline())


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Starter]:
    started = Starter(tmp_path_factory.mktemp("killed"), None)
    yield started
    started.close()


@pytest.fixture(scope="module")
def spoiler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Starter]:
    if COMPILER is None:
        pytest.skip("no C compiler: disks that fail are not tried")
    folder = tmp_path_factory.mktemp("spoiled")
    library, source = folder / "shim.so", Path(__file__).with_name("shim.c")
    subprocess.run([COMPILER, "-shared", "-fPIC", "-o", library, source, "-ldl", "-lpthread"], check=True)
    started = Starter(folder, library)
    yield started
    started.close()


def check(path: Path, said: list[str], numbers: range) -> None:
    """Open it and compare."""
    acknowledged = {int(line) for line in said if line.isdigit()}
    with opened.open(path, clock=ManualClock(living.START), create=False, warming="asked") as workspace:
        present = {number for number in numbers if _is_there(workspace, number)}
        assert acknowledged <= present, (said, sorted(present))
        _is_exact(workspace)
        workspace.warm()
        _is_exact(workspace)
        living.commit(workspace, numbers.stop)
        _is_exact(workspace)


def _is_there(workspace: Workspace, number: int) -> bool:
    """Whether all rows of a version are there; none of them are otherwise."""
    target, rows = living.rows_of(number, workspace.now)
    table = {"contact": "contact", "purchase": "purchase"}[target]
    prefix = "n-" if target == "contact" else "p-"
    wanted = sum(str(row["id"]).startswith(prefix) for row in rows)
    [[found]] = (
        workspace.sql(f"SELECT count(*) FROM {table} WHERE starts_with(id, ?)", [f"{prefix}{number}-"])
        .to_pandas()
        .to_numpy()
    )
    assert found in (0, wanted), f"{found} of {wanted} rows of {number}"
    return bool(found)


def _is_exact(workspace: Workspace) -> None:
    assert workspace.verify() == ()
    standing = workspace.engine.standing
    if standing is not None:
        with workspace._record.cursor() as cursor:
            for number, kept in standing.segments.items():
                assert kept.failed is None
                assert kept.members.numbers().tolist() == memberships.members(cursor, number).tolist()
                assert kept.plane.numbers().tolist() == kept.members.numbers().tolist()


def run_killed(starter: Starter, random: Random, kills: int) -> None:
    """Kill one after another in the same workspace."""
    path, first = starter.copy(), 1
    for _ in range(kills):
        child = starter.start(path, first)
        time.sleep(random.uniform(0.1, 1.5))
        # It may have ended by itself, and waits then for nobody.
        if Path(f"/proc/{child}").exists():
            os.kill(child, signal.SIGKILL)
        _, said = starter.end()
        check(path, said, range(first, first + VERSIONS))
        first += VERSIONS + 1


def run_spoiled(spoiler: Starter, mode: int, random: Random) -> None:
    """Spoil some write or sync of a process."""
    path, first = spoiler.copy(), random.choice((1, 2))
    nth = random.randrange(1, random.choice((30, 150)))
    spoiler.start(path, first, mode=mode, nth=nth)
    ended, said = spoiler.end()
    check(path, said, range(first, first + VERSIONS))
    # By itself, or where the shim ends it; never by an error that is not one of ours.
    assert os.waitstatus_to_exitcode(ended) in (0, 71, 72), said


def test_killed_at_any_instant_it_opens_with_all_that_was_acknowledged(starter: Starter) -> None:
    run_killed(starter, Random(1), 6)


@pytest.mark.parametrize("step", living.STEPS)
def test_killed_at_a_step_of_a_commit_it_has_all_of_a_version_or_nothing(starter: Starter, step: str) -> None:
    path = starter.copy()
    starter.start(path, 1, step=step)
    ended, said = starter.end()
    assert ended == signal.SIGKILL
    check(path, said, range(1, 1 + VERSIONS))
    with opened.open(path, clock=ManualClock(living.START), warming="asked") as workspace:
        assert _is_there(workspace, 1 + VERSIONS // 2) == (step in ("committed", "adopted"))


@pytest.mark.parametrize("step", living.MERGE_STEPS)
def test_killed_while_files_made_of_the_record_are_made_anew_it_loses_nothing(
    starter: Starter, step: str
) -> None:
    path = starter.copy()
    starter.start(path, 1, step=step)
    ended, said = starter.end()
    assert ended == signal.SIGKILL
    assert "done" not in said
    check(path, said, range(1, 1 + VERSIONS))


@pytest.mark.parametrize("step", living.FOLD_STEPS)
def test_killed_while_the_log_is_folded_in_a_pause_it_loses_nothing(starter: Starter, step: str) -> None:
    path = starter.copy()
    starter.start(path, 1, step=step, in_pauses=True)
    ended, said = starter.end()
    assert ended == signal.SIGKILL
    assert said == ["open", "1", "2", "3", "folds"]
    check(path, said, range(1, 1 + FEW_VERSIONS))


@pytest.mark.parametrize(("mode", "nth"), SPOILED_FOLDS)
def test_a_disk_that_fails_while_the_log_is_folded_in_a_pause_takes_nothing(
    spoiler: Starter, mode: str, nth: int
) -> None:
    path = spoiler.copy()
    spoiler.start(path, 1, mode=MODES[mode], nth=nth, in_pauses=True)
    ended, said = spoiler.end()
    assert os.waitstatus_to_exitcode(ended) in (0, 71, 72), said
    assert "folds" in said
    check(path, said, range(1, 1 + FEW_VERSIONS))


@pytest.mark.parametrize("nth", TORN)
def test_a_block_that_is_torn_by_a_checkpoint_is_put_back(spoiler: Starter, nth: int) -> None:
    """DuckDB fills free pages of blocks of metadata in place, and cannot read one that is written by half."""
    path = spoiler.copy()
    spoiler.start(path, 1, mode=MODES["tears"], nth=nth)
    ended, said = spoiler.end()
    assert os.waitstatus_to_exitcode(ended) == 72, said
    check(path, said, range(1, 1 + VERSIONS))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("mode", MODES)
def test_a_disk_that_fails_takes_nothing_acknowledged(spoiler: Starter, mode: str, seed: int) -> None:
    run_spoiled(spoiler, MODES[mode], Random(seed))


@pytest.mark.parametrize("mode", ["fails", "is full"])
def test_a_disk_that_fails_while_a_workspace_is_opened_is_told(spoiler: Starter, mode: str) -> None:
    path = spoiler.copy()
    spoiler.start(path, 1, mode=MODES[mode], nth=1)
    ended, said = spoiler.end()
    assert (os.waitstatus_to_exitcode(ended), said) == (0, ["not opened workspace.unwritable"])
    check(path, said, range(1, 1 + VERSIONS))


WRITE_TWO = """
import ctypes, os, sys
ctypes.CDLL(None).shim_arm(sys.argv[1].encode(), int(sys.argv[2]), ctypes.c_long(int(sys.argv[3])))
file = os.open(sys.argv[1] + "/file", os.O_RDWR | os.O_CREAT)
os.write(file, b"synced")
os.fsync(file)
os.pwrite(file, b"S", 0)
os.write(file, b" and not")
os.fsync(file)
"""


@pytest.mark.parametrize(
    ("mode", "nth", "left"),
    [
        ("fails", 1, b""),
        ("fails", 3, b"synced"),
        ("is full", 4, b"Synced"),
        ("tears", 4, b"Synced and"),
        ("loses power", 5, b"synced"),
        ("loses power", 2, b""),
        ("loses power", 99, b"Synced and not"),
    ],
)
def test_the_disk_fails_as_it_should(
    spoiler: Starter, tmp_path: Path, mode: str, nth: int, left: bytes
) -> None:
    environment = dict(os.environ) | {"LD_PRELOAD": str(spoiler.folder / "shim.so")}
    command = [sys.executable, "-c", WRITE_TWO, str(tmp_path), str(MODES[mode]), str(nth)]
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    assert (done.returncode == 0) == (nth == 99), done.stderr
    assert (tmp_path / "file").read_bytes() == left

"""A program that commits with live segments until it ends, and says what was acknowledged.

The rows of a version follow from its number alone, so that whoever reads what is left knows what must be
there.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from satsuma import workspace as opened
from satsuma.commit.folding import Folding
from satsuma.index.files import Making, Stream
from satsuma.index.folders import Folders
from satsuma.kernel.clock import ManualClock
from satsuma.kernel.errors import Error
from satsuma.kernel.instants import format_instant
from satsuma.record import hash_file, id_files, versions
from satsuma.record.checkpoints import Checkpoints
from satsuma.record.files import Settings
from satsuma.workspace import Workspace

START = "2026-01-01T00:00:00Z"
HOUR_US = 3_600_000_000
TAIL_ROWS = 50
"""So few that the files of the index are made anew, beside the writer, while it commits."""
WHERE = {
    "Parisians": 'city is "Paris"',
    "Buyers": "did purchase in the last 3 days",
    "Spenders": "sum of amount over purchase in the last 10 days >= 200",
    "Both": 'segment "Parisians" and segment "Buyers"',
    "Went": 'left segment "Both" in the last 5 days',
}


def prepared(path: Path) -> None:
    """A workspace with live segments, closed."""
    with opened.open(path, clock=ManualClock(START)) as workspace:
        workspace.upsert("contact", [{"id": f"c-{n}", "city": "Paris"} for n in range(20)])
        workspace.append("purchase", [{"id": "first", "contact": "c-0", "occurred_at": START, "amount": 1}])
        for name, where in WHERE.items():
            workspace.segments.create(name, where=where)
        workspace.warm()
        workspace.segments.go_live(list(WHERE))


def rows_of(number: int, now: int) -> tuple[str, list[dict[str, object]]]:
    """What version `number` writes: a type or entity, and its rows."""
    random = Random(number)
    if number % 3 == 0:
        moved: list[dict[str, object]] = [
            {"id": f"c-{random.randrange(20)}", "city": random.choice(("Paris", "Lyon"))} for _ in range(5)
        ]
        new: list[dict[str, object]] = [{"id": f"n-{number}-{n}", "city": "Paris"} for n in range(3)]
        return "contact", [*new, *moved]
    at = format_instant(now - random.randrange(100) * HOUR_US)
    rows: list[dict[str, object]] = [
        {"id": f"p-{number}-{n}", "contact": f"c-{n % 25}", "occurred_at": at, "amount": random.randrange(90)}
        for n in range(random.choice((2, 40, 400)))
    ]
    return "purchase", rows


def commit(workspace: Workspace, number: int) -> None:
    """One version of data, whose rows bear its number."""
    target, rows = rows_of(number, workspace.now)
    if target == "contact":
        workspace.upsert(target, rows)
    else:
        workspace.append(target, rows)


def main(
    path: Path,
    first: int,
    count: int,
    checkpoint_bytes: int,
    step: str | None,
    arm: Callable[[], None] | None,
) -> None:
    """Commit; each number that is said is acknowledged.

    Args:
        step: Of the middle commit or of the folding in a pause, where it is to end.
        arm: Called when the log is to be folded in a pause; None: it is not folded in pauses.
    """
    settings = Settings(threads=1, checkpoint_wal_bytes=checkpoint_bytes, index_tail_rows=TAIL_ROWS)
    try:
        workspace = opened.open(path, clock=ManualClock(START), settings=settings, warming="asked")
    except Error as error:
        _say(f"not opened {error.code}")
        return
    workspace.warm()
    _say("open")
    wait = None if arm is None else _folding_in_pauses(workspace, arm, step)
    for number in range(first, first + count):
        if wait is None and step is not None and number == first + count // 2:
            _end_at(workspace, step)
        try:
            commit(workspace, number)
            _say(number)
            if wait is not None:
                wait()
            if number % 5 == 0:
                workspace.advance(to=workspace.now + 7 * HOUR_US, versions="end")
        except Error as error:
            _say(f"refused {error.code}")
    if step in MERGE_STEPS:
        # In a thread of its own it may come later than the last version.
        time.sleep(60)
    try:
        workspace.close()
    except Error as error:
        _say(f"not closed {error.code}")
    _say("done")


def _say(what: object) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


STEPS = ("written", "followed", "stored", "committed", "adopted")
MERGE_STEPS = ("files begun", "files written", "files named", "older removed", "ids begun", "ids named")
"""Of the making of the index's files, and those of ids, anew."""


def _end_at(workspace: Workspace, step: str) -> None:
    """Kill this process at a step of the next commit."""
    engine, before = workspace.engine, ("written", "committed", "files begun", "files written", "ids begun")

    def ending(method: Callable[..., Any]) -> Callable[..., Any]:
        return killing(method, first=step in before)

    match step:
        case "written" | "followed":
            engine.follow = ending(engine.follow)  # type: ignore[method-assign]
        case "stored":
            versions.add = ending(versions.add)
        case "committed" | "adopted":
            # Called once the transaction is durable.
            engine.adopt = ending(engine.adopt)  # type: ignore[method-assign]
        case "files begun":
            Stream.append = ending(Stream.append)  # type: ignore[method-assign]
        case "files written" | "files named":
            Making.finish = ending(Making.finish)  # type: ignore[method-assign]
        case "older removed":
            Folders.remove_older = ending(Folders.remove_older)  # type: ignore[method-assign]
        case "ids begun" | "ids named":
            id_files.write_file = ending(hash_file.write_file)  # type: ignore[attr-defined]
        case _:
            raise ValueError(step)


FOLD_STEPS = ("fold begun", "fold saved", "fold written", "fold ended")
FOLDS = 3
"""The how-manieth fold in a pause is spoiled: the ones before have left pages that it fills in place."""


def _folding_in_pauses(workspace: Workspace, arm: Callable[[], None], step: str | None) -> Callable[[], None]:
    """Let every pause fold the log; gives what waits for one. The third is spoiled, or ends at a step."""
    checkpoints, fold = workspace._record.checkpoints, workspace._record.checkpoints.fold
    folding = Folding(workspace._record, workspace.writer.turn, log_bytes=1, pause_seconds=0.01)
    workspace.writer.made = folding.made
    workspace._folding = folding

    def third(log_bytes: int | None = None) -> None:
        if log_bytes is not None and folding.folded == FOLDS - 1:
            _say("folds")
            arm()
            if step is not None:
                _end_fold_at(checkpoints, step)
        fold(log_bytes)

    checkpoints.fold = third  # type: ignore[method-assign]

    def wait() -> None:
        before, end = folding.folded, time.monotonic() + 5
        while checkpoints.log_bytes and folding.folded == before and time.monotonic() < end:
            time.sleep(0.005)

    return wait


class _EndsWhenFolded:
    """A connection that ends the process after a checkpoint, before anyone hears of it."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def execute(self, statement: str, *more: Any) -> Any:
        found = self._connection.execute(statement, *more)
        if statement == "CHECKPOINT":
            os.kill(os.getpid(), signal.SIGKILL)
        return found


def _end_fold_at(checkpoints: Checkpoints, step: str) -> None:
    match step:
        case "fold begun":
            checkpoints._save = killing(checkpoints._save, first=True)  # type: ignore[method-assign]
        case "fold saved":
            checkpoints._save = killing(checkpoints._save)  # type: ignore[method-assign]
        case "fold written":
            checkpoints._connection = _EndsWhenFolded(checkpoints._connection)  # type: ignore[assignment]
        case "fold ended":
            checkpoints._make = killing(checkpoints._make)  # type: ignore[method-assign]
        case _:
            raise ValueError(step)


def killing(method: Callable[..., Any], *, first: bool = False) -> Callable[..., Any]:
    """A function that ends the process, before or after it has done what it does."""

    def call(*given: Any, **named: Any) -> Any:
        found = None if first else method(*given, **named)
        os.kill(os.getpid(), signal.SIGKILL)
        return found

    return call


def serve() -> None:
    """Start a process for each line on the input, as it says; tell its number, and at its end how it ended.

    They start in no time, for all is imported already.
    """
    for line in sys.stdin:
        told = json.loads(line)
        child = os.fork()
        if not child:
            with Path(told["said"]).open("w") as said:
                os.dup2(said.fileno(), 1)
                arm = partial(_arm, told)
                if not told["in_pauses"]:
                    arm()
                settings = told["first"], told["versions"], told["bytes"], told["step"]
                main(Path(told["path"]), *settings, arm if told["in_pauses"] else None)
                sys.stdout.flush()
            os._exit(0)
        _say(child)
        _say(os.waitpid(child, 0)[1])


def _arm(told: Mapping[str, Any]) -> None:
    if told["mode"]:
        ctypes.CDLL(None).shim_arm(told["path"].encode(), told["mode"], ctypes.c_long(told["nth"]))


if __name__ == "__main__":
    serve()

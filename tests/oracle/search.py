"""The long-running search: new worlds until time is up, with seeds of its own.

    python -m tests.oracle.search --seconds 3600 [--seed N] [--definitions N] [--jobs N]

Prints every seed that fails, stores each failure, made small, as a case under tests/oracle/cases, and ends
with the table of forms. The exit status is 1 if evaluators disagreed or a form came too rarely.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import replace
from multiprocessing import get_context

from tests.oracle.cases import FOLDER, to_text
from tests.oracle.rounds import Failure, Round, play
from tests.oracle.shrinking import shrink
from tests.oracle.tally import Tally

TIMES_MIN = 24
WORLDS_FOR_ALL_FORMS = 60
SHRINK_SECONDS = 120.0


def main(arguments: list[str] | None = None) -> int:
    """Searches; see above."""
    parser = argparse.ArgumentParser(prog="python -m tests.oracle.search", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0, help="for how long to begin new worlds")
    parser.add_argument("--seed", type=int, default=None, help="the first seed; otherwise any")
    parser.add_argument("--definitions", type=int, default=100, help="for each world")
    parser.add_argument("--jobs", type=int, default=2, help="worlds at once")
    given = parser.parse_args(arguments)
    first = secrets.randbelow(2**31) if given.seed is None else given.seed
    say(f"seeds from {first}, {given.definitions} definitions each, for {given.seconds:.0f} seconds")
    whole, worlds, failures = Tally(), 0, list[Failure]()
    for seed, done in _rounds(first, given.definitions, given.seconds, given.jobs):
        worlds += 1
        whole.add(done.tally)
        for failure in done.failures:
            say(f"FAILED: {failure}")
            failures.append(failure)
        say(f"seed {seed}: {whole.bound} definitions on {worlds} worlds, {len(failures)} failures")
    say(whole.table())
    for failure in failures:
        _store(failure)
    lacking = whole.lacking(TIMES_MIN) if worlds >= WORLDS_FOR_ALL_FORMS else []
    for lack in lacking:
        say(f"LACKING (at least {TIMES_MIN} times, true and false): {lack}")
    return 1 if failures or lacking else 0


def _rounds(first: int, definitions: int, seconds: float, jobs: int) -> Iterator[tuple[int, Round]]:
    """Rounds as they end; none is begun after so many seconds."""
    until = time.monotonic() + seconds
    # An engine in this process must not be forked.
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        waiting: dict[Future[Round], int] = {}
        seed = first
        while waiting or time.monotonic() < until:
            while len(waiting) < jobs and time.monotonic() < until:
                waiting[pool.submit(play, seed, definitions)] = seed
                seed += 1
            for ended in wait(waiting, return_when=FIRST_COMPLETED).done:
                yield waiting.pop(ended), ended.result()


def _store(failure: Failure) -> None:
    """Stores a failure, made small, as a case."""
    laws = frozenset(one.law for one in failure.disagreements)
    small = shrink(failure.case, laws, SHRINK_SECONDS)
    name = failure.case.about.replace("seed ", "seed-").replace(", definition ", "-")
    about = f"{failure.case.about}: {', '.join(sorted(laws))}"
    path = FOLDER / f"{name}.json"
    path.write_text(to_text(replace(small, about=about)), encoding="utf-8")
    say(f"stored {path}: {small.words()}")


def say(line: str) -> None:
    """Prints at once: whoever watches a long run wants to see it."""
    print(line, flush=True)  # noqa: T201 - a program for people


if __name__ == "__main__":
    warnings.simplefilter("error")
    sys.exit(main())

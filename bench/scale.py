"""Scale: building, opening and asking an index from one million interactions on, within a limit of memory.

For each number of contacts a workspace is made (see `bench._world`), its index built, and opened and asked in
a process of its own, so that what the system counts as its memory is the index's. The ten definitions are
those of `bench segments`; times are medians of whole calls that end with member numbers in an array, with the
least in brackets. What is measured is put into `bench/figures/scale.json`, of which `bench/_plot.py` draws
docs/scale.svg.

    python -m bench.scale [--contacts N ...] [--repeat N] [--memory-limit SIZE] [--folder DIR] [--built]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import satsuma
from bench import _plot, _world
from bench._nine import NINE
from bench.segments import _bound
from satsuma.evaluation import kernels
from satsuma.index import Index

FIGURES = Path(__file__).parent / "figures" / "scale.json"


def main(arguments: Sequence[str]) -> None:
    options = _options(arguments)
    if options.step is not None:
        print(json.dumps(_STEPS[options.step](options)))
        return
    for contacts in options.contacts:
        with _folder(options.folder, contacts) as path:
            begun = time.perf_counter()
            if not (path / "satsuma.duckdb").exists():
                _world.make(path, contacts, options.per_contact)
            found = {
                "contacts": contacts,
                "interactions": contacts * options.per_contact,
                "memory_limit": options.memory_limit,
                "made_s": round(time.perf_counter() - begun, 1),
                "measured": datetime.now(UTC).strftime("%Y-%m-%d"),
                "load": round(os.getloadavg()[0], 1),
            }
            if options.built:
                found |= _built_before(found["interactions"])
            for step in _STEPS if not options.built else ("ask",):
                found |= _apart(step, path, options)
        _tell(found)
        _note(found)
    _plot.draw()


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench.scale", description=__doc__)
    parser.add_argument("--contacts", type=int, nargs="+", default=[20_000, 100_000])
    parser.add_argument("--per-contact", type=int, default=50, help="interactions, on average")
    parser.add_argument("--repeat", type=int, default=7, help="of each call; the median is shown")
    parser.add_argument("--memory-limit", default="4GiB", help="of the process that builds, opens and asks")
    parser.add_argument("--folder", type=Path, help="where workspaces are kept; default: nowhere")
    parser.add_argument(
        "--built", action="store_true", help="the index in the folder is to be taken as it is"
    )
    parser.add_argument("--step", choices=sorted(_STEPS), help=argparse.SUPPRESS)
    parser.add_argument("--path", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


@contextmanager
def _folder(kept: Path | None, contacts: int) -> Iterator[Path]:
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept / str(contacts)
        return
    with tempfile.TemporaryDirectory(prefix="bench-scale-") as made:
        yield Path(made) / "workspace"


def _apart(step: str, path: Path, options: argparse.Namespace) -> dict[str, Any]:
    """A step, in a process of its own."""
    own = ["--step", step, "--path", str(path), "--repeat", str(options.repeat)]
    command = [sys.executable, "-m", "bench.scale", *own, "--memory-limit", options.memory_limit]
    run = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own
    found: dict[str, Any] = json.loads(run.stdout)
    return found


def _build(options: argparse.Namespace) -> dict[str, Any]:
    shutil.rmtree(options.path / "index", ignore_errors=True)
    with _opened(options) as workspace, _most_anonymous() as most:
        begun = time.perf_counter()
        Index.open(workspace._record)  # noqa: SLF001 - beneath the API
        taken_s = time.perf_counter() - begun
    size_gb = sum(one.stat().st_size for one in (options.path / "index").rglob("*")) / 1e9
    return {"built_s": round(taken_s, 1), "built_anonymous_gb": most[0], "index_gb": round(size_gb, 2)}


def _ask(options: argparse.Namespace) -> dict[str, Any]:
    kernels.warm()
    times: dict[str, list[float]] = {}
    sizes: dict[str, int] = {}
    with _opened(options) as workspace, _most_anonymous() as most:
        begun = time.perf_counter()
        index = Index.open(workspace._record)  # noqa: SLF001 - beneath the API
        opened_s = time.perf_counter() - begun
        with workspace._record.snapshot() as (cursor, _):  # noqa: SLF001 - beneath the API
            for name, (text, _) in NINE.items():
                definition = _bound(text, index.of.catalog)
                own = []
                for _ in range(options.repeat + 1):
                    begun = time.perf_counter()
                    sizes[name] = len(kernels.members(index, definition, cursor=cursor, now=_world.NOW))
                    own.append((time.perf_counter() - begun) * 1000)
                # The first call decides about texts, and may read from the disk.
                first, *later = own
                times[name] = [round(statistics.median(later), 3), round(min(later), 3), round(first, 3)]
        status = _status()
    return {
        "opened_s": round(opened_s, 2),
        "anonymous_gb": most[0],
        "file_gb": round(status["RssFile"], 2),
        "times_ms": times,
        "members": sizes,
    }


_STEPS = {"build": _build, "ask": _ask}


def _opened(options: argparse.Namespace) -> satsuma.Workspace:
    clock = satsuma.ManualClock(_world.NOW)
    return satsuma.open(options.path, clock=clock, memory_limit=options.memory_limit, warming="asked")


@contextmanager
def _most_anonymous() -> Iterator[list[float]]:
    """The most memory, in GB, that the process holds beside mapped files while the context lasts."""
    most, stop = [0.0], threading.Event()

    def watch() -> None:
        while not stop.wait(0.02):
            most[0] = max(most[0], round(_status()["RssAnon"], 2))

    thread = threading.Thread(target=watch)
    thread.start()
    yield most
    stop.set()
    thread.join()


def _status() -> dict[str, float]:
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return {one.split(":")[0]: int(one.split()[1]) * 1024 / 1e9 for one in lines if one.endswith(" kB")}


def _tell(found: dict[str, Any]) -> None:
    print(
        f"{found['interactions']:,} interactions of {found['contacts']:,} contacts, made in"
        f" {found['made_s']} s; memory limit {found['memory_limit']}\n"
        f"index built in {found['built_s']} s with at most {found['built_anonymous_gb']} GB of memory,"
        f" {found['index_gb']} GB on the disk\n"
        f"opened, checksums read, in {found['opened_s']} s; asked with at most {found['anonymous_gb']} GB of"
        f" memory, and {found['file_gb']} GB of mapped files resident"
    )
    for name, (median, least, first) in found["times_ms"].items():
        size = found["members"][name]
        print(f"  {name:34} {size:>10,} {median:>10,.1f} ms ({least:,.1f}); the first time {first:,.1f}")
    sys.stdout.flush()


def _built_before(interactions: int) -> dict[str, Any]:
    """What was noted of the building at the same scale."""
    noted = json.loads(FIGURES.read_text(encoding="utf-8"))
    before = next(one for one in noted if one["interactions"] == interactions)
    return {name: before[name] for name in ("made_s", "built_s", "built_anonymous_gb", "index_gb")}


def _note(found: dict[str, Any]) -> None:
    """Into the figures, in place of what was measured before at the same scale."""
    figures = json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.exists() else []
    kept = [one for one in figures if one["interactions"] != found["interactions"]]
    figures = sorted([*kept, found], key=lambda one: one["interactions"])
    FIGURES.parent.mkdir(exist_ok=True)
    FIGURES.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])

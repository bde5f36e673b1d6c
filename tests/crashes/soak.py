"""Random histories and crashes with fresh seeds for a given time: `make soak SECONDS=600`.

Run as a program. It ends at the first thing that is wrong, and says the seed, which belongs into the tests.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random

from tests.crashes.test_living import COMPILER, MODES, Starter, run_killed, run_spoiled
from tests.traces.test_engine_traces import TRACES_EACH, run


def main() -> None:
    """Take turns until the time is over."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4)))
    given = parser.parse_args()
    end, seed, versions = time.monotonic() + given.seconds, given.seed, 0
    with tempfile.TemporaryDirectory(prefix="satsuma-soak-") as folder:
        starters = _starters(Path(folder))
        while time.monotonic() < end:
            sys.stdout.write(f"seed {seed}, {versions} versions compared so far\n")
            sys.stdout.flush()
            with tempfile.TemporaryDirectory(dir=folder) as place:
                versions += run(seed, Path(place), TRACES_EACH)
            run_killed(starters[0], Random(seed), 3)
            for mode in MODES.values() if len(starters) > 1 else ():
                run_spoiled(starters[1], mode, Random(seed))
            seed += 1
        for starter in starters:
            starter.close()
    sys.stdout.write(f"nothing wrong in {versions} versions\n")


def _starters(folder: Path) -> list[Starter]:
    """One that is killed, and where there is a compiler one whose disk fails."""
    for name in ("killed", "spoiled"):
        (folder / name).mkdir()
    found = [Starter(folder / "killed", None)]
    if COMPILER is not None:
        library, source = folder / "shim.so", Path(__file__).with_name("shim.c")
        subprocess.run([COMPILER, "-shared", "-fPIC", "-o", library, source, "-ldl", "-lpthread"], check=True)
        found.append(Starter(folder / "spoiled", library))
    return found


if __name__ == "__main__":
    main()

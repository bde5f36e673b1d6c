"""Run the guide on suppression with a number of reads: `make suppression READS=1000000`."""

from __future__ import annotations

import argparse
import contextlib
import re
import sys
import tempfile
import time
from pathlib import Path

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "suppression.md"


def code(reads: int, versions: int) -> str:
    """The guide's code, with as many reads and versions."""
    text = GUIDE.read_text(encoding="utf-8")
    found = "\n".join(re.findall(r"^```python\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL))
    for name, value in (("READS", reads), ("VERSIONS", versions)):
        found, count = re.subn(rf"^{name} = [\d_]+$", f"{name} = {value}", found, flags=re.MULTILINE)
        assert count == 1, name
    return found


def main() -> None:
    """Run it in a folder of its own, and say how long that took."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--reads", type=int, default=1_000_000)
    parser.add_argument("--versions", type=int, default=200)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="satsuma-suppression-") as folder, contextlib.chdir(folder):
        begun = time.monotonic()
        run(code(given.reads, given.versions))
        sys.stdout.write(f"in {time.monotonic() - begun:.1f} s\n")


def run(guide: str) -> None:
    """Run code of the guide where we are."""
    exec(compile(guide, str(GUIDE), "exec"), {"__name__": "guide"})  # noqa: S102 - the guide is the subject


if __name__ == "__main__":
    main()

"""Warming leaves nothing behind in the process that opened a workspace."""

import subprocess
import sys
from pathlib import Path

PROGRAM = """
import satsuma

workspace = satsuma.open("shop")
workspace.upsert("contact", [{"id": "c-1", "city": "Paris"}])
workspace.segments.create("Parisians", where='city is "Paris"').go_live()
workspace.warm()
print(list(workspace.segments["Parisians"].members()))
"""


def test_a_program_that_ends_without_closing_says_nothing_but_what_it_prints(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=True
    )
    assert (done.stdout, done.stderr) == ("['c-1']\n", "")

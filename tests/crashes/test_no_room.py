"""Files that may not grow: the version is refused with what to do, and the workspace goes on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import satsuma

PROGRAM = """
import resource, signal, sys
import satsuma
from satsuma.kernel.errors import WorkspaceError

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with satsuma.open(sys.argv[1]) as ws:
    ws.upsert("contact", [{"id": "c-1", "city": "Paris"}])
    ws.segments.create("Parisians", where='city is "Paris"').go_live()
    before = ws.version
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, resource.RLIM_INFINITY))
    many = [{"id": f"x-{i}", "city": f"Paris {i} " + f"{i * 7919:x}" * 40} for i in range(30_000)]
    try:
        ws.upsert("contact", many)
    except WorkspaceError as error:
        print(error.code, "|", error.hint)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert ws.version == before
    ws.upsert("contact", [{"id": "c-2", "city": "Paris"}])
"""


def test_a_version_for_which_there_is_no_room_leaves_nothing(tmp_path: Path) -> None:
    place = tmp_path / "ws"
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(place)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("workspace.write_failed | make room on the disk")
    with satsuma.open(place) as ws:
        assert list(ws.segments["Parisians"].members()) == ["c-1", "c-2"]
        assert ws.verify() == ()

"""An import killed at any instant and started again makes the record that an undisturbed one makes."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from satsuma.sync.ledger import State
from tests.crashes import importing
from tests.sync import support

ROOT = Path(__file__).parents[2]
ROWS = 40_000
KILLS = 20
SEED = 20_260_601
SECONDS_MAX = 120


def _write(file: Path) -> Path:
    random_ = random.Random(SEED)
    lines = ["contact,occurred_at,amount,note\n"]
    for n in range(ROWS):
        if n % 977 == 0:
            lines.append("too,few\n")
        day, key = random_.randrange(1, 29), random_.randrange(ROWS // 8)
        lines.append(f'c-{key},2026-05-{day:02}T10:00:00Z,{random_.randrange(1000) / 4},"n, {n}"\n')
    file.write_text("".join(lines))
    return file


def _start(folder: Path, file: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.crashes.importing", str(folder), str(file)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _first_line(started: subprocess.Popen[str]) -> str:
    assert started.stdout is not None
    return started.stdout.readline()


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, float]:
    """The file, the record that it makes, and how long that takes from the record being open, in seconds."""
    folder = tmp_path_factory.mktemp("undisturbed")
    file = _write(folder / "visits.csv")
    started = _start(folder / "ws", file)
    assert _first_line(started) == "open\n"
    begun = time.monotonic()
    said, complained = started.communicate(timeout=SECONDS_MAX)
    assert said.startswith(f"done {ROWS} "), complained
    return file, folder / "ws", time.monotonic() - begun


def test_a_killed_import_repeats_nothing_and_loses_nothing(
    undisturbed: tuple[Path, Path, float], tmp_path: Path
) -> None:
    file, whole, seconds = undisturbed
    random_ = random.Random(SEED)
    folder = tmp_path / "ws"
    stopped_at = []
    killed = 0
    while killed < KILLS:
        started = _start(folder, file)
        assert _first_line(started) == "open\n"
        try:
            # Short lives, so that one import is killed again and again before it ends.
            time.sleep(random_.uniform(0, seconds / 4))
        finally:
            started.kill()
            said, complained = started.communicate(timeout=SECONDS_MAX)
        assert complained == "" or "Traceback" not in complained, complained
        killed += 1
        with support.shop(folder) as shop:
            imports = shop.importer.list()
            reached = imports[0].counts.rows_read if imports else 0
            stored = 0
            if "visit" in shop.record.catalog.interactions:
                [row] = shop.query("SELECT count(*) AS n FROM visit")
                stored = row["n"]
            # What is stored is what the position says, neither more nor less.
            assert stored == (imports[0].counts.accepted if imports else 0)
            stopped_at.append(reached)
            is_done = bool(imports) and imports[0].state is State.DONE
        if is_done:
            assert "done" in said or said == ""
            _same(folder, whole)
            shutil.rmtree(folder)
    assert any(0 < rows < ROWS for rows in stopped_at), stopped_at
    finished = _start(folder, file)
    said, complained = finished.communicate(timeout=SECONDS_MAX)
    assert f"done {ROWS} " in said, complained
    _same(folder, whole)


def _same(folder: Path, whole: Path) -> None:
    with support.shop(folder) as one, support.shop(whole) as other:
        found, expected = support.contents(one.record), support.contents(other.record)
        # Records exist since their import's commit or their first visit, and visits lie before all commits.
        assert found == expected
        assert len(one.importer.list()) == 1
        assert one.importer.list()[0].counts == other.importer.list()[0].counts


def test_the_program_imports_in_many_chunks() -> None:
    assert ROWS // importing.OPTIONS.rows_max >= 2 * KILLS

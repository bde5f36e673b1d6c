"""Time formats on the command line: one for the rows' own time, and one for any other column."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from satsuma.cli.main import app


def run(*words: str) -> str:
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.parametrize("plain", [["%d.%m.%Y %H:%M"], []])
def test_each_column_has_its_own_time_format(tmp_path: Path, plain: list[str]) -> None:
    file = tmp_path / "visits.csv"
    file.write_text("contact,when,opened,left\nc-1,31.01.2026 10:00,01/02/26,1770000000\n")
    shop = str(tmp_path / "shop")
    run("init", shop)
    own = plain or ["when=%d.%m.%Y %H:%M"]
    formats = [*own, "opened=%m/%d/%y", "left=epoch_s"]
    words = [word for one in formats for word in ("--time-format", one)]
    run("-C", shop, "import", "--interactions", "visit", str(file), "--occurred-at", "when", *words)
    [row] = json.loads(run("-C", shop, "sql", 'select occurred_at, opened, "left" from visit', "--json"))
    assert [str(value)[:16] for value in row.values()] == [
        "2026-01-31 10:00",
        "2026-01-02",
        "2026-02-02 02:40",
    ]


def test_two_formats_without_a_column_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "visits.csv"
    file.write_text("contact,occurred_at\nc-1,1\n")
    run("init", str(tmp_path / "shop"))
    words = [
        "import",
        "--interactions",
        "visit",
        str(file),
        "--time-format",
        "epoch_s",
        "--time-format",
        "%Y",
    ]
    result = CliRunner().invoke(app, ["-C", str(tmp_path / "shop"), *words])
    assert result.exit_code != 0

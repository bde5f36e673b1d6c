"""The guide on suppression runs as it stands, with fewer reads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.guides.suppression import code, run

READS, VERSIONS = 20_000, 30


def test_no_reader_sees_anyone_in_both_segments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    run(code(READS, VERSIONS))
    told = capsys.readouterr().out
    found = re.fullmatch(r"([\d,]+) reads over ([\d,]+) versions, 0 with anyone in both\n", told)
    assert found, told
    reads, versions = (int(one.replace(",", "")) for one in found.groups())
    assert reads >= READS
    assert versions >= VERSIONS

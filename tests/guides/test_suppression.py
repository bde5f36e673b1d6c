"""The guide on suppression runs as it stands, with fewer reads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "suppression.md"
READS, VERSIONS = 20_000, 30


def test_no_reader_sees_anyone_in_both_segments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(
        r"^```python\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL
    )
    code = "\n".join(blocks)
    for wanted in (("READS = 1_000_000", f"READS = {READS}"), ("VERSIONS = 200", f"VERSIONS = {VERSIONS}")):
        assert wanted[0] in code
        code = code.replace(*wanted)
    exec(compile(code, str(GUIDE), "exec"), {"__name__": "guide"})  # noqa: S102 - the guide is the subject
    told = capsys.readouterr().out
    found = re.fullmatch(r"([\d,]+) reads over ([\d,]+) versions, 0 with anyone in both\n", told)
    assert found, told
    reads, versions = (int(one.replace(",", "")) for one in found.groups())
    assert reads >= READS
    assert versions >= VERSIONS

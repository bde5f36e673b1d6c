"""The page on checks: its table is the table of codes."""

from __future__ import annotations

import re

from satsuma.language.problems import CODES
from tests.tidy.repository import ROOT

PAGE = (ROOT / "docs" / "language" / "checks.md").read_text(encoding="utf-8")


def test_every_code_is_listed_with_its_meaning_in_order() -> None:
    rows = re.findall(r"^\| `([a-z_.]+)` \| (.+) \|$", PAGE, re.MULTILINE)
    assert rows == list(CODES.items())

"""The Complete Journey guide runs, and its segments are what queries written by hand say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import satsuma
from tests.guides import by_hand
from tests.guides.by_hand import MOMENTS, ByHand
from tests.tidy import markdown
from tests.tidy.repository import ROOT
from tests.tidy.test_docs_run import run_shell

PAGE = ROOT / "docs" / "guides" / "complete-journey.md"
_ROW = re.compile(r"^\| (?P<name>[^|]+) \| (?P<sizes>[\d,]+ \| [\d,]+ \| [\d,]+) \|$", re.MULTILINE)


def run_page(folder: Path) -> None:
    """Every Python and shell block of the page, in order, in one folder."""
    names: dict[str, Any] = {"__name__": "__main__"}
    for block in markdown.blocks(PAGE.read_text(encoding="utf-8")):
        if block.info == ("python",):
            # Empty lines in front make a traceback's line numbers those of the page.
            exec(compile("\n" * (block.line - 1) + block.text, str(PAGE), "exec"), names)  # noqa: S102
        elif block.info == ("sh",):
            run_shell(block.text, f"{PAGE}:{block.line}", folder)


def stated_sizes() -> dict[str, tuple[int, ...]]:
    """The page's table: sizes by segment, at each moment."""
    return {
        row["name"]: tuple(int(size.replace(",", "")) for size in row["sizes"].split(" | "))
        for row in _ROW.finditer(PAGE.read_text(encoding="utf-8"))
    }


@pytest.fixture(scope="module")
def hand() -> ByHand:
    return by_hand.evaluate()


def test_the_page_states_the_sizes_that_the_queries_give(hand: ByHand) -> None:
    assert stated_sizes() == {name: hand.sizes(name) for name in by_hand.queries()[1]}


def test_every_segment_of_the_guide_has_the_members_that_its_query_gives(
    hand: ByHand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run_page(tmp_path)
    with satsuma.open("journey", create=False) as ws:
        live = [one.name for one in ws.segments.list(status="live")]
        assert sorted(live) == sorted(by_hand.queries()[1])
        differing = {}
        for name in live:
            for moment in MOMENTS:
                found = set(ws.segments[name].members(at=f"{moment}Z"))
                wanted = hand.members[name, moment]
                if found != wanted:
                    differing[name, moment] = (sorted(found - wanted), sorted(wanted - found))
    assert differing == {}

"""Keys that callers give: found in any normal form, taken as a list of texts, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import satsuma
from satsuma.kernel.errors import UsageError
from satsuma.membership.failing import SegmentFailure
from tests.segments.shop import shop

COMPOSED, DECOMPOSED = "Jos\u00e9", "Jose\u0301"


@pytest.fixture
def ws(tmp_path: Path) -> Iterator[satsuma.Workspace]:
    with shop(tmp_path / "shop") as workspace:
        workspace.upsert("contact", [{"id": DECOMPOSED, "city": "Paris"}])
        workspace.lists.create("News")
        workspace.segments.create("Parisians", where='city is "Paris"')
        workspace.segments.create("Picked", kind="static")
        workspace.segments.go_live(["Parisians", "Picked"])
        yield workspace


@pytest.fixture(params=[COMPOSED, DECOMPOSED], ids=["composed", "decomposed"])
def key(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_who_must_never_be_in_a_segment_is_not(ws: satsuma.Workspace, key: str) -> None:
    parisians = ws.segments["Parisians"]
    parisians.never([key])
    assert COMPOSED not in set(parisians.members())
    assert "never" in str(parisians.explain(key))
    parisians.follow_definition([COMPOSED])
    assert (parisians.overrides(), COMPOSED in set(parisians.members())) == ((), True)


def test_a_record_is_found_by_its_key(ws: satsuma.Workspace, key: str) -> None:
    assert ws.segments["Picked"].add([key]).changed == 1
    assert ws.segments_of(key) == ("Parisians", "Picked")
    assert key in ws.segments["Parisians"].members()
    news = ws.lists["News"]
    assert (news.add([key]).accepted, key in news) == (1, True)
    assert news.remove([key]).accepted == 1
    assert ws.segments["Picked"].remove([key]).changed == 1


def test_a_record_is_merged_and_deleted_by_its_key(ws: satsuma.Workspace, key: str) -> None:
    ws.merge("contact", keep=key, drop="c-1")
    assert ws.segments_of("c-1") == ("Parisians",)
    assert ws.delete("contact", [key]).removed == 1


COMMANDS: dict[str, Callable[[satsuma.Workspace, Any], object]] = {
    "add": lambda ws, keys: ws.segments["Picked"].add(keys),
    "remove": lambda ws, keys: ws.segments["Picked"].remove(keys),
    "always": lambda ws, keys: ws.segments["Parisians"].always(keys),
    "never": lambda ws, keys: ws.segments["Parisians"].never(keys),
    "follow": lambda ws, keys: ws.segments["Parisians"].follow_definition(keys),
    "join": lambda ws, keys: ws.lists["News"].add(keys),
    "leave": lambda ws, keys: ws.lists["News"].remove(keys),
    "delete": lambda ws, keys: ws.delete("contact", keys),
    "retract": lambda ws, keys: ws.retract("purchase", keys),
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    "keys", ["c-1", [1], [None], ["\ud800"]], ids=["text", "number", "none", "surrogate"]
)
def test_what_is_no_list_of_texts_is_refused(ws: satsuma.Workspace, command: str, keys: object) -> None:
    before = ws.version
    with pytest.raises(UsageError, match="expected a"):
        COMMANDS[command](ws, keys)
    assert ws.version == before


def test_keys_that_can_be_gone_through_once_hold_when_a_version_is_made_again(
    ws: satsuma.Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A live segment that fails has the version made anew, and its work done again."""
    follow, failures = ws.engine.follow, [True]

    def fails_once(change: Any, live: Any, *others: Any) -> Any:
        if failures:
            failures.pop()
            raise SegmentFailure(next(iter(live)), "for once")
        return follow(change, live, *others)

    monkeypatch.setattr(ws.engine, "follow", fails_once)
    assert ws.segments["Picked"].add(key for key in ["c-1", "c-2"]).changed == 2
    assert not failures
    assert list(ws.segments["Picked"].members()) == ["c-1", "c-2"]

"""A version that is refused, or fails on its way, leaves nothing behind that a later one could take up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import satsuma
from satsuma.kernel.errors import DefinitionError
from satsuma.record import versions
from tests.segments.shop import shop


@pytest.fixture
def ws(tmp_path: Path) -> Iterator[satsuma.Workspace]:
    with shop(tmp_path) as workspace:
        yield workspace


@contextmanager
def disk_full(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The last that a version writes fails, after all memberships were followed."""

    def fail(*_: object) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(versions, "add", fail)
        with pytest.raises(OSError, match="no space left"):
            yield


def test_a_definition_takes_the_place_of_one_whose_version_failed(
    ws: satsuma.Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "files" / "one.segment"
    file.parent.mkdir()

    file.write_text('city is "Paris"')
    with disk_full(monkeypatch):
        ws.segments.apply(file.parent)
    assert len(ws.segments) == 0
    file.write_text('city is "Lyon"')
    ws.segments.apply(file.parent)
    assert list(ws.segments["one"].members()) == ["c-2"]
    assert ws.verify() == ()


def test_a_definition_is_bound_to_the_catalog_that_is_kept(
    ws: satsuma.Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    ws.segments.create("Parisians", where='city is "Paris"').go_live()

    with disk_full(monkeypatch):
        ws.upsert("contact", [{"id": "c-4", "city": "Paris", "one": "x"}])
    ws.upsert("contact", [{"id": "c-4", "city": "Paris", "two": 1}])
    segment = ws.segments.create("Two", where="two = 1")
    segment.go_live()
    assert list(segment.members()) == ["c-4"]
    assert ws.verify() == ()


def test_segments_that_refer_to_each_other_in_a_circle_do_not_go_live(ws: satsuma.Workspace) -> None:
    first = ws.segments.create("First", where="everyone")
    ws.segments.create("Second", where='in segment "First"')
    first.edit('in segment "Second"')
    with pytest.raises(DefinitionError, match="in a circle: ") as raised:
        ws.segments.go_live(["First", "Second"])
    assert [problem.code for problem in raised.value.problems if hasattr(problem, "code")] == [
        "reference.cycle"
    ]
    assert {one.status for one in ws.segments} == {"draft"}


def test_a_circle_through_a_live_segment_is_found(ws: satsuma.Workspace) -> None:
    first = ws.segments.create("First", where="everyone")
    second = ws.segments.create("Second", where="everyone")
    between = ws.segments.create("Between", where='in segment "First"')
    ws.segments.go_live(["First", "Second", "Between"])
    first.edit('in segment "Second"')
    second.edit('in segment "Between"')
    with pytest.raises(DefinitionError, match="in a circle: "):
        ws.segments.go_live(["First", "Second"])
    assert {one.status for one in (first, second, between)} == {"live"}
    assert ws.verify() == ()

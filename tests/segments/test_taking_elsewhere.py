"""Members taken elsewhere: what is written reads back as the same rows; what makes no sense is refused."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import satsuma
from satsuma.kernel.errors import NotFoundError, UsageError
from tests.segments.shop import shop

FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n")
texts = st.text(st.sampled_from("ab1,;\"'=+-@\t\r\n \u2028😀"), min_size=1, max_size=8)


@pytest.fixture
def ws(tmp_path: Path) -> Iterator[satsuma.Workspace]:
    with shop(tmp_path / "shop") as workspace:
        yield workspace


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(city=texts)
def test_every_text_is_one_cell_of_csv_and_no_formula(
    ws: satsuma.Workspace, tmp_path: Path, city: str
) -> None:
    ws.upsert("contact", [{"id": "c-1", "city": city}])
    picked = ws.segments.create("Picked", kind="static") if "Picked" not in ws.segments else None
    if picked is not None:
        picked.add(["c-1"])
        picked.go_live()
    file = tmp_path / "out.csv"
    ws.segments["Picked"].members().export(file, columns=["city"])
    with file.open(newline="", encoding="utf-8") as stream:
        head, (key, cell) = csv.reader(stream)
    assert (head, key) == (["id", "city"], "c-1")
    assert cell in (city, f"'{city}")
    assert not cell.startswith(FORMULAS) or cell[1:].replace(".", "", 1).isdigit()


def test_a_column_is_written_once(ws: satsuma.Workspace, tmp_path: Path) -> None:
    everyone = ws.segments.create("Everyone", where="everyone")
    everyone.go_live()
    with pytest.raises(UsageError, match="more than one column named 'city'"):
        everyone.members().export(tmp_path / "out.csv", columns=["city", "age", "city"])
    assert not (tmp_path / "out.csv").exists()


def test_members_are_asked_for_at_a_version_or_at_an_instant(ws: satsuma.Workspace) -> None:
    everyone = ws.segments.create("Everyone", where="everyone")
    everyone.go_live()
    with pytest.raises(UsageError, match="found a version and an instant"):
        everyone.members(version=1, at="2026-01-01T00:00:00Z")
    with pytest.raises(NotFoundError, match="no version at 2020-01-01: the first came later"):
        everyone.members(at="2020-01-01")
    with pytest.raises(NotFoundError, match="no version 99: the last is"):
        everyone.members(version=99)


def test_segments_are_listed_by_states_and_kinds_that_exist(ws: satsuma.Workspace) -> None:
    ws.segments.create("Everyone", where="everyone")
    assert [one.name for one in ws.segments.list(status="draft", kind="dynamic")] == ["Everyone"]
    with pytest.raises(UsageError, match="found status 'alive', expected one of draft, going_live"):
        ws.segments.list(status="alive")
    with pytest.raises(UsageError, match="found kind 'dynamite', expected one of"):
        ws.segments.list(kind="dynamite")

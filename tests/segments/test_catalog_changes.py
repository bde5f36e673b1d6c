"""A catalog that changes: live definitions are bound anew at that version, and fail where they cannot be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import satsuma
from satsuma.catalog import change
from satsuma.catalog.declare import read
from satsuma.membership.stored import LiveSet
from satsuma.record.store import Record
from satsuma.segments.segment import Segment
from satsuma.workspace import MIGRATIONS
from tests.segments.shop import shop


def declare(workspace: satsuma.Workspace, **attributes: Any) -> None:
    workspace.catalog.apply({"entities": {"contact": {"attributes": attributes}}})


def live(workspace: satsuma.Workspace, name: str, where: str) -> Segment:
    segment = workspace.segments.create(name, where=where)
    segment.go_live()
    return segment


def test_a_definition_that_still_holds_reads_the_converted_values(tmp_path: Path) -> None:
    with shop(tmp_path) as workspace:
        paris = live(workspace, "Paris", 'city is "Paris"')
        before = workspace.version
        declare(workspace, city={"type": "choice", "options": ["Paris", "Lyon"]})
        assert workspace.version == before + 1
        assert (paris.status, list(paris.members())) == ("live", ["c-1", "c-3"])
        workspace.upsert("contact", [{"id": "c-2", "city": "Paris"}])
        assert list(paris.members()) == ["c-1", "c-2", "c-3"]
        assert workspace.verify() == ()


def test_members_follow_at_the_version_of_the_change_where_the_meaning_differs(tmp_path: Path) -> None:
    with shop(tmp_path) as workspace:
        workspace.upsert("contact", [{"id": "c-2", "city": "PARIS"}])
        # Texts compare without regard to case, choices exactly.
        paris = live(workspace, "Paris", 'city is "Paris"')
        assert list(paris.members()) == ["c-1", "c-2", "c-3"]
        declare(workspace, city="choice")
        assert (paris.status, list(paris.members())) == ("live", ["c-1", "c-3"])
        (left,) = [row for row in paris.changes().to_pylist() if row["change"] == "left"]
        assert (left["member"], left["version"]) == ("c-2", workspace.version)


def test_a_definition_that_no_longer_checks_fails_says_why_and_lives_again(tmp_path: Path) -> None:
    with shop(tmp_path) as workspace:
        old = live(workspace, "Old", "age >= 40")
        apart = live(workspace, "Apart", 'city is "Paris"')
        declare(workspace, age="text")
        assert (old.status, list(old.members())) == ("failed", ["c-2"])
        assert "age" in (old.reason or "")
        assert apart.status == "live"
        workspace.upsert("contact", [{"id": "c-1", "age": "41"}])
        assert list(old.members()) == ["c-2"]
        declare(workspace, age="integer")
        assert (old.status, old.reason, list(old.members())) == ("live", None, ["c-1", "c-2"])
        assert workspace.verify() == ()


def test_an_option_that_a_definition_names_may_go_and_the_definition_fails(tmp_path: Path) -> None:
    with shop(tmp_path) as workspace:
        declare(workspace, city={"type": "choice", "options": ["Paris", "Lyon", "Nice"]})
        nice = live(workspace, "Nice", 'city is "Nice"')
        declare(workspace, city={"type": "choice", "options": ["Paris", "Lyon"], "remove_options": ["Nice"]})
        assert nice.status == "failed"
        assert "Nice" in (nice.reason or "")


def test_a_refused_conversion_leaves_segments_as_they_were(tmp_path: Path) -> None:
    with shop(tmp_path) as workspace:
        paris = live(workspace, "Paris", 'city contains "Paris"')
        before = workspace.version
        with pytest.raises(satsuma.Error, match="cannot become integer"):
            declare(workspace, city="integer", age="text")
        assert (workspace.version, paris.status, list(paris.members())) == (before, "live", ["c-1", "c-3"])
        # The next catalog has the number that the refused one would have had.
        declare(workspace, city="choice")
        assert paris.status == "failed"
        assert workspace.sql("SELECT city, age FROM contact ORDER BY id").to_pylist()[0] == {
            "city": "Paris",
            "age": 30,
        }


def test_interactions_convert_under_a_live_definition(tmp_path: Path) -> None:
    with shop(tmp_path) as workspace:
        big = live(workspace, "Big", "did purchase where amount > 20")
        workspace.catalog.apply({"interactions": {"purchase": {"attributes": {"amount": "decimal"}}}})
        assert (big.status, list(big.members())) == ("live", ["c-1"])
        workspace.append(
            "purchase", [{"id": "p-9", "contact": "c-3", "occurred_at": "2025-12-30", "amount": "20.0001"}]
        )
        assert list(big.members()) == ["c-1", "c-3"]
        assert workspace.verify() == ()


def test_what_was_bound_to_a_catalog_that_was_taken_back_is_not_used_for_the_next(tmp_path: Path) -> None:
    with shop(tmp_path) as workspace:
        live(workspace, "Paris", 'city contains "Paris"')
    with Record.open(tmp_path, migrations_above=MIGRATIONS) as record, record.cursor() as cursor:
        taken_back, next_one = (
            change.apply(record.catalog, read({"entities": {"contact": {"attributes": attributes}}}))[0]
            for attributes in ({"city": "choice"}, {"age": "text"})
        )
        assert taken_back.version == next_one.version
        live_set = LiveSet()
        assert [segment.problem is None for segment in live_set.read(cursor, taken_back)] == [False]
        assert [segment.problem is None for segment in live_set.read(cursor, next_one)] == [True]

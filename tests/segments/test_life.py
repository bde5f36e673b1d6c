"""The life of a segment: for every state and command, used or not, what comes of it or the refusal."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import satsuma
from satsuma.segments.segment import Segment
from tests.segments.shop import shop

IN_PARIS = 'city contains "Paris"'

COMMANDS: dict[str, Callable[[Segment], object]] = {
    "edit": lambda segment: segment.edit('city contains "Lyon"'),
    "go live": lambda segment: segment.go_live(),
    "cancel": lambda segment: segment.cancel(),
    "stop": lambda segment: segment.stop(),
    "delete": lambda segment: segment.delete(),
    "rename": lambda segment: segment.rename("Renamed"),
    "members": lambda segment: list(segment.members()),
    "estimate": lambda segment: segment.estimate().count,
    "override": lambda segment: segment.always(["c-2"]),
    "add": lambda segment: segment.add(["c-2"]),
}

USED = "it is used by segment “Reader” (change or stop what uses it first)"
STATIC = (
    "segment “Target” is dynamic: its members follow its definition (only static segments are edited by hand;"
    " overrides include or exclude single people)"
)

# state, command, used by a live segment → the state after it ("gone": it is deleted), or the refusal's text
TABLE: list[tuple[str, str, bool, str]] = [
    ("draft", "edit", False, "draft"),
    ("draft", "go live", False, "live"),
    ("draft", "cancel", False, "cannot cancel segment “Target”: it is not going live"),
    ("draft", "stop", False, "cannot stop segment “Target”: it is a draft, so there is nothing to stop"),
    ("draft", "delete", False, "gone"),
    ("draft", "rename", False, "draft"),
    (
        "draft",
        "members",
        False,
        "segment “Target” has no members: a draft has no members (ask for an estimate, or go live)",
    ),
    ("draft", "estimate", False, "draft"),
    ("draft", "override", False, "draft"),
    ("draft", "add", False, STATIC),
    (
        "going_live",
        "edit",
        False,
        "cannot edit segment “Target”: it is going live (wait, or cancel going live)",
    ),
    (
        "going_live",
        "go live",
        False,
        "cannot go live segment “Target”: it is going live already (wait for it, or cancel)",
    ),
    ("going_live", "cancel", False, "draft"),
    ("going_live", "stop", False, "cannot stop segment “Target”: it is going live (cancel going live)"),
    (
        "going_live",
        "delete",
        False,
        "cannot delete segment “Target”: it is going live (cancel going live first)",
    ),
    ("going_live", "rename", False, "going_live"),
    (
        "going_live",
        "members",
        False,
        "segment “Target” has no members: it is not live yet (wait for it to go live)",
    ),
    ("going_live", "estimate", False, "going_live"),
    ("going_live", "override", False, "going_live"),
    ("going_live", "add", False, STATIC),
    ("live", "edit", False, "live"),
    ("live", "edit", True, "live"),
    (
        "live",
        "go live",
        False,
        "segment “Target” is live already, and has no new draft (edit its definition first)",
    ),
    (
        "live",
        "go live",
        True,
        "segment “Target” is live already, and has no new draft (edit its definition first)",
    ),
    ("live", "cancel", False, "cannot cancel segment “Target”: it is live already (stop it)"),
    ("live", "cancel", True, "cannot cancel segment “Target”: it is live already (stop it)"),
    ("live", "stop", False, "draft"),
    ("live", "stop", True, f"cannot stop segment “Target”: {USED}"),
    ("live", "delete", False, "cannot delete segment “Target”: it is live (stop it first)"),
    ("live", "delete", True, "cannot delete segment “Target”: it is live (stop it first)"),
    ("live", "rename", False, "live"),
    ("live", "rename", True, "live"),
    ("live", "members", False, "live"),
    ("live", "members", True, "live"),
    ("live", "estimate", False, "live"),
    ("live", "estimate", True, "live"),
    ("live", "override", False, "live"),
    ("live", "override", True, "live"),
    ("live", "add", False, STATIC),
    ("live", "add", True, STATIC),
    ("failed", "edit", False, "failed"),
    ("failed", "edit", True, "failed"),
    ("failed", "go live", False, "the definition has 1 problem"),
    ("failed", "go live", True, "the definition has 1 problem"),
    ("failed", "cancel", False, "cannot cancel segment “Target”: it is not going live (stop it)"),
    ("failed", "cancel", True, "cannot cancel segment “Target”: it is not going live (stop it)"),
    ("failed", "stop", False, "draft"),
    ("failed", "stop", True, f"cannot stop segment “Target”: {USED}"),
    (
        "failed",
        "delete",
        False,
        "cannot delete segment “Target”: it is in use as failed: its last members are kept (stop it first)",
    ),
    (
        "failed",
        "delete",
        True,
        "cannot delete segment “Target”: it is in use as failed: its last members are kept (stop it first)",
    ),
    ("failed", "rename", False, "failed"),
    ("failed", "rename", True, "failed"),
    ("failed", "members", False, "failed"),
    ("failed", "members", True, "failed"),
    ("failed", "estimate", False, "the definition has 1 problem"),
    ("failed", "estimate", True, "the definition has 1 problem"),
    ("failed", "override", False, "failed"),
    ("failed", "override", True, "failed"),
    ("failed", "add", False, STATIC),
    ("failed", "add", True, STATIC),
]


def bring_to(workspace: satsuma.Workspace, state: str, *, used: bool) -> Segment:
    segment = workspace.segments.create("Target", where=IN_PARIS)
    if state == "going_live":
        segment.schedule(starts_at="2026-06-01T00:00:00Z")
    if state != "draft":
        segment.go_live()
    if used:
        workspace.segments.create("Reader", where='segment "Target"', kind="compound").go_live()
    if state == "failed":
        # `contains` is for texts: once the city is a choice, the definition can no longer be read.
        workspace.catalog.apply({"entities": {"contact": {"attributes": {"city": "choice"}}}})
    assert segment.status == state
    return segment


@pytest.mark.parametrize(("state", "command", "used", "expected"), TABLE)
def test_a_command_does_what_the_table_says(
    tmp_path: Path, state: str, command: str, used: bool, expected: str
) -> None:
    with shop(tmp_path) as workspace:
        segment = bring_to(workspace, state, used=used)
        before = workspace.sql("SELECT * FROM segments").to_pylist()
        if " " in expected:
            with pytest.raises(satsuma.Error, match=re.escape(expected)):
                COMMANDS[command](segment)
            if command != "go live":
                assert workspace.sql("SELECT * FROM segments").to_pylist() == before
            assert segment.status == state
            return
        COMMANDS[command](segment)
        if expected == "gone":
            assert "Target" not in workspace.segments
        else:
            assert segment.status == expected


def test_the_table_has_every_state_and_command() -> None:
    used_states = {"live", "failed"}
    wanted = {
        (state, command, used)
        for state in ("draft", "going_live", "live", "failed")
        for command in COMMANDS
        for used in ((False, True) if state in used_states else (False,))
    }
    assert {row[:3] for row in TABLE} == wanted


def test_a_failed_segment_keeps_its_members_and_fails_those_that_refer_to_it(tmp_path: Path) -> None:
    with shop(tmp_path) as workspace:
        segment = bring_to(workspace, "live", used=True)
        reader = workspace.segments["Reader"]
        workspace.segments.create("Third", where='segment "Reader"').go_live()
        apart = workspace.segments.create("Apart", where="age >= 40")
        apart.go_live()
        workspace.catalog.apply({"entities": {"contact": {"attributes": {"city": "choice"}}}})
        workspace.upsert("contact", [{"id": "c-4", "city": "Paris", "age": 50}])
        assert list(segment.members()) == list(reader.members()) == ["c-1", "c-3"]
        assert [one.status for one in workspace.segments] == ["live", "failed", "failed", "failed"]
        assert "segment “Target”, which it refers to, has failed" in (reader.reason or "")
        assert "segment “Target”" in (workspace.segments["Third"].reason or "")
        assert list(apart.members()) == ["c-2", "c-4"]


def test_a_failed_segment_does_not_keep_those_whose_record_is_gone(tmp_path: Path) -> None:
    with shop(tmp_path) as workspace:
        segment = bring_to(workspace, "failed", used=True)
        workspace.delete("contact", ["c-1"])
        assert (len(segment.members()), list(segment.members())) == (1, ["c-3"])
        assert len(workspace.segments["Reader"].members()) == 1
        left = [row for row in segment.changes().to_pylist() if row["change"] == "left"]
        assert [row["cause"] for row in left] == ["erase"]


def test_a_failed_segment_that_is_mended_is_live_again_with_all_that_refer_to_it(tmp_path: Path) -> None:
    with shop(tmp_path) as workspace:
        segment = bring_to(workspace, "failed", used=True)
        segment.edit('city is "Lyon"')
        segment.go_live()
        assert (segment.status, workspace.segments["Reader"].status) == ("live", "live")
        assert list(workspace.segments["Reader"].members()) == ["c-2"]


def test_a_draft_beside_a_live_definition_is_swapped_in_within_one_version(tmp_path: Path) -> None:
    with shop(tmp_path) as workspace:
        segment = bring_to(workspace, "live", used=True)
        segment.edit('city contains "Lyon"')
        assert list(segment.members()) == ["c-1", "c-3"]
        version = segment.go_live().version
        assert list(segment.members()) == list(workspace.segments["Reader"].members()) == ["c-2"]
        changes = segment.changes(since_version=version - 1).to_pylist()
        assert {(row["member"], row["change"], row["cause"]) for row in changes} == {
            ("c-1", "left", "definition"),
            ("c-3", "left", "definition"),
            ("c-2", "entered", "definition"),
        }
        assert {row["version"] for row in changes} == {version}


def test_stopping_is_not_leaving_and_going_live_again_is_not_entering(tmp_path: Path) -> None:
    with shop(tmp_path) as workspace:
        segment = bring_to(workspace, "live", used=False)
        segment.stop()
        workspace.upsert("contact", [{"id": "c-3", "city": "Nice"}, {"id": "c-2", "city": "Paris"}])
        segment.go_live()
        changes = [(row["member"], row["change"]) for row in segment.changes().to_pylist()]
        assert changes == [("c-1", "entered"), ("c-3", "entered"), ("c-2", "entered"), ("c-3", "left")]


def test_dates_bring_a_segment_live_and_stop_it(tmp_path: Path) -> None:
    with shop(tmp_path) as workspace:
        segment = workspace.segments.create("Target", where=IN_PARIS)
        segment.schedule(starts_at="2026-02-01T00:00:00Z", ends_at="2026-03-01T00:00:00Z")
        segment.go_live()
        assert segment.status == "going_live"
        workspace.advance(to="2026-02-01T00:00:00Z")
        assert (segment.status, list(segment.members())) == ("live", ["c-1", "c-3"])
        workspace.segments.create("Reader", where='segment "Target"').go_live()
        workspace.advance(to="2026-03-02T00:00:00Z")
        assert segment.status == "live"  # used, so it stays
        workspace.segments["Reader"].stop()
        workspace.advance(to="2026-03-03T00:00:00Z")
        assert segment.status == "draft"


def test_a_segment_that_cannot_start_at_its_date_is_a_draft_again_and_says_why(tmp_path: Path) -> None:
    with shop(tmp_path) as workspace:
        segment = workspace.segments.create("Target", where=IN_PARIS)
        segment.schedule(starts_at="2026-02-01T00:00:00Z")
        segment.go_live()
        workspace.catalog.apply({"entities": {"contact": {"attributes": {"city": "choice"}}}})
        workspace.advance(to="2026-02-01T00:00:00Z")
        assert segment.status == "draft"
        assert "problem" in (segment.reason or "")


def test_a_definition_that_breaks_its_tests_does_not_go_live_unless_told_to(tmp_path: Path) -> None:
    with shop(tmp_path) as workspace:
        segment = workspace.segments.create(
            {
                "name": "Target",
                "where": {"attribute": "city", "op": "is", "value": "Paris"},
                "tests": {"in": ["c-1", "c-2"], "out": ["c-3", "c-9"]},
            }
        )
        with pytest.raises(satsuma.Error, match="c-2 is not in, c-3 is in") as refused:
            segment.go_live()
        assert refused.value.details == {"missing": ["c-2"], "unwanted": ["c-3"]}
        assert segment.status == "draft"
        segment.go_live(despite_tests=True)
        assert segment.status == "live"


def test_segments_that_refer_to_each_other_go_live_together(tmp_path: Path) -> None:
    with shop(tmp_path) as workspace:
        workspace.segments.create("Second", where='segment "First" and age is present')
        workspace.segments.create("First", where=IN_PARIS)
        with pytest.raises(satsuma.Error, match="First"):
            workspace.segments["Second"].go_live()
        version = workspace.segments.go_live(["Second", "First"]).version
        assert list(workspace.segments["Second"].members()) == ["c-1"]
        assert {row["version"] for row in workspace.segments["Second"].changes().to_pylist()} == {version}


def test_a_job_that_is_cancelled_leaves_the_draft_as_it_was(tmp_path: Path) -> None:
    with shop(tmp_path) as workspace:
        segment = workspace.segments.create("Target", where=IN_PARIS)
        job = segment.go_live(wait=False)
        job.cancel()
        try:
            job.wait(60)
        except satsuma.Error:
            assert (job.state, segment.status) == ("cancelled", "draft")
        else:
            assert (job.state, segment.status, job.progress) == ("done", "live", 1.0)


def test_a_rename_breaks_nothing(tmp_path: Path) -> None:
    with shop(tmp_path) as workspace:
        segment = bring_to(workspace, "live", used=True)
        segment.rename("In Paris")
        reader = workspace.segments["Reader"]
        definition = reader.definition
        assert definition is not None
        assert definition.to_text() == 'segment "In Paris"'
        workspace.upsert("contact", [{"id": "c-2", "city": "Paris"}])
        assert list(reader.members()) == ["c-1", "c-2", "c-3"]


def test_closing_the_workspace_ends_a_job_and_leaves_nothing_half_done(tmp_path: Path) -> None:
    with shop(tmp_path) as workspace:
        workspace.segments.create("Target", where=IN_PARIS)
        job = workspace.segments["Target"].go_live(wait=False)
    assert job.state in ("done", "cancelled")
    with satsuma.open(tmp_path, clock=satsuma.ManualClock("2026-01-01T00:00:00Z")) as workspace:
        assert workspace.segments["Target"].status == ("live" if job.state == "done" else "draft")

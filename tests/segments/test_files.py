"""Segments as files: what a folder says becomes so in one version, as a dry run tells, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import satsuma
from satsuma.kernel.errors import ConflictError, UsageError
from satsuma.segments.files.result import Action, Applied, Effect
from tests.segments.folders import put
from tests.segments.shop import shop

FILES = {
    # Referred to by files that come before it, and refers to one that comes after.
    "b/both.segment": 'kind: compound\n\nsegment "Loyal" intersect segment "In Paris"\n',
    "a.yaml": "name: Rest\nkind: compound\nwhere: everyone except segment both\n".replace(
        "segment both", 'segment "both"'
    ),
    "loyal.segment": (
        "name: Loyal\ntags: mail, spring\nin: c-1\nnot in: c-2, c-77\n\n"
        "# Twice is enough.\ndid purchase at least 2 times\n  in the last 30 days\n"
    ),
    "paris.yml": "name: In Paris\nwhere: {attribute: city, op: is, value: Paris}\n",
    "hand.segment": "kind: static\ndescription: Picked by hand\n\nc-2\nc-404\n",
    "notes.txt": "not a segment",
    ".hidden.segment": "nonsense ~",
}


@pytest.fixture
def ws(tmp_path: Path) -> Iterator[satsuma.Workspace]:
    with shop(tmp_path / "shop") as workspace:
        yield workspace


def members(ws: satsuma.Workspace) -> dict[str, list[str]]:
    return {one.name: list(one.members()) for one in ws.segments if one.status == "live"}


def actions(applied: Applied) -> dict[str, Action]:
    return {one.name: one.action for one in applied.segments}


def effects(applied: Applied) -> dict[str, tuple[int, int, int]]:
    return {
        one.name: (one.effect.enter, one.effect.leave, one.effect.size)
        for one in applied.segments
        if one.effect is not None
    }


def test_segments_that_refer_to_each_other_go_live_together_in_one_version(
    ws: satsuma.Workspace, tmp_path: Path
) -> None:
    before = ws.version
    applied = ws.segments.apply(put(tmp_path / "files", FILES))
    assert applied.version == ws.version == before + 1
    assert members(ws) == {
        "both": ["c-1"],
        "hand": ["c-2"],
        "In Paris": ["c-1", "c-3"],
        "Loyal": ["c-1"],
        "Rest": ["c-2", "c-3"],
    }
    assert effects(applied) == {
        "both": (1, 0, 1),
        "hand": (1, 0, 1),
        "In Paris": (2, 0, 2),
        "Loyal": (1, 0, 1),
        "Rest": (2, 0, 2),
    }
    assert {one.name: one.unknown for one in applied.segments if one.unknown} == {"hand": ("c-404",)}
    assert {one.version for name in members(ws) for one in ws.segments[name].history()} <= {before + 1}
    causes = [ws.segments[name].changes()["cause"].to_pylist() for name in members(ws)]
    assert {cause for found in causes for cause in found} == {"definition"}
    loyal = next(one for one in ws.segments.list() if one.name == "Loyal")
    assert loyal.tags == ("mail", "spring")
    assert ws.verify() == ()


def test_applying_again_changes_nothing_and_makes_no_version(ws: satsuma.Workspace, tmp_path: Path) -> None:
    folder = put(tmp_path / "files", FILES)
    ws.segments.apply(folder)
    before = ws.version
    again = ws.segments.apply(folder)
    assert (again.version, again.changes, ws.version) == (None, (), before)
    assert set(actions(again).values()) == {Action.UNCHANGED}


def test_a_dry_run_tells_exactly_what_applying_does_and_leaves_no_trace(
    ws: satsuma.Workspace, tmp_path: Path
) -> None:
    folder = put(tmp_path / "files", FILES)
    ws.segments.apply(folder)
    ws.segments.create(
        {"name": "Follower", "kind": "compound", "where": {"not": {"segment": "Loyal"}}}
    ).go_live()
    put(
        folder,
        {
            "loyal.segment": "name: Loyal\n\ndid purchase\n",
            "hand.segment": "kind: static\n\nc-1\nc-3\n",
            "new.segment": 'segment "Rest"\n'.replace("segment", "in segment", 1),
        },
    )
    before, content, was = ws.version, _content(ws), members(ws)
    told = ws.segments.apply(folder, dry_run=True)
    assert (ws.version, _content(ws), members(ws)) == (before, content, was)
    assert told.version is None
    done = ws.segments.apply(folder)
    assert done.segments == told.segments
    assert actions(done) == {
        "Loyal": Action.CHANGED,
        "hand": Action.CHANGED,
        "new": Action.NEW,
        "both": Action.FOLLOWS,
        "Follower": Action.FOLLOWS,
        "Rest": Action.FOLLOWS,
        "In Paris": Action.UNCHANGED,
    }
    for one in done.segments:
        changes = ws.segments[one.name].changes(since_version=before).to_pylist()
        entered = sorted(row["member"] for row in changes if row["change"] == "entered")
        left = sorted(row["member"] for row in changes if row["change"] == "left")
        effect = one.effect or Effect(0, 0, 0, (), ())
        assert (list(effect.enter_examples), list(effect.leave_examples)) == (entered, left), one.name
        assert (effect.enter, effect.leave) == (len(entered), len(left))
        assert one.effect is None or effect.size == len(ws.segments[one.name].members())
    assert ws.verify() == ()


def _content(ws: satsuma.Workspace) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in ws.path.iterdir() if path.is_file()}


def test_what_a_failed_apply_made_is_never_taken_for_something_else(
    ws: satsuma.Workspace, tmp_path: Path
) -> None:
    folder = put(tmp_path / "files", {"one.segment": 'city is "Paris"'})
    ws.segments.apply(folder, dry_run=True)
    other = ws.segments.create("Other", where='city is "Lyon"')
    other.go_live()
    assert list(other.members()) == ["c-2"]
    ws.segments.apply(folder)
    assert members(ws) == {"one": ["c-1", "c-3"], "Other": ["c-2"]}


def test_a_segment_that_breaks_its_tests_refuses_the_whole_folder(
    ws: satsuma.Workspace, tmp_path: Path
) -> None:
    folder = put(
        tmp_path / "files",
        {
            "fine.segment": "everyone",
            "base.segment": 'name: Base\n\ncity is "Paris"',
            "tested.segment": 'kind: compound\nin: c-1, c-2\nnot in: c-3\n\nsegment "Base"',
        },
    )
    before = ws.version
    with pytest.raises(ConflictError) as raised:
        ws.segments.apply(folder)
    assert raised.value.code == "segment.tests"
    assert str(raised.value) == (
        "nothing is applied: tested.segment:2:10: segment “tested” breaks its tests: c-2 is not in, c-3 is in"
        " (mend the definition or the tests, or go live despite them)"
    )
    assert (ws.version, len(ws.segments)) == (before, 0)
    would = ws.segments.apply(folder, dry_run=True)
    assert [problem.code for problem in would.problems] == ["segment.tests"]
    assert effects(would)["tested"] == (2, 0, 2)
    done = ws.segments.apply(folder, despite_tests=True)
    assert [warning.code for warning in done.warnings] == ["segment.tests"]
    assert members(ws)["tested"] == ["c-1", "c-3"]


def test_a_change_that_breaks_the_tests_of_one_that_follows_is_refused(
    ws: satsuma.Workspace, tmp_path: Path
) -> None:
    files = {
        "base.segment": 'name: Base\n\ncity is "Paris"',
        "follows.segment": 'kind: compound\nin: c-1\n\nsegment "Base"',
    }
    folder = put(tmp_path / "files", files)
    ws.segments.apply(folder)
    put(folder, {"base.segment": 'name: Base\n\ncity is "Lyon"'})
    with pytest.raises(ConflictError, match="“follows” breaks its tests: c-1 is not in"):
        ws.segments.apply(folder)
    (folder / "follows.segment").unlink()
    with pytest.raises(ConflictError, match="“follows” breaks its tests: c-1 is not in"):
        ws.segments.apply(folder)
    assert members(ws) == {"Base": ["c-1", "c-3"], "follows": ["c-1", "c-3"]}


def test_tests_that_are_only_new_are_run_too(ws: satsuma.Workspace, tmp_path: Path) -> None:
    folder = put(tmp_path / "files", {"p.segment": 'city is "Paris"'})
    ws.segments.apply(folder)
    put(folder, {"p.segment": 'in: c-2\n\ncity is "Paris"'})
    with pytest.raises(ConflictError, match="c-2 is not in"):
        ws.segments.apply(folder)
    put(folder, {"p.segment": 'in: c-1\n\ncity is "Paris"'})
    applied = ws.segments.apply(folder)
    assert [(one.what, one.effect) for one in applied.changes] == [(("tests",), Effect(2, 0, 0, (), ()))]


def test_what_no_file_has_stays_unless_deletion_is_asked_for(ws: satsuma.Workspace, tmp_path: Path) -> None:
    folder = put(tmp_path / "files", FILES)
    ws.segments.apply(folder)
    for name in ("b/both.segment", "a.yaml", "hand.segment"):
        (folder / name).unlink()
    before = ws.version
    applied = ws.segments.apply(folder)
    assert (applied.version, applied.changes, ws.version) == (None, (), before)
    untouched = {name for name, action in actions(applied).items() if action is Action.UNTOUCHED}
    assert untouched == {"both", "hand", "Rest"}
    told = ws.segments.apply(folder, delete=True, dry_run=True)
    deleted = {name for name, action in actions(told).items() if action is Action.DELETED}
    assert deleted == {"both", "hand", "Rest"}
    assert len(ws.segments) == 5
    assert ws.segments.apply(folder, delete=True).version == before + 1
    assert set(members(ws)) == {"Loyal", "In Paris"}
    assert ws.segments.apply(folder, delete=True).version is None


def test_what_is_still_used_is_not_deleted(ws: satsuma.Workspace, tmp_path: Path) -> None:
    folder = put(tmp_path / "files", FILES)
    ws.segments.apply(folder)
    (folder / "loyal.segment").unlink()
    with pytest.raises(ConflictError, match="it is used by segment “both”"):
        ws.segments.apply(folder, delete=True)
    assert len(ws.segments) == 5


def test_a_folder_without_segment_files_is_refused_and_deletes_nothing(
    ws: satsuma.Workspace, tmp_path: Path
) -> None:
    ws.segments.create("Kept", where="everyone").go_live()
    for folder in (put(tmp_path / "files", {"readme.md": "# nothing"}), tmp_path / "nowhere"):
        with pytest.raises(UsageError):
            ws.segments.apply(folder, delete=True)
    assert members(ws) == {"Kept": ["c-1", "c-2", "c-3"]}


def test_only_what_differs_is_changed(ws: satsuma.Workspace, tmp_path: Path) -> None:
    folder = put(tmp_path / "files", {"p.segment": 'name: P\n\ncity is "Paris" and age >= 30'})
    ws.segments.apply(folder)

    def what(text: str) -> tuple[str, ...]:
        applied = ws.segments.apply(put(folder, {"p.segment": text}))
        return () if not applied.changes else applied.changes[0].what

    assert what('name: P\n\n  # said with more space\ncity is "Paris"\n  and (age >= 30)') == ()
    assert what('name: P\n\nage >= 30 and city is "Paris"') == ("wording",)
    assert what('name: P\ntags: a\n\nage >= 30 and city is "Paris"') == ("tags",)
    assert what('name: P\ndescription: d\ntags: a\n\nage >= 30 and city is "Paris"') == ("description",)
    assert what('name: p\n\nage > 30 and city is "Paris"') == ("definition", "name", "description", "tags")
    assert [one.name for one in ws.segments] == ["p"]
    assert what('name: p\ntimezone: Asia/Tokyo\n\nage > 30 and city is "Paris"') == ("definition",)
    assert what('name: p\n\nage > 30 and city is "Paris"') == ("definition",)
    ws.segments["p"].edit("everyone")
    assert what('name: p\n\nage > 30 and city is "Paris"') == ()
    assert what("name: p\n\neveryone") == ("definition",)
    assert ws.segments["p"].draft is None
    assert len(ws.segments["p"].history()) == 6
    ws.segments["p"].stop()
    assert what("name: p\n\neveryone") == ("goes live",)
    assert len(ws.segments["p"].history()) == 6


def test_a_file_may_ask_for_a_draft(ws: satsuma.Workspace, tmp_path: Path) -> None:
    folder = put(tmp_path / "files", {"p.segment": "status: draft\n\nno_such_attribute is 1"})
    first = ws.segments.apply(folder)
    assert ws.segments["p"].status == "draft"
    assert [warning.code for warning in first.warnings] == ["name.attribute"]
    assert ws.segments.apply(folder).version is None
    ws.segments.apply(put(folder, {"p.segment": "everyone"}))
    assert ws.segments["p"].status == "live"
    stopped = ws.segments.apply(put(folder, {"p.segment": 'status: draft\n\ncity is "Lyon"'}))
    assert actions(stopped) == {"p": Action.STOPPED}
    segment = ws.segments["p"]
    assert segment.definition is not None
    assert (segment.status, segment.definition.to_text()) == ("draft", 'city is "Lyon"')


def test_a_static_segment_keeps_its_members_where_its_file_says_none(
    ws: satsuma.Workspace, tmp_path: Path
) -> None:
    folder = put(tmp_path / "files", {"hand.segment": "kind: static\n\nc-1\n"})
    ws.segments.apply(folder)
    ws.segments["hand"].add(["c-2"])
    ws.segments.apply(put(folder, {"hand.segment": "kind: static\ntags: kept\n"}))
    assert members(ws) == {"hand": ["c-1", "c-2"]}
    (folder / "hand.segment").unlink()
    ws.segments.apply(put(folder, {"hand.yaml": "kind: static\nmembers: [c-3]\n"}))
    assert members(ws) == {"hand": ["c-3"]}
    ws.segments.apply(put(folder, {"hand.yaml": "kind: static\nmembers: []\n"}))
    assert members(ws) == {"hand": []}


def test_overrides_stay_and_count(ws: satsuma.Workspace, tmp_path: Path) -> None:
    folder = put(tmp_path / "files", {"p.segment": 'in: c-1\n\ncity is "Paris"'})
    ws.segments.apply(folder)
    ws.segments["p"].never(["c-1"])
    applied = ws.segments.apply(put(folder, {"p.segment": "in: c-1\n\neveryone"}))
    assert effects(applied) == {"p": (1, 0, 2)}
    assert members(ws) == {"p": ["c-2", "c-3"]}


EVERYTHING = {
    "Plain": "everyone",
    "held “quoted” name": 'city is "Paris" for at least 7 days',
    "ÄÖ/ü: x": 'not (city contains "#\\u0021, \\"x\\"" or age in (30, 40))',
    "a" * 120: "top 7.5% by sum of amount over purchase in the last 365 days",
    "sample": 'sample 10% salt "spring-test"',
    "?": "did purchase then purchase within 7 days during this year",
    "!": 'in segment "Plain" and not in list "news"',
}


def test_an_export_applied_changes_nothing_and_elsewhere_makes_the_same(
    ws: satsuma.Workspace, tmp_path: Path
) -> None:
    ws.lists.create("news")
    for name, text in EVERYTHING.items():
        ws.segments.create(
            {
                "name": name,
                "where": satsuma.parse(text).to_json(),
                "tests": {"in": [], "out": ["x, y", '"', "z"]},
            },
            timezone="Europe/Berlin" if name == "?" else None,
            description="Line one\nline two" if name == "!" else ' "odd"',
            tags=["a, b", "#c", "d"],
        )
    ws.segments.go_live(list(EVERYTHING))
    ws.segments.create(
        {
            "name": "Compound",
            "kind": "compound",
            "where": {"all": [{"segment": "Plain"}, {"not": {"segment": "sample"}}]},
        }
    ).go_live()
    ws.segments["Plain"].edit('city is "a pending draft"')
    ws.segments.create("Picked", kind="static").add(["c-1", "c-3"])
    ws.segments["Picked"].go_live()
    ws.segments.create("Not yet", where="no_such is 1")
    written_files = ws.segments.export(tmp_path / "out")
    before = ws.version
    applied = ws.segments.apply(tmp_path / "out")
    assert [(one.name, one.what) for one in applied.changes] == []
    assert ws.version == before
    with shop(tmp_path / "other") as other:
        other.lists.create("news")
        other.segments.apply(tmp_path / "out")
        assert members(other) == members(ws)
        again = other.segments.export(tmp_path / "again")
    assert [path.name for path in again] == [path.name for path in written_files]
    assert [path.read_text() for path in again] == [path.read_text() for path in written_files]


def test_an_export_does_not_mix_with_other_segment_files(ws: satsuma.Workspace, tmp_path: Path) -> None:
    with pytest.raises(ConflictError, match=r"has segment files already, such as p\.segment"):
        ws.segments.export(put(tmp_path / "out", {"p.segment": "everyone"}))

"""Segments as files: what a folder says becomes so in one version, as a dry run tells, or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import satsuma
from satsuma.kernel.errors import ConflictError, DefinitionError, UsageError
from satsuma.segments.files.form import FileProblem
from satsuma.segments.files.lines import value_of, values_of, written
from satsuma.segments.files.result import Action, Applied, Effect
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


def put(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


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


def problems(ws: satsuma.Workspace, folder: Path) -> list[str]:
    with pytest.raises(DefinitionError) as raised:
        ws.segments.apply(folder)
    found = [problem for problem in raised.value.problems if isinstance(problem, FileProblem)]
    assert raised.value.details["problems"] == [problem.to_json() for problem in found]
    assert [str(problem) for problem in ws.segments.apply(folder, dry_run=True).problems] == [
        str(problem) for problem in found
    ]
    return [str(problem) for problem in found]


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


PROBLEMS: dict[str, tuple[Mapping[str, str | bytes], list[str]]] = {
    "every problem of every file": (
        {
            "a.segment": 'name: A\n\n# why\ncity is 3 and ctiy is "x"\n',
            "b.yaml": "name: B\nkind: dynamc\nwhere:\n  all:\n    - {attribute: city, op: is}\n",
            "c.segment": "nmae: C\n\ndid purchas",
            "d.segment": "\n\ndid  did",
        },
        [
            "a.segment:4:1: found 3, expected a text",
            "a.segment:4:15: no attribute 'ctiy' on 'contact' (did you mean 'city'?) [name.attribute]",
            "b.yaml:2:7: found 'dynamc', expected one of dynamic, static, compound (did you mean 'dynamic'?)",
            "b.yaml:5:7",
            "c.segment:1:1: found the header 'nmae', expected one of name, kind, audience",
            "d.segment:3:6: found 'did'",
        ],
    ),
    "a reference to a broken file is no problem of its own": (
        {"a.segment": 'in segment "b"', "b.segment": "did did"},
        ["b.segment:1:5: found 'did'"],
    ),
    "an unknown segment": (
        {"a.segment": 'in segment "b"', "bb.segment": "everyone"},
        ["a.segment:1:1: no segment 'b'"],
    ),
    "a draft cannot be referred to": (
        {"a.segment": 'in segment "b"', "b.segment": "status: draft\n\neveryone"},
        ["a.segment:1:1: the segment 'b' is not live (let it go live first) [reference.not_live]"],
    ),
    "a circle": (
        {"a.segment": 'in segment "b"', "b.segment": 'in segment "c"', "c.segment": 'in segment "a"'},
        [".segment:1:1: segments would refer to each other in a circle: "],
    ),
    "itself": ({"a.segment": 'in segment "A"'}, ["a.segment:1:1: found the segment itself"]),
    "one name twice": (
        {"a.segment": "name: Same\n\neveryone", "b.yaml": "name: same\nwhere: everyone"},
        ["b.yaml:1:7: found the segment “same” again, which a.segment has"],
    ),
    "an audience that is none": (
        {"a.segment": "audience: acount\n\neveryone"},
        ["a.segment:1:11: "],
    ),
    "a zone that is none": (
        {"a.segment": "timezone: Mars/Base\n\neveryone"},
        ["a.segment:1:11: "],
    ),
    "headers twice, broken quotes, empty items": (
        {"a.segment": 'name: A\nname: B\ntags: x,,y\ndescription: "open\nin: a,\n\neveryone'},
        [
            "a.segment:2:1: found the header 'name' again",
            "a.segment:3:7: found nothing between two commas",
            'a.segment:4:14: found "open',
            "a.segment:5:5: found a comma at the end",
        ],
    ),
    "no definition": (
        {"a.segment": "name: A\n", "b.yaml": "name: B\n", "c.segment": ""},
        [
            "a.segment:2:1: the condition is missing",
            "b.yaml:1:1: the condition is missing",
            "c.segment:1:1: the condition is missing",
        ],
    ),
    "a static segment with a condition, another with members": (
        {"a.yaml": "kind: static\nwhere: everyone", "b.yaml": "where: everyone\nmembers: [c-1]"},
        ["a.yaml:2:8: found a condition, and the segment is static", "b.yaml:2:10: found members"],
    ),
    "a compound that asks for an attribute": (
        {"a.segment": 'kind: compound\n\ncity is "x"'},
        ["a.segment:3:1: "],
    ),
    "tests both ways": (
        {"a.segment": "in: c-1\nnot in: c-1\n\neveryone"},
        ["a.segment:2:9: found 'c-1' both in and not in"],
    ),
    "places in YAML text": (
        {
            "a.yaml": 'where: city is "x" and ctiy is "y"\n',
            "b.yaml": 'where: |\n  # first\n  city is "x"\n    and ctiy is "y"\n',
            "c.yaml": 'where: \'city is "x" and ctiy is "y"\'\n',
            "d.yaml": 'where: "city is \\"x\\" and ctiy is 1"\n',
            "e.yaml": 'where: >-\n  city is "x"\n  and ctiy is "y"\n',
        },
        ["a.yaml:1:24: ", "b.yaml:4:9: ", "c.yaml:1:25: ", "d.yaml:1:8: ", "e.yaml:3:7: "],
    ),
    "YAML that says too much": (
        {
            "a.yaml": "name: A\nname: B\nwhere: everyone",
            "b.yaml": "where: &all everyone\nname: *all",
            "c.yaml": "where: !!python/object/apply:os.system ['true']",
            "d.yaml": "where: everyone\n---\nwhere: everyone",
            "e.yaml": "? [a]\n: 1\n",
            "f.yaml": "where: [everyone\n",
            "g.yaml": "- a\n- b\n",
            "h.yaml": "where: everyone\nwhom: [1]\ntests: {inn: []}\n",
            "i.yaml": "<<: {where: everyone}\n",
        },
        [
            "a.yaml:2:1: found the key 'name' again",
            "b.yaml:1:8: found an anchor or an alias",
            "c.yaml:1:8: found the tag",
            "d.yaml:2:1: found a second document",
            "e.yaml:1:3: found a list or a mapping as a key",
            "f.yaml:2:1: not YAML: ",
            "g.yaml:1:1: found a list of 2, expected a mapping",
            "h.yaml:2:1: found the key 'whom'",
            "h.yaml:3:9: found the key 'inn'",
            "i.yaml:1:1: found the key '<<'",
        ],
    ),
    "wrong types": (
        {
            "a.yaml": "name: [a]\nwhere: 3\ntags: x\ntests: [c-1]\n",
            "b.yaml": "where: {all: 3}\ntests: {in: c-1, out: [[1], null]}\nmembers: {a: 1}\n",
            "c.yaml": "where: [1]\ndescription: null\n",
        },
        [
            "a.yaml:1:7: found a list of 1, expected a text",
            "a.yaml:2:8: found '3'",
            'a.yaml:3:7: found "x", expected a list',
            "a.yaml:4:8: found a list of 1, expected a mapping",
            "b.yaml:1:14: ",
            'b.yaml:2:13: found "c-1", expected a list',
            "b.yaml:2:24: found a list of 1, expected a text",
            "b.yaml:2:29: found null, expected a text",
            "b.yaml:3:10: found an object with a, expected a list",
            "c.yaml:1:8: ",
            "c.yaml:2:14: found null, expected a text",
        ],
    ),
    "bytes that are no text": (
        {
            "a.segment": b'name: A\n\ncity is "\xff"',
            "b.yaml": b"where: \x00",
            "c.segment": "\ufeffname: C\r\n\r\nctiy is 1\r\n",
            "d.segment": b"PK\x03\x04\x00\x00binary",
            "e.yaml": b"where: \x07",
        },
        [
            "a.segment:3:10: found the byte 0xff, expected UTF-8",
            "b.yaml:1:8: found a zero byte",
            "c.segment:3:1: no attribute 'ctiy' on 'contact'",
            "d.segment:1:5: found a zero byte",
            "e.yaml:1:8: found U+0007",
        ],
    ),
}


@pytest.mark.parametrize("case", PROBLEMS)
def test_problems_are_told_with_file_line_and_column(
    ws: satsuma.Workspace, tmp_path: Path, case: str
) -> None:
    files, expected = PROBLEMS[case]
    before = ws.version
    found = problems(ws, put(tmp_path / "files", files))
    assert len(found) == len(expected), found
    for message, part in zip(found, expected, strict=True):
        assert part in message if case == "a circle" else message.startswith(part), found
    assert (ws.version, len(ws.segments)) == (before, 0)


def test_kind_and_audience_of_a_segment_stay(ws: satsuma.Workspace, tmp_path: Path) -> None:
    folder = put(tmp_path / "files", {"a.segment": "everyone"})
    ws.segments.apply(folder)
    found = problems(ws, put(folder, {"a.segment": "kind: static\n\nc-1\n"}))
    assert " ".join(found) == (
        "a.segment:1:7: segment “a” is a dynamic segment of contact, and stays one"
        " (give the file another name, or delete the segment) [segment.kind]"
    )


def test_what_is_too_large_or_too_deep_is_refused_at_once(ws: satsuma.Workspace, tmp_path: Path) -> None:
    deep = 5_000
    folder = put(
        tmp_path / "files",
        {
            "a.yaml": "where: " + "[" * deep,
            "b.yaml": "where: " + "{not: " * deep,
            "c.yaml": "# " + "x" * 2_000_000,
            "d.segment": "(" * deep + "everyone",
            "e.segment": "name: " + "x" * 100_000,
            "f.yaml": "where: {attribute: age, op: '=', value: " + "9" * 10_000 + "}",
            "g.yaml": "where: {attribute: age, op: '=', value: 1e999999}",
            "h.yaml": (
                "where: {attribute: city, op: is, value: 2026-01-01}\nname: no\ntags: [1, true, 2026-01-01]"
            ),
        },
    )
    (folder / "i.segment").mkdir()
    (folder / "j.segment").symlink_to(folder / "nowhere")
    found = problems(ws, folder)
    assert {message.partition(":")[0] for message in found} == {
        f"{name}"
        for name in ("a.yaml", "b.yaml", "c.yaml", "d.segment", "e.segment", "f.yaml", "g.yaml", "j.segment")
    }
    for name in ("a.yaml", "b.yaml", "c.yaml", "d.segment", "e.segment", "f.yaml", "g.yaml", "j.segment"):
        (folder / name).unlink()
    ws.segments.apply(folder)
    assert [(one.name, one.tags) for one in ws.segments.list()] == [("no", ("1", "2026-01-01", "true"))]


@given(st.lists(st.text(), max_size=4))
def test_lists_of_any_texts_are_written_and_read_back(values: list[str]) -> None:
    line = ", ".join(written(value, in_list=True) for value in values)
    assert "\n" not in line
    assert [value for _, value in values_of(line)] == values


@given(st.text())
def test_any_text_is_written_on_one_line_and_read_back(value: str) -> None:
    assert value_of(written(value)) == value
    assert len(written(value).splitlines()) == 1

"""Problems of segment files: all at once, each with file, line and column, whatever the files hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import satsuma
from satsuma.kernel.errors import DefinitionError
from satsuma.segments.files.form import FileProblem
from satsuma.segments.files.lines import value_of, values_of, written
from tests.segments.folders import put
from tests.segments.shop import shop


@pytest.fixture
def ws(tmp_path: Path) -> Iterator[satsuma.Workspace]:
    with shop(tmp_path / "shop") as workspace:
        yield workspace


def problems(ws: satsuma.Workspace, folder: Path) -> list[str]:
    with pytest.raises(DefinitionError) as raised:
        ws.segments.apply(folder)
    found = [problem for problem in raised.value.problems if isinstance(problem, FileProblem)]
    assert raised.value.details["problems"] == [problem.to_json() for problem in found]
    assert [str(problem) for problem in ws.segments.apply(folder, dry_run=True).problems] == [
        str(problem) for problem in found
    ]
    return [str(problem) for problem in found]


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

"""The text form of a segment file: header lines, an empty line, and the definition as text.

    name: VIP
    tags: spring, mail
    in: c-17

    # A comment has a line of its own.
    did purchase at least 3 times in the last 90 days

A static segment has keys in place of the definition, one a line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from satsuma.kernel.errors import DefinitionError
from satsuma.kernel.suggest import did_you_mean
from satsuma.language import tree
from satsuma.language.text import Parsed, parse_located
from satsuma.segments.files.fields import Fields, segment_file
from satsuma.segments.files.form import Notes, SegmentFile
from satsuma.segments.files.lines import value_of, values_of, without_comments

_HEADER_LINE = re.compile(r"([A-Za-z][A-Za-z _-]*?)[ \t]*:[ \t]*(.*?)[ \t]*$")
_TEXTS = ("name", "kind", "audience", "timezone", "description", "status")
_LISTS = {"tags": "tags", "in": "tests.in", "not in": "tests.out"}
HEADERS = (*_TEXTS, *_LISTS)


@dataclass(slots=True)
class _Header:
    texts: dict[str, str] = field(default_factory=dict)
    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)
    places: dict[str, tuple[int, int]] = field(default_factory=dict)


def read_text_form(path: str, text: str, stem: str, notes: Notes) -> SegmentFile | None:
    """The segment of a file in text form; what is wrong goes to the notes.

    Args:
        path: Of the file, for messages.
        text: Its content, lines ending with a line feed.
        stem: Of the file's name: the segment's name where the header has none.
        notes: Take every problem.
    """
    lines = text.split("\n")
    header, end = _read_header(lines, notes)
    # Emptied, not cut off: so the places in the definition are those in the file.
    body = [""] * end + without_comments(lines[end:])
    fields = Fields(
        texts=header.texts,
        tags=header.lists.get("tags", ()),
        tests_in=header.lists.get("tests.in", ()),
        tests_out=header.lists.get("tests.out", ()),
    )
    parsed: Parsed | None = None
    if header.texts.get("kind") == tree.Kind.STATIC:
        fields.members = _keys(body, notes)
    elif any(line.strip() for line in body):
        parsed = parse_noting("\n".join(body), notes)
        fields.where = None if parsed is None else parsed.condition
    places = {**header.places, "where": (min(end + 1, len(lines)), 1)}

    def place(at: str) -> tuple[int, int]:
        if parsed is not None and at.startswith("where"):
            return parsed.place(at)
        return place_in(places, at)

    return segment_file(path, fields, stem, place, notes)


def parse_noting(text: str, notes: Notes) -> Parsed | None:
    """A definition parsed; None where it cannot be, which goes to the notes."""
    try:
        return parse_located(text)
    except DefinitionError as error:
        notes.take(error.problems)
        return None


def place_in(places: dict[str, tuple[int, int]], at: str) -> tuple[int, int]:
    """The place of the innermost known part that holds a path; the file's start where none does."""
    while at and at not in places:
        at = at[: max(at.rfind("."), at.rfind("["), 0)]
    return places.get(at, (1, 1))


def _read_header(lines: list[str], notes: Notes) -> tuple[_Header, int]:
    """The header, and how many lines it takes."""
    header = _Header()
    for number, line in enumerate(lines):
        if line.lstrip().startswith("#") or (not line.strip() and not header.places):
            continue
        found = _HEADER_LINE.match(line)
        if found is None:
            return header, number
        _take(header, found, number + 1, notes)
    return header, len(lines)


def _take(header: _Header, found: re.Match[str], line: int, notes: Notes) -> None:
    name, text = " ".join(found[1].lower().split()), found[2]
    column = found.start(2) + 1
    key = _LISTS.get(name, name)
    if name not in HEADERS:
        notes.add(
            "file.field",
            f"found the header {found[1][:60]!r}, expected one of {', '.join(HEADERS)}",
            line,
            hint=did_you_mean(name, HEADERS) or "the definition comes after an empty line",
        )
        header.places.setdefault("", (1, 1))
        return
    if key in header.places:
        notes.add("file.duplicate", f"found the header {name!r} again, expected it once", line)
        return
    header.places[key] = (line, column)
    try:
        if name in _LISTS:
            items = values_of(text)
            header.lists[key] = tuple(value for _, value in items)
            header.places |= {f"{key}[{i}]": (line, column + at) for i, (at, _) in enumerate(items)}
        else:
            header.texts[name] = value_of(text)
    except ValueError as error:
        notes.add("file.value", str(error), line, column)


def _keys(body: list[str], notes: Notes) -> tuple[str, ...] | None:
    """The keys of a static segment, one a line; None where there is no line."""
    found = []
    for number, line in enumerate(body, start=1):
        if not line.strip():
            continue
        try:
            found.append(value_of(line.strip()))
        except ValueError as error:
            notes.add("file.value", str(error), number, len(line) - len(line.lstrip()) + 1)
    return tuple(found) if found else None

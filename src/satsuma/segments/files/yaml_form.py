"""The YAML form of a segment file.

    name: VIP
    tags: [spring, mail]
    where: did purchase at least 3 times in the last 90 days
    tests: {in: [c-17], out: [c-99]}

`where` is text, or the JSON form written as YAML; a static segment has `members: [c-1, c-2]` in its place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from satsuma.kernel.suggest import did_you_mean
from satsuma.language.problems import Problems, shown, within
from satsuma.language.text import Parsed
from satsuma.language.wire import read_source
from satsuma.segments.files.fields import Fields, segment_file
from satsuma.segments.files.form import Notes, SegmentFile
from satsuma.segments.files.lines import without_comments
from satsuma.segments.files.text_form import parse_noting, place_in
from satsuma.segments.files.yaml_nodes import Document, Scalar, read_document

_TEXTS = ("name", "kind", "audience", "timezone", "description", "status")
FIELDS = (*_TEXTS, "tags", "where", "tests", "members")


def read_yaml_form(path: str, text: str, stem: str, notes: Notes) -> SegmentFile | None:
    """The segment of a file in YAML form; what is wrong goes to the notes (see `read_text_form`)."""
    document = read_document(text, notes)
    if document is None:
        return None
    if not isinstance(document.value, dict):
        notes.add("form.type", f"found {shown(document.value)}, expected a mapping with `where` or `members`")
        return None
    return _Form(path, text, document, document.value, notes).read(stem)


@dataclass(slots=True)
class _Form:
    path: str
    text: str
    document: Document
    value: dict[str, object]
    notes: Notes

    def read(self, stem: str) -> SegmentFile | None:
        self._known(self.value, "", FIELDS)
        parsed_place: Callable[[str], tuple[int, int]] | None = None
        fields = Fields(texts={name: text for name in _TEXTS if (text := self._text(name)) is not None})
        fields.tags = self._texts(self.value, "tags", "tags") or ()
        fields.members = self._texts(self.value, "members", "members")
        tests = self.value.get("tests", {})
        if isinstance(tests, dict):
            self._known(tests, "tests", ("in", "out"))
            fields.tests_in = self._texts(tests, "in", "tests.in") or ()
            fields.tests_out = self._texts(tests, "out", "tests.out") or ()
        else:
            self._add("tests", f"found {shown(tests)}, expected a mapping with `in` and `out`")
        scalar = self.document.scalars.get("where")
        if scalar is not None and self.value["where"] is not None:
            parsed, parsed_place = self._parse(scalar)
            fields.where = None if parsed is None else parsed.condition
        elif self.value.get("where") is not None:
            problems = Problems()
            fields.where = read_source({"where": self.value["where"]}, problems).where
            self.notes.take(problems.found, self._place)

        def place(at: str) -> tuple[int, int]:
            if parsed_place is not None and at.startswith("where"):
                return parsed_place(at)
            return self._place(at)

        return segment_file(self.path, fields, stem, place, self.notes)

    def _parse(self, scalar: Scalar) -> tuple[Parsed | None, Callable[[str], tuple[int, int]] | None]:
        """The definition of a scalar, and where its parts stand: in the file, as far as that can be told."""
        around = _in_place(self.text, scalar)
        if around is not None:
            parsed = parse_noting(around, self.notes)
            return parsed, None if parsed is None else parsed.place
        own = Notes(self.path)
        parsed = parse_noting("\n".join(without_comments(scalar.text.split("\n"))), own)
        for problem in own.found:
            self.notes.add(problem.code, problem.message, *self._place("where"), hint=problem.hint)
        return parsed, None

    def _text(self, name: str) -> str | None:
        if name not in self.value:
            return None
        scalar = self.document.scalars.get(name)
        if scalar is None or self.value[name] is None:
            self._add(name, f"found {shown(self.value[name])}, expected a text")
            return None
        return scalar.text

    def _texts(self, owner: dict[str, object], key: str, path: str) -> tuple[str, ...] | None:
        if key not in owner:
            return None
        items = owner[key]
        if not isinstance(items, list):
            self._add(path, f"found {shown(items)}, expected a list")
            return None
        found = []
        for i, item in enumerate(items):
            scalar = self.document.scalars.get(f"{path}[{i}]")
            if scalar is None or item is None or not scalar.text:
                self._add(f"{path}[{i}]", f"found {shown(item)}, expected a text")
            else:
                found.append(scalar.text)
        return tuple(found)

    def _known(self, owner: dict[str, object], path: str, known: tuple[str, ...]) -> None:
        for key in owner:
            if key not in known:
                self.notes.add(
                    "form.unknown_key",
                    f"found the key {key[:60]!r}, expected one of {', '.join(known)}",
                    *self.document.keys[within(path, key)],
                    hint=did_you_mean(key, known),
                )

    def _add(self, path: str, message: str) -> None:
        self.notes.add("form.type", message, *self._place(path))

    def _place(self, at: str) -> tuple[int, int]:
        return place_in(self.document.places, at)


def _in_place(text: str, scalar: Scalar) -> str | None:
    """The definition at its place in the file, all else emptied; None where the file writes it in escapes."""
    start, end = scalar.start, scalar.end
    if scalar.style in ("|", ">"):
        start = text.find("\n", start) + 1
    elif scalar.style is not None:
        start, end = start + 1, end - 1
        if text[start:end] != scalar.text:
            return None
    line = text.count("\n", 0, start)
    column = start - (text.rfind("\n", 0, start) + 1)
    own = without_comments(text[start:end].split("\n"))
    return "\n" * line + " " * column + "\n".join(own)

"""YAML as plain values with their places: no tags, no anchors, no key twice, and texts stay texts.

Scalars without quotes are read as JSON would: `true`, `false`, `null` and numbers, exactly; all else is text:
`no`, `on` and `2026-01-01` are. Where a field is a text, its scalar counts as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import yaml

from satsuma.kernel.limits import DEPTH_LEVELS_MAX
from satsuma.language.problems import within
from satsuma.segments.files.form import Notes

LEVELS_MAX = 4 * DEPTH_LEVELS_MAX  # a level of conditions is at most an object in a list in an object
DIGITS_MAX = 400  # of a number: more than any that can be compared

_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]{1,6})?")
_WORDS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True)
class Scalar:
    """A scalar as it stands in the file.

    Attributes:
        text: As YAML reads it.
        style: None without quotes, `'`, `"`, `|` or `>`.
        start, end: Offsets in the file, in characters.
    """

    text: str
    style: str | None
    start: int
    end: int


@dataclass(slots=True)
class Document:
    """A YAML document.

    Attributes:
        value: Mappings, lists, texts, numbers (int, Decimal), booleans, None.
        places, keys: Path → line and column, from 1, of the value there, and of its key.
        scalars: Path → the scalar there.
    """

    value: object = None
    places: dict[str, tuple[int, int]] = field(default_factory=dict)
    keys: dict[str, tuple[int, int]] = field(default_factory=dict)
    scalars: dict[str, Scalar] = field(default_factory=dict)


class _RefusedError(Exception):
    """The document cannot be read any further; the note is made."""


def read_document(text: str, notes: Notes) -> Document | None:
    """The one document of a file; None where it cannot be read, which goes to the notes."""
    document = Document()
    try:
        events = iter(yaml.parse(text, Loader=yaml.SafeLoader))
        next(events)  # the stream begins
        start = next(events)
        if isinstance(start, yaml.StreamEndEvent):
            return document
        document.value = _Reader(events, document, notes).value(next(events), "", 0)
        next(events)  # the document ends
        after = next(events)
        if not isinstance(after, yaml.StreamEndEvent):
            _refuse(notes, after, "found a second document, expected one")
    except _RefusedError:
        return None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (1, 1) if mark is None else (mark.line + 1, mark.column + 1)
        notes.add("file.yaml", f"not YAML: {error.problem or error}", line, column)
        return None
    except yaml.reader.ReaderError as error:
        before = text[: error.position]
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        found = f"found U+{ord(text[error.position]):04X}, a character that YAML does not allow"
        notes.add("file.yaml", found, line, column)
        return None
    except yaml.YAMLError as error:
        notes.add("file.yaml", f"not YAML: {' '.join(str(error).split())}")
        return None
    return document


class _Reader:
    def __init__(self, events: Iterator[Any], document: Document, notes: Notes) -> None:
        self._events = events
        self._document = document
        self._notes = notes

    def value(self, event: Any, path: str, level: int) -> object:
        self._check_plain(event)
        if level > LEVELS_MAX:
            _refuse(self._notes, event, f"found more than {LEVELS_MAX} levels, expected fewer")
        self._document.places[path] = _place(event)
        match event:
            case yaml.ScalarEvent():
                return self._scalar(event, path)
            case yaml.SequenceStartEvent():
                items: list[object] = []
                while not isinstance(item := next(self._events), yaml.SequenceEndEvent):
                    items.append(self.value(item, f"{path}[{len(items)}]", level + 1))
                return items
            case _:
                return self._mapping(path, level)

    def _mapping(self, path: str, level: int) -> dict[str, object]:
        found: dict[str, object] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            self._check_plain(event)
            if not isinstance(event, yaml.ScalarEvent):
                _refuse(self._notes, event, "found a list or a mapping as a key, expected text")
            key = str(event.value)
            if key in found:
                line, column = _place(event)
                found_again = f"found the key {key[:60]!r} again, expected it once"
                self._notes.add("file.duplicate", found_again, line, column)
            at = within(path, key)
            self._document.keys[at] = _place(event)
            found[key] = self.value(next(self._events), at, level + 1)
        return found

    def _scalar(self, event: Any, path: str) -> object:
        text = str(event.value)
        start, end = event.start_mark.index, event.end_mark.index
        self._document.scalars[path] = Scalar(text, event.style, start, end)
        if event.style is not None:
            return text
        if text in _NULLS:
            return None
        if text in _WORDS:
            return _WORDS[text]
        if len(text) <= DIGITS_MAX and _INTEGER.fullmatch(text):
            return int(text)
        if len(text) <= DIGITS_MAX and _DECIMAL.fullmatch(text):
            return Decimal(text)
        return text

    def _check_plain(self, event: Any) -> None:
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            _refuse(self._notes, event, "found an anchor or an alias, expected plain YAML")
        if event.tag is not None:
            _refuse(self._notes, event, f"found the tag {event.tag[:60]!r}, expected plain YAML")


def _place(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _refuse(notes: Notes, event: Any, message: str) -> None:
    notes.add("file.yaml", message, *_place(event))
    raise _RefusedError

"""Problems: what is wrong, or looks wrong, in a definition, each with a stable code and its place.

Reading (JSON or text) and checking report into the same `Problems`, so that a definition's problems come all
at once. `CODES` is the one table of codes; the documentation lists it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from satsuma.kernel.errors import DefinitionError, Error, InvariantError

SHOWN_CHARS_MAX = 60
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Severity(StrEnum):
    """An error keeps a definition from going live; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


CODES: Mapping[str, str] = {
    # The shape of JSON, whatever the catalog
    "form.json": "the text is not JSON, or too large to be read",
    "form.type": "a value of another JSON type is expected here",
    "form.unknown_key": "the form has no such key",
    "form.missing_key": "the form lacks a key that it needs",
    "form.unknown": "the object is none of the conditions",
    "form.ambiguous": "the object has the keys of two conditions",
    "form.word": "not one of the words that are expected here",
    "form.empty": "a list, or a text, that must hold something is empty",
    "form.too_long": "a list or a text is longer than its limit",
    "form.too_deep": "conditions are nested deeper than 32 levels",
    "form.too_many": "more than 2,000 conditions",
    "form.steps": "the steps of a sequence do not make one",
    "text.syntax": "the text cannot be read at this place",
    # The segment around the condition
    "segment.where": "a condition is missing, or stands where none may",
    "segment.tests": "the tests contradict each other",
    "segment.timezone": "no such time zone",
    "segment.audience": "no such audience, or none chosen among several",
    # Names
    "name.attribute": "no such attribute, relationship or built-in value",
    "name.type": "no such interaction type",
    "name.segment": "no such segment",
    "name.list": "no such list",
    "path.to_many": "a relationship to many records where only one record can be read",
    "path.not_reference": "the path goes on behind something that is no relationship",
    "path.too_long": "a path crosses more relationships than the limit",
    "path.not_audience": "the path does not end at an audience",
    # Values and types
    "type.operator": "the attribute's type does not have this operator",
    "type.value": "the value does not fit the attribute's type",
    "type.range": "the number is outside of what the type can hold",
    "type.option": "not one of the options of the choice",
    "type.case": "only text is compared with or without regard to case",
    "type.conflict": "the attribute has types that do not go together in the interaction types meant",
    "type.measure": "the measure cannot be taken of this",
    "type.text": "the text cannot be stored, so nothing equals it",
    "value.duration": "no duration, or one that does not fit here",
    "value.window": "no window, or one that does not fit here",
    "value.anniversary": "no such day of the year or of the week",
    "value.location": "coordinates or a distance outside of what there is",
    "value.percent": "a percentage outside of what there is",
    "value.count": "a number outside of what there is",
    "pattern.like": "the pattern's escapes are not in order",
    "pattern.matches": "the pattern is not valid RE2",
    # Where a condition may stand
    "place.audience": "the condition needs an audience record, and here is another record",
    "place.interaction": "the condition does not apply to an interaction",
    "place.clock": "what depends on the clock cannot stand inside a condition on interactions",
    "place.held": "the condition cannot stand inside `held`",
    "place.compound": "compound segments hold only all, any, not and segment",
    "place.member": "only an interaction has a member",
    # References to segments and lists
    "reference.not_live": "the segment referred to is not live",
    "reference.audience": "the segment or list referred to has another audience",
    "reference.cycle": "the segment would depend on itself",
    "reference.too_deep": "segments refer to each other through too many levels",
    # Warnings
    "warning.never_true": "no record can ever meet this",
    "warning.always_true": "every record always meets this",
    "warning.contradiction": "conditions that must hold together exclude each other",
    "warning.same_as_live": "a live segment has the same definition",
    "warning.missing_for_all": "no record has a value of this attribute",
    "warning.never_occurred": "no interaction of this type has occurred, or no type fits the pattern",
    "warning.related_twice": "two conditions on one relationship may be met by two different records",
}
"""Every code with its meaning. Codes are stable; those that begin with `warning.` are warnings."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem.

    Attributes:
        code: One of `CODES`.
        path: Where in the JSON form, such as `where.all[2].during.last`.
        message: What was found and what was expected.
        hint: What to do about it; may be empty.
        line, column: Where in the text form, from 1; None where the definition did not come as text.
    """

    code: str
    path: str
    message: str
    hint: str = ""
    severity: Severity = Severity.ERROR
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        place = self.path if self.line is None else f"line {self.line}, column {self.column}"
        hint = f" ({self.hint})" if self.hint else ""
        return f"{place}: {self.message}{hint} [{self.code}]"

    def to_json(self) -> dict[str, object]:
        """The problem as plain data; empty parts are left out."""
        found: dict[str, object] = {
            "severity": self.severity.value,
            "code": self.code,
            "path": self.path,
            "message": self.message,
        }
        if self.hint:
            found["hint"] = self.hint
        if self.line is not None:
            found |= {"line": self.line, "column": self.column}
        return found


@dataclass(slots=True)
class Problems:
    """Problems found so far, in the order they were found."""

    found: list[Problem] = field(default_factory=list)

    def add(self, code: str, path: str, message: str, hint: str = "") -> None:
        """Notes a problem; its code says whether it is an error or a warning."""
        severity = Severity.WARNING if code.startswith("warning.") else Severity.ERROR
        if code not in CODES:
            raise InvariantError(f"the problem code {code!r} is not in the table of codes")
        self.found.append(Problem(code, path, message, hint, severity))

    def add_error(self, code: str, path: str, error: Error) -> None:
        """Notes what another part refused."""
        self.add(code, path, error.message, error.hint)

    @property
    def has_errors(self) -> bool:
        """Whether anything worse than a warning was found."""
        return any(problem.severity is Severity.ERROR for problem in self.found)


def definition_error(problems: Iterable[Problem]) -> DefinitionError:
    """The error to raise where a definition with problems cannot be taken; its message names the first."""
    found = tuple(problems)
    errors = [problem for problem in found if problem.severity is Severity.ERROR]
    first = errors[0]
    more = f"; {len(errors) - 1} more" if len(errors) > 1 else ""
    place = first.path if first.line is None else f"line {first.line}, column {first.column}"
    how_many = f"{len(errors)} problem{'s' if len(errors) > 1 else ''}"
    return DefinitionError(
        f"the definition has {how_many}: {place}: {first.message}{more}",
        problems=found,
        hint=first.hint,
        details={"problems": [problem.to_json() for problem in found]},
    )


def within(path: str, key: str) -> str:
    """The path of a key of the object at a path.

    >>> within("where", "all"), within("where", "a b")
    ('where.all', 'where["a b"]')
    """
    if _PLAIN_KEY.fullmatch(key):
        return f"{path}.{key}" if path else key
    return f"{path}[{json.dumps(shortened(key), ensure_ascii=False)}]"


def shortened(text: str) -> str:
    """A text short enough for a message."""
    return text if len(text) <= SHOWN_CHARS_MAX else text[: SHOWN_CHARS_MAX - 3] + "..."


def shown(value: object) -> str:
    """What a JSON value is, short enough for a message, however large or deep it is."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return json.dumps(shortened(value), ensure_ascii=False)
        case int():
            return str(value) if abs(value) < 10**SHOWN_CHARS_MAX else "a number with too many digits"
        case list() | tuple():
            return f"a list of {len(value)}"
        case dict():
            keys = ", ".join(shortened(str(key)) for key in list(value)[:4])
            return f"an object with {keys}{', ...' if len(value) > 4 else ''}" if keys else "an empty object"
        case _:
            return shortened(str(value))

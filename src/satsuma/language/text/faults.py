"""Faults of a text: what was found at which place, and what could stand there, in people's words."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet

from satsuma.kernel.errors import DefinitionError
from satsuma.kernel.suggest import nearest
from satsuma.language.problems import Problem, definition_error, shortened
from satsuma.language.text.grammar import words_of_terminals
from satsuma.language.text.words import RESERVED

_MARKED_CHARS_MAX = 100  # of a long line, so much is shown around the place
_EXPECTED_MAX = 8  # more alternatives than this are no help
_FOUND = re.compile(r'[\w.*]+|"(?:[^"\\\n]|\\.)*"|.', re.DOTALL)

_KINDS = {
    "NAME": "a name",
    "PATTERN": "a pattern such as page_*",
    "STRING": "text in double quotes",
    "NUMBER": "a number",
    "UNIT": "a unit such as days",
    "PERIOD": "a period such as month",
    "MONTH": "a month such as may",
    "WEEKDAY": "a day of the week",
    "COMPARATOR": "a comparison such as >=",
    "STATE": "granted, denied or unknown",
    "FOLD": "sum, average, minimum or maximum",
    "_COUNTED": "number",
    "$END": "the end",
}
_CONDITION = ("everyone", "did", "not", "in", "has", "consent", "top", "sample")
_OPERATOR = ("is", "contains", "has", "within", "between")
_VALUE = ("true", "false")
_OTHER_QUOTES = frozenset("'`\u2018\u2019\u201c\u201d\u201e\u00ab\u00bb")
_OPERATORS = frozenset(
    "is in not contains does starts ends like matches between has within during from before more".split()
)


class TextError(DefinitionError):
    """A text that cannot be read, with the place.

    Attributes:
        problem: Code, message, hint, line and column (from 1, in characters).
        marked: The line with a caret under the place.
        expected: What could stand there, in words; empty where that is not the point.
    """

    def __init__(self, problem: Problem, marked: str, expected: tuple[str, ...]) -> None:
        base = definition_error([problem])
        super().__init__(base.message, problems=[problem], hint=base.hint, details=base.details)
        self.details["marked"] = marked
        self.problem = problem
        self.marked = marked
        self.expected = expected

    def __str__(self) -> str:
        return f"{super().__str__()}\n{self.marked}"


def fault_at(
    text: str,
    offset: int,
    message: str,
    *,
    hint: str = "",
    code: str = "text.syntax",
    expected: tuple[str, ...] = (),
) -> TextError:
    """The error for a place in a text.

    Args:
        offset: Characters from the start of the text.
    """
    line = text.count("\n", 0, offset) + 1
    line_start = text.rfind("\n", 0, offset) + 1
    column = offset - line_start + 1
    problem = Problem(code, "where", message, hint, line=line, column=column)
    return TextError(problem, _marked(text, line_start, offset), expected)


def unexpected(text: str, offset: int, accepted: AbstractSet[str]) -> TextError:
    """The error for a word or sign that cannot stand where it stands.

    Args:
        offset: Where it begins; the length of the text where the text ends too early.
        accepted: Names of the terminals that could stand there.
    """
    expected = in_words(accepted)
    found = _FOUND.match(text, offset)
    word = found[0] if found else ""
    what = "the text ends" if not word else f"found {shortened(word)!r}"
    listed = ", ".join(expected[:_EXPECTED_MAX]) + (", ..." if len(expected) > _EXPECTED_MAX else "")
    return fault_at(
        text, offset, f"{what}; expected {listed}", hint=_hint(word, accepted), expected=tuple(expected)
    )


def in_words(accepted: AbstractSet[str]) -> list[str]:
    """What terminals stand for, in people's words, the most general first."""
    words = words_of_terminals()
    rest = {words.get(name, _KINDS.get(name, name)) for name in accepted}
    found = []
    if rest.issuperset(_CONDITION):
        found.append("a condition")
        rest -= RESERVED.keys() | {_KINDS["NAME"], _KINDS["STRING"], _KINDS["FOLD"], "(", "number"}
    if rest.issuperset(_OPERATOR):
        found.append("an operator such as is, >=, in, contains or within")
        rest -= _OPERATORS | {_KINDS["COMPARATOR"]}
    if rest.issuperset(_VALUE):
        found.append("a value (text in double quotes, a number, true or false)")
        rest -= {"true", "false", "attribute", "member", "now", "today"}
        rest -= {_KINDS["STRING"], _KINDS["NUMBER"]}
    if _KINDS["NAME"] in rest:
        rest.discard(_KINDS["STRING"])
    return found + sorted(rest)


def _hint(word: str, accepted: AbstractSet[str]) -> str:
    words = {words_of_terminals().get(name, "") for name in accepted} - {""}
    if word[:1] in _OTHER_QUOTES:
        return 'write straight double quotes: "..."'
    if word == '"':
        return 'text in double quotes ends on its line; inside it, \\" is a quote and \\\\ a backslash'
    if word.lower() in RESERVED and "NAME" in accepted:
        return f'{word} is a reserved word; as a name it stands in double quotes: "{word}"'
    near = nearest(word, words) if word[:1].isalpha() else None
    if near is not None:
        return f"did you mean {near}?"
    if word[:1].isalnum() and "STRING" in accepted:
        return f'a text or a special name stands in double quotes: "{shortened(word)}"'
    return ""


def _marked(text: str, line_start: int, offset: int) -> str:
    line_end = text.find("\n", offset)
    line = text[line_start : len(text) if line_end < 0 else line_end]
    at = offset - line_start
    first = max(0, at - _MARKED_CHARS_MAX // 2) if len(line) > _MARKED_CHARS_MAX else 0
    shown = line[first : first + _MARKED_CHARS_MAX]
    blank = "".join("\t" if character == "\t" else " " for character in shown[: at - first])
    return f"{shown}\n{blank}^"

"""Reader: what every form shares when it is read from JSON: fields, paths, limits, going on after a problem.

A reader of a form that finds a problem notes it and goes on with something harmless in its place, so that the
rest is still looked at. What comes out beside problems is therefore only fit to be checked for further ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias

from satsuma.kernel.errors import UsageError
from satsuma.kernel.limits import DEPTH_LEVELS_MAX, NODES_MAX, TEXT_BYTES_MAX
from satsuma.kernel.suggest import did_you_mean
from satsuma.language import tree
from satsuma.language.problems import Problems, shown, within
from satsuma.language.wire.shapes import Shape

JSON_LEVELS_PER_CONDITION = 4
"""The most levels of JSON between two conditions: the list of steps, a step, its `not_did`, a `where`."""

NUMBER_DIGITS_MAX = 100
"""Digits of one number: none that a value is compared with has nearly as many."""

NUMBER_EXPONENT_MAX = 400
"""Powers of ten of one number: doubles end at 308."""

Form: TypeAlias = "Callable[[Reader, dict[str, object], str], tree.Condition]"


@dataclass(slots=True)
class Reader:
    """Reads conditions by a table of forms, counting them and their levels.

    Attributes:
        forms: Reader of each form, by the key that tells the form.
    """

    problems: Problems
    forms: Mapping[str, Form]
    level: int = field(default=0, init=False)
    nodes: int = field(default=0, init=False)

    def condition(self, value: object, path: str) -> tree.Condition:
        """The condition of a JSON object; where it is none, the problem is noted and everyone meets it."""
        self.nodes += 1
        if self.nodes > NODES_MAX:
            if self.nodes == NODES_MAX + 1:
                self.problems.add("form.too_many", path, f"found more than {NODES_MAX} conditions")
            return tree.EVERYONE
        if self.level == DEPTH_LEVELS_MAX:
            message = f"found more than {DEPTH_LEVELS_MAX} levels of conditions"
            self.problems.add("form.too_deep", path, message)
            return tree.EVERYONE
        if not isinstance(value, dict):
            self.problems.add("form.type", path, f"found {shown(value)}, expected a condition: an object")
            return tree.EVERYONE
        keys = [key for key in value if key in self.forms]
        if sorted(keys) == ["did", "top"]:
            keys = ["top"]  # a ranking names the interactions it measures
        if len(keys) != 1:
            self._not_one_form(value, keys, path)
            return tree.EVERYONE
        self.level += 1
        condition = self.forms[keys[0]](self, value, path)
        self.level -= 1
        return condition

    def _not_one_form(self, value: dict[str, object], keys: Sequence[str], path: str) -> None:
        if keys:
            message = f"found {' and '.join(repr(key) for key in keys)} in one object, expected one condition"
            self.problems.add("form.ambiguous", path, message, 'put several conditions into {"all": [...]}')
            return
        near = next((hint for key in value if (hint := did_you_mean(str(key), self.forms))), "")
        message = f"found {shown(value)}, expected one of the keys {', '.join(self.forms)}"
        self.problems.add("form.unknown", path, message, near)

    def keys(self, value: object, path: str, shape: Shape) -> bool:
        """Whether a value is an object with all keys that a shape needs; keys beyond its own are noted."""
        if not isinstance(value, dict):
            expected = ", ".join(shape.needed or shape.keys)
            self.problems.add("form.type", path, f"found {shown(value)}, expected an object with {expected}")
            return False
        for key in value:
            if key not in shape.keys:
                message = f"found the key {shown(key)}, expected {', '.join(shape.keys)}"
                hint = did_you_mean(str(key), shape.keys)
                self.problems.add("form.unknown_key", within(path, str(key)), message, hint)
        missing = [key for key in shape.needed if key not in value]
        for key in missing:
            self.problems.add("form.missing_key", path, f"found no {key!r}, which is needed here")
        return not missing

    def text(self, value: object, path: str, what: str) -> str | None:
        """A text that is not empty."""
        if not isinstance(value, str):
            self.problems.add("form.type", path, f"found {shown(value)}, expected {what}: a text")
        elif not value:
            self.problems.add("form.empty", path, f"found an empty text, expected {what}")
        elif len(value) > TEXT_BYTES_MAX:
            self.problems.add("form.too_long", path, f"found {len(value)} characters, expected {what}")
        else:
            return value
        return None

    def word(self, value: object, path: str, words: Sequence[str]) -> str | None:
        """One of a few words."""
        if isinstance(value, str) and value in words:
            return value
        hint = did_you_mean(value, words) if isinstance(value, str) else ""
        message = f"found {shown(value)}, expected one of {', '.join(words)}"
        self.problems.add("form.word", path, message, hint)
        return None

    def items(self, value: object, path: str, what: str, length_max: int) -> list[object] | None:
        """A list that is not empty and not too long."""
        if not isinstance(value, list | tuple):
            self.problems.add("form.type", path, f"found {shown(value)}, expected a list of {what}")
        elif not value:
            self.problems.add("form.empty", path, f"found an empty list, expected at least one of {what}")
        elif len(value) > length_max:
            self.problems.add(
                "form.too_long", path, f"found {len(value)} of {what}, expected at most {length_max}"
            )
        else:
            return list(value)
        return None

    def number(self, value: object, path: str, what: str) -> tree.Number | None:
        """A number, exact: of a double, the shortest decimal that names it."""
        number = exact_number(value)
        if number is None:
            self.problems.add("form.type", path, f"found {shown(value)}, expected {what}: a number")
        return number

    def whole(self, value: object, path: str, what: str) -> int | None:
        """A whole number."""
        number = exact_number(value)
        if isinstance(number, Decimal) and number == number.to_integral_value():
            number = int(number)
        if isinstance(number, int):
            return number
        self.problems.add("form.type", path, f"found {shown(value)}, expected {what}: a whole number")
        return None

    def refused(self, code: str, path: str, error: UsageError) -> None:
        """Notes what a part below refused."""
        self.problems.add_error(code, path, error)


def exact_number(value: object) -> tree.Number | None:
    """A JSON number without loss; None for anything else, for NaN and infinities, and beyond all measure."""
    match value:
        case bool():
            return None
        case int():
            return value if abs(value) < 10**NUMBER_DIGITS_MAX else None
        case float():
            return exact_number(Decimal(repr(value)))
        case Decimal():
            ordinary = (
                value.is_finite()
                and len(value.as_tuple().digits) <= NUMBER_DIGITS_MAX
                and abs(value.adjusted()) <= NUMBER_EXPONENT_MAX
            )
            return value if ordinary else None
        case _:
            return None


def is_too_deep(value: object) -> bool:
    """Whether JSON is nested deeper than any definition within its limits; walks without recursion."""
    levels_max = (DEPTH_LEVELS_MAX + 2) * JSON_LEVELS_PER_CONDITION
    level = [value]
    for _ in range(levels_max):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return False
    return True


def _inside(value: object) -> Sequence[object]:
    if isinstance(value, dict):
        return [inner for inner in value.values() if isinstance(inner, dict | list | tuple)]
    if isinstance(value, list | tuple):
        return [inner for inner in value if isinstance(inner, dict | list | tuple)]
    return ()

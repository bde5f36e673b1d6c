"""Blanks: a definition in text form with places to fill in, each with a kind and a help text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from satsuma.kernel.errors import UsageError
from satsuma.kernel.suggest import did_you_mean
from satsuma.language import tree
from satsuma.language.text import parse_text
from satsuma.language.text.tokens import write_number, write_string
from satsuma.language.text.words import is_plain_name

_PLACE = re.compile(r"\{\{\s*([a-z][a-z0-9_]*)\s*\}\}")


class BlankKind(StrEnum):
    """What goes into a blank: a number, a text (quoted), or a name of an attribute, type or path."""

    NUMBER = "number"
    TEXT = "text"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Blank:
    """One place to fill in.

    Attributes:
        kind: What goes into it.
        help: What it is for, for whoever fills it in.
        default: What goes in where nothing is given; None where something must be.
    """

    kind: BlankKind
    help: str
    default: str | int | Decimal | None = None


@dataclass(frozen=True, slots=True)
class Template:
    """A named text with blanks.

    Attributes:
        text: The definition with `{{blank}}` in its places.
        blanks: By name; exactly those that stand in the text.
        built_in: Whether it came with Satsuma.
    """

    name: str
    text: str
    about: str = ""
    blanks: Mapping[str, Blank] = field(default_factory=dict)
    built_in: bool = False

    def __post_init__(self) -> None:
        """Refuse blanks that do not stand in the text, and places without a blank.

        Raises:
            UsageError: They differ.
        """
        places, names = set(_PLACE.findall(self.text)), set(self.blanks)
        if places != names:
            odd = min(places ^ names)
            where = "in the text, but is not described" if odd in places else "described, but not in the text"
            raise UsageError(f"template “{self.name}”: the blank {odd!r} is {where}", code="usage.template")

    def fill(self, **values: str | float | Decimal) -> tree.Condition:
        """The definition with values in its blanks.

        Raises:
            UsageError: A value is missing, unknown or of another kind.
            DefinitionError: The filled text cannot be read.
        """
        for name in values:
            if name not in self.blanks:
                raise UsageError(
                    f"template “{self.name}” has no blank {name!r}",
                    code="usage.template",
                    hint=did_you_mean(name, self.blanks)
                    or f"its blanks are {', '.join(self.blanks) or 'none'}",
                )
        return parse_text(_PLACE.sub(lambda place: self._filled(place[1], values), self.text))

    def _filled(self, name: str, values: Mapping[str, str | float | Decimal]) -> str:
        blank = self.blanks[name]
        value = values.get(name, blank.default)
        if value is None:
            raise UsageError(
                f"template “{self.name}”: nothing is given for {name!r}",
                code="usage.template",
                hint=blank.help,
            )
        match blank.kind, value:
            case BlankKind.NUMBER, int() | Decimal() if not isinstance(value, bool):
                return write_number(value)
            case BlankKind.NUMBER, float():
                return write_number(Decimal(repr(value)))
            case BlankKind.TEXT, str():
                return write_string(value)
            case BlankKind.NAME, str():
                return value if is_plain_name(value) else write_string(value)
            case _:
                raise UsageError(
                    f"template “{self.name}”: found {value!r} for {name!r}, expected a {blank.kind.value}",
                    code="usage.template",
                    hint=blank.help,
                )

"""Problems of a declared catalog, gathered so that all are told at once, each with the place it stands at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from satsuma.kernel.errors import CatalogError
from satsuma.kernel.suggest import nearest

_SHOWN_CHARS_MAX = 60


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a declaration.

    Attributes:
        code: Stable and dotted, below `catalog`.
        path: Where it stands, such as `entities.contact.attributes.tier.options`; empty for the whole.
        message: What was found and what was expected.
        hint: What to do about it; may be empty.
    """

    code: str
    path: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        where = f"{self.path}: " if self.path else ""
        return f"{where}{self.message}" + (f" ({self.hint})" if self.hint else "")

    def to_json(self) -> dict[str, object]:
        """The problem as plain data."""
        return {"code": self.code, "path": self.path, "message": self.message, "hint": self.hint}


@dataclass(slots=True)
class Problems:
    """A list that problems are added to while a declaration is read."""

    found: list[Problem] = field(default_factory=list)

    def add(self, code: str, path: Sequence[str], message: str, hint: str = "") -> None:
        """Add one; the path is given in parts."""
        self.found.append(Problem(f"catalog.{code}", dotted(path), message, hint))

    def unknown(self, path: Sequence[str], word: str, known: Iterable[str], what: str) -> None:
        """Add that a word is none of those that are known there."""
        choices = list(known)
        near = nearest(word, choices)
        expected = "one of " + ", ".join(choices) if choices else "none"
        self.add(
            "unknown",
            path,
            f"found {what} {shown(word)}, expected {expected}",
            f"did you mean {near!r}?" if near else "",
        )

    def check(self) -> None:
        """Raise all that were found, if any."""
        raise_all(self.found)


def raise_all(problems: Sequence[Problem]) -> None:
    """Raise one error that holds all problems, if there are any.

    Raises:
        CatalogError: With `details["problems"]`, a list of `code`, `path`, `message`, `hint`. Its own code is
            that of the problems where all have one.
    """
    if not problems:
        return
    codes = {problem.code for problem in problems}
    code = codes.pop() if len(codes) == 1 else "catalog"
    message = str(problems[0])
    if len(problems) > 1:
        listed = "".join(f"\n  {problem}" for problem in problems)
        message = f"the catalog has {len(problems)} problems:{listed}"
    raise CatalogError(message, code=code, details={"problems": [problem.to_json() for problem in problems]})


def dotted(path: Sequence[str]) -> str:
    """A path as people read it; a part that has a dot itself stands in double quotes."""
    return ".".join(f'"{part}"' if "." in part or not part else part for part in path)


def shown(value: object) -> str:
    """A value as found, short enough for a message."""
    text = repr(value)
    return text if len(text) <= _SHOWN_CHARS_MAX else text[: _SHOWN_CHARS_MAX - 3] + "..."

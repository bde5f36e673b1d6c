"""Context: what every part of the checker is handed, and what a condition may be about.

`bind` is passed along rather than imported, so that each family of forms stands in a module of its own
although forms contain each other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias

from satsuma.catalog.model import Catalog, Entity, InteractionType
from satsuma.kernel.zones import Zone
from satsuma.language import bound, tree
from satsuma.language.binding.names import Names
from satsuma.language.problems import Problems

UNKNOWN: bound.Condition = bound.All(())
"""What stands where a condition has a problem, so that the rest is still checked."""


class Inside(Enum):
    """What a condition on records stands inside of, where that narrows what it may be."""

    NOTHING = "nothing"
    HELD = "held"
    COMPOUND = "compound"


@dataclass(frozen=True, slots=True)
class Records:
    """The subject is one record of an entity."""

    entity: Entity
    inside: Inside = Inside.NOTHING


@dataclass(frozen=True, slots=True)
class Interactions:
    """The subject is one interaction of one of these types; none yet where only patterns fit nothing.

    Attributes:
        member: The audience whose records the interactions belong to.
    """

    types: tuple[InteractionType, ...]
    member: Entity


Subject: TypeAlias = Records | Interactions


@dataclass(slots=True)
class Context:
    """One check of one definition.

    Attributes:
        zone: Of the definition: where times without offset, and dates, are read.
        own_id: The segment that is being defined, where it has a number.
        own_name: Its name, where it has one.
        bind: Binds any condition about a subject at a path (`conditions.bind_condition`).
        places: Paths of bound conditions by identity, for warnings.
    """

    catalog: Catalog
    names: Names
    zone: Zone
    problems: Problems
    own_id: int | None
    own_name: str | None
    bind: Callable[[Context, tree.Condition, Subject, str], bound.Condition]
    places: dict[int, tuple[str, bound.Condition]] = field(default_factory=dict)

    def error(self, code: str, path: str, message: str, hint: str = "") -> None:
        """Notes a problem."""
        self.problems.add(code, path, message, hint)


def refuse_clock(ctx: Context, subject: Subject, path: str, what: str) -> bool:
    """Notes a problem where what depends on the clock stands where it cannot; whether it did."""
    if isinstance(subject, Interactions):
        hint = "say when with `during`, or compare with fixed times"
        ctx.error("place.clock", path, f"found {what} in a condition on interactions", hint)
        return True
    if subject.inside is Inside.HELD:
        ctx.error("place.held", path, f"found {what} inside `held`", "compare with fixed times")
        return True
    return False

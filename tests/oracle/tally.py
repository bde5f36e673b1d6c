"""Tally: how often each form was exercised, how often it held and how often not, and what engines lack.

A form is counted where it occurs anywhere in a definition that binds. Its answers are those of the whole
definitions in whose root it occurs: so they tell that a form does not always come out the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, get_args

from satsuma.catalog.model import Attribute, Entity, InteractionType
from satsuma.kernel import windows
from satsuma.language import bound
from satsuma.language.binding.operators import OPERATORS

EXTRA = (
    "path to many", "path to one", "circular path", "of", "several types", "pattern of types", "blocker",
    "same",
    "entered", "left", "consent granted", "consent denied", "consent unknown", "top by attribute",
    "top by measure",
    "top percent", "top count", "top among", "latest", "first", "held >=", "held <", "member operand",
    "plus number",
    "plus duration", "exact case", "test beside attribute", "test between", "test within", "test negated",
)  # fmt: skip
"""Forms that are no kind of node by themselves."""

_NODES = (
    *get_args(bound.Condition), *(bound.Absence, bound.Shifted, bound.Now, bound.Today),
    *get_args(windows.Window),
)  # fmt: skip


def everything() -> list[str]:
    """Every form that must be exercised: nodes, operators by type, measures by kind, and `EXTRA`."""
    operators = [f"{op.value} of {of.value}" for of, ops in OPERATORS.items() for op in ops]
    measures = [f"measure {kind.value}" for kind in bound.MeasureKind]
    return [*(node.__name__ for node in _NODES), *measures, *EXTRA, *operators]


def forms(where: bound.Condition, noted: Iterable[str]) -> set[str]:
    """The forms in a bound condition, beside those noted when it was drawn."""
    found = set(noted)
    for node in _walk(where):
        if isinstance(node, _NODES):
            found.add(type(node).__name__)
        found.update(_named(node))
    return found


def _named(node: object) -> Iterator[str]:
    match node:
        case bound.Measure(kind):
            yield f"measure {kind.value}"
        case bound.Top():
            yield "top count" if node.percent is None else "top percent"
            if node.among is not None:
                yield "top among"
        case bound.Held():
            yield "held >=" if node.at_least else "held <"
        case bound.Shifted():
            if node.of_member:
                yield "member operand"
            if node.plus is not None:
                yield "plus number" if not hasattr(node.plus, "unit") else "plus duration"
        case bound.Compare(exact=True) | bound.OneOf(exact=True) | bound.TextTest(exact=True):
            yield "exact case"
        case bound.Test():
            if isinstance(node.right, bound.Shifted) or isinstance(node.high, bound.Shifted):
                yield "test beside attribute"
            if node.high is not None:
                yield "test between"
            if node.window is not None:
                yield "test within"
            if node.negated:
                yield "test negated"
        case _:
            return


def _walk(node: object) -> Iterator[object]:
    """A tree's nodes, itself first. Entities, types and attributes of the catalog are no nodes."""
    if isinstance(node, tuple):
        for inner in node:
            yield from _walk(inner)
    elif is_dataclass(node) and not isinstance(node, Attribute | Entity | InteractionType | type):
        yield node
        for one in fields(node):
            yield from _walk(getattr(node, one.name))


@dataclass(slots=True)
class Tally:
    """Counts, by form and otherwise; adding two gives those of both.

    Attributes:
        drawn: Definitions drawn; those that did not bind are counted in `refused` by code.
        exercised: By form, definitions that bind and have it.
        held, failed: By form, records for which a definition with it was true, was false.
        gaps: By engine and gap, definitions that the engine cannot be asked.
    """

    drawn: int = 0
    bound: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    exercised: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    compared: Counter[str] = field(default_factory=Counter)
    gaps: Counter[str] = field(default_factory=Counter)

    def count(self, found: set[str], members: int, others: int) -> None:
        """Counts a definition that binds, by its forms and its answers."""
        self.bound += 1
        for form in found:
            self.exercised[form] += 1
            self.held[form] += members
            self.failed[form] += others

    def add(self, other: Tally) -> None:
        """Adds the counts of another."""
        self.drawn += other.drawn
        self.bound += other.bound
        for name in ("refused", "exercised", "held", "failed", "compared", "gaps"):
            getattr(self, name).update(getattr(other, name))

    def to_json(self) -> dict[str, Any]:
        """As plain JSON, to send from one process to another."""
        return {one.name: _plain(getattr(self, one.name)) for one in fields(self)}

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Tally:
        """The tally of `to_json`."""
        whole = cls(given["drawn"], given["bound"])
        for name, of in given.items():
            if isinstance(of, Mapping):
                getattr(whole, name).update(of)
        return whole

    def lacking(self, least: int) -> list[str]:
        """What is wrong with it: forms exercised too rarely, or that always came out the same."""
        rare = [
            f"{form}: {self.exercised[form]} times" for form in everything() if self.exercised[form] < least
        ]
        same = [
            f"{form}: held {self.held[form]} times, failed {self.failed[form]} times"
            for form in everything()
            if not (self.held[form] and self.failed[form])
        ]
        return rare + same

    def table(self) -> str:
        """For people: the share of each form, its answers, and the gaps of engines."""
        lines = [
            f"{self.drawn} definitions drawn, {self.bound} bind; refused: {dict(self.refused) or 'none'}",
            f"compared: {dict(self.compared)}; gaps: {dict(self.gaps) or 'none'}",
            f"{'form':34} {'times':>7} {'share':>7} {'true':>9} {'false':>9}",
        ]
        for form in everything():
            share = self.exercised[form] / max(self.bound, 1)
            lines.append(
                f"{form:34} {self.exercised[form]:7} {share:7.1%} {self.held[form]:9} {self.failed[form]:9}"
            )
        return "\n".join(lines)


def _plain(value: object) -> object:
    return dict(value) if isinstance(value, Counter) else value

"""Evaluators: all that claim to give the members of a definition, and what each does not do, and why.

A gap's reason is `not yet here` (it will be), `not in that engine` (it cannot be), or `never` (it is not meant to be).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from satsuma.evaluation import reference
from satsuma.language import bound

REASONS = ("not yet here", "not in that engine", "never")

Evaluate = Callable[[bound.Definition, reference.Database], set[str]]


@dataclass(frozen=True, slots=True)
class Evaluator:
    """One way to the members.

    Attributes:
        evaluate: The keys of the members of a definition in a state.
        gaps: What it does not do: a form by the names of `forms.everything`, or what rows call `demanding`, to one
            of `REASONS` and, after a colon, why.
    """

    name: str
    evaluate: Evaluate
    gaps: Mapping[str, str] = field(default_factory=dict)


EVALUATORS: tuple[Evaluator, ...] = (Evaluator("reference", reference.members),)

"""Scope: what every part of the reference is handed: the state, the zone, and how to judge a condition.

`truth` is passed along rather than imported, so that each form stands in a module of its own although forms
contain each other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from satsuma.evaluation.reference.data import Database, Interaction, Record
from satsuma.kernel.zones import Zone
from satsuma.language import bound

Subject: TypeAlias = Record | Interaction
"""What a condition is about: a record of an entity, or one interaction (inside `where` and `has`)."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The state and zone in which conditions are judged.

    Attributes:
        truth: Judges any condition for one subject (`conditions.truth`). remembered: What does not depend on
        the subject and is worked out once: rankings by the identity of their condition, and inverses of
        references.
    """

    database: Database
    zone: Zone
    truth: Callable[[bound.Condition, Subject, Scope], bool]
    remembered: dict[object, object] = field(default_factory=dict)

    @property
    def now(self) -> int:
        """The version's instant, microseconds UTC."""
        return self.database.now

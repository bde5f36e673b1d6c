"""Judging: one condition of one definition for one record, in any state, by the reference evaluator."""

from __future__ import annotations

from dataclasses import replace

from satsuma.evaluation.due import Span, instants
from satsuma.evaluation.reference import Database
from satsuma.evaluation.reference.data import Interaction
from satsuma.evaluation.reference.evaluate import holds, scope_of
from satsuma.language import bound, references
from satsuma.segments.explaining.places import nodes_of

WORK_MAX = 400_000
"""How many interactions and observations are looked at for one explanation, about: a few seconds of work."""


class Budget:
    """How much work is left."""

    def __init__(self) -> None:
        self.left = WORK_MAX

    def renew(self) -> None:
        """As much as at first."""
        self.left = WORK_MAX

    @property
    def is_spent(self) -> bool:
        """Whether there is none left."""
        return self.left <= 0


class Judge:
    """Judges a condition for a record in states that differ in all but their interactions.

    Attributes:
        segments: The segments that the condition refers to.
    """

    def __init__(
        self,
        condition: bound.Condition,
        key: str,
        definition: bound.Definition,
        database: Database,
        budget: Budget,
    ) -> None:
        types = {one.name for one in references.types_in(condition)}
        self.condition = condition
        self.segments = frozenset(references.segment_ids_in(condition))
        self._key = key
        self._definition = definition
        self._budget = budget
        self._interactions: dict[str, dict[str, tuple[Interaction, ...]]] = {
            audience: {
                member: tuple(one for one in found if one.type in types)
                for member, found in of_audience.items()
            }
            for audience, of_audience in database.interactions.items()
        }
        size = sum(
            len(found) for of_audience in self._interactions.values() for found in of_audience.values()
        )
        # A sequence tries pairs of interactions.
        pairs = size * size // 100 if nodes_of(bound.Sequence, condition) else 0
        self._work = 1 + size + pairs

    def holds(self, database: Database) -> bool:
        """Whether the condition holds in a state."""
        self._budget.left -= self._work
        return holds(self.condition, self._key, self._own(database), self._definition)

    def instants(self, database: Database, span: Span) -> list[int]:
        """When time may change it, all else of the state staying as it is, ascending."""
        self._budget.left -= self._work
        record = database.record(self._definition.audience.name, self._key)
        if record is None:
            return []
        return instants(self.condition, record, scope_of(self._definition, self._own(database)), span)

    def _own(self, database: Database) -> Database:
        return replace(database, interactions=self._interactions)

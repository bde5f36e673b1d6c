"""Judging: one condition of one definition for one record, in any state, by the reference evaluator."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import replace

from satsuma.evaluation.due import Span, instants
from satsuma.evaluation.reference import Database
from satsuma.evaluation.reference.data import Interaction
from satsuma.evaluation.reference.evaluate import holds, scope_of
from satsuma.kernel.windows import Interval, bounds
from satsuma.kernel.zones import zone
from satsuma.language import bound, references
from satsuma.segments.explaining.places import nodes_of

WORK_MAX = 2_000_000
"""How many interactions are looked at for one explanation, about: before now, and again after it."""

_JUDGING = 100
"""What it costs to judge at all, beside looking at interactions."""

_Happened = Mapping[str, Mapping[str, tuple[Interaction, ...]]]


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
        self.condition = condition
        self.segments = frozenset(references.segment_ids_in(condition))
        self._key = key
        self._definition = definition
        self._zone = zone(definition.timezone)
        self._budget = budget
        types = {one.name for one in references.types_in(condition)}
        self._interactions = {
            audience: {
                member: tuple(
                    sorted((one for one in found if one.type in types), key=lambda one: one.occurred_at)
                )
                for member, found in of_audience.items()
            }
            for audience, of_audience in database.interactions.items()
        }

    def holds(self, database: Database) -> bool:
        """Whether the condition holds in a state."""
        known = self._in_window(database.now)
        size = _size(known)
        # A sequence tries pairs of interactions.
        pairs = size * size // 20 if nodes_of(bound.Sequence, self.condition) else 0
        self._budget.left -= _JUDGING + size + pairs
        return holds(self.condition, self._key, replace(database, interactions=known), self._definition)

    def instants(self, database: Database, span: Span) -> list[int]:
        """When time may change it, all else of the state staying as it is, ascending."""
        record = database.record(self._definition.audience.name, self._key)
        if record is None:
            return []
        self._budget.left -= _JUDGING + _size(self._interactions)
        scope = scope_of(self._definition, replace(database, interactions=self._interactions))
        return instants(self.condition, record, scope, span)

    def _in_window(self, now: int) -> _Happened:
        """Those interactions that can play a part at an instant: of one window, the ones in it."""
        condition = self.condition
        while isinstance(condition, bound.Not):
            condition = condition.condition
        if not isinstance(condition, bound.Did | bound.Occurrence) or condition.during is None:
            return self._interactions
        window = bounds(condition.during, now, self._zone).up_to(now)
        return {
            audience: {member: _within(found, window) for member, found in of_audience.items()}
            for audience, of_audience in self._interactions.items()
        }


def _within(found: tuple[Interaction, ...], window: Interval) -> tuple[Interaction, ...]:
    """Of interactions in order of time, those in an interval."""
    first = 0 if window.low is None else bisect_left(found, window.low, key=lambda one: one.occurred_at)
    after = None if window.high is None else bisect_left(found, window.high, key=lambda one: one.occurred_at)
    return found[first:after]


def _size(happened: _Happened) -> int:
    return sum(len(found) for of_audience in happened.values() for found in of_audience.values())

"""Steps: which interactions meet a sequence, or how far it comes."""

from __future__ import annotations

from satsuma.evaluation.reference.data import Interaction, Record
from satsuma.evaluation.reference.interactions import fits, happened
from satsuma.evaluation.reference.paths import is_exact, read
from satsuma.evaluation.reference.scope import Scope
from satsuma.evaluation.reference.values import identity
from satsuma.kernel.durations import ahead
from satsuma.language import bound


def steps_met(condition: bound.Sequence, record: Record, scope: Scope) -> tuple[Interaction, ...]:
    """The interactions of a way to meet all steps, an absence at the end too; else one that comes farthest.

    Of several the one that begins last.
    """
    events = sorted(
        (one for one in scope.database.interactions_of(record) if one.occurred_at <= scope.now),
        key=lambda one: one.order,
    )
    search = _Search(condition, events, scope)
    search.follow(())
    return tuple(events[position] for position in search.best)


class _Search:
    def __init__(self, condition: bound.Sequence, events: list[Interaction], scope: Scope) -> None:
        self.condition = condition
        self.events = events
        self.scope = scope
        self.window = happened(condition.during, scope)
        self.best: tuple[int, ...] = ()
        self.tried: set[tuple[int, int]] = set()

    def follow(self, chosen: tuple[int, ...]) -> bool:
        """Go on from steps already met; whether the end was reached."""
        if len(chosen) > len(self.best):
            self.best = chosen
        if len(chosen) == len(self.condition.steps):
            if self._is_absent_after(self.events[chosen[-1]]):
                self.best = chosen
                return True
            return False
        for position in range(len(self.events) - 1, chosen[-1] if chosen else -1, -1):
            state = (len(chosen) + 1, position)
            if state not in self.tried and self._meets(chosen, position):
                # How it goes on depends on the last step alone: all before are equal to it on `same`.
                self.tried.add(state)
                if self.follow((*chosen, position)):
                    return True
        return False

    def _meets(self, chosen: tuple[int, ...], position: int) -> bool:
        step = self.condition.steps[len(chosen)]
        event = self.events[position]
        if event.occurred_at not in self.window or not self._fits(event, step.pattern):
            return False
        if not chosen:
            return True
        before = self.events[chosen[-1]]
        if step.within is not None and event.occurred_at > ahead(
            before.occurred_at, step.within, self.scope.zone
        ):
            return False
        between = self.events[chosen[-1] + 1 : position]
        if step.blocker is not None and any(self._fits(one, step.blocker) for one in between):
            return False
        first = self._same(chosen[0])
        return None not in first and first == self._same(position)

    def _is_absent_after(self, last: Interaction) -> bool:
        absence = self.condition.absence
        if absence is None:
            return True
        due = ahead(last.occurred_at, absence.within, self.scope.zone)
        return due <= self.scope.now and not any(
            one.order > last.order and one.occurred_at <= due and self._fits(one, absence.pattern)
            for one in self.events
        )

    def _fits(self, event: Interaction, pattern: bound.Pattern) -> bool:
        return fits(event, pattern.types, pattern.where, self.scope)

    def _same(self, position: int) -> tuple[object, ...]:
        found: list[object] = []
        for what in self.condition.same:
            value = read(what, self.events[position], self.scope)
            found.append(None if value is None else identity(value, what.type, exact_text=is_exact(what)))
        return tuple(found)

"""Sequences: steps met one after another, by trying every way to meet them."""

from __future__ import annotations

from satsuma.evaluation.reference.data import Interaction, Record
from satsuma.evaluation.reference.interactions import fits, happened
from satsuma.evaluation.reference.paths import is_exact, read
from satsuma.evaluation.reference.scope import Scope
from satsuma.evaluation.reference.values import identity
from satsuma.kernel.durations import Duration, ahead
from satsuma.language import bound


def sequence(condition: bound.Sequence, record: Record, scope: Scope) -> bool:
    """Some choice of interactions, one for each step, meets the sequence.

    Chosen are interactions in strictly rising total order, each of its step's pattern, all in the window,
    each at most `within` after the one before, with none of the blocker's strictly between the two, and all
    with equal present values of each attribute in `same`. With an absence at the end, its time has passed
    since the last one chosen without any of its pattern.
    """
    past = happened(None, scope)
    of_record = scope.database.interactions_of(record)
    events = sorted((e for e in of_record if e.occurred_at in past), key=lambda e: e.order)
    return _Search(condition, events, scope).can_go_on(chosen=())


class _Search:
    """Tries every choice.

    What can follow depends only on how many steps are met and on the last chosen, whose values of `same` all
    the others share.
    """

    def __init__(self, condition: bound.Sequence, events: list[Interaction], scope: Scope) -> None:
        self.condition = condition
        self.events = events
        self.scope = scope
        self.window = happened(condition.during, scope)
        self.dead_ends: set[object] = set()

    def can_go_on(self, chosen: tuple[int, ...]) -> bool:
        """Whether the steps after those already met (by `events` at these positions) can be met too."""
        if len(chosen) == len(self.condition.steps):
            return self.condition.absence is None or self.is_absent_after(self.events[chosen[-1]])
        state = (len(chosen), chosen[-1]) if chosen else None
        if state in self.dead_ends:
            return False
        found = any(
            self.meets(chosen, position) and self.can_go_on((*chosen, position))
            for position in range(chosen[-1] + 1 if chosen else 0, len(self.events))
        )
        if not found:
            self.dead_ends.add(state)
        return found

    def meets(self, chosen: tuple[int, ...], position: int) -> bool:
        """Whether the event at a position may be chosen for the next step."""
        step = self.condition.steps[len(chosen)]
        event = self.events[position]
        if event.occurred_at not in self.window or not self.fits(event, step.pattern):
            return False
        if not chosen:
            return True
        before = self.events[chosen[-1]]
        if step.within is not None and event.occurred_at > self.ahead(before, step.within):
            return False
        if step.blocker is not None and any(
            self.fits(between, step.blocker) for between in self.events[chosen[-1] + 1 : position]
        ):
            return False
        first, this = self.same(chosen[0]), self.same(position)
        return None not in first and first == this

    def is_absent_after(self, last: Interaction) -> bool:
        """Whether the absence's time has passed since the last step without any of its pattern."""
        absence = self.condition.absence
        if absence is None:
            return True
        until = self.ahead(last, absence.within)
        return until <= self.scope.now and not any(
            event.order > last.order and event.occurred_at <= until and self.fits(event, absence.pattern)
            for event in self.events
        )

    def ahead(self, event: Interaction, duration: Duration) -> int:
        """The instant a duration after an event."""
        return ahead(event.occurred_at, duration, self.scope.zone)

    def fits(self, event: Interaction, pattern: bound.Pattern) -> bool:
        """Whether an event is of the pattern."""
        return fits(event, pattern.types, pattern.where, self.scope)

    def same(self, position: int) -> tuple[object, ...]:
        """The values that must be equal throughout, in the order of `same`; None where one is missing."""
        found: list[object] = []
        for what in self.condition.same:
            value = read(what, self.events[position], self.scope)
            found.append(None if value is None else identity(value, what.type, exact_text=is_exact(what)))
        return tuple(found)

"""Future: how the conditions of a definition go on for one member if nothing but time happens.

Time is gone through from one instant at which anything may change to the next. At each the segments that the
definition refers to are brought up to date, in order of dependency, as a version would do it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from satsuma.evaluation.due import Span
from satsuma.evaluation.reference.data import Change, Database
from satsuma.segments.explaining.judging import Budget, Judge
from satsuma.segments.explaining.places import Place, Truth
from satsuma.segments.explaining.referred import Referred, is_moved, moves
from satsuma.segments.explaining.turning import BEYOND, NEVER, Known, Turn, Turns

TOO_MANY = "there are too many instants at which it might change"
_VERSIONS_TO_COME = 1 << 62


@dataclass(slots=True)
class _Watched:
    """What is judged again at each of the instants at which time may change it."""

    judge: Judge
    truth: Truth
    due: list[int] = field(default_factory=list)

    def look_ahead(self, state: Database, horizon: int) -> None:
        self.due = self.judge.instants(state, Span(state.now, horizon))[::-1]

    def is_due(self, state: Database, changed: set[int]) -> bool:
        return bool(self.due and self.due[-1] <= state.now) or not changed.isdisjoint(self.judge.segments)

    def judge_again(self, state: Database) -> None:
        while self.due and self.due[-1] <= state.now:
            self.due.pop()
        self.truth = self.judge.holds(state)


class Future:
    """One going through the time to come."""

    def __init__(
        self,
        root: Place,
        present: Mapping[int, bool],
        unknown: Mapping[int, str],
        segments: Iterable[Referred],
        database: Database,
    ) -> None:
        """Begin at the state's instant.

        Args:
            present: The truths now, of every place.
            unknown: Why other instants than now cannot be told, of some leaves.
            segments: All that are referred to, in order of dependency.
        """
        self._root = root
        self._present = present
        self._unknown = unknown
        self._segments = {one.id: one for one in segments}
        self._state = database
        self._leaves: dict[int, _Watched] = {}
        self._members: dict[tuple[int, str], _Watched] = {}

    def turns(self, judges: Mapping[int, Judge], horizon: int, budget: Budget) -> dict[int, Turn]:
        """For each place, when its truth changes next, by number.

        Args:
            judges: Of the leaves that can be judged at other instants.
            horizon: The last instant that is looked at, microseconds UTC.
        """
        self._watch(judges, horizon, budget)
        turns = Turns(self._root, self._present, self._unknown)
        turns.see(self._state.now, self._of_leaf)
        while not turns.is_over and (at := self._next()) is not None:
            if budget.is_spent:
                return turns.end(lambda _: Turn(Known.UNKNOWN, reason=TOO_MANY))
            self._go_to(at, horizon)
            turns.see(at, self._of_leaf)
        return turns.end(lambda place: BEYOND if moves(place.condition, self._segments) else NEVER)

    def _watch(self, judges: Mapping[int, Judge], horizon: int, budget: Budget) -> None:
        for number, judge in judges.items():
            self._leaves[number] = _Watched(judge, self._present[number])
        for segment in self._segments.values():
            if segment.definition is None or segment.problem or not is_moved(segment, self._segments):
                continue
            for key in sorted(segment.keys - segment.rules.keys()):
                judge = Judge(segment.definition.where, key, segment.definition, self._state, budget)
                inside = key in self._state.segments[segment.id].members
                self._members[segment.id, key] = _Watched(judge, inside)
        for one in self._all():
            one.look_ahead(self._state, horizon)

    def _all(self) -> list[_Watched]:
        return [*self._members.values(), *self._leaves.values()]

    def _next(self) -> int | None:
        return min((one.due[-1] for one in self._all() if one.due), default=None)

    def _go_to(self, at: int, horizon: int) -> None:
        self._state = replace(self._state, now=at)
        changed: set[int] = set()
        for (segment, key), member in self._members.items():
            if member.is_due(self._state, changed):
                was = member.truth
                member.judge_again(self._state)
                if member.truth != was:
                    self._cross(segment, key, entered=bool(member.truth))
                    changed.add(segment)
        for leaf in self._leaves.values():
            if leaf.is_due(self._state, changed):
                leaf.judge_again(self._state)
        for one in self._all() if changed else ():
            if not changed.isdisjoint(one.judge.segments):
                one.look_ahead(self._state, horizon)

    def _cross(self, segment: int, key: str, *, entered: bool) -> None:
        """A record enters or leaves a segment at the state's instant, in a version of its own."""
        before = self._state.segments[segment]
        change = Change(key, _VERSIONS_TO_COME + self._state.now, self._state.now, 1 if entered else -1)
        members = before.members | {key} if entered else before.members - {key}
        after = replace(before, members=members, changes=(*before.changes, change))
        self._state = replace(self._state, segments={**self._state.segments, segment: after})

    def _of_leaf(self, number: int) -> Truth:
        if number in self._leaves:
            return self._leaves[number].truth
        return None if number in self._unknown else self._present[number]

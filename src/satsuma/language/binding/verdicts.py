"""Verdicts: conditions that hold for every record, or for none, whatever the data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import TypeAlias

from satsuma.catalog.model import ValueType
from satsuma.kernel.windows import Calendar, Next, Window, can_never_hold
from satsuma.kernel.zones import UTC, Zone
from satsuma.language import bound
from satsuma.language.binding.identities import Identities
from satsuma.language.binding.possible import COMPARISONS, Possible, possible
from satsuma.language.binding.ranges import Spans, both
from satsuma.language.bound import MeasureKind

_COUNTS = (MeasureKind.COUNT, MeasureKind.COUNT_DISTINCT, MeasureKind.COUNT_DAYS, MeasureKind.ACTIVE_PERIODS)

Signed: TypeAlias = tuple[bound.Condition, bool]
"""A condition, and whether it or its complement is meant."""


class Verdicts:
    """Judges conditions of one definition, each once: large ones are asked about on every level."""

    def __init__(self, zone: Zone) -> None:
        self.zone = zone
        self._identities = Identities()
        self._verdicts: dict[int, bool | None] = {}
        self._possible: dict[tuple[int, bool], Possible | None] = {}

    def of(self, condition: bound.Condition) -> bool | None:
        """True where every record always meets it, False where none does, None where that does not show."""
        identity = self._identities.of(condition)
        if identity not in self._verdicts:
            self._verdicts[identity] = self._judge(condition)
        return self._verdicts[identity]

    def exclusion(self, conditions: Sequence[bound.Condition], *, hold: bool = True) -> str | None:
        """What conditions that all hold (or all fail) say against each other; None where nothing shows.

        A condition that fails by itself is not told here.
        """
        left: dict[int, Possible] = {}
        seen: set[tuple[int, bool]] = set()
        for condition, holds in _flattened((condition, hold) for condition in conditions):
            identity = self._identities.of(condition)
            if (identity, not holds) in seen:
                return "a condition and its opposite are both asked for"
            if (identity, holds) in seen:
                continue
            seen.add((identity, holds))
            here = self._left_open(condition, identity, holds)
            if here is None or here.is_nothing or not isinstance(condition, COMPARISONS):
                continue
            read = self._identities.of(condition.read.by_type)
            left[read] = here if read not in left else left[read].and_(here)
            if left[read].is_nothing:
                return f"no value of {here.name!r} meets all that is asked of it"
        return None

    def _left_open(self, condition: bound.Condition, identity: int, holds: bool) -> Possible | None:
        if (identity, holds) not in self._possible:
            self._possible[identity, holds] = possible(condition, self.zone, holds=holds)
        return self._possible[identity, holds]

    def _judge(self, condition: bound.Condition) -> bool | None:
        match condition:
            case bound.All(conditions):
                each = [self.of(inner) for inner in conditions]
                if False in each or self.exclusion(conditions) is not None:
                    return False
                return True if all(each) else None
            case bound.AnyOf(conditions):
                each = [self.of(inner) for inner in conditions]
                if True in each or self.exclusion(conditions, hold=False) is not None:
                    return True
                return None if None in each else False
            case bound.Not(inner):
                opposite = self.of(inner)
                return None if opposite is None else not opposite
            case bound.Related() | bound.Did():
                return self._measured(condition)
            case bound.Occurrence(where=where, during=during, has=has):
                return False if self.of(has) is False or self._matches_nothing(where, during) else None
            case bound.Sequence(steps=steps, during=during):
                fails = any(self._matches_nothing(step.pattern.where, during) for step in steps)
                return False if fails else None
            case bound.Held(inner):
                return False if self.of(inner) is False else None
            case bound.Crossed(during=during):
                return False if during is not None and _is_ahead(during, self.zone) else None
            case bound.Sample(low, high):
                return True if (low, high) == (0, 1_000_000) else None
            case bound.Top(percent=percent, of=of, among=among):
                if among is not None:
                    return False if self.of(among) is False else None
                ranks_all = isinstance(of, bound.Did) and of.measure.kind in (*_COUNTS, MeasureKind.SUM)
                return True if percent == 100 and ranks_all else None
            case _:
                return self._compared(condition)

    def _compared(self, condition: bound.Condition) -> bool | None:
        identity = self._identities.of(condition)
        holds, fails = (self._left_open(condition, identity, sign) for sign in (True, False))
        if holds is not None and holds.is_nothing:
            return False
        return True if fails is not None and fails.is_nothing else None

    def _measured(self, condition: bound.Did | bound.Related) -> bool | None:
        """Whether the measure's values that there can be all pass, or none."""
        during = condition.during if isinstance(condition, bound.Did) else None
        nothing = self._matches_nothing(condition.where, during)
        measure, test = condition.measure, condition.test
        if measure.kind in _COUNTS:
            found = _count_passes(test, 0 if nothing else _count_max(condition))
        elif not nothing:
            return None
        elif measure.kind is MeasureKind.SUM:
            found = _count_passes(test, 0)
        else:
            found = False  # missing, and what is missing does not compare
        return None if found is None else found != test.negated

    def _matches_nothing(self, where: bound.Condition | None, during: Window | None) -> bool:
        """Whether no interaction, or related record, can be among those that are measured."""
        fails = where is not None and self.of(where) is False
        return fails or (during is not None and _is_ahead(during, self.zone))


def _flattened(conditions: Iterable[Signed]) -> Iterator[Signed]:
    """The parts of conditions that hold together: what `all` joins, and what `any` joins where it fails."""
    for condition, holds in conditions:
        match condition:
            case bound.All(inner) if holds:
                yield from _flattened((one, True) for one in inner)
            case bound.AnyOf(inner) if not holds:
                yield from _flattened((one, False) for one in inner)
            case bound.Not(inner_one):
                yield from _flattened([(inner_one, not holds)])
            case _:
                yield condition, holds


def _count_max(condition: bound.Did | bound.Related) -> int | None:
    if isinstance(condition, bound.Related):
        one = condition.measure.kind in _COUNTS and not any(step.inverse for step in condition.path)
        return 1 if one else None
    periods = condition.measure.periods
    return None if periods is None else periods.of_last


def _count_passes(test: bound.Test, most: int | None) -> bool | None:
    """Whether every count from 0 on (to `most`) passes a test without its negation, or none does."""
    constants = [side for side in (test.right, test.high) if side is not None]
    if not constants or not all(isinstance(side, bound.Constant) for side in constants):
        return None
    read = bound.Read(ValueType.INTEGER, (), "")
    counts = Spans(((0, most),))
    sides = [(test.op, test.right), (bound.Cmp.LE, test.high)]
    passing, failing = counts, False
    for op, side in sides:
        if not isinstance(side, bound.Constant) or not isinstance(side.value, int | Decimal):
            continue
        comparison = bound.Compare(read, op, side)
        holds, fails = possible(comparison, UTC), possible(comparison, UTC, holds=False)
        if holds is None or fails is None:
            return None
        here = both(passing, holds.values)
        passing = here if isinstance(here, Spans) else passing
        failing = failing or both(counts, fails.values) != Spans(())
    if passing == Spans(()):
        return False
    return None if failing else True


def _is_ahead(window: Window, zone: Zone) -> bool:
    """Whether a window holds nothing that has happened: it is empty, or all in the future."""
    match window:
        case Next():
            return True
        case Calendar(offset=offset):
            return offset > 0
        case _:
            return can_never_hold(window, zone)

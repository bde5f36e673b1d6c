"""Verdicts: conditions that hold for every record, or for none, whatever the data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from satsuma.catalog.model import ValueType
from satsuma.kernel.windows import Calendar, Next, Window, can_never_hold
from satsuma.kernel.zones import UTC, Zone
from satsuma.language import bound
from satsuma.language.binding.possible import Key, Possible, possible
from satsuma.language.binding.ranges import Spans, both
from satsuma.language.bound import MeasureKind

_COUNTS = (MeasureKind.COUNT, MeasureKind.COUNT_DISTINCT, MeasureKind.COUNT_DAYS, MeasureKind.ACTIVE_PERIODS)


class Verdicts:
    """Judges conditions of one definition, each once: large ones are asked about on every level."""

    def __init__(self, zone: Zone) -> None:
        self.zone = zone
        # With the condition itself, so that its identity is not given to another.
        self._known: dict[int, tuple[bound.Condition, bool | None]] = {}

    def of(self, condition: bound.Condition) -> bool | None:
        """True where every record always meets it, False where none does, None where that does not show."""
        known = self._known.get(id(condition))
        if known is None:
            known = condition, self._judge(condition)
            self._known[id(condition)] = known
        return known[1]

    def _judge(self, condition: bound.Condition) -> bool | None:
        match condition:
            case bound.All(conditions):
                each = [self.of(inner) for inner in conditions]
                if False in each or exclusion(conditions, self.zone) is not None:
                    return False
                return True if all(each) else None
            case bound.AnyOf(conditions):
                each = [self.of(inner) for inner in conditions]
                if (
                    True in each
                    or exclusion([_opposite(inner) for inner in conditions], self.zone) is not None
                ):
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
                return _compared(condition, self.zone)

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


def _compared(condition: bound.Condition, zone: Zone) -> bool | None:
    holds, fails = possible(condition, zone), possible(bound.Not(condition), zone)
    if holds is not None and holds[1].is_nothing:
        return False
    return True if fails is not None and fails[1].is_nothing else None


def exclusion(conditions: Sequence[bound.Condition], zone: Zone) -> str | None:
    """What it is that conditions which hold together say against each other; None where nothing shows.

    A condition that fails by itself is not told here.
    """
    flat = _flattened(conditions)
    left: dict[Key, Possible] = {}
    for condition in flat:
        found = possible(condition, zone)
        if found is None or found[1].is_nothing:
            continue
        key, here = found
        left[key] = here if key not in left else left[key].and_(here)
        if left[key].is_nothing:
            return f"no value of {here.name!r} meets all that is asked of it"
    return "a condition and its opposite are both asked for" if _has_opposites(flat) else None


def _has_opposites(conditions: Sequence[bound.Condition]) -> bool:
    """Whether a condition and its complement are both there; only those alike in kind are compared."""
    seen: dict[tuple[object, ...], list[bound.Condition]] = defaultdict(list)
    for condition in conditions:
        positive = condition.condition if isinstance(condition, bound.Not) else condition
        alike = seen[_kind(positive)]
        if _opposite(condition) in alike:
            return True
        alike.append(condition)
    return False


def _kind(condition: bound.Condition) -> tuple[object, ...]:
    match condition:
        case bound.Did(types=types) | bound.Occurrence(types=types):
            return type(condition), tuple(interaction.number for interaction in types)
        case bound.Related(path=path):
            return type(condition), tuple(step.attribute.number for step in path)
        case bound.InSegment(number) | bound.InList(number):
            return type(condition), number
        case _:
            found = possible(condition, UTC)
            return type(condition), None if found is None else found[0]


def _flattened(conditions: Sequence[bound.Condition]) -> list[bound.Condition]:
    found: list[bound.Condition] = []
    for condition in conditions:
        match condition:
            case bound.All(inner):
                found += _flattened(inner)
            case bound.Not(bound.AnyOf(inner)):
                found += _flattened([_opposite(one) for one in inner])
            case _:
                found.append(condition)
    return found


def _opposite(condition: bound.Condition) -> bound.Condition:
    return condition.condition if isinstance(condition, bound.Not) else bound.Not(condition)


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
        holds, fails = possible(comparison, UTC), possible(bound.Not(comparison), UTC)
        if holds is None or fails is None:
            return None
        here = both(passing, holds[1].values)
        passing = here if isinstance(here, Spans) else passing
        failing = failing or both(counts, fails[1].values) != Spans(())
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

"""Interactions: when the clock may change a `did`, a `latest` or `first`, or a sequence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from satsuma.catalog.model import InteractionType
from satsuma.evaluation.due.inverse import Span, when_shifted
from satsuma.evaluation.due.values import test_of_measure
from satsuma.evaluation.due.windows import passes_instant
from satsuma.evaluation.reference.data import Interaction, Record
from satsuma.evaluation.reference.interactions import fits
from satsuma.evaluation.reference.paths import at_end, read
from satsuma.evaluation.reference.scope import Scope
from satsuma.evaluation.reference.values import Datum
from satsuma.kernel.durations import Duration, ahead
from satsuma.language import bound
from satsuma.language.bound import MeasureKind


def did(condition: bound.Did, record: Record, scope: Scope, span: Span) -> Iterator[int]:
    """When an interaction happens, an end of a window passes it, or its time is compared with the clock."""
    members = [record] if condition.of is None else at_end(condition.of, record, scope)
    found = _of_patterns(members, [bound.Pattern(condition.types, condition.where)], scope, span)
    measure = condition.measure
    for one in found:
        yield one.occurred_at
        if measure.periods is not None:
            yield from _periods(measure.periods, one.occurred_at, scope, span)
        else:
            yield from passes_instant(condition.during, one.occurred_at, scope.zone, span)
    values = _measured(measure, found, scope)
    yield from test_of_measure(condition.test, measure.type, values, scope.zone, span)


def occurrence(condition: bound.Occurrence, record: Record, scope: Scope, span: Span) -> Iterator[int]:
    """When an interaction happens, or an end of the window passes it."""
    for one in _of_patterns([record], [bound.Pattern(condition.types, condition.where)], scope, span):
        yield one.occurred_at
        yield from passes_instant(condition.during, one.occurred_at, scope.zone, span)


def sequence(condition: bound.Sequence, record: Record, scope: Scope, span: Span) -> Iterator[int]:
    """When what could be a step or stand in the way happens, a step leaves the window, an absence is over."""
    steps = [step.pattern for step in condition.steps]
    others = [step.blocker for step in condition.steps if step.blocker is not None]
    absence = condition.absence
    if absence is not None:
        others.append(absence.pattern)
        for one in _of_patterns([record], steps[-1:], scope, span):
            yield ahead(one.occurred_at, absence.within, scope.zone)
    for one in _of_patterns([record], others, scope, span):
        yield one.occurred_at
    for one in _of_patterns([record], steps, scope, span):
        yield one.occurred_at
        yield from passes_instant(condition.during, one.occurred_at, scope.zone, span)


def _of_patterns(
    members: Iterable[Record], patterns: Iterable[bound.Pattern], scope: Scope, span: Span
) -> list[Interaction]:
    """The interactions that fit any of the patterns and have happened by the end of the span."""
    wanted: list[tuple[tuple[InteractionType, ...], bound.Condition | None]] = [
        (pattern.types, pattern.where) for pattern in patterns
    ]
    return [
        one
        for member in members
        for one in scope.database.interactions_of(member)
        if one.occurred_at <= span.upto and any(fits(one, types, where, scope) for types, where in wanted)
    ]


def _periods(periods: bound.Periods, at: int, scope: Scope, span: Span) -> Iterator[int]:
    for i in range(1, periods.of_last + 1):
        length = Duration(periods.length.n * i, periods.length.unit)
        yield when_shifted(-length, at, scope.zone, span)


def _measured(measure: bound.Measure, found: list[Interaction], scope: Scope) -> Iterator[Datum]:
    """The values that the measure may have, where it is a time."""
    if measure.kind in (MeasureKind.FIRST_TIME, MeasureKind.LATEST_TIME):
        yield from (one.occurred_at for one in found)
    elif measure.read is not None and measure.type.is_time:
        for one in found:
            value = read(measure.read, one, scope)
            if value is not None:
                yield value

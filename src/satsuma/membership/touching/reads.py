"""Reads: what a condition depends on, put together from its parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from typing import assert_never

from satsuma.catalog.model import Attribute, Entity, InteractionType
from satsuma.kernel.durations import Duration
from satsuma.kernel.errors import InvariantError
from satsuma.kernel.windows import Window
from satsuma.language import bound
from satsuma.language.bound import MeasureKind
from satsuma.membership.touching import sources
from satsuma.membership.touching.edges import (
    Edge,
    Happened,
    deadline,
    shifted,
    window_of_interactions,
)
from satsuma.membership.touching.sources import (
    Born,
    Consented,
    ConsentPassed,
    CrossingPassed,
    Joined,
    JoiningPassed,
    ObservationPassed,
    Observed,
    Passed,
    Ranked,
    Reads,
    Written,
)
from satsuma.membership.touching.values import (
    OfInteractions,
    OfRecords,
    Subject,
    back_over,
    of_operand,
    of_operands,
    of_value,
    of_window,
    reading,
)


def reads_of(condition: bound.Condition, audience: str, clocks: str) -> Reads:
    """What the truth of a condition depends on.

    Args:
        audience: Name of the entity whose records it is about.
        clocks: IANA name of the zone in which it is read.
    """
    return _of(condition, OfRecords(audience), clocks)


def _of(condition: bound.Condition, subject: Subject, clocks: str) -> Reads:
    match condition:
        case bound.All(conditions) | bound.AnyOf(conditions):
            return _any_of(_of(one, subject, clocks) for one in conditions)
        case bound.Not(negated):
            return _of(negated, subject, clocks)
        case (
            bound.IsMissing()
            | bound.Compare()
            | bound.Between()
            | bound.OneOf()
            | bound.TextTest()
            | bound.HasAny()
            | bound.HasAll()
            | bound.IsSet()
            | bound.Within()
            | bound.MoreThan()
            | bound.Anniversary()
            | bound.Near()
        ):
            return of_value(condition, subject, clocks)
        case _:
            if isinstance(subject, OfInteractions):
                raise InvariantError(f"{type(condition).__name__} asks about a record; found an interaction")
            return _of_record(condition, subject, clocks)


def _of_record(
    condition: bound.Related
    | bound.Did
    | bound.Occurrence
    | bound.Sequence
    | bound.Held
    | bound.InSegment
    | bound.InList
    | bound.Crossed
    | bound.Consent
    | bound.Top
    | bound.Sample,
    subject: OfRecords,
    clocks: str,
) -> Reads:
    entity = subject.entity
    match condition:
        case bound.Related():
            return _related(condition, subject, clocks)
        case bound.Did():
            return _measured(condition, subject, clocks) | _of_other_side(condition.test, subject)
        case bound.Occurrence(types=types, where=where, during=during, has=has):
            happened = _interactions(types, where, window_of_interactions(during, clocks), clocks)
            return happened | _of(has, OfInteractions(types), clocks)
        case bound.Sequence():
            return _sequence(condition, clocks)
        case bound.Held():
            return _held(condition, subject, clocks)
        case bound.InSegment(segment):
            return Reads((sources.Crossed(segment),))
        case bound.Crossed(segment=segment, during=during):
            edges = () if during is None else window_of_interactions(during, clocks)
            return Reads((sources.Crossed(segment),), tuple(CrossingPassed(segment, one) for one in edges))
        case bound.InList(in_list):
            return Reads((Joined(in_list),))
        case bound.Consent():
            return Reads((Consented(entity),), (ConsentPassed(entity, Happened()),))
        case bound.Top():
            return _top(condition, subject, clocks)
        case bound.Sample():
            return Reads()
        case _:
            assert_never(condition)


def _related(condition: bound.Related, subject: OfRecords, clocks: str) -> Reads:
    there = OfRecords(condition.target.name)
    found = _of(condition.where, there, clocks) | Reads((Born(there.entity),))
    measure, test = condition.measure, condition.test
    if measure.read is not None:
        found |= reading(measure.read, there, _of_test(test, measure, clocks))
    return _back_along(condition.path, found) | _of_other_side(test, subject)


def _measured(condition: bound.Did, subject: OfRecords, clocks: str) -> Reads:
    """What the measure of a `did` depends on, and the clock's part in its test."""
    measure = condition.measure
    edges: tuple[Edge, ...]
    if measure.periods is not None:
        edges = (Happened(), *_period_ends(measure.periods, clocks))
    else:
        edges = window_of_interactions(condition.during, clocks)
    found = _interactions(condition.types, condition.where, edges, clocks)
    matches = OfInteractions(condition.types)
    compared = _of_test(condition.test, measure, clocks)
    if measure.kind in (MeasureKind.FIRST_TIME, MeasureKind.LATEST_TIME):
        found |= Reads(clock=tuple(Passed(one.number, edge) for one in condition.types for edge in compared))
    if measure.read is not None:
        found |= reading(measure.read, matches, compared)
    if condition.of is not None:
        found = _back_along(condition.of, found | Reads((Born(condition.of[-1].target.name),)))
    return found if measure.periods is None else found | _of_other_side(measure.periods.test, subject)


def _sequence(condition: bound.Sequence, clocks: str) -> Reads:
    found = Reads()
    edges = window_of_interactions(condition.during, clocks)
    for step in condition.steps:
        found |= _interactions(step.pattern.types, step.pattern.where, edges, clocks)
        if step.blocker is not None:
            found |= _interactions(step.blocker.types, step.blocker.where, (Happened(),), clocks)
    every = {type_.number: type_ for step in condition.steps for type_ in step.pattern.types}
    for one in condition.same:
        found |= reading(one, OfInteractions(tuple(every.values())))
    absence = condition.absence
    if absence is not None:
        found |= _interactions(absence.pattern.types, absence.pattern.where, (Happened(),), clocks)
        over = deadline(absence.within, clocks)
        found |= Reads(clock=tuple(Passed(one.number, over) for one in condition.steps[-1].pattern.types))
    return found


def _held(condition: bound.Held, subject: OfRecords, clocks: str) -> Reads:
    """What its condition depends on, all of the past included, and when its duration has passed since."""
    entity, inner = subject.entity, condition.condition
    since = deadline(condition.duration, clocks)
    found = _of(inner, subject, clocks)
    found |= Reads((Observed(entity),), (ObservationPassed(entity, since),))
    for part in _parts(inner):
        match part:
            case bound.InSegment(segment):
                found |= Reads(clock=(CrossingPassed(segment, since),))
            case bound.InList(in_list):
                found |= Reads(clock=(JoiningPassed(in_list, since),))
            case bound.Consent():
                found |= Reads(clock=(ConsentPassed(entity, since),))
            case _:
                pass
    return found


def _top(condition: bound.Top, subject: OfRecords, clocks: str) -> Reads:
    """Everyone, once anything changes that the ranking reads of anyone."""
    found = Reads((Born(subject.entity),))
    found |= (
        reading(condition.of, subject)
        if isinstance(condition.of, bound.Read)
        else _measured(condition.of, subject, clocks)
    )
    if condition.among is not None:
        found |= _of(condition.among, subject, clocks)
    return Reads((Ranked(found.data),), (Ranked(found.clock),) if found.clock else ())


def _interactions(
    types: Iterable[InteractionType], where: bound.Condition | None, edges: Iterable[Edge], clocks: str
) -> Reads:
    """Which members' interactions of some types that meet `where` and lie between edges may be others."""
    types, edges = tuple(types), tuple(edges)
    found = Reads(
        tuple(Written(one.number) for one in types),
        tuple(Passed(one.number, edge) for one in types for edge in edges),
    )
    return found if where is None else found | _of(where, OfInteractions(types), clocks)


def _period_ends(periods: bound.Periods, clocks: str) -> Iterator[Edge]:
    for i in range(1, periods.of_last + 1):
        yield shifted(-Duration(periods.length.n * i, periods.length.unit), clocks)


def _of_test(test: bound.Test, measure: bound.Measure, clocks: str) -> tuple[Edge, ...]:
    """The edges by which the clock changes what a test says of a measure's value, which some match has."""
    if not measure.type.is_time:
        return ()
    windows: Iterable[Window] = () if test.window is None else (test.window,)
    operands = (one for one in (test.right, test.high) if one is not None)
    return (
        *(edge for one in windows for edge in of_window(one, measure.type, clocks)),
        *(edge for one in operands for edge in of_operand(one, measure.type, clocks)),
    )


def _of_other_side(test: bound.Test, subject: OfRecords) -> Reads:
    """What the right side of a test reads of the record that has the measure."""
    return of_operands((test.right, test.high), subject)


def _back_along(path: tuple[bound.Step, ...], reads: Reads) -> Reads:
    """What follows for the records at the beginning of a path of relationships."""
    for step in reversed(path):
        reads = back_over(step.attribute, reads, inverse=step.inverse)
    return reads


def _any_of(parts: Iterable[Reads]) -> Reads:
    found = Reads()
    for one in parts:
        found |= one
    return found


def _parts(condition: object) -> Iterator[object]:
    """A condition and all conditions in it."""
    yield condition
    if isinstance(condition, tuple):
        for one in condition:
            yield from _parts(one)
    elif is_dataclass(condition) and not isinstance(condition, type | Attribute | Entity | InteractionType):
        for field in fields(condition):
            yield from _parts(getattr(condition, field.name))

"""Conditions: the instants of a span at which the clock may change any condition for one record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from satsuma.evaluation.due import interactions
from satsuma.evaluation.due.inverse import Span
from satsuma.evaluation.due.values import (
    anniversary,
    more_than,
    passes_operand,
    passes_window,
    test_of_measure,
)
from satsuma.evaluation.due.windows import passes_instant
from satsuma.evaluation.reference.data import Record
from satsuma.evaluation.reference.paths import at_end, read
from satsuma.evaluation.reference.scope import Scope
from satsuma.kernel.durations import ahead
from satsuma.language import bound


def instants(condition: bound.Condition, record: Record, scope: Scope, span: Span) -> list[int]:
    """All instants in a span at which time alone may change a condition for a record, ascending.

    From each of them to the next, and from the span's beginning to the first, the condition is constant as
    long as nothing else of the state changes.

    Args:
        scope: Of the reference evaluator: the state, all but its `now`, and the definition's zone. Rankings
            need every record of their audience in it.
    """
    return sorted({at for at in _of(condition, record, scope, span) if at in span})


def _of(condition: bound.Condition, record: Record, scope: Scope, span: Span) -> Iterator[int]:
    match condition:
        case bound.All(conditions) | bound.AnyOf(conditions):
            for one in conditions:
                yield from _of(one, record, scope, span)
        case bound.Not(negated):
            yield from _of(negated, record, scope, span)
        case bound.Compare() | bound.Between() | bound.Within() | bound.MoreThan() | bound.Anniversary():
            yield from _of_value(condition, record, scope, span)
        case bound.Did():
            yield from interactions.did(condition, record, scope, span)
        case bound.Occurrence():
            yield from interactions.occurrence(condition, record, scope, span)
        case bound.Sequence():
            yield from interactions.sequence(condition, record, scope, span)
        case bound.Related():
            yield from _related(condition, record, scope, span)
        case bound.Held():
            yield from _held(condition, record, scope, span)
        case bound.Crossed():
            yield from _crossed(condition, record, scope, span)
        case bound.Consent(topic):
            yield from _entries(record, scope, topic)
        case bound.Top():
            yield from _top(condition, record, scope, span)
        case (
            bound.IsMissing()
            | bound.OneOf()
            | bound.TextTest()
            | bound.HasAny()
            | bound.HasAll()
            | bound.IsSet()
            | bound.Near()
            | bound.InSegment()
            | bound.InList()
            | bound.Sample()
        ):
            return
        case _:
            assert_never(condition)


def _of_value(
    condition: bound.Compare | bound.Between | bound.Within | bound.MoreThan | bound.Anniversary,
    record: Record,
    scope: Scope,
    span: Span,
) -> Iterator[int]:
    value = read(condition.read, record, scope)
    if value is None:
        return
    type, zone = condition.read.type, scope.zone
    match condition:
        case bound.Compare():
            yield from passes_operand(value, type, condition.right, zone, span)
        case bound.Between():
            yield from passes_operand(value, type, condition.low, zone, span)
            yield from passes_operand(value, type, condition.high, zone, span)
        case bound.Within():
            yield from passes_window(value, type, condition.window, zone, span)
        case bound.MoreThan():
            yield from more_than(value, type, condition, zone, span)
        case bound.Anniversary():
            yield from anniversary(value, condition, zone, span)
        case _:
            assert_never(condition)


def _related(condition: bound.Related, record: Record, scope: Scope, span: Span) -> Iterator[int]:
    reached = at_end(condition.path, record, scope)
    for one in reached:
        yield from _of(condition.where, one, scope, span)
    measure = condition.measure
    if measure.read is not None:
        what = measure.read
        values = (value for one in reached if (value := read(what, one, scope)) is not None)
        yield from test_of_measure(condition.test, measure.type, values, scope.zone, span)


def _held(condition: bound.Held, record: Record, scope: Scope, span: Span) -> Iterator[int]:
    """What may change the condition itself; and a duration after each instant since when it may be true."""
    yield from _of(condition.condition, record, scope, span)
    for since in {record.exists_since, *_changes_of(record, scope)}:
        yield ahead(since, condition.duration, scope.zone)


def _changes_of(record: Record, scope: Scope) -> Iterator[int]:
    """Every instant at which something changed that `held` can read of a record, coming ones too."""
    yield from (observation.at for observation in record.observations)
    database = scope.database
    for membership in (*database.segments.values(), *database.lists.values()):
        if membership.audience == record.entity:
            yield from (change.at for change in membership.changes if change.member == record.key)
    yield from _entries(record, scope)


def _entries(record: Record, scope: Scope, topic: str | None = None) -> Iterator[int]:
    """When entries of the consent ledger begin to count."""
    for entry in scope.database.consent:
        if (entry.audience, entry.member) == (record.entity, record.key) and topic in (None, entry.topic):
            yield entry.at


def _crossed(condition: bound.Crossed, record: Record, scope: Scope, span: Span) -> Iterator[int]:
    membership = scope.database.segments.get(condition.segment)
    for change in () if membership is None else membership.changes:
        if change.member == record.key:
            yield change.at
            yield from passes_instant(condition.during, change.at, scope.zone, span)


def _top(condition: bound.Top, record: Record, scope: Scope, span: Span) -> Iterator[int]:
    """When anyone's measure, or whether anyone is ranked, may change."""
    for candidate in scope.database.records.get(record.entity, {}).values():
        if isinstance(condition.of, bound.Did):
            yield from interactions.did(condition.of, candidate, scope, span)
        if condition.among is not None:
            yield from _of(condition.among, candidate, scope, span)

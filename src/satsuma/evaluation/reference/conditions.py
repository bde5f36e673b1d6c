"""Conditions: the truth of any condition for one subject: a total function, never anything third.

Read it beside docs/language/meaning.md, whose order it follows.
"""

from __future__ import annotations

from typing import assert_never

from satsuma.catalog.model import ValueType
from satsuma.evaluation.reference.data import Interaction, Record
from satsuma.evaluation.reference.held import held
from satsuma.evaluation.reference.interactions import did, occurrence
from satsuma.evaluation.reference.measures import over_records, passes
from satsuma.evaluation.reference.memberships import consent, crossed, in_list, in_segment
from satsuma.evaluation.reference.paths import at_end, operand, read
from satsuma.evaluation.reference.rankings import sample, top
from satsuma.evaluation.reference.scope import Scope, Subject
from satsuma.evaluation.reference.sequences import sequence
from satsuma.evaluation.reference.values import (
    anniversary,
    compares,
    is_near,
    more_than,
    text,
    text_test,
    within,
)
from satsuma.kernel.errors import InvariantError
from satsuma.language import bound


def truth(condition: bound.Condition, subject: Subject, scope: Scope) -> bool:
    """Whether a condition holds for a record, or for an interaction inside `where` and `has`."""
    match condition:
        case bound.All(conditions):
            return all(truth(one, subject, scope) for one in conditions)
        case bound.AnyOf(conditions):
            return any(truth(one, subject, scope) for one in conditions)
        case bound.Not(negated):
            return not truth(negated, subject, scope)
        case bound.IsMissing(what):
            return read(what, subject, scope) is None
        case (
            bound.Compare()
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
            return _of_value(condition, subject, scope)
        case _:
            return _of_record(condition, _record(condition, subject), scope)


_OfValue = (
    bound.Compare
    | bound.Between
    | bound.OneOf
    | bound.TextTest
    | bound.HasAny
    | bound.HasAll
    | bound.IsSet
    | bound.Within
    | bound.MoreThan
    | bound.Anniversary
    | bound.Near
)
"""Conditions on one value of the subject."""

_OfRecord = (
    bound.Related
    | bound.Did
    | bound.Occurrence
    | bound.Sequence
    | bound.Held
    | bound.InSegment
    | bound.InList
    | bound.Crossed
    | bound.Consent
    | bound.Top
    | bound.Sample
)
"""Conditions that only records can meet, not interactions."""


def _of_value(condition: _OfValue, subject: Subject, scope: Scope) -> bool:
    """A condition on one value: false when the value is missing."""
    value = read(condition.read, subject, scope)
    if value is None:
        return False
    value_type, zone, now = condition.read.type, scope.zone, scope.now
    match condition:
        case bound.Compare(_, op, right, exact):
            return _compares(condition.read, op, right, subject, scope, exact_text=exact)
        case bound.Between(what, low, high):
            above = _compares(what, bound.Cmp.GE, low, subject, scope)
            return above and _compares(what, bound.Cmp.LE, high, subject, scope)
        case bound.OneOf(what, values, exact):
            return any(_compares(what, bound.Cmp.EQ, one, subject, scope, exact_text=exact) for one in values)
        case bound.TextTest(_, op, right, exact):
            other, _ = operand(right, subject, scope)
            return other is not None and text_test(op, text(value), text(other), exact_text=exact)
        case bound.HasAny(_, wanted):
            return not wanted.isdisjoint(_choices(value))
        case bound.HasAll(_, wanted):
            return wanted <= _choices(value)
        case bound.IsSet(_, wanted):
            return wanted == _choices(value)
        case bound.Within(_, window):
            return within(value, value_type, window, now, zone)
        case bound.MoreThan():
            return more_than(value, value_type, condition, now, zone)
        case bound.Anniversary():
            return anniversary(value, condition, now, zone)
        case bound.Near():
            return is_near(value, condition)
        case _:
            assert_never(condition)


def _of_record(condition: _OfRecord, record: Record, scope: Scope) -> bool:
    """A condition on other records, interactions, memberships or the whole audience."""
    match condition:
        case bound.Related():
            return _related(condition, record, scope)
        case bound.Did():
            return did(condition, record, scope)
        case bound.Occurrence():
            return occurrence(condition, record, scope)
        case bound.Sequence():
            return sequence(condition, record, scope)
        case bound.Held():
            return held(condition, record, scope)
        case bound.InSegment():
            return in_segment(condition, record, scope)
        case bound.InList():
            return in_list(condition, record, scope)
        case bound.Crossed():
            return crossed(condition, record, scope)
        case bound.Consent():
            return consent(condition, record, scope)
        case bound.Top():
            return top(condition, record, scope)
        case bound.Sample():
            return sample(condition, record)
        case _:
            assert_never(condition)


def _related(condition: bound.Related, record: Record, scope: Scope) -> bool:
    """The measure over the distinct records at the end of the path for which `where` holds compares."""
    reached = at_end(condition.path, record, scope)
    found = [one for one in reached if truth(condition.where, one, scope)]
    value = over_records(condition.measure, found, scope)
    return passes(condition.test, condition.measure, value, record, scope)


def _compares(
    what: bound.Read,
    op: bound.Cmp,
    right: bound.Operand,
    subject: Subject,
    scope: Scope,
    *,
    exact_text: bool = False,
) -> bool:
    """`read op right`; false when either side is missing. Empty text is missing."""
    value = read(what, subject, scope)
    other, other_type = operand(right, subject, scope)
    if value is None or other is None or (other_type is ValueType.TEXT and other == ""):
        return False
    return compares((value, what.type), op, (other, other_type), scope.zone, exact_text=exact_text)


def _choices(value: object) -> frozenset[str]:
    if not isinstance(value, frozenset):
        raise InvariantError(f"{value!r} is no set of choices")
    return value


def _record(condition: _OfRecord, subject: Subject) -> Record:
    if isinstance(subject, Interaction):
        raise InvariantError(f"{type(condition).__name__} asks about a record; found an interaction")
    return subject

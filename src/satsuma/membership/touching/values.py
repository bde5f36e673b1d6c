"""Values: what reads of attributes depend on, and the edges by which the clock changes conditions on values.

A read crosses references and then reads a leaf. Where its subject is an interaction, which never changes,
only what lies behind its references can.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias, assert_never

from satsuma.catalog.model import Attribute, InteractionType, ValueType
from satsuma.kernel.windows import Window
from satsuma.language import bound
from satsuma.language.bound import Builtin
from satsuma.membership.touching.edges import (
    DayOfShifted,
    Days,
    Edge,
    FromToday,
    StartOfDays,
    shifted,
    window_of_dates,
    window_of_instants,
)
from satsuma.membership.touching.sources import (
    Back,
    Born,
    Given,
    Passed,
    Reads,
    Referring,
    RowValuePassed,
    Sources,
    Turned,
    ValuePassed,
)

OfValue: TypeAlias = (
    bound.IsMissing
    | bound.Compare
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


@dataclass(frozen=True, slots=True)
class OfRecords:
    """The subject is a record of this entity."""

    entity: str


@dataclass(frozen=True, slots=True)
class OfInteractions:
    """The subject is an interaction of one of these types; what it touches is its member."""

    types: tuple[InteractionType, ...]


Subject: TypeAlias = OfRecords | OfInteractions


def of_value(condition: OfValue, subject: Subject, clocks: str) -> Reads:
    """What a condition on one value depends on."""
    edges: tuple[Edge, ...] = ()
    others: tuple[bound.Operand, ...] = ()
    time = condition.read.type
    match condition:
        case bound.Compare(right=right):
            edges, others = of_operand(right, time, clocks), (right,)
        case bound.Between(low=low, high=high):
            edges = of_operand(low, time, clocks) + of_operand(high, time, clocks)
            others = (low, high)
        case bound.TextTest(right=right):
            others = (right,)
        case bound.Within(window=window):
            edges = of_window(window, time, clocks)
        case bound.MoreThan(direction=direction, duration=duration):
            shift = -duration if direction == "ago" else duration
            is_date = time is ValueType.DATE
            edges = (Days(FromToday(shift, 1), clocks) if is_date else shifted(shift, clocks),)
        case bound.Anniversary(days=days):
            # Without days, the year matters for those born on 29 February.
            return reading(condition.read, subject) | Reads(clock=(Turned(clocks, year=days is None),))
        case (
            bound.IsMissing() | bound.OneOf() | bound.HasAny() | bound.HasAll() | bound.IsSet() | bound.Near()
        ):
            pass
        case _:
            assert_never(condition)
    return reading(condition.read, subject, edges) | of_operands(others, subject)


def of_operands(operands: Iterable[bound.Operand | None], subject: Subject) -> Reads:
    """What right sides read."""
    found = Reads()
    for one in operands:
        if isinstance(one, bound.Shifted):
            found |= reading(one.read, _member(subject) if one.of_member else subject)
    return found


def reading(what: bound.Read, subject: Subject, edges: Iterable[Edge] = ()) -> Reads:
    """What a read depends on, and where edges pass its value.

    Args:
        edges: Over instants, or days for a date, by the type of the read.
    """
    found = Reads()
    for name, path in what.by_type:
        match subject:
            case OfRecords(entity):
                found |= _along(path, entity, lambda path, entity: _at_leaf(path, entity, edges))
            case OfInteractions(types):
                for type_ in types:
                    if type_.name == name:
                        found |= _of_type(path, type_, edges)
            case _:
                assert_never(subject)
    return found


def of_operand(right: bound.Operand, time: ValueType, clocks: str) -> tuple[Edge, ...]:
    """The edges by which the clock changes a comparison of a value of this type with a right side."""
    is_date = time is ValueType.DATE
    match right:
        case bound.Constant() | bound.Shifted():
            return ()
        case bound.Now(plus) if is_date:
            return tuple(DayOfShifted(plus, clocks, more) for more in (0, 1))
        case bound.Now(plus):
            return tuple(shifted(plus, clocks, closed=closed) for closed in (False, True))
        case bound.Today(plus):
            kind: Callable[[FromToday, str], Edge] = Days if is_date else StartOfDays
            return tuple(kind(FromToday(plus, more), clocks) for more in (0, 1))
        case _:
            assert_never(right)


def of_window(window: Window, time: ValueType, clocks: str) -> tuple[Edge, ...]:
    """The edges of a window over values of this type."""
    return window_of_dates(window, clocks) if time is ValueType.DATE else window_of_instants(window, clocks)


def back_over(attribute: Attribute, reads: Reads, *, inverse: bool = False) -> Reads:
    """What follows for the records on the near side of a relationship; its own changes included."""
    owner, target = attribute.owner, attribute.to or ""

    def back(sources: Sources) -> Back:
        return Back(attribute.number, owner, target, inverse, sources)

    changed = Given(owner, attribute.number)
    data: Sources = (back((changed, *reads.data)), Born(target)) if inverse else (back(reads.data), changed)
    return Reads(data, (back(reads.clock),) if reads.clock else ())


def _along(path: bound.Path, entity: str, leaf: Callable[[bound.Path, str], Reads]) -> Reads:
    hops = path.hops
    found = leaf(path, hops[-1].to or "" if hops else entity)
    for hop in reversed(hops):
        found = back_over(hop, found)
    return found


def _at_leaf(path: bound.Path, entity: str, edges: Iterable[Edge]) -> Reads:
    if not isinstance(path.leaf, Attribute):
        # Keys do not change; there may be no such record, or it may be made.
        return Reads((Born(entity),))
    number = path.leaf.number
    return Reads((Given(entity, number),), tuple(ValuePassed(entity, number, edge) for edge in edges))


def _of_type(path: bound.Path, type_: InteractionType, edges: Iterable[Edge]) -> Reads:
    if path.hops:
        hop, *rest = path.hops
        target = hop.to or ""
        beyond = _along(
            bound.Path(tuple(rest), path.leaf), target, lambda path, entity: _at_leaf(path, entity, edges)
        )
        return through(hop, type_, beyond)
    if path.leaf is Builtin.OCCURRED_AT:
        return Reads(clock=tuple(Passed(type_.number, edge) for edge in edges))
    if isinstance(path.leaf, Attribute):
        number = path.leaf.number
        return Reads(clock=tuple(RowValuePassed(type_.number, number, edge) for edge in edges))
    return Reads()


def through(reference: Attribute, type_: InteractionType, beyond: Reads) -> Reads:
    """What follows for the members of interactions that refer to records."""
    parts = (
        (Referring(type_.number, reference.number, reference.to or "", sources),) if sources else ()
        for sources in (beyond.data, beyond.clock)
    )
    return Reads(*parts)


def _member(subject: Subject) -> Subject:
    """The record whose interaction the subject is."""
    if isinstance(subject, OfInteractions) and subject.types:
        return OfRecords(subject.types[0].audience)
    return subject

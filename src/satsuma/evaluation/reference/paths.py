"""Paths: reads of attributes through to-one references, operands, and the records at the end of a path."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import assert_never

from satsuma.catalog.model import Attribute, ValueType
from satsuma.evaluation.reference.data import Interaction, Record, Value
from satsuma.evaluation.reference.scope import Scope, Subject
from satsuma.evaluation.reference.values import Datum, as_double, exact
from satsuma.kernel.civil import US_PER_HOUR
from satsuma.kernel.durations import Duration, shift_date, shift_instant
from satsuma.kernel.errors import InvariantError
from satsuma.language import bound

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HOURS_PER_DAY = 24


def read(what: bound.Read, subject: Subject, scope: Scope) -> Value | None:
    """The value of a path of the subject, or None where it is missing.

    An attribute that an interaction's type lacks is missing there. Where types disagree on a numeric type the
    value is taken as the common one.
    """
    type_name = subject.type if isinstance(subject, Interaction) else None
    for name, path in what.by_type:
        if name == type_name:
            return _as_common(_follow(path, subject, scope), what.type)
    return None


def operand(right: bound.Operand, subject: Subject, scope: Scope) -> tuple[Datum | None, ValueType]:
    """The value of a right side, or None where it is missing, and its type."""
    match right:
        case bound.Constant():
            return right.value, right.type
        case bound.Shifted(what, of_member, plus):
            start = _member(subject, scope) if of_member else subject
            value = None if start is None else read(what, start, scope)
            return _plus(value, plus, what.type, scope), what.type
        case bound.Now(plus):
            at = scope.now if plus is None else shift_instant(scope.now, plus, scope.zone)
            return at, ValueType.TIMESTAMP
        case bound.Today(plus):
            today = scope.zone.today(scope.now)
            return (today if plus is None else shift_date(today, plus)), ValueType.DATE
        case _:
            assert_never(right)


def is_exact(what: bound.Read) -> bool:
    """Whether a read is of ids, which compare exactly although they are text."""
    return any(path.leaf is bound.Builtin.ID for _, path in what.by_type)


def at_end(path: tuple[bound.Step, ...], record: Record, scope: Scope) -> list[Record]:
    """The distinct records at the end of a path, the starting record too if the path comes back to it."""
    reached = {record.key: record}
    for step in path:
        reached = {found.key: found for one in reached.values() for found in _across(step, one, scope)}
    return list(reached.values())


def _follow(path: bound.Path, subject: Subject, scope: Scope) -> Value | None:
    """Crosses the references of a path and reads its leaf; behind one that leads nowhere all is missing."""
    at: Subject = subject
    for hop in path.hops:
        reached = _referred(hop, at, scope)
        if reached is None:
            return None
        at = reached
    if isinstance(path.leaf, Attribute):
        return at.attributes.get(path.leaf.name)
    return _builtin(path.leaf, at, scope)


def _builtin(which: bound.Builtin, at: Subject, scope: Scope) -> Value:
    """What every record or interaction has of itself. `hour` and `weekday` are what local clocks show."""
    if isinstance(at, Record):
        if which is not bound.Builtin.KEY:
            raise InvariantError(f"a record of {at.entity!r} has no {which.value!r}")
        return at.key
    match which:
        case bound.Builtin.ID:
            return at.id
        case bound.Builtin.OCCURRED_AT:
            return at.occurred_at
        case bound.Builtin.HOUR:
            return scope.zone.local_us(at.occurred_at) // US_PER_HOUR % _HOURS_PER_DAY
        case bound.Builtin.WEEKDAY:
            return _WEEKDAYS[scope.zone.local_date(at.occurred_at).weekday()]
        case bound.Builtin.KEY:
            raise InvariantError("an interaction has an id, not a key")
        case _:
            assert_never(which)


def _referred(reference: Attribute, at: Subject, scope: Scope) -> Record | None:
    """The record that a reference of the subject leads to, if both are there."""
    key = at.attributes.get(reference.name)
    if key is None or reference.to is None:
        return None
    return scope.database.record(reference.to, str(key))


def _across(step: bound.Step, record: Record, scope: Scope) -> list[Record]:
    """Over one relationship: to the one record referred to, or back to all that refer to this one."""
    if step.inverse:
        return _referring(step.attribute, scope).get(record.key, [])
    reached = _referred(step.attribute, record, scope)
    return [] if reached is None else [reached]


def _referring(reference: Attribute, scope: Scope) -> dict[str, list[Record]]:
    """By the key they refer to, the records whose reference attribute this is."""
    known = scope.remembered.get(reference.number)
    if isinstance(known, dict):
        return known
    found: dict[str, list[Record]] = {}
    for record in scope.database.records.get(reference.owner, {}).values():
        key = record.attributes.get(reference.name)
        if key is not None:
            found.setdefault(str(key), []).append(record)
    scope.remembered[reference.number] = found
    return found


def _member(subject: Subject, scope: Scope) -> Record | None:
    """The audience record whose interaction the subject is."""
    if isinstance(subject, Record):
        raise InvariantError('`{"member": path}` stands for the member of an interaction; found a record')
    return scope.database.record(subject.audience, subject.member)


def _as_common(value: Value | None, type: ValueType) -> Value | None:
    """A numeric value as the common type of its read; others as they are."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | float):
        return value
    match type:
        case ValueType.NUMBER:
            return as_double(value)
        case ValueType.DECIMAL if isinstance(value, int):
            return Decimal(value)
        case _:
            return value


def _plus(
    value: Value | None, plus: int | Decimal | Duration | None, type: ValueType, scope: Scope
) -> Datum | None:
    """A value and what is added to it; of a missing value, missing. Exact for integers and decimals."""
    if value is None or plus is None:
        return value
    match value, plus:
        case dt.date(), Duration():
            return shift_date(value, plus)
        case int(), Duration() if type is ValueType.TIMESTAMP:
            return shift_instant(value, plus, scope.zone)
        case float(), int() | Decimal():
            return value + as_double(plus)
        case int() | Decimal(), int() | Decimal():
            return exact(value) + exact(plus)
        case _:
            raise InvariantError(f"{plus!r} cannot be added to a {type} such as {value!r}")

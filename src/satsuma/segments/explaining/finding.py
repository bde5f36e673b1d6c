"""Finding: the evidence for a condition that is no `all`, `any` or `not`, from the state it is judged in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import assert_never

from satsuma.catalog.model import Attribute
from satsuma.evaluation.reference.data import Change, Interaction, Record
from satsuma.evaluation.reference.held import true_since
from satsuma.evaluation.reference.interactions import happened, matching, measured
from satsuma.evaluation.reference.measures import over_records
from satsuma.evaluation.reference.paths import at_end, operand, read
from satsuma.evaluation.reference.scope import Scope
from satsuma.evaluation.reference.values import Datum
from satsuma.kernel.durations import ahead
from satsuma.language import bound
from satsuma.segments.explaining.evidence import (
    Bucket,
    Chosen,
    Crossing,
    Crossings,
    EntryFound,
    Evidence,
    Happened,
    HeldSince,
    Matches,
    MembershipFound,
    Plain,
    RecordsFound,
    StepsMet,
    ValueFound,
    plain,
)
from satsuma.segments.explaining.places import nodes_of
from satsuma.segments.explaining.steps import steps_met

SHOWN_MAX = 10
"""How many interactions, records or crossings are named."""

_BUCKETS = 1_000_000
_DIGITS = 15


def find(condition: bound.Condition, record: Record, scope: Scope) -> Evidence | None:
    """What makes a condition true or false for a record; None for rankings, and where nothing is read."""
    match condition:
        case bound.Not(positive):
            return find(positive, record, scope)
        case bound.All() | bound.AnyOf() | bound.Top():
            return None
        case bound.Related():
            return _records(condition, record, scope)
        case bound.Did():
            return _matches(condition, record, scope)
        case bound.Occurrence():
            return _chosen(condition, record, scope)
        case bound.Sequence():
            return _steps(condition, record, scope)
        case bound.Held(inner, _, duration):
            since = true_since(inner, record, scope)
            return HeldSince(since, None if since is None else ahead(since, duration, scope.zone))
        case bound.InSegment(number, name):
            membership = scope.database.segments[number]
            return _membership("segment", name, membership.members, membership.changes, record)
        case bound.InList(number, name):
            membership = scope.database.lists[number]
            return _membership("list", name, membership.members, membership.changes, record)
        case bound.Crossed():
            return _crossings(condition, record, scope)
        case bound.Consent():
            return _entry(condition, record, scope)
        case bound.Sample(low, high, salt):
            digest = hashlib.md5(f"{salt}\x1f{record.key}".encode(), usedforsecurity=False).hexdigest()
            return Bucket(int(digest[:_DIGITS], 16) % _BUCKETS, low, high)
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
            return _value(condition.read, _right_sides(condition), record, scope)
        case _:
            assert_never(condition)


def ranked_value(condition: bound.Top, record: Record, scope: Scope) -> Plain:
    """The value that a record is ranked by."""
    if isinstance(condition.of, bound.Read):
        return plain(read(condition.of, record, scope), condition.of.type)
    return plain(measured(condition.of, record, scope), condition.of.measure.type)


def _right_sides(condition: bound.Condition) -> tuple[bound.Operand, ...]:
    match condition:
        case bound.Compare(right=right) | bound.TextTest(right=right):
            return (right,)
        case bound.Between(_, low, high):
            return (low, high)
        case _:
            return ()


def _value(what: bound.Read, right: tuple[bound.Operand, ...], record: Record, scope: Scope) -> ValueFound:
    moving = [one for one in right if not isinstance(one, bound.Constant)]
    against = tuple(plain(*operand(one, record, scope)) for one in moving)
    value = plain(read(what, record, scope), what.type)
    [(_, path)] = what.by_type
    owner: Record | None = record
    for hop in path.hops:
        key = None if owner is None else owner.attributes.get(hop.name)
        owner = None if key is None else scope.database.record(str(hop.to), str(key))
    if owner is None:
        return ValueFound(what.name, value, None, None, None, against)
    since = _so_since(path.leaf, owner) if isinstance(path.leaf, Attribute) else owner.exists_since
    return ValueFound(what.name, value, owner.entity, owner.key, since, against)


def _so_since(attribute: Attribute, record: Record) -> int | None:
    """From when on the attribute has had the value that it has, or has been missing since it was cleared."""
    since, held = None, None
    for observation in sorted(record.observations, key=lambda one: (one.at, one.seq)):
        if attribute.name in observation.values:
            value = observation.values[attribute.name]
            if since is None or value != held:
                since, held = observation.at, value
    return since


def _matches(condition: bound.Did, record: Record, scope: Scope) -> Matches:
    members = [record] if condition.of is None else at_end(condition.of, record, scope)
    found = matching(members, condition.types, condition.where, condition.during, scope)
    value = measured(condition, record, scope)
    reads = (condition.where, condition.measure)
    return Matches(
        condition.measure.kind.value,
        plain(value, condition.measure.type),
        len(found),
        tuple(_happened(one, reads, scope) for one in found[: -SHOWN_MAX - 1 : -1]),
    )


def _chosen(condition: bound.Occurrence, record: Record, scope: Scope) -> Chosen:
    found = matching([record], condition.types, condition.where, condition.during, scope)
    which = "latest" if condition.latest else "first"
    if not found:
        return Chosen(which, 0, None)
    one = found[-1] if condition.latest else found[0]
    return Chosen(which, len(found), _happened(one, (condition.where, condition.has), scope))


def _steps(condition: bound.Sequence, record: Record, scope: Scope) -> StepsMet:
    met = steps_met(condition, record, scope)
    due = None
    if condition.absence is not None and len(met) == len(condition.steps):
        due = ahead(met[-1].occurred_at, condition.absence.within, scope.zone)
    shown = tuple(_happened(one, (condition,), scope) for one in met)
    return StepsMet(len(condition.steps), shown, due)


def _happened(one: Interaction, nodes: Iterable[object], scope: Scope) -> Happened:
    """An interaction, with what the nodes read of it; what its type lacks is left out."""
    values: dict[str, Plain] = {}
    for node in nodes:
        for what in nodes_of(bound.Read, node):
            path = dict(what.by_type).get(one.type)
            if path is not None and path.leaf not in (bound.Builtin.ID, bound.Builtin.OCCURRED_AT):
                values[what.name] = plain(read(what, one, scope), what.type)
    return Happened(one.type, one.id, one.occurred_at, one.member, values)


def _records(condition: bound.Related, record: Record, scope: Scope) -> RecordsFound:
    reached = at_end(condition.path, record, scope)
    found = [one for one in reached if scope.truth(condition.where, one, scope)]
    value: Datum | None = over_records(condition.measure, found, scope)
    keys = sorted(one.key for one in found)
    return RecordsFound(
        condition.target.name,
        condition.measure.kind.value,
        plain(value, condition.measure.type),
        len(reached),
        len(found),
        tuple(keys[:SHOWN_MAX]),
    )


def _membership(
    of: str, name: str, members: frozenset[str], changes: tuple[Change, ...], record: Record
) -> MembershipFound:
    own = [change for change in changes if change.member == record.key]
    since = max((change.at for change in own), default=None)
    return MembershipFound(of, name, record.key in members, since)


def _crossings(condition: bound.Crossed, record: Record, scope: Scope) -> Crossings:
    window = happened(condition.during, scope)
    sign = 1 if condition.entered else -1
    balance: dict[tuple[int, int], int] = {}
    for change in scope.database.segments[condition.segment].changes:
        if change.member == record.key and change.at in window:
            place = (change.at, change.version)
            balance[place] = balance.get(place, 0) + change.sign
    found = sorted((place for place, net in balance.items() if net * sign > 0), reverse=True)
    crossings = tuple(Crossing(at, version) for at, version in found[:SHOWN_MAX])
    return Crossings(condition.name, len(found), crossings)


def _entry(condition: bound.Consent, record: Record, scope: Scope) -> EntryFound:
    entries = [
        entry
        for entry in scope.database.consent
        if (entry.audience, entry.member, entry.topic) == (record.entity, record.key, condition.topic)
        and entry.at <= scope.now
    ]
    if not entries:
        return EntryFound(condition.topic, "unknown", None)
    latest = max(entries, key=lambda entry: (entry.at, entry.state == "denied", entry.seq))
    return EntryFound(condition.topic, latest.state, latest.at)

"""Held: since when a condition has been true without a break, from the record's whole history."""

from __future__ import annotations

from dataclasses import replace

from satsuma.evaluation.reference.data import Database, Membership, Record
from satsuma.evaluation.reference.scope import Scope
from satsuma.kernel.durations import ahead
from satsuma.language import bound


def held(condition: bound.Held, record: Record, scope: Scope) -> bool:
    """The condition is true now, and became true at least (or less than) the duration ago."""
    since = true_since(condition.condition, record, scope)
    if since is None:
        return False
    due = ahead(since, condition.duration, scope.zone)
    return (scope.now >= due) is condition.at_least


def true_since(condition: bound.Condition, record: Record, scope: Scope) -> int | None:
    """The instant from which a condition has been true without a break, or None if it is not true now.

    Its truth can change only at the instants at which something about the record changed, so it is judged at
    each of them, latest first. Nothing is true before the record existed.
    """
    if not scope.truth(condition, record, scope):
        return None
    since = scope.now
    for at in sorted(_instants_of_change(record, scope), reverse=True):
        past = replace(scope, database=_as_of(at, scope.database), remembered={})
        if not scope.truth(condition, replace(record, attributes=record.as_of(at)), past):
            break
        since = at
    return since


def _instants_of_change(record: Record, scope: Scope) -> set[int]:
    """When the record came into being, and each later instant by now at which what is read here changed."""
    database = scope.database
    instants = {observation.at for observation in record.observations}
    for membership in (*database.segments.values(), *database.lists.values()):
        if membership.audience == record.entity:
            instants |= {change.at for change in membership.changes if change.member == record.key}
    for entry in database.consent:
        if (entry.audience, entry.member) == (record.entity, record.key):
            instants.add(entry.at)
    return {record.exists_since} | {at for at in instants if record.exists_since < at <= scope.now}


def _as_of(at: int, database: Database) -> Database:
    """The state as it was at an instant, as far as memberships, lists and consent go."""
    return replace(
        database,
        now=at,
        segments={number: _past(segment, at) for number, segment in database.segments.items()},
        lists={number: _past(one, at) for number, one in database.lists.items()},
    )


def _past(membership: Membership, at: int) -> Membership:
    return replace(membership, members=membership.as_of(at))

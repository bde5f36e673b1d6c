"""Memberships: segments, lists, entering and leaving, and consent."""

from __future__ import annotations

from satsuma.evaluation.reference.data import Membership, Record
from satsuma.evaluation.reference.interactions import happened
from satsuma.evaluation.reference.scope import Scope
from satsuma.kernel.errors import InvariantError
from satsuma.language import bound


def in_segment(condition: bound.InSegment, record: Record, scope: Scope) -> bool:
    """Member of that live segment, overrides included."""
    return record.key in _segment(condition.segment, condition.name, record, scope).members


def in_list(condition: bound.InList, record: Record, scope: Scope) -> bool:
    """On that list."""
    found = scope.database.lists.get(condition.list)
    if found is None or found.audience != record.entity:
        raise InvariantError(
            f"this state has no list {condition.name!r} ({condition.list}) of {record.entity!r}"
        )
    return record.key in found.members


def crossed(condition: bound.Crossed, record: Record, scope: Scope) -> bool:
    """It entered (left) that segment, on balance, in a version whose instant lies in the window."""
    window = happened(condition.during, scope)
    balance: dict[int, int] = {}
    for change in _segment(condition.segment, condition.name, record, scope).changes:
        if change.member == record.key and change.at in window:
            balance[change.version] = balance.get(change.version, 0) + change.sign
    return any(sign > 0 if condition.entered else sign < 0 for sign in balance.values())


def consent(condition: bound.Consent, record: Record, scope: Scope) -> bool:
    """The latest ledger entry of the topic says so; with no entry by now it is unknown.

    Of entries at one instant a denial counts, then the later entry.
    """
    entries = [
        entry
        for entry in scope.database.consent
        if (entry.audience, entry.member, entry.topic) == (record.entity, record.key, condition.topic)
        and entry.at <= scope.now
    ]
    if not entries:
        return condition.state == "unknown"
    latest = max(entries, key=lambda entry: (entry.at, entry.state == "denied", entry.seq))
    return latest.state == condition.state


def _segment(id: int, name: str, record: Record, scope: Scope) -> Membership:
    found = scope.database.segments.get(id)
    if found is None or found.audience != record.entity:
        raise InvariantError(f"this state has no live segment {name!r} ({id}) of {record.entity!r}")
    return found

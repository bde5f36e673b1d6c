"""Memberships: segments, lists, entering and leaving, and consent, from the record's tables of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from satsuma.evaluation.kernels.scope import Bools, Records, Scope
from satsuma.language import bound
from satsuma.record.arrow import ints_of
from satsuma.record.sql import INSTANT, fetch


def in_segment(condition: bound.InSegment, frame: Records, scope: Scope) -> Bools:
    """Member of that live segment, overrides included."""
    statement = "SELECT member FROM segment_members WHERE segment = ?"
    return _members(statement, [condition.segment], frame, scope)


def in_list(condition: bound.InList, frame: Records, scope: Scope) -> Bools:
    """On that list."""
    return _members("SELECT member FROM list_members WHERE list = ?", [condition.list], frame, scope)


def crossed(condition: bound.Crossed, frame: Records, scope: Scope) -> Bools:
    """It entered (left) that segment, on balance, in a version whose instant lies in the window."""
    low, high = scope.happened(condition.during)
    op = ">" if condition.entered else "<"
    # Compared as microseconds: the bounds may lie beyond what DuckDB's timestamps hold.
    statement = (
        "SELECT member FROM membership_changes WHERE segment = ?"
        ' AND epoch_us("at") >= ?::BIGINT AND epoch_us("at") < ?::BIGINT'
        f" GROUP BY member, version HAVING sum(sign) {op} 0"
    )
    return _members(statement, [condition.segment, low, high], frame, scope)


def consent(condition: bound.Consent, frame: Records, scope: Scope) -> Bools:
    """The latest ledger entry of the topic by now says so; of entries at one instant a denial counts."""
    known = (
        "SELECT member FROM consent_ledger"
        f' WHERE audience = ? AND topic = ? AND "at" <= {INSTANT} GROUP BY member'
    )
    values = [frame.table.entity.number, condition.topic, scope.now]
    if condition.state == "unknown":
        return ~_members(known, values, frame, scope)
    latest = f"{known} HAVING arg_max(state, ROW(\"at\", state = 'denied', seq)) = ?"
    return _members(latest, [*values, condition.state], frame, scope)


def _members(statement: str, values: Sequence[object], frame: Records, scope: Scope) -> Bools:
    found = np.zeros(len(frame), dtype=np.bool_)
    numbers = ints_of(fetch(scope.cursor, f"SELECT DISTINCT member FROM ({statement})", values), "member")
    # Rows of a record that is gone may outlive it.
    found[numbers[numbers < len(frame)]] = True
    return found

"""Held: since when a condition has been true without a break, from the record's whole history.

The truth can change only at the instants at which something about the record changed. The states between them
are gathered for all records at once, and the condition is judged on them as on records. What it says now is
known, so of the past only the states before now are asked.
"""

from __future__ import annotations

import numpy as np

from satsuma.evaluation.kernels.past import states_of
from satsuma.evaluation.kernels.scope import Bools, Ints, Records, Scope
from satsuma.kernel.durations import shift_instants
from satsuma.language import bound


def held(condition: bound.Held, frame: Records, scope: Scope, among: Bools) -> Bools:
    """The condition is true now, and became true at least (or less than) the duration ago."""
    holds = frame.alive() & among & scope.truth(condition.condition, frame, scope, among)
    asked = frame.where(holds)
    since = _true_since(condition.condition, asked, scope)
    is_due = shift_instants(since, condition.duration, scope.zone) <= scope.now
    found = np.zeros(len(frame), dtype=np.bool_)
    found[np.flatnonzero(holds)] = is_due if condition.at_least else ~is_due
    return found


def _true_since(condition: bound.Condition, frame: Records, scope: Scope) -> Ints:
    """Of records that meet a condition now, the instants from which they have met it without a break."""
    past = states_of(condition, frame, scope)
    since = np.full(len(frame), scope.now)
    # Of each record the first state there is, and that after the last in which the condition was false.
    owner, first = np.unique(past.owner, return_index=True)
    since[owner] = past.at[first]
    is_false = np.flatnonzero(~scope.truth(condition, past.states, scope, None))
    next_owner, next_at = np.append(past.owner, -1)[is_false + 1], np.append(past.at, 0)[is_false + 1]
    # Ascending, so that the last of each record counts.
    since[past.owner[is_false]] = np.where(next_owner == past.owner[is_false], next_at, scope.now)
    return since

"""Sequences: which members have interactions that meet the steps, one after another in the total order."""

from __future__ import annotations

import numpy as np

from satsuma.catalog.model import InteractionType
from satsuma.evaluation.kernels import compiled, counting, matching
from satsuma.evaluation.kernels.events import by_events, has_type, patterns_of, spans_of, types_of
from satsuma.evaluation.kernels.pairing import WITHIN_MAX_US, paired
from satsuma.evaluation.kernels.scope import Bools, Records, Scope
from satsuma.evaluation.kernels.walking import LANES_MAX, WITHOUT_END_US, Lane, walked
from satsuma.index.parts import Part
from satsuma.language import bound

WOVEN_MAX = 1 << 14
"""Of more members than these the rows are looked at where they lie, not copied."""


def sequence(condition: bound.Sequence, frame: Records, scope: Scope, among: Bools) -> Bools:
    """Where some choice of interactions meets the sequence."""
    window = scope.happened(condition.during)
    if not is_pair(condition):
        return _by_steps(condition, frame, scope, window, among)
    found, rest = _by_pairs(condition, frame, scope, window, among)
    if rest.any():
        alone = frame.where(rest)
        everyone = np.ones(len(alone), dtype=np.bool_)
        found[rest] = _by_steps(condition, alone, scope, window, everyone)
    return found


def _by_steps(
    condition: bound.Sequence, frame: Records, scope: Scope, window: tuple[int, int], among: Bools
) -> Bools:
    for step in condition.steps:
        among = among & (matching.counts(step.pattern.types, window, frame, among, scope) > 0)
    lanes = _lanes(condition, frame, scope, window, among) if _asks_for_types_alone(condition) else []
    if not 0 < len(lanes) <= LANES_MAX:
        return by_events(condition, frame, scope, window, among)
    found, tied = _by_rows(condition, lanes, scope, window, among)
    if tied.any():
        # Interactions are copied then: those of these members alone.
        few = frame.where(tied)
        found[tied] = by_events(condition, few, scope, window, np.ones(len(few), dtype=np.bool_))
    return found


def _asks_for_types_alone(condition: bound.Sequence) -> bool:
    """Whether nothing about an interaction but its type and instant is asked, and all spans are exact."""
    spans = spans_of(condition)
    is_plain = all(pattern.where is None for pattern in patterns_of(condition))
    return is_plain and not condition.same and all(one is None or one.exact_us is not None for one in spans)


def is_pair(condition: bound.Sequence) -> bool:
    """Whether it is one type and then another, with nothing between them and no absence."""
    types = [step.pattern.types for step in condition.steps]
    return (
        _asks_for_types_alone(condition)
        and [len(one) for one in types] == [1, 1]
        and types[0][0].name != types[1][0].name
        and condition.steps[1].blocker is None
        and condition.absence is None
    )


def _by_pairs(
    condition: bound.Sequence, frame: Records, scope: Scope, window: tuple[int, int], among: Bools
) -> tuple[Bools, Bools]:
    """Of many members over the stored rows alone; and who has others too, or whose ids must be looked at."""
    apart = np.zeros(len(frame), dtype=np.bool_)
    lanes = []
    for step in condition.steps:
        type_ = step.pattern.types[0]
        if frame.numbers is not None and len(frame) <= WOVEN_MAX:
            lanes.append(_woven_lane(type_, window, frame, scope))
            continue
        stored, *runs = scope.interactions(type_).parts
        for run in runs:
            if frame.numbers is None:
                first, after = counting.placed_in_time(run, window)
                apart[run.time_member[first:after]] = True
            else:
                begins, ends = matching.window_ranges(run, window, frame)
                apart |= begins < ends
        lanes.append(_lane(stored, window, frame, among))
    within = condition.steps[1].within
    within_us = WITHIN_MAX_US if within is None or within.exact_us is None else within.exact_us
    found, tied = paired(lanes[0], lanes[1], within_us, among & ~apart)
    return found, among & (apart | tied)


def _woven_lane(type_: InteractionType, window: tuple[int, int], frame: Records, scope: Scope) -> Lane:
    """The instants of a type's interactions of all parts, in order for each of some members."""
    key = ("woven", type_.number, window)
    if key not in frame.kept:
        everyone = np.ones(len(frame), dtype=np.bool_)
        parts = matching.matches([type_], None, window, frame, everyone, scope)
        owner, at = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
        # The smallest first, so that few rows are woven more than once.
        for one in sorted(parts, key=lambda part: len(part.owner)):
            own_at = one.frame.at()
            if not len(owner):
                owner, at = one.owner, own_at
                continue
            order = compiled.merged(owner, at, one.owner, own_at)
            owner = np.concatenate([owner, one.owner])[order]
            at = np.concatenate([at, own_at])[order]
        ends = np.zeros(len(frame) + 1, dtype=np.int64)
        np.cumsum(np.bincount(owner, minlength=len(frame)), out=ends[1:])
        frame.kept[key] = Lane(at, ends[:-1], ends[1:], 0, 0, False)
    found: Lane = frame.kept[key]
    return found


def _lane(
    part: Part,
    span: tuple[int, int],
    frame: Records,
    among: Bools,
    *,
    meets: int = 0,
    blocks: int = 0,
    absent: bool = False,
) -> Lane:
    """The rows of a part in a span of time."""
    if frame.numbers is None:
        ranges = counting.ranges_of_all(part, span, among)
    else:
        ranges = matching.window_ranges(part, span, frame)
    return Lane(part.occurred_at, *ranges, meets, blocks, absent)


def _lanes(
    condition: bound.Sequence, frame: Records, scope: Scope, window: tuple[int, int], among: Bools
) -> list[Lane]:
    """The rows of each type, and each part of its table."""
    lanes = []
    span = window[0], scope.now + 1
    for type_ in types_of(condition):
        meets = blocks = 0
        for place, step in enumerate(condition.steps):
            meets |= has_type(step.pattern, type_) << place
            blocks |= (step.blocker is not None and has_type(step.blocker, type_)) << place
        absent = condition.absence is not None and has_type(condition.absence.pattern, type_)
        lanes += [
            _lane(part, span, frame, among, meets=meets, blocks=blocks, absent=absent)
            for part in scope.interactions(type_).parts
        ]
    return lanes


def _by_rows(
    condition: bound.Sequence, lanes: list[Lane], scope: Scope, window: tuple[int, int], among: Bools
) -> tuple[Bools, Bools]:
    """Over the rows of the index; and of whom ids must be looked at."""
    spans_us = [
        WITHOUT_END_US if one is None or one.exact_us is None else one.exact_us for one in spans_of(condition)
    ]
    has_absence = condition.absence is not None
    return walked(lanes, spans_us, among, window[1], scope.now, absence=has_absence)

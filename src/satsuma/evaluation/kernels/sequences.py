"""Sequences: which members have interactions that meet the steps, one after another in the total order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from satsuma.catalog.model import InteractionType
from satsuma.evaluation.kernels import counting, matching
from satsuma.evaluation.kernels.events import by_events, has_type, patterns_of, spans_of, types_of
from satsuma.evaluation.kernels.pairing import WITHIN_MAX_US, least_gaps, paired, weave
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
    if is_woven(frame):
        return pairs([condition], frame, scope, among)[0]
    found, rest = _by_pairs(condition, frame, scope, window, among)
    return _with_rest(condition, found, rest, frame, scope)


def is_woven(frame: Records) -> bool:
    """Whether the members of a frame are few enough that their rows are copied."""
    return frame.numbers is not None and len(frame) <= WOVEN_MAX


def pairs(conditions: Sequence[bound.Sequence], frame: Records, scope: Scope, among: Bools) -> list[Bools]:
    """The answers to some pairs (`is_pair`) of the same types and the same window, for few members."""
    steps, window = conditions[0].steps, scope.happened(conditions[0].during)
    lanes = [_woven_lane(step.pattern.types[0], window, frame, scope) for step in steps]
    spans_us = [_within_us(condition) for condition in conditions]
    gaps, tied = least_gaps(lanes[0], lanes[1], min(spans_us))
    answers = []
    for condition, within_us in zip(conditions, spans_us, strict=True):
        found = gaps <= within_us
        answers.append(_with_rest(condition, found, among & tied & ~found, frame, scope))
    return answers


def _with_rest(condition: bound.Sequence, found: Bools, rest: Bools, frame: Records, scope: Scope) -> Bools:
    """What was found, and of the rest what is found step by step."""
    if rest.any():
        alone = frame.where(rest)
        everyone = np.ones(len(alone), dtype=np.bool_)
        found[rest] = _by_steps(condition, alone, scope, scope.happened(condition.during), everyone)
    return found


def _within_us(condition: bound.Sequence) -> int:
    within = condition.steps[1].within
    return WITHIN_MAX_US if within is None or within.exact_us is None else min(within.exact_us, WITHIN_MAX_US)


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
    """Over the stored rows alone; and who has others too, or whose ids must be looked at."""
    apart = np.zeros(len(frame), dtype=np.bool_)
    lanes = []
    for step in condition.steps:
        type_ = step.pattern.types[0]
        stored, *runs = scope.interactions(type_).parts
        for run in runs:
            if frame.numbers is None:
                first, after = counting.placed_in_time(run, window)
                apart[run.time_member[first:after]] = True
            else:
                begins, ends = matching.window_ranges(run, window, frame)
                apart |= begins < ends
        lanes.append(_lane(stored, window, frame, among))
    found, tied = paired(lanes[0], lanes[1], _within_us(condition), among & ~apart)
    return found, among & (apart | tied)


def _woven_lane(type_: InteractionType, window: tuple[int, int], frame: Records, scope: Scope) -> Lane:
    """The instants of a type's interactions of all parts, in order for each of some members."""
    key = ("woven", type_.number, window)
    if key not in frame.kept:
        parts = [
            (part.occurred_at, *matching.window_ranges(part, window, frame))
            for part in scope.interactions(type_).parts
            if part.size
        ]
        sizes = np.zeros(len(frame), dtype=np.int64)
        for _, first, after in parts:
            sizes += after - first
        begins = np.cumsum(sizes) - sizes
        ends, woven = begins.copy(), np.empty(int(sizes.sum()), dtype=np.int64)
        for at, first, after in parts:
            weave(at, first, after, begins, ends, woven)
        frame.kept[key] = Lane(woven, begins, ends, 0, 0, False)
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

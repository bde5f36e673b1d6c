"""Interactions: the forms `did`, `latest` and `first`, for the records of a frame."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from satsuma.evaluation.kernels import bounded, matching, measures
from satsuma.evaluation.kernels.matching import Matches
from satsuma.evaluation.kernels.measures import Measured, counted
from satsuma.evaluation.kernels.picking import picked
from satsuma.evaluation.kernels.related import along, at_end
from satsuma.evaluation.kernels.scope import Bools, Records, Scope
from satsuma.evaluation.kernels.summing import exact_sums
from satsuma.evaluation.kernels.testing import passes
from satsuma.evaluation.kernels.vectors import SCALE, Vector
from satsuma.kernel.durations import Duration, back
from satsuma.language import bound
from satsuma.language.bound import MeasureKind

_EDGES = (MeasureKind.FIRST, MeasureKind.LATEST, MeasureKind.FIRST_TIME, MeasureKind.LATEST_TIME)
"""Measures for which of each member only the first or the last match need be looked at."""


def copies(condition: bound.Condition) -> bool:
    """Whether it copies all interactions that it looks at, rather than reading them where they lie."""
    match condition:
        case bound.Did(types, None, where=where, measure=measure):
            if measure.kind is MeasureKind.COUNT and bounded.bounds_of(where, types) is not None:
                return False
            in_place = (MeasureKind.COUNT, MeasureKind.SUM, *_EDGES)
            return where is not None or measure.kind not in in_place
        case bound.Occurrence(where=where):
            return where is not None
        case _:
            return False


def did(condition: bound.Did, frame: Records, scope: Scope, among: Bools) -> Bools:
    """Where the measure over the matching interactions compares."""
    return passes(condition.test, measured(condition, frame, scope, among), frame, scope)


def measured(condition: bound.Did, frame: Records, scope: Scope, among: Bools) -> Measured:
    """The value of a `did`'s measure for each record, over its interactions or those of the records `of`."""
    measure = condition.measure
    span = scope.happened(condition.during)
    if measure.kind is MeasureKind.COUNT and condition.where is None and condition.of is None:
        return counted(matching.counts(condition.types, span, frame, among, scope))
    if measure.kind is MeasureKind.COUNT and condition.of is None and frame.numbers is None:
        bounds = bounded.bounds_of(condition.where, condition.types)
        if bounds is not None:
            return counted(bounded.counted_between(condition.types, bounds, span, frame, among, scope))
    if measure.kind is MeasureKind.SUM and condition.where is None and condition.of is None:
        what = measures.read_of(measure)
        sums = exact_sums(condition.types, what, span, frame, among, scope) if frame.numbers is None else None
        if sums is not None:
            return Measured(Vector(what.type, sums, scale=SCALE.get(what.type, 1)), is_sum=True)
    if measure.kind in _EDGES and condition.where is None and condition.of is None:
        last = measure.kind in (MeasureKind.LATEST, MeasureKind.LATEST_TIME)
        edges = matching.edges(condition.types, span, frame, among, scope, last=last)
        return measures.over_interactions(measure, edges, len(frame), scope)
    found = _matches(condition, span, frame, scope, among)
    if measure.periods is not None:
        return _active_periods(measure.periods, found, frame, scope)
    return measures.over_interactions(measure, found, len(frame), scope)


def occurrence(condition: bound.Occurrence, frame: Records, scope: Scope, among: Bools) -> Bools:
    """Where the last (first) of the interactions that meet `where` in the window exists and meets `has`."""
    span = scope.happened(condition.during)
    if condition.where is None:
        found = matching.edges(condition.types, span, frame, among, scope, last=condition.latest)
    else:
        found = matching.matches(condition.types, condition.where, span, frame, among, scope)
    answer = np.zeros(len(frame), dtype=np.bool_)
    for one in picked(found, len(frame), last=condition.latest):
        answer[one.owner] = scope.truth(condition.has, one.frame, scope, None)
    return answer


def _matches(
    condition: bound.Did, span: tuple[int, int], frame: Records, scope: Scope, among: Bools
) -> list[Matches]:
    if condition.of is None:
        return matching.matches(condition.types, condition.where, span, frame, among, scope)
    if not condition.types:
        return []
    table = scope.index.named(condition.types[0].audience)
    pairs = along(condition.of, frame, among, scope)
    members, wanted, pairs = at_end(pairs, table, given=frame.numbers is not None)
    found = matching.matches(condition.types, condition.where, span, members, wanted, scope)
    return [matching.for_others(one, pairs, len(members)) for one in found]


def _active_periods(periods: bound.Periods, found: list[Matches], frame: Records, scope: Scope) -> Measured:
    """In how many periods `(back(now, (i+1)*length), back(now, i*length)]` the count of matches passes."""
    ends = [scope.now] + [
        back(scope.now, Duration(periods.length.n * i, periods.length.unit), scope.zone)
        for i in range(1, periods.of_last + 1)
    ]
    nothing = [np.zeros(0, dtype=np.int64)]
    owner = np.concatenate([*nothing, *(one.owner for one in found)])
    at = np.concatenate([*nothing, *(one.frame.at() for one in found)])
    in_time = np.argsort(at, kind="stable")
    owner, at = owner[in_time], at[in_time]
    active = np.zeros(len(frame), dtype=np.int64)
    for later, earlier in pairwise(ends):
        first, after = np.searchsorted(at, [earlier, later], side="right")
        count = np.bincount(owner[first:after], minlength=len(frame))
        active += passes(periods.test, counted(count), frame, scope)
    return counted(active)

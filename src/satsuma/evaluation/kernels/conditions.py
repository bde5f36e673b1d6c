"""Conditions: the truth of any condition for the rows of a frame, the cheap parts first."""

from __future__ import annotations

from typing import assert_never

import numpy as np

from satsuma.evaluation.kernels import measures, parallel, rankings
from satsuma.evaluation.kernels.blocks import blocks_of
from satsuma.evaluation.kernels.held import held
from satsuma.evaluation.kernels.interactions import did, occurrence
from satsuma.evaluation.kernels.measures import Values, counted
from satsuma.evaluation.kernels.planning import in_order, is_few
from satsuma.evaluation.kernels.reading import read
from satsuma.evaluation.kernels.related import along, at_end, reaching
from satsuma.evaluation.kernels.scope import Bools, Frame, Records, Scope, States
from satsuma.evaluation.kernels.sequences import sequence
from satsuma.evaluation.kernels.testing import passes
from satsuma.evaluation.kernels.values import OfValue, of_value
from satsuma.kernel.errors import InvariantError
from satsuma.language import bound
from satsuma.language.bound import Cmp, MeasureKind

_OfRecord = (
    bound.Related
    | bound.Did
    | bound.Occurrence
    | bound.Sequence
    | bound.Held
    | bound.InSegment
    | bound.InList
    | bound.Crossed
    | bound.Consent
    | bound.Top
    | bound.Sample
)
"""Conditions that only records can meet, not interactions."""


def truth(condition: bound.Condition, frame: Frame, scope: Scope, among: Bools | None = None) -> Bools:
    """Where a condition holds, for all rows of a frame.

    Args:
        among: The rows that matter; for the others any answer may come. None: all.
    """
    match condition:
        case bound.All(conditions):
            return _every(conditions, frame, scope, among)
        case bound.AnyOf(conditions):
            return _some(conditions, frame, scope, among)
        case bound.Not(negated):
            return ~truth(negated, frame, scope, among)
        case bound.IsMissing(what):
            return ~read(what, frame, scope).present()
        case (
            bound.Compare()
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
            of_one_value: OfValue = condition
            return of_value(of_one_value, frame, scope)
        case _:
            if isinstance(frame, States):
                return frame.memberships[condition]
            if not isinstance(frame, Records):
                raise InvariantError(f"{type(condition).__name__} asks about a record; found an interaction")
            return _asked(condition, frame, scope, frame.alive() if among is None else among)


def _every(conditions: tuple[bound.Condition, ...], frame: Frame, scope: Scope, among: Bools | None) -> Bools:
    found = np.ones(len(frame), dtype=np.bool_) if among is None else among
    for one in in_order(conditions, frame, scope, for_all=True):
        if not found.any():
            break
        found = found & truth(one, frame, scope, found)
    return found


def _some(conditions: tuple[bound.Condition, ...], frame: Frame, scope: Scope, among: Bools | None) -> Bools:
    found = np.zeros(len(frame), dtype=np.bool_)
    for one in in_order(conditions, frame, scope, for_all=False):
        left = ~found if among is None else among & ~found
        if not left.any():
            break
        # Of the rows that do not matter the answer is not looked at.
        found = found | (left & truth(one, frame, scope, left))
    return found


def _asked(condition: _OfRecord, frame: Records, scope: Scope, among: Bools) -> Bools:
    """Of everyone only once, where it is written more than once."""
    if frame.numbers is not None:
        blocks = blocks_of(condition, frame, scope)
        if len(blocks) > 1:
            return _in_blocks(condition, frame, scope, among, blocks)
        return _of_record(condition, frame, scope, among)
    text = scope.repeated.get(id(condition))
    if text is None:
        return _of_everyone(condition, frame, scope, among)
    key = ("repeated", text, scope.zone.name)
    if key not in frame.kept:
        frame.kept[key] = _of_everyone(condition, frame, scope, frame.alive())
    found: Bools = frame.kept[key]
    return found


def _of_everyone(condition: _OfRecord, frame: Records, scope: Scope, among: Bools) -> Bools:
    """As given records where few are asked about; and in blocks of them where interactions are copied."""
    blocks = blocks_of(condition, frame, scope)
    if len(blocks) > 1:
        return _in_blocks(condition, frame, scope, among, blocks)
    if not is_few(condition, int(np.count_nonzero(among)), frame, scope):
        return _of_record(condition, frame, scope, among)
    some = frame.where(among)
    answer = np.zeros(len(frame), dtype=np.bool_)
    answer[some.numbers] = _of_record(condition, some, scope, np.ones(len(some), dtype=np.bool_))
    return answer


def _in_blocks(
    condition: _OfRecord, frame: Records, scope: Scope, among: Bools, blocks: list[slice]
) -> Bools:
    """As given records of one block after another."""

    def of_block(block: slice) -> Bools:
        rows = np.flatnonzero(among[block])
        answer = np.zeros(block.stop - block.start, dtype=np.bool_)
        if len(rows):
            some = Records(frame.table, frame.numbers_of(block.start + rows))
            answer[rows] = _of_record(condition, some, scope, np.ones(len(rows), dtype=np.bool_))
        return answer

    return np.concatenate(parallel.over(of_block, blocks))


def _of_record(condition: _OfRecord, frame: Records, scope: Scope, among: Bools) -> Bools:
    match condition:
        case bound.Related():
            return _related(condition, frame, scope, among)
        case bound.Did():
            return did(condition, frame, scope, among)
        case bound.Occurrence():
            return occurrence(condition, frame, scope, among)
        case bound.Sequence():
            return sequence(condition, frame, scope, among)
        case bound.Held():
            return held(condition, frame, scope, among)
        case bound.InSegment(segment):
            return scope.memberships.segment(segment, frame)
        case bound.InList(list_):
            return scope.memberships.on_list(list_, frame)
        case bound.Crossed(entered, segment, _, during):
            low, high = scope.happened(during)
            return scope.memberships.crossed(segment, entered=entered, low=low, high=high, frame=frame)
        case bound.Consent(topic, state):
            return scope.memberships.consent(topic, state, scope.now, frame)
        case bound.Top():
            return rankings.top(condition, frame, scope)
        case bound.Sample():
            return rankings.sample(condition, frame, among)
        case _:
            assert_never(condition)


def _related(condition: bound.Related, frame: Records, scope: Scope, among: Bools) -> Bools:
    """The measure over the distinct records at the end of the path for which `where` holds compares."""
    table = scope.index.entity(condition.target)
    if frame.numbers is None and _asks_for_any(condition):
        holds = table.alive & scope.truth(condition.where, Records(table), scope, table.alive)
        return reaching(condition.path, holds, frame.table, scope)
    pairs = along(condition.path, frame, among, scope)
    target, wanted, pairs = at_end(pairs, table, given=frame.numbers is not None)
    keep = (wanted & scope.truth(condition.where, target, scope, wanted))[pairs.end]
    start, end = pairs.start[keep], pairs.end[keep]
    measure = condition.measure
    if measure.kind is MeasureKind.COUNT:
        found = counted(np.bincount(start, minlength=len(frame)))
    else:
        values = read(measures.read_of(measure), target, scope).at(end)
        found = measures.over_values(measure, [Values(start, values)], len(frame))
    return passes(condition.test, found, frame, scope)


def _asks_for_any(condition: bound.Related) -> bool:
    """Whether it is about there being at least one."""
    test = condition.test
    return (
        condition.measure.kind is MeasureKind.COUNT
        and test.op is Cmp.GE
        and isinstance(test.right, bound.Constant)
        and test.right.value == 1
        and test.high is None
        and not test.negated
    )

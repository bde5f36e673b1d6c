"""Matching: the interactions that count for each record, in their total order within a part."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from satsuma.catalog.model import InteractionType
from satsuma.evaluation.kernels import compiled, counting, searching
from satsuma.evaluation.kernels.related import Pairs
from satsuma.evaluation.kernels.scope import Bools, Ints, Records, Rows, Scope
from satsuma.index.parts import Part
from satsuma.language import bound


@dataclass(frozen=True, slots=True, eq=False)
class Matches:
    """Interactions of one part of a type that count, each with the record for which it does.

    A record may have matches in several parts of one type, in no order between them.

    Attributes:
        owner: Row of that record in its frame, ascending.
        frame: The interactions, in their total order for each owner if all are the owner's own.
    """

    owner: Ints
    frame: Rows


def matches(
    types: Iterable[InteractionType],
    where: bound.Condition | None,
    span: tuple[int, int],
    frame: Records,
    among: Bools,
    scope: Scope,
) -> list[Matches]:
    """The interactions of some members in a span of time that meet `where`, by type and part.

    Args:
        span: Instants, `low <= at < high`.
        among: By row of the frame, whose.
    """
    found = []
    for type_ in types:
        for part in scope.interactions(type_).parts:
            one = _in_span(type_, part, span, frame, among)
            if len(one.owner):
                found.append(one if where is None else chosen(one, _meets(where, one, frame, scope)))
    return found


def edges(
    types: Iterable[InteractionType],
    span: tuple[int, int],
    frame: Records,
    among: Bools,
    scope: Scope,
    *,
    last: bool,
) -> list[Matches]:
    """Of the interactions of some members in a span of time, the first (last) of each in each part."""
    found = []
    for type_ in types:
        for part in scope.interactions(type_).parts:
            if frame.numbers is None:
                first, after = counting.ranges_of_all(part, span, among)
                owner = np.flatnonzero(first < after)
            else:
                first, after = window_ranges(part, span, frame)
                owner = np.flatnonzero((first < after) & among)
            if len(owner):
                rows = after[owner] - 1 if last else first[owner]
                found.append(Matches(owner, Rows(type_, part, rows, frame.numbers_of(owner))))
    return found


def counts(
    types: Iterable[InteractionType], span: tuple[int, int], frame: Records, among: Bools, scope: Scope
) -> NDArray[Any]:
    """How many interactions each member of a frame has in a span of time."""
    if frame.numbers is None:
        of_all = np.zeros(len(frame), dtype=np.int32)
        for type_ in types:
            for part in scope.interactions(type_).parts:
                counting.add_counts(part, span, among, of_all)
        return of_all
    total = np.zeros(len(frame), dtype=np.int64)
    for type_ in types:
        for part in scope.interactions(type_).parts:
            if len(part.time_at):
                first, after = window_ranges(part, span, frame)
                total += after - first
    return total


def window_ranges(part: Part, span: tuple[int, int], frame: Records) -> tuple[Ints, Ints]:
    """Of each row of a frame of given members, where its interactions in a span begin and end in the part."""
    key = ("ranges", id(part), span)
    if key not in frame.kept:
        first, after = part.ranges(frame.numbers)
        everyone = np.ones(len(first), dtype=np.bool_)
        # The part is kept with it, so that its id is of nothing else.
        frame.kept[key] = part, searching.window_ranges(first, after, part.occurred_at, everyone, *span)
    found: tuple[Ints, Ints] = frame.kept[key][1]
    return found


def _in_span(
    type_: InteractionType, part: Part, span: tuple[int, int], frame: Records, among: Bools
) -> Matches:
    if frame.numbers is None:
        rows, owner = counting.rows_of_all(part, span, among)
        return Matches(owner, Rows(type_, part, rows, owner))
    key = ("matches", id(part), span)
    if key not in frame.kept:
        rows, owner = compiled.expand(*window_ranges(part, span, frame))
        frame.kept[key] = Matches(owner, Rows(type_, part, rows, frame.numbers[owner]))
    found: Matches = frame.kept[key]
    if among.all():
        return found
    return chosen(found, among[found.owner])


def _meets(where: bound.Condition, found: Matches, frame: Records, scope: Scope) -> Bools:
    if frame.numbers is None:
        return scope.truth(where, found.frame, scope, None)
    # What stands in the condition may be relative to the zone.
    key = ("where", id(found), where, scope.zone.name)
    if key not in frame.kept:
        frame.kept[key] = found, scope.truth(where, found.frame, scope, None)
    answer: Bools = frame.kept[key][1]
    return answer


def chosen(of: Matches, keep: NDArray[np.bool_] | Ints) -> Matches:
    """Those of some matches that are to be kept."""
    return Matches(of.owner[keep], of.frame.chosen(keep))


def for_others(of: Matches, pairs: Pairs, members: int) -> Matches:
    """The matches of members as those of the records from which a path leads to them.

    Args:
        pairs: To rows of the frame of which the matches are; it has `members` rows.
    """
    ends = np.zeros(members + 1, dtype=np.int64)
    np.cumsum(np.bincount(of.owner, minlength=members), out=ends[1:])
    places, pair = compiled.expand(ends[pairs.end], ends[pairs.end + 1])
    return Matches(pairs.start[pair], of.frame.chosen(places))

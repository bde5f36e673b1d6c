"""Matching: the interactions that count for each record, in their total order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from satsuma.catalog.model import InteractionType
from satsuma.evaluation.kernels import compiled
from satsuma.evaluation.kernels.related import Pairs
from satsuma.evaluation.kernels.scope import Bools, Ints, Rows, Scope
from satsuma.index.interactions import InteractionTable
from satsuma.language import bound


@dataclass(frozen=True, slots=True, eq=False)
class Matches:
    """Interactions of one type that count, each with the record for which it does.

    Attributes:
        owner: Number of that record, ascending.
        frame: The interactions, in their total order for each owner if all are the owner's own.
    """

    owner: Ints
    frame: Rows


def matches(
    types: Iterable[InteractionType],
    where: bound.Condition | None,
    span: tuple[int, int],
    among: Bools,
    scope: Scope,
) -> list[Matches]:
    """The interactions of some members in a span of time that meet `where`, by type.

    Args:
        span: Instants, `low <= at < high`.
        among: By member number, whose.
    """
    return [_of_type(scope.interactions(type_), where, span, among, scope) for type_ in types]


def counts(types: Iterable[InteractionType], span: tuple[int, int], among: Bools, scope: Scope) -> Ints:
    """How many interactions each member has in a span of time."""
    total = np.zeros(len(among), dtype=np.int64)
    for type_ in types:
        table = scope.interactions(type_)
        compiled.add_counts(table.only.offsets, table.only.occurred_at, among, *span, total)
    return total


def _of_type(
    table: InteractionTable,
    where: bound.Condition | None,
    span: tuple[int, int],
    among: Bools,
    scope: Scope,
) -> Matches:
    first, after = compiled.window_ranges(table.only.offsets, table.only.occurred_at, among, *span)
    rows, owner = compiled.expand(first, after)
    frame = Rows(table, rows, owner)
    if where is None:
        return Matches(owner, frame)
    return chosen(Matches(owner, frame), scope.truth(where, frame, scope, None))


def chosen(of: Matches, keep: Bools) -> Matches:
    """Those of some matches that are to be kept."""
    return Matches(of.owner[keep], Rows(of.frame.table, of.frame.rows[keep], of.frame.members[keep]))


def for_others(of: Matches, pairs: Pairs, members: int) -> Matches:
    """The matches of members as those of the records from which a path leads to them."""
    ends = np.zeros(members + 1, dtype=np.int64)
    np.cumsum(np.bincount(of.owner, minlength=members), out=ends[1:])
    places, pair = compiled.expand(ends[pairs.end], ends[pairs.end + 1])
    frame = Rows(of.frame.table, of.frame.rows[places], of.frame.members[places])
    return Matches(pairs.start[pair], frame)

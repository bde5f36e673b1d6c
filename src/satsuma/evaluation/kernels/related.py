"""Related: along paths of relationships, from records to the distinct records at the end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from satsuma.evaluation.kernels.scope import Bools, Ints, Records, Scope
from satsuma.index.entities import EntityTable
from satsuma.language import bound

_FEW = 4
"""Where at most one record in so many is wanted, they are evaluated alone, not with all of their entity."""


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Which records lead to which: each pair once, ascending by start, then end.

    Attributes:
        start: Row in the frame that was begun from.
        end: Row in the frame at the end; until that is made, the number of the record.
    """

    start: Ints
    end: Ints


def along(path: tuple[bound.Step, ...], frame: Records, among: Bools, scope: Scope) -> Pairs:
    """From each record of a frame, of those `among`, the numbers of the distinct records at the end."""
    begun = np.flatnonzero(among & frame.alive())
    pairs = Pairs(begun, frame.numbers_of(begun))
    for step in path:
        pairs = _across(step, pairs, scope)
    return pairs


def at_end(pairs: Pairs, target: EntityTable, *, given: bool) -> tuple[Records, Bools, Pairs]:
    """The records at the end of a path as a frame, which of its rows are meant, and the pairs by its rows.

    Args:
        given: Whether the frame shall have no other records.
    """
    if not given:
        wanted = np.zeros(target.size, dtype=np.bool_)
        wanted[pairs.end] = True
        if np.count_nonzero(wanted) > target.size // _FEW:
            return Records(target), wanted, pairs
    numbers, row = np.unique(pairs.end, return_inverse=True)
    return Records(target, numbers), np.ones(len(numbers), dtype=np.bool_), Pairs(pairs.start, row)


def reaching(path: tuple[bound.Step, ...], wanted: Bools, start: EntityTable, scope: Scope) -> Bools:
    """The records from which the path leads to at least one of those wanted at its end, by number."""
    tables = [start, *(scope.index.entity(step.target) for step in path)]
    for step, table in zip(reversed(path), reversed(tables[:-1]), strict=True):
        wanted = _back_across(step, wanted, table, scope)
    return wanted & start.alive


def _across(step: bound.Step, pairs: Pairs, scope: Scope) -> Pairs:
    links = scope.index.links[step.attribute.number]
    if step.inverse:
        pair, end = links.referrers(pairs.end)
    else:
        pair, end = links.across(pairs.end)
    found = Pairs(pairs.start[pair], end)
    return _distinct(found, scope.index.entity(step.target).size)


def _distinct(pairs: Pairs, ends: int) -> Pairs:
    both = pairs.start * max(ends, 1) + pairs.end
    if len(both) and not (both[1:] > both[:-1]).all():
        both = np.unique(both)
    start, end = np.divmod(both, max(ends, 1))
    return Pairs(start, end)


def _back_across(step: bound.Step, wanted: Bools, table: EntityTable, scope: Scope) -> Bools:
    """The records of a table from which one step leads to a wanted one."""
    links = scope.index.links[step.attribute.number]
    if not step.inverse:
        led_to = links.targets_of(table.columns[step.attribute.number].values)
        found: Bools = np.append(wanted, False)[led_to]
        return found
    _, led_to = links.across(np.flatnonzero(wanted))
    back = np.zeros(table.size, dtype=np.bool_)
    back[led_to] = True
    return back

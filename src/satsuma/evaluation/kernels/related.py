"""Related: along paths of relationships, from records to the distinct records at the end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from satsuma.evaluation.kernels.scope import Bools, Ints, Scope
from satsuma.index.entities import EntityTable
from satsuma.language import bound


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Which records lead to which: each pair of numbers once, ascending by start, then end."""

    start: Ints
    end: Ints


def along(path: tuple[bound.Step, ...], among: Bools, start: EntityTable, scope: Scope) -> Pairs:
    """From each record of those `among`, the distinct records at the end of the path."""
    begun = np.flatnonzero(among & start.alive)
    pairs = Pairs(begun, begun)
    for step in path:
        pairs = _across(step, pairs, scope)
    return pairs


def reaching(path: tuple[bound.Step, ...], wanted: Bools, start: EntityTable, scope: Scope) -> Bools:
    """The records from which the path leads to at least one of those wanted at its end."""
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
        led_to = links.targets[table.columns[step.attribute.number].values]
        found: Bools = np.append(wanted, False)[led_to]
        return found
    target = scope.index.entity(step.target)
    led_to = links.targets[target.columns[step.attribute.number].values[np.flatnonzero(wanted)]]
    back = np.zeros(table.size, dtype=np.bool_)
    back[led_to[led_to >= 0]] = True
    return back

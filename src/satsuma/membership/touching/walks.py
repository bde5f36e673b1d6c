"""Walks: over an index from records back to those that reach them, and from values to their records."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from satsuma.index import Index
from satsuma.index.columns import Column
from satsuma.index.interactions import InteractionTable
from satsuma.index.parts import Part
from satsuma.membership.planes import united
from satsuma.membership.touching import orders
from satsuma.membership.touching.orders import rows_between
from satsuma.membership.touching.sources import Back, Referring

Numbers: TypeAlias = "NDArray[np.uint32]"


def leading_to(step: Back, numbers: Numbers, lost: Numbers, before: Index, after: Index) -> Numbers:
    """Records that refer to some of these: to those that are there still, and to the lost ones before.

    Records whose reference itself has changed are not looked for.
    """
    parts = [_referrers(after, step, numbers)]
    if len(lost):
        parts.append(_referrers(before, step, lost))
    return united(parts)


def led_to(step: Back, numbers: Numbers, before: Index, after: Index) -> Numbers:
    """Records to which some of these refer, or did before."""
    return united([_targets(index, step, numbers) for index in (before, after)])


def members_referring(
    way: Referring, numbers: Numbers, lost: Numbers, before: Index, after: Index
) -> Numbers:
    """Members with an interaction that refers to some of these; to the lost ones, that did before.

    The rows are gone through, each a code: it costs what is stored of the type, once in a version in which a
    record that interactions refer to changes in what some leaf reads of it.
    """
    parts = [_members_referring(after, way, numbers)]
    if len(lost):
        parts.append(_members_referring(before, way, lost))
    return united(parts)


def members_between(table: InteractionTable, low: int, high: int) -> Numbers:
    """Members with an interaction at `low <= at < high`; nobody is told soonest."""
    for part in table.parts:
        place = int(part.time_at.searchsorted(np.int64(low)))
        if place < part.size and part.time_at[place] < high:
            return table.members_between(low, high)
    return np.zeros(0, dtype=np.uint32)


def members_with(table: InteractionTable, attribute: int, low: int, high: int) -> Numbers:
    """Members with an interaction whose attribute, a date or timestamp, lies in `low <= value < high`."""
    return united([_owners(part, rows_between(part.columns[attribute], low, high)) for part in table.parts])


def next_value(columns: Iterable[Column], low: int) -> int | None:
    """The least value in columns of dates or timestamps that is not below another, or None."""
    found = (orders.next_value(column, low) for column in columns)
    return min((value for value in found if value is not None), default=None)


def _owners(part: Part, rows: Numbers) -> Numbers:
    """The members of some rows of a part, each once."""
    places = np.searchsorted(part.offsets, rows, side="right") - 1
    members = places if part.owners is None else part.owners[places]
    return np.unique(members).astype(np.uint32)


def _referrers(index: Index, step: Back, numbers: Numbers) -> Numbers:
    there = _there(index, step.target, numbers)
    if step.attribute not in index.links or not len(there):
        return there[:0]
    _, found = index.links[step.attribute].referrers(there)
    return np.unique(found).astype(np.uint32)


def _targets(index: Index, step: Back, numbers: Numbers) -> Numbers:
    there = _there(index, step.owner, numbers)
    if step.attribute not in index.links or not len(there):
        return there[:0]
    _, found = index.links[step.attribute].across(there)
    return np.unique(found).astype(np.uint32)


def _there(index: Index, entity: str, numbers: Numbers) -> Numbers:
    """Those of some numbers that an index has a place for."""
    if entity not in index.of.catalog.entities:
        return numbers[:0]
    size = index.named(entity).size
    return numbers if not len(numbers) or int(numbers[-1]) < size else numbers[numbers < size]


def _members_referring(index: Index, way: Referring, numbers: Numbers) -> Numbers:
    table, links = index.interactions.get(way.type), index.links.get(way.attribute)
    there = _there(index, way.target, numbers)
    if table is None or links is None or not len(there):
        return there[:0]
    codes = links.codes_of(there)
    codes = codes[codes > 0]
    return table.members_with(way.attribute, codes) if len(codes) else there[:0]

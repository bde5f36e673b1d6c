"""Shrinking: a disagreement made small, by leaving out whatever it does not need.

Greedy: parts are left out for good, many at once and then one by one, if evaluators then still disagree on
the same law. First conditions, then writes, then their rows, then the values of rows.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from satsuma.language import tree
from satsuma.language.walk import inner_conditions, with_inner
from tests.oracle.cases import Case, replay
from tests.oracle.worlds import World, Write

Place = tuple[Any, ...]
"""Where something stands in a history: version, write, row, name of a value."""

_NEEDED = frozenset({"id", "occurred_at"})


def shrink(case: Case, laws: frozenset[str], seconds: float) -> Case:
    """A smaller case in which one of the laws is still broken.

    Args:
        seconds: After so long the smallest found so far is good enough.
    """
    until = time.monotonic() + seconds
    clickhouse = not any("duckdb" in law for law in laws)

    def fails(other: Case) -> bool:
        if time.monotonic() > until:
            return False
        try:
            return any(found.law in laws for found in replay(other, clickhouse=clickhouse))
        except Exception:  # noqa: BLE001 - a world that cannot be built any more shows nothing
            return False

    case = _simplest(case, fails)
    for places in (_writes, _rows, _values):
        case = _least(case, list(places(case.world)), fails)
    return _simplest(case, fails)


def _simplest(case: Case, fails: Callable[[Case], bool]) -> Case:
    """The case with the simplest definition that still fails."""
    for where in _simpler(case.source.where):
        other = replace(case, source=replace(case.source, where=where))
        if fails(other):
            return _simplest(other, fails)
    other = replace(case, source=replace(case.source, timezone=None))
    return other if case.source.timezone is not None and fails(other) else case


def _least(case: Case, places: Sequence[Place], fails: Callable[[Case], bool]) -> Case:
    """The case without those of the places that it does not need."""

    def without(kept: Sequence[Place]) -> Case:
        return replace(case, world=_without(case.world, frozenset(places) - frozenset(kept)))

    kept, size = list(places), len(places)
    while size:
        start = 0
        while start < len(kept):
            fewer = kept[:start] + kept[start + size :]
            if fails(without(fewer)):
                kept = fewer
            else:
                start += size
        size //= 2
    return without(kept)


def _writes(world: World) -> Iterator[Place]:
    for at, version in enumerate(world.versions):
        yield from ((at, place) for place in range(len(version.writes)))


def _rows(world: World) -> Iterator[Place]:
    for at, version in enumerate(world.versions):
        for place, write in enumerate(version.writes):
            if isinstance(write[-1], list):
                yield from ((at, place, row) for row in range(len(write[-1])))


def _values(world: World) -> Iterator[Place]:
    audiences = {name for name, entity in world.catalog["entities"].items() if entity.get("audience")}
    for at, place, number in _rows(world):
        row = world.versions[at].writes[place][-1][number]
        if isinstance(row, dict):
            yield from ((at, place, number, name) for name in row if name not in _NEEDED | audiences)


def _without(world: World, gone: frozenset[Place]) -> World:
    """A history without some places; versions that say nothing are dropped, save the first and the last."""
    versions = []
    for at, version in enumerate(world.versions):
        writes = [
            _write(write, (at, place), gone)
            for place, write in enumerate(version.writes)
            if (at, place) not in gone
        ]
        if writes or at in (0, len(world.versions) - 1):
            versions.append(replace(version, writes=tuple(writes)))
    return replace(world, versions=tuple(versions))


def _write(write: Write, place: Place, gone: frozenset[Place]) -> Write:
    *head, last = write
    if not isinstance(last, list):
        return write
    kept = [(number, row) for number, row in enumerate(last) if (*place, number) not in gone]
    return [*head, [_row(row, (*place, number), gone) for number, row in kept]]


def _row(row: Any, place: Place, gone: frozenset[Place]) -> Any:
    if not isinstance(row, dict):
        return row
    return {name: value for name, value in row.items() if (*place, name) not in gone}


def _simpler(condition: tree.Condition | None) -> Iterator[tree.Condition]:
    """Conditions with a part in place of the whole, or with a part left out."""
    if condition is None:
        return
    yield from inner_conditions(condition)
    match condition:
        case tree.All(parts) | tree.AnyOf(parts):
            for place in range(len(parts)):
                yield replace(condition, conditions=(*parts[:place], *parts[place + 1 :]))
        case tree.Did() | tree.Top() | tree.Occurrence() | tree.Sequence() if condition.during is not None:
            yield replace(condition, during=None)
        case _:
            pass
    for place, inner in enumerate(inner_conditions(condition)):
        for other in (tree.EVERYONE, *_simpler(inner)):
            if other != inner:
                yield _with_inner_at(condition, place, other)


def _with_inner_at(condition: tree.Condition, place: int, other: tree.Condition) -> tree.Condition:
    count = iter(range(len(list(inner_conditions(condition)))))
    return with_inner(condition, lambda inner: other if next(count) == place else inner)

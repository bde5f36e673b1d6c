"""Shrinking: a disagreement made small, by leaving out whatever it does not need.

Greedy: one part after another is left out for good if evaluators then still disagree on the same law. Parts
are versions, writes, rows and their values, and conditions.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from satsuma.language import tree
from satsuma.language.walk import inner_conditions, with_inner
from tests.oracle.cases import Case, replay
from tests.oracle.worlds import Version, Write

Fails = Callable[[Case], bool]


def shrink(case: Case, laws: frozenset[str], seconds: float) -> Case:
    """A smaller case in which one of the laws is still broken.

    Args:
        seconds: After so long the smallest found so far is good enough.
    """
    until = time.monotonic() + seconds
    clickhouse = any("clickhouse" in law for law in laws) and not any("duckdb" in law for law in laws)

    def fails(other: Case) -> bool:
        try:
            return any(found.law in laws for found in replay(other, clickhouse=clickhouse))
        except Exception:  # noqa: BLE001 - a world that cannot be built any more shows nothing
            return False

    smaller = True
    while smaller and time.monotonic() < until:
        smaller = False
        for other in _candidates(case):
            if time.monotonic() > until:
                break
            if fails(other):
                case, smaller = other, True
                break
    return case


def _candidates(case: Case) -> Iterator[Case]:
    """Cases with something left out, the largest parts first."""
    for where in _simpler(case.source.where):
        yield replace(case, source=replace(case.source, where=where))
    if case.source.timezone is not None:
        yield replace(case, source=replace(case.source, timezone=None))
    for versions in _fewer(case.world.versions):
        yield replace(case, world=replace(case.world, versions=versions))


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


def _fewer(versions: tuple[Version, ...]) -> Iterator[tuple[Version, ...]]:
    """Histories with something left out; the last version stays, as its instant is the state's."""
    for place in range(len(versions) - 1):
        yield (*versions[:place], *versions[place + 1 :])
    for place, version in enumerate(versions):
        for writes in _halves(version.writes):
            yield _with_version(versions, place, writes)
    for place, version in enumerate(versions):
        for at, write in enumerate(version.writes):
            for smaller in _smaller(write):
                writes = (*version.writes[:at], smaller, *version.writes[at + 1 :])
                yield _with_version(versions, place, writes)


def _with_version(
    versions: tuple[Version, ...], place: int, writes: tuple[Write, ...]
) -> tuple[Version, ...]:
    return (*versions[:place], replace(versions[place], writes=writes), *versions[place + 1 :])


def _halves(things: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """All but a half of them, then all but a quarter, ..., then all but one."""
    size = (len(things) + 1) // 2
    while size:
        for start in range(0, len(things), size):
            yield things[:start] + things[start + size :]
        size //= 2


def _smaller(write: Write) -> Iterator[Write]:
    """A write with fewer rows or keys, or with fewer values in a row."""
    *head, last = write
    if not isinstance(last, list) or not last:
        return
    for fewer in _halves(tuple(last)):
        if fewer:
            yield [*head, list(fewer)]
    for place, row in enumerate(last):
        if not isinstance(row, dict):
            continue
        optional = [name for name in row if name not in ("id", "occurred_at", "contact", "partner")]
        for names in _halves(tuple(optional)):
            kept = {name: value for name, value in row.items() if name not in optional or name in names}
            yield [*head, [*last[:place], kept, *last[place + 1 :]]]

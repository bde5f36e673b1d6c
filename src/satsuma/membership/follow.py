"""Follow a change: every live segment re-evaluated on the version being made, and the signed deltas written.

Each segment is evaluated whole, in dependency order, inside the version's own transaction, so what is
committed is the data and the memberships together. It needs nothing but the record, and costs what the record
holds; the engine, which costs what changed, begins with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from satsuma.catalog.audiences import entity_of_number
from satsuma.kernel.errors import Error
from satsuma.membership.deltas import Cause, Delta
from satsuma.membership.evaluating import Evaluate, members_of
from satsuma.membership.failing import SegmentFailure, mark, spread
from satsuma.membership.live import LiveSegment, in_dependency_order
from satsuma.membership.planes import Numbers, bitmap_of
from satsuma.record import memberships
from satsuma.record.change import Change
from satsuma.record.resolve import keys_of_numbers


class Whole:
    """Follows versions by evaluating every segment whole, from the record alone."""

    def __init__(self, evaluate: Evaluate) -> None:
        """Wire it; `evaluate` gives the members of a bound definition."""
        self._evaluate = evaluate

    def follow(
        self,
        change: Change,
        live: Iterable[LiveSegment],
        failed: Mapping[int, str],
        cause: Cause,
        causes: Mapping[int, Cause],
    ) -> tuple[Delta, ...]:
        """As `follow`."""
        return follow(change, live, self._evaluate, failed, cause, causes)

    def adopt(self) -> None:
        """The version is durable: nothing is held of it."""

    def drop(self) -> None:
        """The version came to nothing: nothing was held of it."""


def follow(
    change: Change,
    live: Iterable[LiveSegment],
    evaluate: Evaluate,
    failed: Mapping[int, str],
    cause: Cause,
    causes: Mapping[int, Cause],
) -> tuple[Delta, ...]:
    """Bring every live segment to the version being made.

    Args:
        change: The version; its rows are written already.
        live: All live and failed segments, bound to the change's catalog.
        evaluate: Gives the members of a bound definition.
        failed: Segments known to fail, with the reason; they and all that refer to them keep their members,
            save those whose record is gone.
        cause: Of the deltas.
        causes: Of the deltas of single segments, and of those that refer to them, where another.

    Raises:
        SegmentFailure: A segment that is not in `failed` cannot be evaluated. The transaction is lost with
            it.
    """
    ordered = in_dependency_order(live)
    reasons, why = spread(ordered, failed), dict(causes)
    deltas = []
    for segment in ordered:
        if segment.id in reasons:
            deltas.append(_without_gone(change, segment, why.get(segment.id, cause)))
            mark(change, segment, reasons[segment.id])
            continue
        members = _members(change, segment, evaluate)
        inherited = [why[number] for number in sorted(segment.depends_on) if number in why]
        if inherited:
            why.setdefault(segment.id, inherited[0])
        deltas.append(replace_members(change, segment.id, members, why.get(segment.id, cause)))
        mark(change, segment, None)
    return tuple(deltas)


def _members(change: Change, segment: LiveSegment, evaluate: Evaluate) -> Numbers:
    try:
        return members_of(change.connection, change.catalog, segment, evaluate, change.at)
    except (Error, duckdb.Error) as error:
        raise SegmentFailure(segment, str(error)) from error


def _without_gone(change: Change, segment: LiveSegment, cause: Cause) -> Delta:
    """Keep the last members of a failed segment, save those whose record is gone: no version has them."""
    entity = entity_of_number(change.catalog, segment.audience)
    kept = memberships.members(change.connection, segment.id)
    keys = keys_of_numbers(change.connection, entity, kept)
    there = np.asarray(keys.is_valid().to_numpy(zero_copy_only=False), dtype=np.bool_)
    return replace_members(change, segment.id, kept[there], cause)


def replace_members(change: Change, segment: int, members: Numbers, cause: Cause) -> Delta:
    """Make these the members of a segment, and write what that changed, one signed row for each member."""
    before = memberships.members(change.connection, segment)
    entered, left = _differing(members, before)
    numbers = np.concatenate([entered, left]).astype(np.uint32)
    count = len(numbers)
    signs = np.repeat(np.array([1, -1], dtype=np.int8), [len(entered), len(left)])
    columns: list[pa.Array[Any]] = [
        pa.array(np.full(count, segment, dtype=np.uint32)),
        pa.array(numbers),
        pa.array(signs),
        pa.repeat(pa.scalar(cause, pa.string()), count),
    ]
    memberships.write_changes(change, pa.table(columns, schema=memberships.CHANGES))
    return Delta(segment, len(entered), len(left))


def _differing(members: Numbers, before: Numbers) -> tuple[Numbers, Numbers]:
    """Of two arrays of distinct numbers those of the first alone and those of the second alone, ascending."""
    now, then = bitmap_of(members), bitmap_of(before)
    entered, left = now - then, then - now
    return np.frombuffer(entered.to_array(), dtype=np.uint32), np.frombuffer(left.to_array(), dtype=np.uint32)

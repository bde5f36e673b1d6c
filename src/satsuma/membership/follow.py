"""Follow a change: every live segment re-evaluated on the version being made, and the signed deltas written.

Each segment is evaluated whole, in dependency order, inside the version's own transaction, so what is
committed is the data and the memberships together. Right at every version, at a cost that grows with the
data: maintenance by what a change touches replaces this behind the same function.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from satsuma.catalog.audiences import entity_numbered
from satsuma.kernel.errors import Error, InvariantError
from satsuma.membership.evaluating import Evaluate, members_of
from satsuma.membership.live import LiveSegment, in_dependency_order
from satsuma.record import memberships
from satsuma.record.change import Change
from satsuma.record.resolve import keys_of_numbers

Cause: TypeAlias = Literal["data", "clock", "definition", "override", "merge", "erase"]


@dataclass(frozen=True, slots=True)
class Delta:
    """What one version changed in one segment."""

    segment: int
    entered: int
    left: int


class SegmentFailure(Error):  # noqa: N818  (a failure of one segment, which the writer turns into its state)
    """A live segment could not be evaluated: the version is made again with that segment failed."""

    default_code = "segment.failed"

    def __init__(self, segment: LiveSegment, reason: str) -> None:
        super().__init__(f"segment “{segment.name}” could not be evaluated: {reason}")
        self.segment = segment
        self.reason = reason


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
    reasons, why = _spread(ordered, failed), dict(causes)
    deltas = []
    for segment in ordered:
        if segment.id in reasons:
            deltas.append(_without_gone(change, segment, why.get(segment.id, cause)))
            _mark(change, segment, "failed", reasons[segment.id])
            continue
        members = _members(change, segment, evaluate)
        inherited = [why[number] for number in sorted(segment.depends_on) if number in why]
        if inherited:
            why.setdefault(segment.id, inherited[0])
        deltas.append(replace_members(change, segment.id, members, why.get(segment.id, cause)))
        _mark(change, segment, "live", None)
    return tuple(deltas)


def _spread(ordered: Sequence[LiveSegment], failed: Mapping[int, str]) -> dict[int, str]:
    """Failures with those of every segment that refers to a failed one, each naming the cause."""
    names = {segment.id: segment.name for segment in ordered}
    reasons: dict[int, str] = {}
    for segment in ordered:
        reason = failed.get(segment.id) or segment.problem
        broken = sorted(segment.depends_on & reasons.keys())
        if reason is None and broken:
            reason = f"segment “{names[broken[0]]}”, which it refers to, has failed: {reasons[broken[0]]}"
        if reason is not None:
            reasons[segment.id] = reason
    return reasons


def _members(change: Change, segment: LiveSegment, evaluate: Evaluate) -> NDArray[np.uint32]:
    try:
        return members_of(change.connection, change.catalog, segment, evaluate, change.at)
    except (Error, duckdb.Error) as error:
        raise SegmentFailure(segment, str(error)) from error


def _without_gone(change: Change, segment: LiveSegment, cause: Cause) -> Delta:
    """Keep the last members of a failed segment, save those whose record is gone: no version has them."""
    entity = entity_numbered(change.catalog, segment.audience)
    if entity is None:
        raise InvariantError(f"the catalog has no entity {segment.audience}, the audience of a live segment")
    kept = memberships.members(change.connection, segment.id)
    keys = keys_of_numbers(change.connection, entity, kept)
    there = np.asarray(keys.is_valid().to_numpy(zero_copy_only=False), dtype=np.bool_)
    return replace_members(change, segment.id, kept[there], cause)


def replace_members(change: Change, segment: int, members: NDArray[np.uint32], cause: Cause) -> Delta:
    """Make these the members of a segment, and write what that changed, one signed row for each member."""
    before = memberships.members(change.connection, segment)
    entered = np.setdiff1d(members, before)
    left = np.setdiff1d(before, members)
    numbers = np.concatenate([entered, left]).astype(np.uint32)
    count = len(numbers)
    signs = np.repeat(np.array([1, -1], dtype=np.int8), [len(entered), len(left)])
    columns: list[pa.Array[Any]] = [
        pa.array(np.full(count, segment, dtype=np.uint32)),
        pa.array(numbers),
        pa.array(signs),
        pa.array([cause] * count, pa.string()),
    ]
    memberships.write_changes(change, pa.table(columns, schema=memberships.CHANGES))
    return Delta(segment, len(entered), len(left))


def _mark(change: Change, segment: LiveSegment, status: str, reason: str | None) -> None:
    as_of = change.version if status == "live" else None
    change.connection.execute(
        "UPDATE segments SET status = ?, reason = ?, as_of_version = coalesce(?, as_of_version) WHERE id = ?",
        [status, reason, as_of, segment.id],
    )

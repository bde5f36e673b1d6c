"""Failing: a segment that cannot be evaluated keeps its members and says why, with all that refer to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from satsuma.kernel.errors import Error
from satsuma.membership.live import LiveSegment
from satsuma.record.change import Change


class SegmentFailure(Error):  # noqa: N818  (a failure of one segment, which the writer turns into its state)
    """A live segment could not be evaluated: the version is made again with that segment failed."""

    default_code = "segment.failed"

    def __init__(self, segment: LiveSegment, reason: str) -> None:
        super().__init__(f"segment “{segment.name}” could not be evaluated: {reason}")
        self.segment = segment
        self.reason = reason


def spread(ordered: Sequence[LiveSegment], failed: Mapping[int, str]) -> dict[int, str]:
    """Failures with those of every segment that refers to a failed one, each naming the cause.

    Args:
        ordered: All live and failed segments, in dependency order.
        failed: Segments that could not be evaluated, with the reason.
    """
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


def mark(change: Change, segment: LiveSegment, reason: str | None) -> None:
    """Store whether a segment has failed, and why; of one that goes on as it was nothing is written.

    The version that a failed segment stands at is the last before it failed.
    """
    if reason is None and not segment.failed:
        return
    change.touches.defined.add(segment.id)
    if segment.failed and reason is not None:
        change.connection.execute("UPDATE segments SET reason = ? WHERE id = ?", [reason, segment.id])
        return
    status, as_of = ("live", None) if reason is None else ("failed", change.version - 1)
    change.connection.execute(
        "UPDATE segments SET status = ?, reason = ?, as_of_version = ? WHERE id = ?",
        [status, reason, as_of, segment.id],
    )

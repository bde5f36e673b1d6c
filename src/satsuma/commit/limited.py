"""A writer for somebody who sees some records only: what they write is about those, or is not written.

The work is done as for everyone; then all that it has touched is looked at, in the same transaction: records
that were there before must have been in sight, and those that are there afterwards must be. Who may see a
record is decided by its attributes, so a new one must bear theirs, and none can be given away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import numpy as np

from satsuma.catalog.model import Entity
from satsuma.commit.together import Refused, Together
from satsuma.commit.writer import Committed, Writer
from satsuma.kernel.errors import ForbiddenError
from satsuma.membership.deltas import Cause
from satsuma.record import definitions, lists
from satsuma.record.change import Change
from satsuma.record.limited import refused
from satsuma.record.sight import Sight, is_any_hidden
from satsuma.record.store import Record
from satsuma.record.touches import Numbers, Touches

Q = TypeVar("Q")
T = TypeVar("T")

KINDS = frozenset({"data", "definition"})
"""Of versions that somebody may make who sees some records only."""


class LimitedWriter(Writer):
    """Gives commands to the writer of everyone, each with what its sight admits."""

    def __init__(self, whole: Writer, record: Record, sight: Sight) -> None:
        """Limit a writer.

        Args:
            whole: Makes the versions.
            record: Of everyone.
            sight: Of who gives commands.
        """
        self._whole = whole
        self._record = record
        self._sight = sight

    def __getattr__(self, name: str) -> Any:
        """What is not here is as it is in the writer of everyone, at every moment."""
        return getattr(self._whole, name)

    def commit(
        self,
        work: Callable[[Change], T],
        *,
        actor: str,
        kind: str = "data",
        cause: Cause = "data",
        causes: Mapping[int, Cause] | None = None,
        detail: str | None = None,
        at: int | None = None,
    ) -> Committed[T]:
        """As of everyone.

        Raises:
            ForbiddenError: The work is about records out of sight (`access.units`); nothing of it remains.
        """
        if kind not in KINDS:
            raise refused(f"a version of kind {kind}")

        def within(change: Change) -> T:
            before, change.touches, change.sight = change.touches, Touches(), self._sight
            try:
                result = work(change)
                self._check(change)
            finally:
                change.sight = None
                change.touches = Touches.merged([before, change.touches])
            return result

        return self._whole.commit(
            within, actor=actor, kind=kind, cause=cause, causes=causes, detail=detail, at=at
        )

    def commit_together(
        self, together: Together[Q, T], request: Q, *, actor: str, detail: str | None = None
    ) -> Committed[T]:
        """As of everyone, and never together with others' requests."""

        def alone(change: Change) -> T:
            answer = together.apply(change, [request])[0]
            if isinstance(answer, Refused):
                raise answer.error
            return answer

        return self.commit(alone, actor=actor, detail=detail)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """As of everyone."""
        with self._whole.turn():
            yield

    def _check(self, change: Change) -> None:
        audience = self._sight.of(change.catalog)
        if audience is None:
            raise _out_of_sight()
        touched = _touched(change, audience)
        if not len(touched):
            return
        with self._record.snapshot() as (cursor, state):
            was = self._sight.of(state.catalog)
            is_hidden = was is not None and is_any_hidden(cursor, self._sight, was, touched)
        if is_hidden or is_any_hidden(change.connection, self._sight, audience, touched):
            raise _out_of_sight()


def _touched(change: Change, audience: Entity) -> Numbers:
    """Numbers of the audience's records that a command has touched itself, in any way."""
    touches, number = change.touches, audience.number
    types = {
        type_.number for type_ in change.catalog.interactions.values() if type_.audience == audience.name
    }
    # What this command has removed is told of no longer, and counts as of this audience.
    other_segments = {row.id for row in definitions.segments(change.connection) if row.audience != number}
    other_lists = {row.id for row in lists.all_lists(change.connection) if row.audience != number}
    parts = [
        Touches.numbers(which, key)
        for which, keys in (
            (touches.records, {number}),
            (touches.history, {number}),
            (touches.gone, {number}),
            (touches.consent, {number}),
            (touches.appended, types),
            (touches.rewritten, types),
            (touches.static, touches.static.keys() - other_segments),
            (touches.lists, touches.lists.keys() - other_lists),
        )
        for key in keys
    ]
    return np.unique(np.concatenate([np.zeros(0, dtype=np.uint32), *parts]))


def _out_of_sight() -> ForbiddenError:
    return ForbiddenError(
        "this is about contacts that are not, or would not be, of your units",
        code="access.units",
        hint="name your own contacts, and give new ones one of your units",
    )

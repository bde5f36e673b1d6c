"""The writer: makes versions one at a time; in each, data and all live memberships move together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import RLock
from typing import Generic, Protocol, TypeAlias, TypeVar

from satsuma.kernel.clock import Clock
from satsuma.kernel.errors import UsageError
from satsuma.membership.deltas import Cause, Delta
from satsuma.membership.failing import SegmentFailure
from satsuma.membership.live import LiveSegment
from satsuma.record.change import Change
from satsuma.record.store import Record

T = TypeVar("T")

LiveOf: TypeAlias = Callable[[Change], Iterable[LiveSegment]]
"""The live segments as the change leaves them, bound to its catalog."""

Due: TypeAlias = Callable[[Change], Mapping[int, Cause]]
"""What a version brings by itself, such as dates that have come; gives causes of what follows, by segment."""


class Follower(Protocol):
    """Brings live segments to each version; told afterwards what became of it."""

    def follow(
        self,
        change: Change,
        live: Iterable[LiveSegment],
        failed: Mapping[int, str],
        cause: Cause,
        causes: Mapping[int, Cause],
    ) -> tuple[Delta, ...]:
        """Write what the version being made changes in the members of every live segment.

        Raises:
            SegmentFailure: A segment that is not among those known to fail cannot be evaluated.
        """
        ...

    def adopt(self) -> None:
        """The version that was followed last is durable."""
        ...

    def drop(self) -> None:
        """It came to nothing."""
        ...


@dataclass(frozen=True, slots=True)
class Committed(Generic[T]):
    """A version that is durable and visible.

    Attributes:
        version, at: Its number and instant (microseconds UTC).
        result: What the work returned.
        deltas: What it changed in each live segment.
    """

    version: int
    at: int
    result: T
    deltas: tuple[Delta, ...]


class Writer:
    """Makes versions of one record. Callers of any thread wait their turn."""

    def __init__(
        self, record: Record, clock: Clock, live: LiveOf, follower: Follower, due: Due | None = None
    ) -> None:
        """Wire it; see `LiveOf`, `Follower` and `Due`."""
        self._record = record
        self._clock = clock
        self._live = live
        self._follower = follower
        self.due = due
        self._turn = RLock()
        self._working = False

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
        """Make one version of what `work` writes.

        Args:
            work: Writes through the change. It may be called again when a live segment fails: the transaction
                is lost then, and the version is made anew with that segment marked.
            actor: Who asks.
            kind: Of the version (`data`, `clock`, `definition`, ...).
            cause: Of the deltas that follow.
            causes: Of the deltas of single segments, and of those that refer to them, where another; `work`
                may still add to it.
            detail: About the version, for people.
            at: The version's instant; default the clock's. Held at the last version's if that is later.

        Raises:
            Whatever `work` raises; nothing of the version remains then.
        """
        with self.turn():
            if self._working:
                raise UsageError(
                    "a version cannot be made inside the making of another", code="usage.nested_commit"
                )
            self._working = True
            try:
                return self._commit(
                    work,
                    actor=actor,
                    kind=kind,
                    cause=cause,
                    causes={} if causes is None else causes,
                    detail=detail,
                    at=at,
                )
            finally:
                self._working = False

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Hold up the making of versions while the context lasts."""
        with self._turn:
            yield

    def _commit(
        self,
        work: Callable[[Change], T],
        *,
        actor: str,
        kind: str,
        cause: Cause,
        causes: Mapping[int, Cause],
        detail: str | None,
        at: int | None,
    ) -> Committed[T]:
        instant = max(self._clock.now() if at is None else at, self._record.now)
        failed: dict[int, str] = {}
        while True:
            try:
                with self._record.begin(at=instant, actor=actor, kind=kind, detail=detail) as change:
                    result = work(change)
                    due = {} if self.due is None else self.due(change)
                    live = self._live(change)
                    deltas = self._follower.follow(change, live, failed, cause, {**causes, **due})
            except SegmentFailure as failure:
                self._follower.drop()
                failed[failure.segment.id] = failure.reason
            except BaseException:
                self._follower.drop()
                raise
            else:
                if change.aborted:
                    self._follower.drop()
                else:
                    self._follower.adopt()
                return Committed(change.version, instant, result, deltas)

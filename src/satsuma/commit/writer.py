"""The writer: makes versions one at a time; in each, data and all live memberships move together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import RLock, get_ident
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from satsuma.commit.counting import Counted, Histogram
from satsuma.commit.queue import Command, Queue, Shared, runs
from satsuma.commit.together import Refused, Together
from satsuma.kernel.clock import Clock
from satsuma.kernel.errors import UsageError
from satsuma.membership.deltas import Cause, Delta
from satsuma.membership.failing import SegmentFailure
from satsuma.membership.live import LiveSegment
from satsuma.record import actors
from satsuma.record.change import Change
from satsuma.record.store import Record

Q = TypeVar("Q")
T = TypeVar("T")

ATTEMPTS_MAX = 3
"""So often a group is made smaller by one command that failed; after that it is halved."""

DETAILS_MAX = 3
"""So many different details a version names."""

LiveOf: TypeAlias = Callable[[Change], Iterable[LiveSegment]]
"""The live segments as the change leaves them, bound to its catalog."""

Due: TypeAlias = Callable[[Change], Mapping[int, Cause]]
"""What a version brings by itself, such as dates that have come; gives causes of what follows, by segment."""


Beside: TypeAlias = Callable[[], Callable[[Change], object] | None]
"""Asked when a command is given: what, of whoever gives it, is to be written beside it, such as a note."""


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
        deltas: What it changed in each live segment, those of other commands that share it included.
        took_us: How long it took to be made; 0 where nobody measures.
    """

    version: int
    at: int
    result: T
    deltas: tuple[Delta, ...]
    took_us: int = 0


class Writer:
    """Makes versions of one record. Callers of any thread wait their turn, and may share a version.

    The first who comes while nobody makes a version makes it, and those that come meanwhile are written
    together in the next. A command that fails takes none of the others with it: they are written again
    without it, and it alone.
    """

    def __init__(
        self,
        record: Record,
        clock: Clock,
        live: LiveOf,
        follower: Follower,
        due: Due | None = None,
        *,
        steady_us: Callable[[], int] = lambda: 0,
        queue: Queue | None = None,
    ) -> None:
        """Wire it; see `LiveOf`, `Follower` and `Due`.

        Args:
            steady_us: Microseconds that pass evenly, to measure with.
            queue: Where callers wait.
        """
        self._record = record
        self._clock = clock
        self._live = live
        self._follower = follower
        self.due = due
        self.beside: Beside | None = None
        self.made: Callable[[], object] = lambda: None
        """Called when a version was made."""
        self._steady_us = steady_us
        self._queue = Queue() if queue is None else queue
        self._turn = RLock()
        self._holder: int | None = None
        self._maker: int | None = None
        self._counted = Counted()

    @property
    def counted(self) -> Counted:
        """How versions went so far."""
        return replace(self._counted, waiting=len(self._queue))

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
        """Make one version of what `work` writes, perhaps together with others' work.

        Args:
            work: Writes through the change. It may be called again, in another transaction, when a live
                segment fails, or somebody else's work in the same version does. Any thread may call it.
            actor: Who asks. A version that is shared bears the name of the first of them.
            kind: Of the version (`data`, `clock`, `definition`, ...).
            cause: Of the deltas that follow.
            causes: Of the deltas of single segments, and of those that refer to them, where another; `work`
                may still add to it.
            detail: About the version, for people.
            at: The version's instant; default the clock's. Held at the last version's if that is later.

        Raises:
            Whatever `work` raises; nothing of it remains then.
            BusyError: Too many wait already.
        """
        found: Committed[T] = self._done(Command(work, actor, kind, cause, causes, detail, at))
        return found

    def commit_together(
        self, together: Together[Q, T], request: Q, *, actor: str, detail: str | None = None
    ) -> Committed[T]:
        """Make one version of what a request asks for, with the requests of others that ask for the like.

        Args:
            together: What is done.
            request: What this caller wants of it.
            actor: Who asks.
            detail: About the version, for people.

        Raises:
            Error: The request was refused, and nothing of it remains.
            BusyError: Too many wait already.
        """
        command = Command(Shared(together, request), actor, "data", "data", None, detail, None)
        found: Committed[T] = self._done(command)
        return found

    def _done(self, command: Command) -> Any:
        """What becomes of a command, once it is written."""
        if self._maker == get_ident():
            raise UsageError(
                "a version cannot be made inside the making of another", code="usage.nested_commit"
            )
        if self.beside is not None:
            command.beside = self.beside()
        try:
            if self._holder == get_ident():
                # Nobody else makes versions until this thread lets them.
                self._write([command])
            elif self._queue.enter(command):
                self._lead(command)
        finally:
            self._queue.leave(command)
        if command.error is not None:
            raise command.error
        return command.committed

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Hold up the making of versions by others while the context lasts."""
        with self._turn:
            before, self._holder = self._holder, get_ident()
            try:
                yield
            finally:
                self._holder = before

    def _lead(self, command: Command) -> None:
        """Write groups from the queue until this command is done."""
        group: list[Command] = []
        try:
            while not command.done:
                with self.turn():
                    group = self._queue.group()
                    self._write(group)
        except BaseException:
            # Somebody ends this thread; what others want written is not theirs.
            self._queue.put_back([one for one in group if not one.done])
            raise

    def _write(self, group: list[Command]) -> None:
        """Write commands in one version, or where one of them fails in several."""
        waiting, attempts = [group], 0
        while waiting:
            batch = waiting.pop(0)
            try:
                self._maker = get_ident()
                made = self._make(batch)
            except _Failed as failed:
                attempts += 1
                waiting[:0] = failed.apart(batch, halved=attempts > ATTEMPTS_MAX)
                self._count(repeated=1)
            except Exception as error:  # noqa: BLE001  -- raised again where the command was given
                for command in batch:
                    command.end(error=error)
                self._count(failed=len(batch))
            else:
                for command, committed in zip(batch, made, strict=True):
                    match committed.result:
                        case Refused(refusal):
                            command.end(error=refusal)
                        case _:
                            command.end(committed=committed)
            finally:
                self._maker = None
                self._queue.tell(batch)

    def _make(self, batch: Sequence[Command]) -> list[Committed[Any]]:
        """Make one version of some commands.

        Raises:
            _Failed: There are several, and they cannot be written together.
        """
        first, begun_us = batch[0], self._steady_us()
        instant = max(self._clock.now() if first.at is None else first.at, self._record.now)
        failed: dict[int, str] = {}
        while True:
            try:
                with self._record.begin(
                    at=instant, actor=first.actor, kind=first.kind, detail=_detail(batch)
                ) as change:
                    results = self._works(change, batch)
                    due = {} if self.due is None else self.due(change)
                    live = self._live(change)
                    causes = {**(first.causes or {}), **due}
                    deltas = self._follower.follow(change, live, failed, first.cause, causes)
            except SegmentFailure as failure:
                self._follower.drop()
                failed[failure.segment.id] = failure.reason
                self._count(repeated=1)
            except BaseException as error:
                self._follower.drop()
                if len(batch) > 1 and isinstance(error, Exception) and not isinstance(error, _Failed):
                    raise _Failed(0, len(batch)) from error
                raise
            else:
                return self._made(change, results, deltas, self._steady_us() - begun_us)

    def _works(self, change: Change, batch: Sequence[Command]) -> list[Any]:
        results = list[Any]()
        numbers = {batch[0].actor: change.actor}
        for run in runs(batch):
            change.place = len(results)
            if run[0].actor not in numbers:
                known = change.memory.actors
                numbers[run[0].actor] = actors.ensure_known(change.connection, run[0].actor, known)
            change.actor = numbers[run[0].actor]
            try:
                results += _work(change, run)
            except Exception as error:
                if len(batch) > 1:
                    raise _Failed(change.place, len(run)) from error
                raise
            if change.aborted and len(batch) > 1:
                raise _Failed(change.place, len(run))
        change.actor = numbers[batch[0].actor]
        if all(isinstance(result, Refused) for result in results):
            change.abort()
        for command, result in zip(batch, results, strict=True):
            if command.beside is not None and not isinstance(result, Refused):
                command.beside(change)
        return results

    def _made(
        self, change: Change, results: list[Any], deltas: tuple[Delta, ...], took_us: int
    ) -> list[Committed[Any]]:
        refused = sum(isinstance(result, Refused) for result in results)
        if change.aborted:
            self._follower.drop()
            self._count(failed=refused)
        else:
            self._follower.adopt()
            self._count(
                versions=1,
                commands=len(results) - refused,
                failed=refused,
                groups=self._counted.groups.plus(len(results)),
                commit_us=self._counted.commit_us.plus(took_us),
            )
            self.made()
        return [Committed(change.version, change.at, result, deltas, took_us) for result in results]

    def _count(
        self, *, groups: Histogram | None = None, commit_us: Histogram | None = None, **more: int
    ) -> None:
        was = self._counted
        self._counted = replace(
            was,
            groups=groups or was.groups,
            commit_us=commit_us or was.commit_us,
            **{name: getattr(was, name) + count for name, count in more.items()},
        )


class _Failed(Exception):  # noqa: N818  -- commands that cannot share a version; each is told its own error
    """Commands cannot be written in one version; at fault are `count` of them from a place on."""

    def __init__(self, place: int, count: int) -> None:
        super().__init__()
        self.place = place
        self.count = count

    def apart(self, batch: list[Command], *, halved: bool) -> list[list[Command]]:
        """Smaller batches of the same commands: the others, then those at fault, in halves if several."""
        end = self.place + self.count
        others, at_fault = batch[: self.place] + batch[end:], batch[self.place : end]
        if halved:
            others, at_fault = [], batch
        half = len(at_fault) // 2
        return [part for part in (others, at_fault[:half], at_fault[half:]) if part]


def _work(change: Change, run: Sequence[Command]) -> Sequence[Any]:
    """Do the work of commands that can be done together, or of one."""
    match run[0].work:
        case Shared(together):
            requests = [one.work.request for one in run if isinstance(one.work, Shared)]
            return together.apply(change, requests)
        case work:
            return [work(change)]


def _detail(batch: Sequence[Command]) -> str | None:
    """What people read about a version."""
    told = list(dict.fromkeys(command.detail for command in batch if command.detail is not None))
    more = [] if len(told) <= DETAILS_MAX else [f"{len(told) - DETAILS_MAX} more"]
    return ", ".join(told[:DETAILS_MAX] + more) or None

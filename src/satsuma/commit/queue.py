"""The queue before the writer: commands of any thread, in order, bounded, and gathered into groups.

A version costs about the same for one command as for a hundred. So those that came while the last version was
made share the next one, where they are of a kind; others wait for a version of their own, none is overtaken
for ever, since the first in the queue is always in the next group.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from threading import Condition, Event, Lock
from typing import Any

from satsuma.commit.together import Together
from satsuma.kernel.errors import BusyError
from satsuma.kernel.limits import COMMANDS_PER_VERSION_MAX, QUEUE_COMMANDS_MAX, QUEUE_PATIENCE_SECONDS
from satsuma.membership.deltas import Cause
from satsuma.record.change import Change

SHARING_KINDS = frozenset({"data", "access", "feed"})
"""Kinds of commands that share versions; each of the others is a version of its own."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What one command asks for of work that several can share."""

    together: Together[Any, Any]
    request: Any


@dataclass(slots=True, eq=False)
class Command:
    """What one caller wants written; filled in when it is done.

    Attributes:
        work: Writes it; or what it asks for of work that is shared.
        beside: What else is written if it is not refused.
        committed: What became of it.
        error: Or what went wrong.
        done: Whether one of them stands.
        called: Set when it is done, and when its thread is to lead.
    """

    work: Callable[[Change], Any] | Shared
    actor: str
    kind: str
    cause: Cause
    causes: Mapping[int, Cause] | None
    detail: str | None
    at: int | None
    beside: Callable[[Change], object] | None = None
    committed: Any = None
    error: Exception | None = None
    done: bool = False
    called: Event = field(default_factory=Event)

    def end(self, *, committed: Any = None, error: Exception | None = None) -> None:
        """Fill in what became of it."""
        self.committed, self.error = committed, error
        self.done = True

    def shares_with(self, other: Command) -> bool:
        """Whether both may be written in one version."""
        return self._is_sharing and other._is_sharing and (self.kind, self.cause) == (other.kind, other.cause)

    @property
    def _is_sharing(self) -> bool:
        return self.kind in SHARING_KINDS and self.at is None and self.causes is None


def runs(commands: Iterable[Command]) -> list[list[Command]]:
    """Commands in order, those beside each other whose work is done together in one list."""

    def together(place_and_command: tuple[int, Command]) -> object:
        place, command = place_and_command
        if not isinstance(command.work, Shared):
            return place
        return command.work.together.kind, command.work.together.apply, command.actor

    return [[command for _, command in run] for _, run in groupby(enumerate(commands), together)]


class Queue:
    """Commands that wait. One of the threads that wait leads: it takes groups until its own is done."""

    def __init__(
        self,
        *,
        commands_max: int = QUEUE_COMMANDS_MAX,
        patience_seconds: float = QUEUE_PATIENCE_SECONDS,
        group_max: int = COMMANDS_PER_VERSION_MAX,
    ) -> None:
        """Begin with nobody waiting.

        Args:
            commands_max: So many may wait.
            patience_seconds: How long others wait to be let into the queue.
            group_max: So many share one version.
        """
        self._commands_max = commands_max
        self._patience_seconds = patience_seconds
        self._group_max = group_max
        self._waiting: deque[Command] = deque()
        self._lock = Lock()
        self._room = Condition(self._lock)
        self._leader: Command | None = None

    def __len__(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def enter(self, command: Command) -> bool:
        """Wait until the command is done, or until it is this thread's turn to lead: then True.

        Whatever comes of it, `leave` follows.

        Raises:
            BusyError: Too many wait, and none was taken for as long as the patience lasts.
        """
        with self._lock:
            has_room = self._room.wait_for(
                lambda: len(self._waiting) < self._commands_max, self._patience_seconds
            )
            if not has_room:
                raise BusyError(
                    f"{len(self._waiting)} commands wait already, and none was taken for"
                    f" {self._patience_seconds:g} s",
                    hint="send again later",
                    details={"waiting": len(self._waiting)},
                )
            self._waiting.append(command)
            if self._leader is None:
                self._leader = command
                return True
        # Each waits for itself: to wake them all for every version would cost more than the version.
        command.called.wait()
        return not command.done

    def group(self) -> list[Command]:
        """Take the first command and all that may share its version."""
        with self._lock:
            group = [self._waiting.popleft()]
            others = list[Command]()
            while self._waiting and len(group) < self._group_max:
                one = self._waiting.popleft()
                (group if group[0].shares_with(one) else others).append(one)
            self._waiting.extendleft(reversed(others))
            self._room.notify_all()
            return group

    def put_back(self, commands: list[Command]) -> None:
        """Let commands that were taken, and not written, wait on in front."""
        with self._lock:
            self._waiting.extendleft(reversed(commands))

    def tell(self, commands: Sequence[Command]) -> None:
        """Let those of some commands go that are done."""
        for command in commands:
            if command.done:
                command.called.set()

    def leave(self, command: Command) -> None:
        """Wait no more; where this thread leads, or was called to, another that waits goes on."""
        if command.done and self._leader is not command:
            return
        with self._lock:
            if not command.done and command in self._waiting:
                self._waiting.remove(command)
            if self._leader is command:
                self._leader = self._waiting[0] if self._waiting else None
                if self._leader is not None:
                    self._leader.called.set()

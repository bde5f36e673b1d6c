"""The queue before the writer: commands of any thread, in order, bounded, and gathered into groups.

A version costs about the same for one command as for a hundred. So those that came while the last version was
made share the next one, where they are of a kind; others wait for a version of their own, none is overtaken
for ever, since the first in the queue is always in the next group.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Condition, RLock
from typing import Any

from satsuma.kernel.errors import BusyError
from satsuma.kernel.limits import COMMANDS_PER_VERSION_MAX, QUEUE_COMMANDS_MAX, QUEUE_PATIENCE_SECONDS
from satsuma.membership.deltas import Cause
from satsuma.record.change import Change

SHARING_KINDS = frozenset({"data", "access", "feed"})
"""Kinds of commands that share versions; each of the others is a version of its own."""


@dataclass(slots=True, eq=False)
class Command:
    """What one caller wants written; filled in when it is done.

    Attributes:
        committed: What became of it.
        error: Or what went wrong.
        done: Whether one of them stands.
    """

    work: Callable[[Change], Any]
    actor: str
    kind: str
    cause: Cause
    causes: Mapping[int, Cause] | None
    detail: str | None
    at: int | None
    committed: Any = None
    error: Exception | None = None
    done: bool = False

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
        self._changed = Condition(RLock())
        self._is_led = False

    def __len__(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def enter(self, command: Command) -> bool:
        """Wait until the command is done, or until it is this thread's turn to lead: then True.

        Raises:
            BusyError: Too many wait, and none was taken for as long as the patience lasts.
        """
        with self._changed:
            has_room = self._changed.wait_for(
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
            try:
                self._changed.wait_for(lambda: command.done or not self._is_led)
            except BaseException:
                self.withdraw(command)
                raise
            if command.done:
                return False
            self._is_led = True
            return True

    def group(self) -> list[Command]:
        """Take the first command and all that may share its version."""
        with self._changed:
            first = self._waiting.popleft()
            others = [one for one in self._waiting if first.shares_with(one)][: self._group_max - 1]
            for one in others:
                self._waiting.remove(one)
            self._changed.notify_all()
            return [first, *others]

    def put_back(self, commands: list[Command]) -> None:
        """Let commands that were taken, and not written, wait on in front."""
        with self._changed:
            self._waiting.extendleft(reversed(commands))

    def tell(self) -> None:
        """Let those go whose commands are done."""
        with self._changed:
            self._changed.notify_all()

    def withdraw(self, command: Command) -> None:
        """Take a command out, if it still waits."""
        with self._changed:
            if command in self._waiting:
                self._waiting.remove(command)

    def leave(self) -> None:
        """End leading; another thread that waits goes on."""
        with self._changed:
            self._is_led = False
            self._changed.notify_all()

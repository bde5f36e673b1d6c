"""Gathering: what several threads ask for while a version is being made goes into the next one together.

The first thread that finds nobody at work makes a version of all that waits (a leader with followers); the
others wait for theirs. So ten thousand single joins cost a few dozen versions, and each caller still returns
only once its own is durable.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Any, TypeAlias

GATHERED_MAX = 4_096
"""Requests in one version: bounds how long the first of them waits."""

Work: TypeAlias = Callable[[Sequence[Any]], Sequence[Any]]
"""Does several requests in order; gives the answer to each."""


@dataclass(slots=True, eq=False)
class _Waiting:
    kind: Hashable
    request: Any
    work: Work
    woken: Event = field(default_factory=Event)
    done: bool = False
    answer: Any = None
    error: Exception | None = None


class Gathering:
    """A queue of requests with one worker at a time, who is one of the callers."""

    def __init__(self) -> None:
        self._queue: deque[_Waiting] = deque()
        self._lock = Lock()
        self._is_led = False

    def ask(self, kind: Hashable, request: Any, work: Work) -> Any:
        """The answer to a request, once it is done.

        Args:
            kind: Only requests of one kind are done together, in the order in which they came.
            request: For `work`.
            work: The same for all of one kind.

        Raises:
            Whatever `work` raises for this request.
        """
        mine = _Waiting(kind, request, work)
        with self._lock:
            self._queue.append(mine)
            leads, self._is_led = not self._is_led, True
        if not leads:
            try:
                mine.woken.wait()
            except BaseException:
                self._leave(mine)
                raise
        if not mine.done:
            self._lead(mine)
        if mine.error is not None:
            raise mine.error
        return mine.answer

    def _lead(self, mine: _Waiting) -> None:
        """Work until one's own request is done, then let the next who waits lead."""
        try:
            while not mine.done:
                self._some()
        finally:
            # Ctrl-C ends the one who works; what the others asked for is done by the next.
            self._leave(mine, leading=True)

    def _leave(self, mine: _Waiting, *, leading: bool = False) -> None:
        """Ask for nothing any more; where one leads, or was called to, the next does."""
        with self._lock:
            if mine in self._queue:
                self._queue.remove(mine)
            if leading or (mine.woken.is_set() and not mine.done):
                self._is_led = bool(self._queue)
                if self._queue:
                    self._queue[0].woken.set()

    def _some(self) -> None:
        with self._lock:
            batch = [self._queue.popleft()]
            while self._queue and len(batch) < GATHERED_MAX and self._queue[0].kind == batch[0].kind:
                batch.append(self._queue.popleft())
        try:
            self._do(batch)
        finally:
            with self._lock:
                self._queue.extendleft(one for one in reversed(batch) if not one.done)
            for one in batch:
                if one.done:
                    one.woken.set()

    def _do(self, batch: Sequence[_Waiting]) -> None:
        try:
            answers = batch[0].work([one.request for one in batch])
        except Exception as error:  # noqa: BLE001  -- raised to whoever asked
            if len(batch) == 1:
                batch[0].error, batch[0].done = error, True
                return
            # One of them may be at fault: each by itself.
            for one in batch:
                self._do([one])
            return
        for one, answer in zip(batch, answers, strict=True):
            one.answer, one.done = answer, True

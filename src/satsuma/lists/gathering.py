"""Gathering: what several threads ask for while a version is being made goes into the next one together.

The first thread that finds nobody at work makes a version of all that waits (a leader with followers); the
others wait for theirs. So ten thousand single joins cost a few dozen versions, and each caller still returns
only once its own is durable.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, TypeAlias

GATHERED_MAX = 4_096
"""Requests in one version: bounds how long the first of them waits."""

Work: TypeAlias = Callable[[Sequence[Any]], Sequence[Any]]
"""Does several requests in order; gives the answer to each."""


@dataclass(slots=True)
class _Waiting:
    kind: Hashable
    request: Any
    work: Work
    done: bool = False
    answer: Any = None
    error: Exception | None = None


class Gathering:
    """A queue of requests with one worker at a time, who is one of the callers."""

    def __init__(self) -> None:
        self._queue: deque[_Waiting] = deque()
        self._turn = Lock()

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
        self._queue.append(mine)
        with self._turn:
            while not mine.done:
                self._some()
        if mine.error is not None:
            raise mine.error
        return mine.answer

    def _some(self) -> None:
        batch = [self._queue.popleft()]
        while self._queue and len(batch) < GATHERED_MAX and self._queue[0].kind == batch[0].kind:
            batch.append(self._queue.popleft())
        try:
            self._do(batch)
        finally:
            # Ctrl-C ends the one who works; what the others asked for waits for the next.
            self._queue.extendleft(one for one in reversed(batch) if not one.done)

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

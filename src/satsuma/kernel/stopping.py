"""Stopping: work that only reads, and that nobody waits for any more, gives up at its next step.

Whoever waits puts a `Stop` where the work begins (`stoppable`); it goes along with the context of the work,
into other threads too, where those are given a copy. Long steps ask it between their parts (`check`), or lend
it what ends them (`stopped_by`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock

from satsuma.kernel.errors import CancelledError


class Stop:
    """Asks some work to give up; any thread may."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._ways: list[Callable[[], object]] = []
        self.is_asked = False

    def ask(self) -> None:
        """Ask. A step that begins in the same moment may miss it: ask again until the work has ended."""
        with self._lock:
            self.is_asked = True
            for way in self._ways:
                way()

    @contextmanager
    def ended_by(self, way: Callable[[], object]) -> Iterator[None]:
        """Call a way to end what runs in this context when asked."""
        with self._lock:
            self._ways.append(way)
        try:
            yield
        finally:
            with self._lock:
                self._ways.remove(way)


_current: ContextVar[Stop | None] = ContextVar("stop", default=None)


@contextmanager
def stoppable(stop: Stop) -> Iterator[None]:
    """What is done in this context gives up when it is asked to."""
    token = _current.set(stop)
    try:
        yield
    finally:
        _current.reset(token)


def check() -> None:
    """Give up, if that was asked.

    Raises:
        CancelledError: It was.
    """
    stop = _current.get()
    if stop is not None and stop.is_asked:
        raise CancelledError("nobody waits for this any more")


@contextmanager
def stopped_by(way: Callable[[], object]) -> Iterator[None]:
    """Lend a way to end what runs in this context, such as a statement; then it may raise what it likes.

    Args:
        way: Called by another thread, perhaps several times, while the context lasts.

    Raises:
        CancelledError: It was asked to give up.
    """
    stop = _current.get()
    if stop is None:
        yield
        return
    check()
    try:
        with stop.ended_by(way):
            yield
    except Exception as error:
        if stop.is_asked:
            raise CancelledError("nobody waits for this any more") from error
        raise

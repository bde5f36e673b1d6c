"""Waiting: requests on an event loop for answers that another thread gives, many at a time.

A version answers hundreds of requests at once. To wake the loop for each of them would cost the thread that
makes versions more than their messages; so those that are answered before the loop looks share one call.
"""

from __future__ import annotations

import asyncio
from collections import deque
from concurrent.futures import Future
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Waiting(Generic[T]):
    """Who waits on one event loop."""

    def __init__(self) -> None:
        self._answered: deque[tuple[Future[T], asyncio.Future[T]]] = deque()
        self._lock = Lock()

    async def wait_for(self, answer: Future[T]) -> T:
        """The answer, or what it raises; whoever waits no more takes nothing back."""
        loop = asyncio.get_running_loop()
        mine: asyncio.Future[T] = loop.create_future()

        def note(given: Future[T]) -> None:
            with self._lock:
                is_first = not self._answered
                self._answered.append((given, mine))
            if is_first:
                loop.call_soon_threadsafe(self._hand_on)

        answer.add_done_callback(note)
        return await mine

    def _hand_on(self) -> None:
        with self._lock:
            answered, self._answered = self._answered, deque()
        for given, mine in answered:
            if mine.done():
                continue
            error = given.exception()
            if error is None:
                mine.set_result(given.result())
            else:
                mine.set_exception(error)

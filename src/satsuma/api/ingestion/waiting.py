"""Waiting: requests on an event loop for answers that another thread gives, many at a time.

A version answers hundreds of requests at once. To wake the loop for each of them would cost the thread that
makes versions more than their messages; so those that are answered before the loop looks share one call.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Waiting(Generic[T]):
    """Who waits on one event loop."""

    def __init__(self) -> None:
        self._answered: deque[tuple[Future[T], Callable[[Future[T]], object]]] = deque()
        self._lock = Lock()

    def tell(self, answer: Future[T], told: Callable[[Future[T]], object]) -> None:
        """Have a function called with an answer, on the loop that runs, once it is given.

        Args:
            told: Must not raise: others wait behind it.
        """
        loop = asyncio.get_running_loop()

        def note(given: Future[T]) -> None:
            with self._lock:
                is_first = not self._answered
                self._answered.append((given, told))
            if is_first:
                with suppress(RuntimeError):  # the loop has ended, and nobody waits any more
                    loop.call_soon_threadsafe(self._hand_on)

        answer.add_done_callback(note)

    async def wait_for(self, answer: Future[T]) -> T:
        """The answer, or what it raises; whoever waits no more takes nothing back."""
        mine: asyncio.Future[T] = asyncio.get_running_loop().create_future()

        def hand_on(given: Future[T]) -> None:
            if mine.done():
                return
            error = given.exception()
            if error is None:
                mine.set_result(given.result())
            else:
                mine.set_exception(error)

        self.tell(answer, hand_on)
        return await mine

    def _hand_on(self) -> None:
        with self._lock:
            answered, self._answered = self._answered, deque()
        for given, told in answered:
            told(given)

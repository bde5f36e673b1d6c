"""Ahead: a thread that prepares the next item while this one is being used."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import Generic, TypeVar

T = TypeVar("T")

_WAIT_S = 0.1


class _End(Generic[T]):
    """What comes after the last item: nothing, or what went wrong."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


def ahead(items: Iterator[T]) -> Generator[T, None, None]:
    """The same items in the same order, each made in another thread before it is asked for.

    At most two wait or are being made. An exception comes out where its item would have. Closing the
    generator ends the thread.
    """
    queue: Queue[T | _End[T]] = Queue(maxsize=1)
    stopped = Event()

    def put(item: T | _End[T]) -> bool:
        while not stopped.is_set():
            try:
                queue.put(item, timeout=_WAIT_S)
            except Full:
                continue
            return True
        return False

    def work() -> None:
        error: BaseException | None = None
        try:
            for item in items:
                if not put(item):
                    break
        except BaseException as found:  # noqa: BLE001  (raised again by whoever waits for the item)
            error = found
        finally:
            close = getattr(items, "close", None)
            if close is not None:
                close()
        put(_End(error))

    thread = Thread(target=work, name="satsuma-import-ahead", daemon=True)
    thread.start()
    try:
        while True:
            item = queue.get()
            if isinstance(item, _End):
                if item.error is not None:
                    raise item.error
                return
            yield item
    finally:
        stopped.set()
        while thread.is_alive():
            try:
                queue.get_nowait()
            except Empty:
                thread.join(_WAIT_S)

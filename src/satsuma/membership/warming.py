"""Warming: the engine made ready in a thread of its own, while the record answers and versions are made."""

from __future__ import annotations

import atexit
import gc
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import Event, Lock, Thread

from satsuma.kernel.errors import CancelledError
from satsuma.membership.engine import Engine


class Warming:
    """Warms an engine once, in the background or while the caller waits."""

    def __init__(self, engine: Engine, turn: Callable[[], AbstractContextManager[None]]) -> None:
        """Wire it.

        Args:
            engine: To be warmed.
            turn: Holds up the making of versions while its context lasts.
        """
        self._engine = engine
        self._turn = turn
        self._lock = Lock()
        self._stop = Event()
        self._thread: Thread | None = None
        self._is_held = False
        self.progress = 0.0
        self.error: BaseException | None = None
        """What ended the warming, if anything did: the engine stays cold then, and the record answers."""

    def begin(self) -> None:
        """Start in the background; of no effect once it was started."""
        with self._lock:
            if self._thread is None and not self._stop.is_set() and not self._is_held:
                self._thread = Thread(target=self._run, name="satsuma-warming", daemon=True)
                self._thread.start()

    @contextmanager
    def held(self) -> Iterator[None]:
        """What runs has ended, and nothing is started while the context lasts."""
        with self._lock:
            self._is_held, thread = True, self._thread
        try:
            if thread is not None:
                thread.join()
            yield
        finally:
            with self._lock:
                self._is_held = False

    def again(self) -> None:
        """Let it be started anew, once it has ended: the engine has gone cold."""
        with self._lock:
            self._thread, self.error, self.progress = None, None, 0.0

    def wait(self) -> None:
        """Start unless it was started, and return when the engine is warm.

        Raises:
            Error: What ended the warming.
        """
        self.begin()
        if self._thread is not None:
            self._thread.join()
        if self.error is not None:
            raise self.error

    def stop(self) -> None:
        """End it, where it has not ended, and wait for that; it is not started again."""
        self._stop.set()
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join()
            gc.unfreeze()

    def _run(self) -> None:
        try:
            self._engine.warm(self._turn, self._note)
            # What is held now stays. To look through all of it for what refers to itself takes 0.1 s, and
            # falls on some version.
            gc.freeze()
            # A program may end without closing the workspace: what is frozen would be reported as leaked.
            atexit.unregister(gc.unfreeze)
            atexit.register(gc.unfreeze)
        except CancelledError as error:
            # Its traceback would hold the index, half opened, for as long as this is held.
            self.error = error.with_traceback(None)
        except BaseException as error:  # noqa: BLE001 - handed on to whoever waits
            self.error = error

    def _note(self, progress: float) -> None:
        self.progress = progress
        if self._stop.is_set():
            raise CancelledError("the workspace was closed before its index was ready")

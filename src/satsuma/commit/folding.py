"""Folding: the log folded into the file in a moment when nobody writes, so that few versions wait for it.

A version that finds the log grown to its bound folds it itself, and is late by as long as that takes. Long
before that a thread waits for a pause between versions. It is there only while the log is long.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from threading import Event, Lock, Thread

from satsuma.record.store import Record

LOG_BYTES = 16 * 2**20
"""From so long a log on a pause is waited for."""

PAUSE_SECONDS = 0.5
"""A pause: so long no version was made."""


class Folding:
    """Folds the log of one record."""

    def __init__(
        self,
        record: Record,
        turn: Callable[[], AbstractContextManager[None]],
        *,
        log_bytes: int = LOG_BYTES,
        pause_seconds: float = PAUSE_SECONDS,
    ) -> None:
        """Wire it.

        Args:
            record: Whose log it is.
            turn: Holds up the making of versions while its context lasts.
            log_bytes: From so long a log on a pause is waited for.
            pause_seconds: What a pause is.
        """
        self._record = record
        self._turn = turn
        self._log_bytes = log_bytes
        self._pause_seconds = pause_seconds
        self._lock = Lock()
        self._stop = Event()
        self._thread: Thread | None = None
        self.folded = 0
        """How often the log was folded in a pause."""

    def made(self) -> None:
        """To be called when a version was made."""
        if self._thread is not None or self._record.checkpoints.log_bytes < self._log_bytes:
            return
        with self._lock:
            if not self._stop.is_set():
                self._thread = Thread(target=self._run, name="satsuma-folding", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """Wait for no pause any more, and for the end of what is under way."""
        with self._lock:
            self._stop.set()
            thread = self._thread
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        seen = self._record.version
        while not self._stop.wait(self._pause_seconds):
            now = self._record.version
            if now == seen and self._fold(now):
                break
            seen = now
        self._thread = None

    def _fold(self, version: int) -> bool:
        """Fold the log unless a version has been made meanwhile."""
        with self._turn():
            if self._record.version != version or self._stop.is_set():
                return False
            self._record.checkpoints.fold(self._log_bytes)
            self.folded += 1
            return True

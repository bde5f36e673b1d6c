"""Jobs: long work that runs beside the caller, shows how far it is, and can be cancelled."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import copy_context
from enum import StrEnum
from threading import Event, Thread
from typing import Any, Generic, TypeVar

from satsuma.kernel.errors import CancelledError

T = TypeVar("T")


class JobState(StrEnum):
    """States of a job."""

    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class Job(Generic[T]):
    """Work under way. `progress` rises from 0 to 1; the work asks `check` now and then whether to go on."""

    def __init__(self, work: Callable[[Job[T]], T], *, background: bool) -> None:
        """Start the work: in a thread of its own, or at once before this returns."""
        self.progress = 0.0
        self.state = JobState.RUNNING
        self._cancel = Event()
        self._done = Event()
        self._result: T | None = None
        self._error: BaseException | None = None
        if background:
            # In the starter's context, so that what it notes about its doings holds for the work too.
            run = copy_context().run
            Thread(target=run, args=(self._run, work), name="satsuma-job", daemon=True).start()
        else:
            self._run(work)

    def cancel(self) -> None:
        """Ask the work to stop; it leaves nothing behind. Of no effect once it is done."""
        self._cancel.set()

    def wait(self, timeout_s: float | None = None) -> T:
        """What the work gives, once it is done.

        Raises:
            TimeoutError: It is still running after `timeout_s` seconds.
            CancelledError: It was cancelled.
            Error: What the work raised.
        """
        if not self._done.wait(timeout_s):
            raise TimeoutError(f"the job is still running after {timeout_s} s, at {self.progress:.0%}")
        if self._error is not None:
            raise self._error
        return self._result  # type: ignore[return-value]  # set, for the work has ended without an error

    def check(self, progress: float) -> None:
        """Called by the work: note how far it is.

        Raises:
            CancelledError: Somebody has asked for that.
        """
        self.progress = max(self.progress, min(progress, 1.0))
        if self._cancel.is_set():
            raise CancelledError("cancelled before it was done; nothing was changed")

    def settle(self) -> None:
        """Wait until it has ended, however it ends."""
        self._done.wait()

    def _run(self, work: Callable[[Job[T]], T]) -> None:
        try:
            self._result = work(self)
            self.progress, self.state = 1.0, JobState.DONE
        except CancelledError as error:
            self._error, self.state = error, JobState.CANCELLED
        except BaseException as error:  # noqa: BLE001  -- handed on to whoever waits
            self._error, self.state = error, JobState.FAILED
        finally:
            self._done.set()


class Jobs:
    """The jobs of a workspace that may still be running."""

    def __init__(self) -> None:
        self._running: list[Job[Any]] = []

    def start(self, work: Callable[[Job[T]], T], *, background: bool) -> Job[T]:
        """Start work, in a thread of its own or at once."""
        job = Job[T](work, background=background)
        self._running = [*(one for one in self._running if one.state is JobState.RUNNING), job]
        return job

    def end(self) -> None:
        """Cancel all and wait for them: what has not joined yet leaves nothing behind."""
        for job in self._running:
            job.cancel()
        for job in self._running:
            job.settle()

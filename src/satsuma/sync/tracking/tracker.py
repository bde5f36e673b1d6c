"""The tracker: requests of many senders at once, made durable together.

A version costs about the same for one message as for a thousand. So whoever sends is queued, and one thread
makes a version of all that has come while it made the one before, and of what a crowd sends right after it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Condition, Thread
from typing import TypeAlias

from satsuma.commit.gathering import Gathering
from satsuma.commit.writer import Writer
from satsuma.kernel.civil import US_PER_SECOND
from satsuma.kernel.clock import Clock
from satsuma.kernel.errors import ConflictError, Error, UsageError
from satsuma.kernel.limits import QUEUE_COMMANDS_MAX, ROWS_PER_REQUEST_MAX
from satsuma.record.change import Change
from satsuma.sync.tracking.changes import Done, Messages, Refused, Request

MESSAGES_PER_VERSION_MAX = 100_000
"""More wait for the next version, so that nobody waits long for the messages of others."""

Locked: TypeAlias = Callable[[Change], frozenset[int]]
"""Catalog numbers of the attributes whose type must not change."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the messages of one request, which are durable and visible.

    Attributes:
        version: The version that they are in.
        accepted: Messages taken.
        duplicates: Messages that had been taken before.
        refused: Messages in quarantine; `place` is that in the request.
    """

    version: int
    accepted: int
    duplicates: int
    refused: tuple[Refused, ...]


@dataclass(frozen=True, slots=True)
class _Request:
    asked: Request
    actor: str
    answer: Future[Outcome]


class Tracker:
    """`ws.tracking`: takes messages of the Segment tracking API."""

    def __init__(
        self, writer: Writer, clock: Clock, locked: Locked, *, steady_us: Callable[[], int] = lambda: 0
    ) -> None:
        """Wire it.

        Args:
            steady_us: Microseconds that pass evenly, to wait by; where none pass, nobody waits for others.
        """
        self._writer = writer
        self._clock = clock
        self._locked = locked
        self._steady_us = steady_us
        self._gathering = Gathering()
        self._awaited = 1
        """So many requests must wait for the thread to be woken."""
        self._waiting: deque[_Request] = deque()
        self._turn = Condition()
        self._thread: Thread | None = None
        self._closed = False

    def take(self, messages: Sequence[object], *, sent_at: object = None, actor: str = "tracking") -> Outcome:
        """Take the messages of one request, and wait until they are durable (see `submit`)."""
        return self.submit(messages, sent_at=sent_at, actor=actor).result()

    def submit(
        self, messages: Sequence[object], *, sent_at: object = None, actor: str = "tracking"
    ) -> Future[Outcome]:
        """Queue the messages of one request.

        Args:
            messages: Parsed from JSON. Those that cannot be taken go to quarantine, one by one.
            sent_at: When the request says that it was sent: a sender's clock that is off is corrected by it.
            actor: Name of whose messages these are, such as that of a write key.

        Raises:
            UsageError: There are more than ROWS_PER_REQUEST_MAX.
            ConflictError: Too many requests wait already (`conflict.busy`), or the workspace is closed.
        """
        if len(messages) > ROWS_PER_REQUEST_MAX:
            raise UsageError(
                f"found {len(messages)} messages in one request, expected at most {ROWS_PER_REQUEST_MAX}",
                code="usage.request_size",
            )
        request = _Request(Request(list(messages), sent_at, self._clock.now()), actor, Future())
        with self._turn:
            if self._closed:
                raise ConflictError("the workspace is closed", code="conflict.closed")
            if len(self._waiting) >= QUEUE_COMMANDS_MAX:
                raise ConflictError(
                    f"{len(self._waiting)} requests wait already",
                    code="conflict.busy",
                    hint="send again later",
                )
            self._waiting.append(request)
            if self._thread is None:
                self._thread = Thread(target=self._run, name="satsuma-tracking", daemon=True)
                self._thread.start()
            if len(self._waiting) >= self._awaited:
                self._turn.notify()
        return request.answer

    def close(self) -> None:
        """Take what still waits, and end; a second call does nothing."""
        with self._turn:
            self._closed = True
            self._turn.notify()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while True:
            with self._turn:
                self._turn.wait_for(lambda: self._waiting or self._closed)
                if not self._waiting:
                    return
                self._await_crowd()
                requests = self._gathered()
            begun_us = self._steady_us()
            self._commit(requests)
            with self._turn:
                self._gathering.made(len(requests), len(self._waiting), begun_us, self._steady_us())

    def _await_crowd(self) -> None:
        self._awaited = self._gathering.crowd
        while not self._closed:
            left_us = self._gathering.wait_us(len(self._waiting), self._steady_us())
            if not left_us:
                break
            self._turn.wait(left_us / US_PER_SECOND)
        self._awaited = 1

    def _gathered(self) -> list[_Request]:
        requests, count = list[_Request](), 0
        while self._waiting and (
            not requests or count + len(self._waiting[0].asked.messages) <= MESSAGES_PER_VERSION_MAX
        ):
            requests.append(self._waiting.popleft())
            count += len(requests[-1].asked.messages)
            # From here on it will be taken, whether somebody still waits for the answer or not.
            requests[-1].answer.set_running_or_notify_cancel()
        return requests

    def _commit(self, requests: list[_Request]) -> None:
        asked = [request.asked for request in requests]
        actors = {request.actor for request in requests}

        def work(change: Change) -> Done:
            return Messages(change, self._locked(change), audience=None).take(asked)

        try:
            committed = self._writer.commit(
                work, actor=actors.pop() if len(actors) == 1 else "tracking", detail="tracking"
            )
        except Exception as error:  # noqa: BLE001  -- handed on to whoever waits
            if isinstance(error, Error) and len(requests) > 1:
                # One request may be at fault: each is tried alone, so that only that one is refused.
                for request in requests:
                    self._commit([request])
                return
            for request in requests:
                if not request.answer.cancelled():
                    request.answer.set_exception(error)
            return
        self._answer(requests, committed.version, committed.result)

    def _answer(self, requests: list[_Request], version: int, done: Done) -> None:
        first, refused = 0, deque(done.refused)
        duplicates = sorted(done.duplicates)
        at = 0
        for request in requests:
            end = first + len(request.asked.messages)
            own = []
            while refused and refused[0].place < end:
                one = refused.popleft()
                own.append(Refused(one.place - first, one.code, one.message))
            before = at
            while at < len(duplicates) and duplicates[at] < end:
                at += 1
            accepted = len(request.asked.messages) - len(own) - (at - before)
            if not request.answer.cancelled():
                request.answer.set_result(Outcome(version, accepted, at - before, tuple(own)))
            first = end

"""The worker: delivers to all endpoints, each in order, again after failures, for as long as a server runs.

An endpoint gets one message at a time; the next waits until it has taken the one before. One that fails is
tried again after ever longer pauses, then given up on, and keeps its place: resumed, it goes on from there.
What was delivered is noted a little later than it was, so after a crash the last messages may come again,
under the same ids.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event, Thread

from satsuma.commit.changes import MembershipChanges, Place
from satsuma.kernel.civil import US_PER_SECOND
from satsuma.kernel.clock import Clock
from satsuma.kernel.errors import Error
from satsuma.sync.webhooks.messages import Message, messages_of, test_message
from satsuma.sync.webhooks.sending import Answer, Sender
from satsuma.sync.webhooks.service import Webhooks
from satsuma.sync.webhooks.signing import signed_headers
from satsuma.sync.webhooks.tables import Delivery, Webhook, WebhookState

PAUSES_S = (5, 300, 1_800, 7_200, 18_000, 36_000, 36_000)
"""Between attempts; after the last one, more than a day after the first, an endpoint is given up on."""

CHANGES_AT_ONCE = 500
THREADS_MAX = 8
LOOK_S = 0.1
NOTED_MESSAGES_MAX = 200
"""So many deliveries at most are noted in one version, and may come again after a crash."""


class Worker:
    """Delivers in threads of its own between `start` and `stop`; or once, here, by `deliver`."""

    def __init__(
        self,
        webhooks: Webhooks,
        changes: MembershipChanges,
        clock: Clock,
        version: Callable[[], int],
        sender: Sender,
    ) -> None:
        """Wire it.

        Args:
            webhooks: The endpoints.
            changes: What there is to tell.
            clock: For pauses and signatures.
            version: The last version's number; nothing is looked for while it stays the same.
            sender: Posts.
        """
        self._webhooks = webhooks
        self._changes = changes
        self._clock = clock
        self._version = version
        self._sender = sender
        self._stopping = Event()
        self._thread: Thread | None = None
        self._busy: set[int] = set()

    def start(self) -> None:
        """Begin; a second call does nothing."""
        if self._thread is None:
            self._thread = Thread(target=self._run, name="satsuma-webhooks", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End, after the messages that are under way."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
        self._sender.close()

    def deliver(self) -> None:
        """Deliver what is due, to every endpoint."""
        for one in self._webhooks.list():
            if self._is_due(one):
                self._deliver(one)

    def test(self, id: int) -> Answer:
        """Post a message that says nothing to an endpoint, at once and once."""
        one = self._webhooks[id]
        return self._post(one, test_message(id, self._clock.now()))

    def _is_due(self, one: Webhook) -> bool:
        now = self._clock.now()
        return one.state is WebhookState.ACTIVE and (one.next_at is None or one.next_at <= now)

    def _run(self) -> None:
        seen = -1
        waiting: list[Webhook] = []
        with ThreadPoolExecutor(THREADS_MAX, thread_name_prefix="satsuma-webhook") as pool:
            while not self._stopping.wait(LOOK_S):
                if self._version() != seen:
                    seen = self._version()
                    waiting = self._webhooks.list()
                elif not any(one.next_at is not None and self._is_due(one) for one in waiting):
                    continue
                for one in waiting:
                    if one.id not in self._busy and self._is_due(one):
                        self._busy.add(one.id)
                        pool.submit(self._deliver_beside, one.id)

    def _deliver_beside(self, id: int) -> None:
        try:
            self._deliver(self._webhooks[id])
        except Error:
            pass  # it has been deleted, or the workspace closes: there is nobody to tell
        finally:
            self._busy.discard(id)

    def _deliver(self, one: Webhook) -> None:
        """Deliver to an endpoint until it has been told everything, or fails."""
        now: Webhook | None = one
        while now is not None and self._is_due(now) and not self._stopping.is_set():
            found = self._changes.read(now.place, limit=CHANGES_AT_ONCE, segments=now.segments)
            if not found:
                return
            now = self._tell(now, list(messages_of(now.id, found, now.changes)), found[-1].place)

    def _tell(self, one: Webhook, messages: list[Message], last: Place) -> Webhook | None:
        """Post messages in order until one fails; stores where the endpoint stands then."""
        deliveries: list[Delivery] = []
        told = one
        for message in messages:
            answer = self._post(told, message)
            deliveries.append(_delivery(told, message, answer, self._clock.now()))
            told = self._after(told, answer)
            if answer.error is not None:
                return self._webhooks.note(told, deliveries)
            told = replace(told, place=message.after)
            if self._stopping.is_set() or len(deliveries) >= NOTED_MESSAGES_MAX:
                return self._webhooks.note(told, deliveries)
        return self._webhooks.note(replace(told, place=last), deliveries)

    def _after(self, one: Webhook, answer: Answer) -> Webhook:
        if answer.error is None:
            return replace(one, attempts=0, reason=None, next_at=None)
        failed = replace(one, attempts=one.attempts + 1, reason=answer.error, next_at=None)
        if answer.is_gone or failed.attempts > len(PAUSES_S):
            return replace(failed, state=WebhookState.FAILED)
        pause_s = max(PAUSES_S[failed.attempts - 1], answer.retry_after_s or 0)
        return replace(failed, next_at=self._clock.now() + pause_s * US_PER_SECOND)

    def _post(self, one: Webhook, message: Message) -> Answer:
        at_s = self._clock.now() // US_PER_SECOND
        headers = signed_headers(one.secret, message.id, at_s, message.body)
        return self._sender.post(one.url, message.body, headers)


def _delivery(one: Webhook, message: Message, answer: Answer, at: int) -> Delivery:
    return Delivery(
        0,
        one.id,
        message.id,
        at,
        message.version,
        message.segment,
        message.count,
        one.attempts + 1,
        answer.status,
        answer.error,
        answer.duration_ms,
    )

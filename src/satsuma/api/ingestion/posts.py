"""Posts: small tracking requests taken and answered by functions, for a server that gives them no task.

What is posted to the tracking API comes a thousand times as often as all else, and nearly all of it is small,
well formed, and bears a valid key. This takes such a request. Of any other it says so, and the route answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future

import structlog

from satsuma.api.ingestion.body import parse_body
from satsuma.api.ingestion.keys import WriteKeys, key_of
from satsuma.api.ingestion.routes import OPEN, PREFIX, TAKEN, TAKES, answered, refused
from satsuma.api.ingestion.waiting import Waiting
from satsuma.api.limits import PUBLIC_HEADERS, Hosts
from satsuma.api.problems import fault
from satsuma.kernel.errors import Error
from satsuma.sync.tracking.tracker import Outcome, Tracker

_log = structlog.get_logger("satsuma.api")

Told = Callable[[int, bytes, bytes], object]
"""Gets an answer: status, the lines of its headers, body. Called on the event loop."""


class Posts:
    """Takes requests of one application; on one event loop."""

    def __init__(self, tracker: Tracker, write_keys: WriteKeys, hosts: Hosts) -> None:
        self._tracker = tracker
        self._write_keys = write_keys
        self._hosts = hosts
        self._waiting: Waiting[Outcome] = Waiting()

    def take(self, address: bytes, headers: Mapping[bytes, bytes], body: bytes, told: Told) -> bool:
        """Take a request, if it is as nearly all are; False: nothing was done, and its route shall answer.

        Args:
            address: As it was sent, a key of `OPERATIONS`.
            headers: By name in lower case.
            body: All of it, not packed.
            told: Gets the answer once the messages are durable and visible.
        """
        if not self._hosts.is_known(headers.get(b"host", b"")):
            return False
        authorization = headers.get(b"authorization")
        try:
            found = parse_body(body)
            key = key_of(None if authorization is None else authorization.decode("latin-1"), found)
            sender = None if key is None else self._write_keys.sender(key)
            if sender is None:
                return False
            messages, sent_at = TAKES[OPERATIONS[address]](found)
            answer = self._tracker.submit(messages, sent_at=sent_at, actor=sender)
        except Error:
            return False  # its route comes upon the same, and knows what to say
        self._waiting.tell(answer, lambda given: _tell(given, told))
        return True


OPERATIONS: Mapping[bytes, str] = {f"{PREFIX}/{name}".encode(): name for name in TAKES}
"""The names of routes, by the addresses of what is taken here."""


def _tell(given: Future[Outcome], told: Told) -> None:
    error = given.exception()
    if error is None:
        outcome = given.result()
        if not outcome.refused:
            body = TAKEN % (outcome.version, outcome.accepted, outcome.duplicates)
            told(200, _TAKEN_HEADERS % (len(body), outcome.version), body)
            return
        response = answered(outcome)
    elif isinstance(error, Error):
        response = refused(error)
    else:
        _log.error("failed", operation="tracking", exc_info=error)
        response = fault()
    told(response.status_code, _lines([*response.raw_headers, *PUBLIC_HEADERS]), bytes(response.body))


def _lines(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    return b"".join(b"%s: %s\r\n" % header for header in headers)


_TAKEN_HEADERS = _lines(
    [
        *((name.lower().encode(), value.encode()) for name, value in OPEN.items()),
        *PUBLIC_HEADERS,
        (b"content-length", b"%d"),
        (b"content-type", b"application/json"),
        (b"satsuma-version", b"%d"),
    ]
)

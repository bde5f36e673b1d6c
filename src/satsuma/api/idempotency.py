"""Repeats: a creation asked for again under the same `Idempotency-Key` is answered as the first time.

Answers are kept in memory. That a request was done is kept in the record, in the same transaction as what it
did, so that after a restart it is not done again: it is refused, with the version that it made.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from fastapi import Request, Response

from satsuma.access.audit import Audit, Note
from satsuma.api.problems import RefusedError
from satsuma.kernel.errors import ConflictError

KEYS_MAX = 10_000
KEEP_S = 24 * 3600.0
KEY_CHARS_MAX = 255
ANSWER_BYTES_MAX = 1024 * 1024


@dataclass(slots=True)
class _Kept:
    digest: str
    at: float
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    answer: Response | None = None


class Repeats:
    """Answers of creations by their keys, for a day."""

    def __init__(self, log: Audit) -> None:
        self._log = log
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    async def answer(
        self,
        key: str,
        identity: str,
        note: Note,
        request: Request,
        own: Callable[[Request], Awaitable[Response]],
    ) -> Response:
        """The answer kept for a key; or what `own` answers, which is kept unless it is a refusal.

        Args:
            identity: Who asks.
            note: For which operation; it is told what to write beside what is done.

        Raises:
            RefusedError: The key is too long.
            ConflictError: It came before with another request; or was done by a process that has ended since.
        """
        if not 0 < len(key) <= KEY_CHARS_MAX:
            raise RefusedError("request.fields", f"Idempotency-Key: expected 1 to {KEY_CHARS_MAX} characters")
        named = str(request.url.path).encode() + b"\0" + str(request.url.query).encode() + b"\0"
        digest = hashlib.sha256(named + await request.body()).hexdigest()
        named = f"{identity}\0{note.action}\0{key}".encode("utf-8", "surrogatepass")
        key_hash = hashlib.sha256(named).hexdigest()
        kept = self._find(key_hash, digest)
        async with kept.lock:
            if kept.answer is None:
                await self._check_done(key_hash, digest)
                note.repeat = (key_hash, digest)
                response = await own(request)
                body = getattr(response, "body", None)
                if response.status_code >= 400 or body is None or len(body) > ANSWER_BYTES_MAX:
                    return response
                kept.answer = response
                return response
        again = Response(kept.answer.body, kept.answer.status_code, headers=dict(kept.answer.headers))
        again.headers["Idempotent-Replayed"] = "true"
        return again

    async def _check_done(self, key_hash: str, digest: str) -> None:
        done = await asyncio.to_thread(self._log.version_of_repeat, key_hash)
        if done is None:
            return
        if done[0] != digest:
            raise _other_request()
        raise ConflictError(
            f"the request was done before, in version {done[1]}; its answer is kept no longer",
            code="conflict.idempotency_done",
            hint="look at what it made",
            details={"version": done[1]},
        )

    def _find(self, name: str, digest: str) -> _Kept:
        now = time.monotonic()
        kept = self._kept.get(name)
        if kept is None or now - kept.at > KEEP_S or (kept.answer is None and not kept.lock.locked()):
            kept = self._kept[name] = _Kept(digest, now)
            self._kept.move_to_end(name)
            if len(self._kept) > KEYS_MAX:
                self._kept.popitem(last=False)
        if kept.digest != digest:
            raise _other_request()
        return kept


def _other_request() -> ConflictError:
    return ConflictError(
        "the Idempotency-Key came before with another request",
        code="conflict.idempotency_key",
        hint="a key stands for one request; make a new one",
    )

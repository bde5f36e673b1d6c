"""Time limits of requests: whoever waits is answered; what was begun goes on to its end.

A thread cannot be ended from outside, and what it writes is a version or nothing; so it is let finish.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import structlog

from satsuma.api.problems import RefusedError
from satsuma.kernel.errors import Error

T = TypeVar("T")

_log = structlog.get_logger("satsuma.api")


async def within(limit_s: float, work: Coroutine[Any, Any, T]) -> T:
    """What some work gives, if it is done in time.

    Args:
        limit_s: So many seconds; 0 for no limit.
        work: Goes on when the time is over; nobody is told then what became of it.

    Raises:
        RefusedError: It is not done (`request.too_long`).
        Whatever the work raises.
    """
    if not limit_s:
        return await work
    task = asyncio.ensure_future(work)
    try:
        done, _ = await asyncio.wait({task}, timeout=limit_s)
    except asyncio.CancelledError:
        task.cancel()
        raise
    if done:
        return task.result()
    _late.add(task)
    task.add_done_callback(_over)
    raise RefusedError(
        "request.too_long",
        f"the request takes longer than {limit_s:g} s; what it began goes on",
        hint="ask for less at a time; `/versions` and the audit log tell what was done in the end",
        headers={"Retry-After": str(max(1, round(limit_s)))},
    )


_late: set[asyncio.Task[Any]] = set()
"""Kept, as the loop itself keeps none."""


def _over(task: asyncio.Task[Any]) -> None:
    _late.discard(task)
    error = None if task.cancelled() else task.exception()
    if error is not None and not isinstance(error, Error):
        _log.error("failed", exc_info=error)

"""Time limits of requests: whoever waits is answered; what only reads gives up, what writes goes on.

A thread cannot be ended from outside. What reads looks whether it is still wanted, and its statements are
interrupted; what writes is a version or nothing, so it is let finish.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import structlog

from satsuma.api.problems import RefusedError
from satsuma.kernel.errors import Error
from satsuma.kernel.stopping import Stop, stoppable

T = TypeVar("T")

ASK_S = 0.25
"""So often work that was given up is asked to stop, until it has: it may just be between two statements."""

_log = structlog.get_logger("satsuma.api")


async def within(limit_s: float, work: Coroutine[Any, Any, T], *, only_reads: bool = False) -> T:
    """What some work gives, if it is done in time.

    Args:
        limit_s: So many seconds; 0 for no limit.
        work: Goes on when the time is over, unless it only reads; nobody is told then what became of it.
        only_reads: Whether it may be given up anywhere.

    Raises:
        RefusedError: It is not done (`request.too_long`).
        Whatever the work raises.
    """
    if not limit_s:
        return await work
    stop = Stop()
    with stoppable(stop):
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
    if only_reads:
        asking = asyncio.ensure_future(_ask(stop, task))
        _late.add(asking)
        asking.add_done_callback(_over)
    raise RefusedError(
        "request.too_long",
        f"the request takes longer than {limit_s:g} s" + ("" if only_reads else "; what it began goes on"),
        hint="ask for less at a time"
        + ("" if only_reads else "; `/versions` and the audit log tell what was done in the end"),
        headers={"Retry-After": str(max(1, round(limit_s)))},
    )


_late: set[asyncio.Task[Any]] = set()
"""Kept, as the loop itself keeps none."""


async def _ask(stop: Stop, task: asyncio.Task[Any]) -> None:
    while not task.done():
        stop.ask()
        await asyncio.wait({task}, timeout=ASK_S)


def _over(task: asyncio.Task[Any]) -> None:
    _late.discard(task)
    error = None if task.cancelled() else task.exception()
    if error is not None and not isinstance(error, Error):
        _log.error("failed", exc_info=error)

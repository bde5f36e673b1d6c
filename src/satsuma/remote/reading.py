"""Calls that only read have a time limit: one that works too long without a message to its caller gives up.

A caller who has gone is noticed when something is sent to them, so without a limit a statement that nobody
waits for would go on for ever. What writes is a version or nothing, and is let finish; so are imports,
backups, `verify` and `warm`, which may take as long as they do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

from satsuma.kernel.civil import US_PER_SECOND
from satsuma.kernel.errors import CancelledError
from satsuma.kernel.stopping import Stop, stoppable

ASK_S = 0.25
"""So often work that was given up is asked to stop, until it has: it may just be between two statements."""

READING = frozenset(
    (kind, name)
    for kind, names in {
        "Audit": ("entries",),
        "Catalogs": ("to_yaml",),
        "Centers": ("__getitem__", "__iter__", "list"),
        "Consent": ("entries", "of", "reach", "reach_where", "topics"),
        "Definition": ("to_english", "to_sql"),
        "Feed": ("cursors", "read"),
        "Forms": ("__getitem__", "__iter__", "list"),
        "Insights": (
            *("activity", "actors", "breakdown", "counts", "history", "memberships", "names", "overlap"),
            *("record", "records", "refused", "refused_count", "segment", "segments", "timeline"),
            *("values", "versions"),
        ),
        "Lists": ("__getitem__", "__iter__", "list", "of"),
        "Mail": ("counts", "outbox"),
        "MarketingList": ("__contains__", "__iter__", "__len__", "history", "members", "pending", "users"),
        "Members": ("__contains__", "__iter__", "__len__", "bitmap", "keys", "numbers", "to_arrow"),
        "MembershipChanges": ("read",),
        "Segment": (
            *("changes", "check", "compare", "estimate", "explain", "growth", "history", "overrides"),
            *("plan", "related"),
        ),
        "Segments": ("__contains__", "__getitem__", "__iter__", "__len__", "list", "preview"),
        "Snapshot": ("contains", "holds", "members", "segments_of"),
        "Templates": ("__getitem__", "__iter__"),
        "Webhooks": ("__getitem__", "deliveries", "list"),
        "Workspace": ("export_contact", "quarantine", "segments_of", "sql", "versions"),
    }.items()
    for name in names
)
"""Calls that change nothing, by class and name."""


class Patience:
    """How long some work may still take until its next message."""

    def __init__(self, limit_s: float, steady_us: Callable[[], int]) -> None:
        self._limit_us = round(limit_s * US_PER_SECOND)
        self._steady_us = steady_us
        self._since_us: int | None = steady_us()

    def pause(self) -> None:
        """A message is sent, which its caller may take as slowly as they like."""
        self._since_us = None

    def begin_anew(self) -> None:
        """It was sent; work goes on."""
        self._since_us = self._steady_us()

    @property
    def left_s(self) -> float:
        """Seconds until it is over, at the earliest; 0 when it is."""
        now_us = self._steady_us()
        since_us = now_us if self._since_us is None else self._since_us
        return max(0, since_us + self._limit_us - now_us) / US_PER_SECOND


@contextmanager
def given_up(patience: Patience, limit_s: float) -> Iterator[None]:
    """Have what is read in this context give up once patience is lost.

    Raises:
        CancelledError: It was (`request.too_long`).
    """
    stop, ended = Stop(), Event()

    def watch() -> None:
        while (left_s := patience.left_s) > 0:
            if ended.wait(left_s):
                return
        while not ended.wait(ASK_S):
            stop.ask()

    watching = Thread(target=watch, name="satsuma-patience", daemon=True)
    watching.start()
    try:
        with stoppable(stop):
            yield
    except CancelledError as error:
        if not stop.is_asked:
            raise
        raise CancelledError(
            f"the call takes longer than {limit_s:g} s",
            code="request.too_long",
            hint="ask for less at a time",
        ) from error
    finally:
        ended.set()
        watching.join()

"""A small shop for tests of segments: three contacts, their purchases, a manual clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import satsuma

NOW = "2026-01-01T00:00:00Z"

CONTACTS = [
    {"id": "c-1", "city": "Paris", "age": 30},
    {"id": "c-2", "city": "Lyon", "age": 40},
    {"id": "c-3", "city": "Paris", "age": None},
]
PURCHASES = [
    {"id": "p-1", "contact": "c-1", "occurred_at": "2025-12-20T09:30:00Z", "amount": 40},
    {"id": "p-2", "contact": "c-1", "occurred_at": "2025-12-28T17:05:00Z", "amount": 25},
    {"id": "p-3", "contact": "c-2", "occurred_at": "2025-11-01T12:00:00Z", "amount": 10},
]


@contextmanager
def shop(path: Path) -> Iterator[satsuma.Workspace]:
    """The shop, open."""
    with satsuma.open(path, clock=satsuma.ManualClock(NOW), actor="ada") as workspace:
        workspace.upsert("contact", CONTACTS)
        workspace.append("purchase", PURCHASES)
        yield workspace

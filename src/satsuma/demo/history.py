"""The demo's last weeks as they came: what was known when its segments went live, and what each day brought.

After the last day everything is as it was generated. Until then, of those who sign up later only the address
is known, and some contacts have another city, tier, status or score than they end with.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from satsuma.demo.data import DAY_US, Batch

DAYS = 28
_MOVED_A_DAY = 0.002
_MOVING = (("city", "country", "home"), ("tier",), ("status",), ("lead_score",))
_ADDRESS = ("id", "email")
_SINCE = {"contact": "created_at", "registration": "registered_at"}


@dataclass(slots=True)
class History:
    """Batches in the order of their arrival.

    Attributes:
        start: When the segments go live, microseconds UTC.
        before: What is known then.
        days: What each day after it brought; to be taken at its end.
    """

    start: int
    before: list[Batch] = field(default_factory=list)
    days: list[list[Batch]] = field(default_factory=list)


def unfold(batches: Iterable[Batch], anchor: int, days: int = DAYS, seed: int = 20_260_102) -> History:
    """Share what was generated among the time before the last days, and each of them.

    Args:
        batches: As generated, records first.
        anchor: The instant before which everything happened, microseconds UTC.
        days: How many.
        seed: Of who changes, and when.
    """
    rng = np.random.default_rng(seed)
    start = anchor - days * DAY_US
    history = History(start, [], [[] for _ in range(days)])
    for batch in batches:
        arrives = _arrivals(batch, start, days)
        if batch.target == "contact":
            _contacts(history, batch, arrives, rng)
        else:
            _share(history, batch, arrives)
    return history


def _arrivals(batch: Batch, start: int, days: int) -> NDArray[np.int64]:
    """For each row the day that brings it, or -1: known before."""
    name = "occurred_at" if batch.interactions else _SINCE.get(batch.target)
    if name is None:
        return np.full(batch.table.num_rows, -1, np.int64)
    at = batch.table.column(name).cast(pa.int64()).to_numpy()
    return np.asarray(np.clip((at - start) // DAY_US, -1, days - 1), dtype=np.int64)


def _share(history: History, batch: Batch, arrives: NDArray[np.int64]) -> None:
    for day in range(-1, len(history.days)):
        rows = np.flatnonzero(arrives == day)
        if len(rows):
            kept = history.before if day < 0 else history.days[day]
            kept.append(Batch(batch.target, batch.interactions, batch.table.take(pa.array(rows, pa.int64()))))


def _contacts(history: History, batch: Batch, arrives: NDArray[np.int64], rng: np.random.Generator) -> None:
    """Some of those who are known had other values, which they had from a row drawn for them."""
    table, count, days = batch.table, batch.table.num_rows, len(history.days)
    everyone = np.arange(count)
    late = arrives >= 0
    moves = rng.integers(0, round(1 / _MOVED_A_DAY), count)
    kind = rng.integers(0, len(_MOVING), count)
    former = np.where(moves < days, rng.integers(0, count, count), everyone)
    earlier = table
    for place, name in enumerate(table.column_names):
        of = next((n for n, names in enumerate(_MOVING) if name in names), None)
        rows = everyone if of is None else np.where(kind == of, former, everyone)
        hidden = late & (name not in _ADDRESS)
        earlier = earlier.set_column(
            place, name, table.column(name).take(pa.array(rows, pa.int64(), mask=hidden))
        )
    history.before.append(Batch(batch.target, False, earlier))
    _share(history, batch, np.where(late, arrives, np.where(moves < days, moves, days)))


def rows_of(batches: Sequence[Batch]) -> int:
    """How many rows batches have."""
    return sum(batch.table.num_rows for batch in batches)

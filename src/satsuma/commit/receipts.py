"""Receipts: what callers get for a change that is durable and visible."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of rows that were handed in.

    Attributes:
        version: The version in which they are durable and visible.
        accepted: Rows taken.
        duplicates: Interactions ignored because their (type, id) was there already.
        quarantined: Rows refused; `ws.quarantine()` lists them with the reason.
        created: Records that the rows made.
        duplicate_positions: Which rows were duplicates, counted from 0.
        unknown: Keys that no record has, where such keys are told rather than taken.
    """

    version: int
    accepted: int
    duplicates: int = 0
    quarantined: int = 0
    created: int = 0
    duplicate_positions: tuple[int, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Removal:
    """What a deletion or retraction removed.

    Attributes:
        version: The version without it.
        removed: Records, or interactions.
        unknown: Keys or ids that nothing has.
    """

    version: int
    removed: int
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Replay:
    """What became of refused rows that were tried again.

    Attributes:
        version: The version in which they were; None where nothing waited.
        accepted, duplicates: As in `Receipt`.
        still_quarantined: Rows that were refused again, now with the present reason.
        unreadable: Rows that wait and could never be read as rows, so that they cannot be tried again.
    """

    version: int | None
    accepted: int = 0
    duplicates: int = 0
    still_quarantined: int = 0
    unreadable: int = 0

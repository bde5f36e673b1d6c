"""What the access room works with: the record, the writer, the clock and randomness."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from satsuma.commit.writer import Writer
from satsuma.kernel.clock import Clock
from satsuma.record.store import Record


@dataclass(frozen=True, slots=True)
class AccessRooms:
    """The parts below, wired by the workspace.

    Attributes:
        clock: Tells when sessions and keys have expired.
        randomness: So many random bytes.
    """

    record: Record
    writer: Writer
    clock: Clock
    randomness: Callable[[int], bytes]

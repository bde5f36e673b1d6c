"""What the lists room works with: the record, the writer, who asks, and randomness."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from threading import Lock

from satsuma.commit.writer import Writer
from satsuma.kernel.clock import Clock
from satsuma.lists.links import Links
from satsuma.membership.evaluating import Evaluate
from satsuma.record.store import Record


@dataclass(frozen=True, slots=True)
class ListRooms:
    """The parts below, wired by the workspace.

    Attributes:
        actor: Name of who gives commands through this object.
        through: What the command came through (`python`, `cli`, `api`), as interactions and the ledger say.
        clock: Tells when links are stale.
        randomness: So many random bytes.
        links: Makes and reads personal links.
        sending: Held while messages are handed to a mail server.
    """

    record: Record
    writer: Writer
    evaluate: Evaluate
    actor: str
    clock: Clock
    randomness: Callable[[int], bytes]
    links: Links
    through: str = "python"
    sending: Lock = field(default_factory=Lock)

    def asked_by(self, actor: str, through: str | None = None) -> ListRooms:
        """The same rooms for somebody else, perhaps through something else."""
        return replace(self, actor=actor, through=through or self.through)

"""Erasing for good: one version without the record, then a database file without its bytes, and a receipt."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from satsuma.commit.writer import Writer
from satsuma.kernel.errors import ConflictError
from satsuma.record import erasing
from satsuma.record.change import Change
from satsuma.record.erasing import Erased
from satsuma.record.rewriting import PENDING
from satsuma.record.sql import scalar
from satsuma.record.store import Record

Eraser: TypeAlias = Callable[[Change, Erased], Mapping[str, int]]
"""Removes what a room above the record keeps about somebody; gives how much, by what it was."""


@dataclass(frozen=True, slots=True)
class ErasureReceipt:
    """What an erasing removed. It names nobody.

    Attributes:
        version, at: The version without the record, and its instant (microseconds UTC).
        entity: Whose record it was.
        removed: How much was removed, by what it was.
        still_named_in: Tables and columns in which people have written the key or an address themselves, such
            as a segment's definition; it is theirs to change.
        is_file_rewritten: Whether the database file is free of the removed rows' bytes. Where somebody read
            for too long, it is made anew when the workspace is opened next.
    """

    version: int
    at: int
    entity: str
    removed: Mapping[str, int]
    still_named_in: tuple[str, ...]
    is_file_rewritten: bool


class Erasing:
    """Erases records."""

    def __init__(
        self,
        record: Record,
        writer: Writer,
        actor: str,
        erasers: Sequence[Eraser] = (),
        forget: Callable[[], None] = lambda: None,
    ) -> None:
        """Wire it.

        Args:
            record: Whose rows they are.
            writer: Makes the version.
            actor: Name of who erases.
            erasers: Of the rooms above the record.
            forget: Called after the version, while nobody writes: what was made from the record, such as the
                index, must not outlive it.
        """
        self._record = record
        self._writer = writer
        self._actor = actor
        self._erasers = erasers
        self._forget = forget

    def erase(self, entity: str, key: str) -> ErasureReceipt:
        """Remove a record for good; also one that was deleted, of which the keys are kept.

        Raises:
            NotFoundError: No record has the key, or had it when it was deleted.
        """

        def work(change: Change) -> tuple[dict[str, int], tuple[str, ...]]:
            who = erasing.whom(change.connection, change.entity(entity), key, is_deleted_too=True)
            counts: dict[str, int] = {}
            for eraser in self._erasers:
                counts |= eraser(change, who)
            counts |= erasing.erase(change, who)
            return counts, erasing.still_named(change.connection, who)

        with self._writer.turn():
            committed = self._writer.commit(work, actor=self._actor, cause="erase", detail=f"erase {entity}")
            self._forget()
            try:
                self._record.rewrite()
                rewritten = True
            except ConflictError:
                rewritten = False
        counts, named = committed.result
        removed = {what: count for what, count in sorted(counts.items()) if count}
        return ErasureReceipt(committed.version, committed.at, entity, removed, named, rewritten)

    def finish(self) -> bool:
        """Make the file anew if an erasing could not; gives whether that was so."""
        with self._record.cursor() as cursor:
            pending = scalar(cursor, "SELECT count(*) FROM meta WHERE key = ?", [PENDING])
        if not pending:
            return False
        with self._writer.turn():
            return self._rewrite()

    def _rewrite(self) -> bool:
        self._forget()
        try:
            self._record.rewrite()
        except ConflictError:
            return False
        return True

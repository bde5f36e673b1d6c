"""Running an import: chunk by chunk, so that a killed import goes on where it was.

Each chunk is one version, and the position of the import is stored with it: whatever happens, the record
holds a whole number of chunks and knows which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from satsuma.commit.writer import Writer
from satsuma.kernel.errors import CancelledError, Error, InvariantError
from satsuma.record.change import Change
from satsuma.record.quarantine import ENTITY
from satsuma.record.store import Record
from satsuma.record.taken import Taken
from satsuma.sync import ledger, planning
from satsuma.sync.ahead import ahead
from satsuma.sync.ledger import Counts, FileEntry, Position, State
from satsuma.sync.mapping import NO_TYPE
from satsuma.sync.planning import Plan
from satsuma.sync.preparing import Prepared, Preparer, fitted_to

Progress: TypeAlias = Callable[[int, int, int], None]
"""Told after each chunk: bytes read, bytes of all files, rows read."""

Locked: TypeAlias = Callable[[Change], frozenset[int]]
"""Catalog numbers of the attributes whose type must not change."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of an import.

    Attributes:
        id: Of the import; None where there was nothing to do and never has been.
        version: The last one it made, or the present one where it made none.
        rows_read, accepted, duplicates, quarantined: Rows, over the whole import, what was taken before an
            interruption included.
        created: How many records it made.
        files: Those it read.
        unchanged: Files of which everything had been taken before, each with the import that did.
    """

    id: int | None
    version: int
    rows_read: int
    accepted: int
    duplicates: int
    quarantined: int
    created: int
    files: tuple[str, ...]
    unchanged: tuple[tuple[str, int], ...] = ()


class Run:
    """One import while it runs."""

    def __init__(
        self, record: Record, writer: Writer, actor: str, locked: Locked, plan: Plan, running: set[int]
    ) -> None:
        self._record, self._writer, self._actor, self._locked = record, writer, actor, locked
        self._plan, self._running = plan, running
        last = plan.resumes
        self._id = None if last is None else last.id
        self._position = Position() if last is None else last.position
        self._counts = Counts() if last is None else last.counts
        self._version = record.version
        self._preparer = Preparer(plan, record.catalog, record.now)
        if self._id is not None:
            running.add(self._id)

    def all(self, progress: Progress | None, cancel: Callable[[], bool] | None) -> None:
        """Take all chunks."""
        total, done, rows = self._plan.total_bytes, 0, 0
        chunks = ahead(self._preparer.chunks(self._position))
        try:
            for prepared, following in _with_following(chunks):
                if cancel is not None and cancel():
                    raise self._cancelled()
                ends_file = following is None or following.place != prepared.place
                if ends_file:
                    planning.check_unchanged(prepared.file)
                is_last = following is None and prepared.place == len(self._files()) - 1
                self._commit(prepared, ends_file=ends_file, is_last=is_last)
                rows += prepared.rows
                if progress is not None:
                    progress(done + prepared.chunk.bytes_done, total, rows)
                if ends_file:
                    done += prepared.file.entry.size_bytes
        finally:
            chunks.close()
        if self._id is None or len(self._position.ends) < len(self._files()):
            self._finish()

    def _files(self) -> tuple[FileEntry, ...]:
        last = self._plan.resumes
        return tuple(file.entry for file in self._plan.files) if last is None else last.files

    def _commit(self, prepared: Prepared, *, ends_file: bool, is_last: bool) -> None:
        def work(change: Change) -> tuple[int, Counts, Position]:
            id = self._begun(change)
            taken = self._take(change, prepared, id)
            counts = Counts(
                prepared.rows,
                sum(one.accepted for one in taken),
                sum(one.duplicates for one in taken),
                sum(one.quarantined for one in taken) + prepared.unread.num_rows,
            )
            if counts.rows_read != counts.accepted + counts.duplicates + counts.quarantined:
                raise InvariantError(f"rows of import {id} are not accounted for: {counts}")
            created = self._position.created + sum(len(one.created) for one in taken)
            position = self._after(prepared, created, ends_file=ends_file)
            ledger.advance(change, id, counts, position, source=prepared.file.entry.source, is_last=is_last)
            return id, counts, position

        committed = self._writer.commit(
            work, actor=self._actor, kind="import", detail=f"import {self._plan.target.text}"
        )
        self._id, counts, self._position = committed.result
        self._running.add(self._id)
        self._counts += counts
        self._plan.mapping.pace.took(counts.rows_read, committed.took_us)
        self._version = committed.version
        if not prepared.fitted or self._record.catalog is not prepared.fitted[-1].intake.catalog:
            # Something else changed the catalog, or this chunk was fitted again: those to come follow that.
            self._preparer.follow(self._record.catalog)

    def _begun(self, change: Change) -> int:
        if self._id is not None:
            return self._id
        target = self._plan.target
        return ledger.begin(change, target.kind, target.text, self._files(), self._plan.options.to_json())

    def _take(self, change: Change, prepared: Prepared, id: int) -> list[Taken]:
        target, source = self._plan.target, prepared.file.entry.source
        locked = self._locked(change)
        taken = []
        for fitted in prepared.fitted:
            intake = fitted_to(change, fitted, self._plan.mapping, locked, untyped=not prepared.file.is_typed)
            name = fitted.part.target
            if target.kind == ENTITY:
                taken.append(change.upsert(name, intake, import_id=id, source=source))
            else:
                taken.append(change.append(name, intake, import_id=id, source=source))
        change.quarantine(target.kind, target.name or NO_TYPE, prepared.unread, import_id=id, source=source)
        return taken

    def _after(self, prepared: Prepared, created: int, *, ends_file: bool) -> Position:
        """The position after a chunk."""
        before, place, end = self._position, prepared.place, prepared.chunk.end_row
        # Files between that had no rows are finished where they began.
        between = self._files()[len(before.ends) : place]
        ends = (*before.ends, *(entry.start_row for entry in between))
        if not ends_file:
            return Position(place, end, before.chunk + 1, created, ends)
        return Position(place + 1, 0, before.chunk + 1, created, (*ends, end))

    def _finish(self) -> None:
        """Note the end of an import whose last rows, or all of them, were no rows at all."""

        def work(change: Change) -> tuple[int, Position]:
            id, files = self._begun(change), self._files()
            ends = self._position.ends
            ends += tuple(entry.start_row for entry in files[len(ends) :])
            at = Position(len(files), 0, self._position.chunk, self._position.created, ends)
            ledger.advance(change, id, Counts(), at, source="", is_last=True)
            return id, at

        committed = self._writer.commit(work, actor=self._actor, kind="import", detail="end of import")
        (self._id, self._position), self._version = committed.result, committed.version

    def failed(self, error: Error) -> None:
        """Note that the import could not go on; it can be resumed or undone."""
        id = self._id
        if id is not None and not isinstance(error, CancelledError):
            self._writer.commit(
                lambda change: ledger.mark(change, id, State.FAILED),
                actor=self._actor,
                kind="import",
                detail=f"import {id} failed: {error.message}",
            )

    def end(self) -> None:
        """The import runs no more."""
        self._running.discard(self._id or 0)

    def report(self) -> ImportReport:
        """What became of it."""
        counts = self._counts
        return ImportReport(
            self._id,
            self._version,
            counts.rows_read,
            counts.accepted,
            counts.duplicates,
            counts.quarantined,
            self._position.created,
            tuple(entry.path for entry in self._files()),
            self._plan.unchanged,
        )

    def _cancelled(self) -> CancelledError:
        if self._id is None:
            return CancelledError("the import was stopped before it took anything", code="cancelled.import")
        return CancelledError(
            f"import {self._id} was stopped after {self._counts.rows_read} rows",
            code="cancelled.import",
            hint=f"import the same files again or resume import {self._id} to go on; undo it to take it back",
            details={"import": self._id, "rows_read": self._counts.rows_read},
        )


def _with_following(chunks: Iterator[Prepared]) -> Iterator[tuple[Prepared, Prepared | None]]:
    """Each chunk with the one after it."""
    before = next(chunks, None)
    while before is not None:
        following = next(chunks, None)
        yield before, following
        before = following

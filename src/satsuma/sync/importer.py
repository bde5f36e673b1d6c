"""Importer: files into the record, and imports listed, resumed and undone."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from satsuma.commit.writer import Writer
from satsuma.kernel.errors import ConflictError, Error
from satsuma.record.quarantine import ENTITY
from satsuma.record.store import Record
from satsuma.sync import ledger, planning, undoing
from satsuma.sync.dry_run import DryRun, dry_run
from satsuma.sync.ledger import Import, State
from satsuma.sync.mapping import Target, mapping_of
from satsuma.sync.options import ImportOptions
from satsuma.sync.planning import Plan
from satsuma.sync.running import ImportReport, Locked, Progress, Run
from satsuma.sync.undoing import Undone


class Importer:
    """Imports files for one actor, and lists, resumes and undoes imports."""

    def __init__(
        self,
        record: Record,
        writer: Writer,
        *,
        actor: str,
        locked: Locked,
        running: set[int] | None = None,
    ) -> None:
        """Wire it.

        Args:
            record: Into which.
            writer: Makes its versions.
            actor: Name of who imports.
            locked: The attributes that live definitions read.
            running: Ids of the imports that run in this process, for all who import in it.
        """
        self._record = record
        self._writer = writer
        self._actor = actor
        self._locked = locked
        self._running: set[int] = set() if running is None else running

    def list(self) -> list[Import]:
        """Every import, by id. One that is `running` while this process does not run it was interrupted."""
        with self._record.cursor() as cursor:
            return ledger.all_imports(cursor)

    def plan(
        self,
        files: Iterable[str | Path],
        target: str | None,
        options: ImportOptions | None = None,
        *,
        interactions: bool = False,
    ) -> Plan:
        """What an import will do; reads the files once, and writes nothing.

        Args:
            files: Names, and patterns such as `*.csv`.
            target: The entity or interaction type; None where `options.type_column` names it row by row.
            options: Which column is what.
            interactions: Whether rows are interactions.

        Raises:
            NotFoundError, UsageError, DataError, ConflictError: See `planning.plan`.
        """
        kind = Target("interactions" if interactions or target is None else ENTITY, target)
        return planning.plan(
            [files] if isinstance(files, str | Path) else list(files),
            kind,
            options or ImportOptions(),
            catalog=self._record.catalog,
            imports=self.list(),
        )

    def resume_plan(self, id: int, *, rows_max: int | None = None) -> Plan:
        """The plan that goes on with an import that was interrupted.

        Raises:
            NotFoundError: There is no such import.
            ConflictError: It is done, undone or running, or a file has changed.
        """
        with self._record.cursor() as cursor:
            last = ledger.find(cursor, id)
        if last.state not in (State.RUNNING, State.FAILED) or id in self._running:
            what = "is running" if id in self._running else f"is {last.state} and cannot go on"
            raise ConflictError(f"import {id} {what}", code="conflict.import")
        others = {} if rows_max is None else {"rows_max": rows_max}
        options = ImportOptions.from_json(last.options, **others)
        target = Target(last.kind, None if options.type_column else last.target)
        catalog = self._record.catalog
        return planning.resuming(target, options, mapping_of(target, options, catalog), last, catalog)

    def dry_run(self, plan: Plan, *, progress: Progress | None = None) -> DryRun:
        """What an import would take, learn and refuse; nothing is written."""
        return dry_run(plan, self._record.catalog, self._record.now, progress)

    def run(
        self,
        plan: Plan,
        *,
        progress: Progress | None = None,
        cancel: Callable[[], bool] | None = None,
    ) -> ImportReport:
        """Import; returns once everything is durable and visible.

        Args:
            plan: From `plan` or `resume_plan`.
            progress: Told after each chunk.
            cancel: Asked before each chunk; the import stops when it says so, and can be resumed.

        Raises:
            CancelledError: `cancel` said so.
            DataError: A file turned out to be unreadable on the way, or was changed while it was read. What
                was taken before stays, and the import is marked as failed.
        """
        if not plan.files:
            return self._nothing(plan)
        run = Run(self._record, self._writer, self._actor, self._locked, plan, self._running)
        try:
            run.all(progress, cancel)
        except Error as error:
            run.failed(error)
            raise
        finally:
            run.end()
        return run.report()

    def undo(self, id: int) -> Undone:
        """Take back what an import did (see `undoing`); for one that is undone already nothing happens.

        Raises:
            NotFoundError: There is no such import.
            ConflictError: It is running.
        """
        if id in self._running:
            raise ConflictError(
                f"import {id} is running", code="conflict.import", hint="cancel it, or wait for its end"
            )
        with self._record.cursor() as cursor:
            found = ledger.find(cursor, id)
        if found.state is State.UNDONE:
            return Undone(id, self._record.version, 0, 0, 0, 0)
        committed = self._writer.commit(
            lambda change: undoing.undo(change, id),
            actor=self._actor,
            kind="undo",
            detail=f"undo import {id}",
        )
        done = committed.result
        return Undone(id, committed.version, done.interactions, done.observations, done.refused, done.records)

    def _nothing(self, plan: Plan) -> ImportReport:
        last = max((id for _, id in plan.unchanged), default=None)
        return ImportReport(last, self._record.version, 0, 0, 0, 0, 0, (), plan.unchanged)

"""A segment as people hold it: its state, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

import numpy as np
import pyarrow as pa

from satsuma.commit.writer import Committed
from satsuma.evaluation.definition import Definition
from satsuma.kernel.errors import ConflictError, NotFoundError, UsageError
from satsuma.kernel.instants import instant_of
from satsuma.kernel.names import key_given, keys_given
from satsuma.kernel.zones import zone
from satsuma.language.binding import bind
from satsuma.language.problems import Problem, definition_error
from satsuma.membership.deltas import Cause
from satsuma.membership.names import StoredNames
from satsuma.record import definitions, memberships, overrides
from satsuma.record.change import Change
from satsuma.record.definitions import SegmentRow
from satsuma.record.overrides import OverrideRow
from satsuma.segments import drafts, gate, history
from satsuma.segments.comparing import Comparison, compare
from satsuma.segments.estimate import Estimate, estimate
from satsuma.segments.explaining import Explanation, explain
from satsuma.segments.gate import Command, Status
from satsuma.segments.going_live import go_live
from satsuma.segments.history import Edition
from satsuma.segments.jobs import Job
from satsuma.segments.members import Members
from satsuma.segments.overriding import set_rule
from satsuma.segments.planned import planned
from satsuma.segments.reading import bound_draft, bound_draft_at, bound_given, definition_of, like, version_at
from satsuma.segments.related import Related, related
from satsuma.segments.rooms import Rooms, audience_of
from satsuma.segments.scheduling import set_dates
from satsuma.segments.sources import from_stored, source_of
from satsuma.segments.static import Picked, check_static, pick, put

if TYPE_CHECKING:
    from datetime import datetime

T = TypeVar("T")


class Segment:
    """One segment, by its id: what it says is looked up when asked, so it never shows an old state."""

    def __init__(self, rooms: Rooms, number: int) -> None:
        self._rooms = rooms
        self._number = number

    def __repr__(self) -> str:
        """Name and state."""
        row = self._row()
        return f"<segment “{row.name}”, {row.status}>"

    def __eq__(self, other: object) -> bool:
        """Whether it is the same segment of the same workspace."""
        return isinstance(other, Segment) and (self._number, self._rooms.record) == (
            other._number,
            other._rooms.record,
        )

    def __hash__(self) -> int:
        """By id."""
        return hash(self._number)

    @property
    def id(self) -> int:
        """Its id, which no other segment of the workspace ever had."""
        return self._number

    @property
    def name(self) -> str:
        """Its name."""
        return self._row().name

    @property
    def kind(self) -> str:
        """`dynamic`, `static` or `compound`."""
        return self._row().kind

    @property
    def audience(self) -> str:
        """The entity whose records are its members."""
        return audience_of(self._rooms.record.catalog, self._row().audience).name

    @property
    def status(self) -> Status:
        """`draft`, `going_live`, `live` or `failed`."""
        return Status(self._row().status)

    @property
    def reason(self) -> str | None:
        """Why it has failed; None otherwise."""
        return self._row().reason

    @property
    def definition(self) -> Definition | None:
        """The definition that is live, or else the draft; None for static segments."""
        row = self._row()
        return definition_of(self._rooms, row.draft_id if row.definition_id is None else row.definition_id)

    @property
    def draft(self) -> Definition | None:
        """The draft that is not live yet, if there is one."""
        return definition_of(self._rooms, self._row().draft_id)

    def check(self) -> tuple[Problem, ...]:
        """Every problem of the draft, or else of the live definition: errors and warnings. Raises nothing."""
        return bound_draft(self._rooms, self._number)[1]

    def estimate(self) -> Estimate:
        """What the draft, or else the live definition, gives on the last version: exact.

        Raises:
            DefinitionError: It has errors.
            ConflictError: The segment is static: its members are data.
        """
        with self._rooms.reading() as (cursor, state):
            definition, problems, written = bound_draft_at(self._rooms, cursor, state, self._number)
            if written is None:
                raise ConflictError(
                    f"segment “{self.name}” is static: there is nothing to estimate", code="segment.kind"
                )
            if definition is None:
                raise definition_error(problems)
            return estimate(self._rooms.answers, cursor, state, definition, written)

    def edit(self, where: object) -> None:
        """Give it a new draft: text, JSON data, or a parsed definition. A live definition stays as it is."""
        given = source_of(where)
        self._write(lambda change, row: drafts.edit(change, row, like(row, given)), "edit")

    def rename(self, name: str) -> None:
        """Give it another name; whatever refers to it follows."""
        self._write(lambda change, row: drafts.rename(change, row, name), "rename")

    @overload
    def go_live(self, *, wait: Literal[True] = True, despite_tests: bool = False) -> Committed[None]: ...

    @overload
    def go_live(self, *, wait: Literal[False], despite_tests: bool = False) -> Job[Committed[None]]: ...

    def go_live(
        self, *, wait: bool = True, despite_tests: bool = False
    ) -> Committed[None] | Job[Committed[None]]:
        """Make the draft live: checked, evaluated, and from then on exact at every version.

        Args:
            wait: Whether to return only when it is live; otherwise a job is returned at once.
            despite_tests: Whether to go live although tests of the segment fail.
        """
        rooms, numbers = self._rooms, (self._number,)
        job: Job[Committed[None]] = rooms.jobs.start(
            lambda job: go_live(rooms, numbers, job, despite_tests=despite_tests), background=not wait
        )
        return job.wait() if wait else job

    def stop(self) -> None:
        """Make a live segment a draft again. Its members are kept for comparison, and no longer followed.

        Raises:
            ConflictError: It is not live, or it is used; the message names every user.
        """
        self._write(drafts.stop, "stop")

    def cancel(self) -> None:
        """Make a segment that is going live, or waits for its start date, a draft again."""

        def work(change: Change, row: SegmentRow) -> None:
            status = gate.after(row.name, Status(row.status), Command.CANCEL)
            definitions.put_segment(change, replace(row, status=status.value))

        self._write(work, "cancel")

    def schedule(
        self, *, starts_at: str | datetime | int | None = None, ends_at: str | datetime | int | None = None
    ) -> None:
        """Set when it shall go live, once `go_live` was called, and when it shall stop; None for no date.

        Times without an offset are read in the workspace's zone. At its end it stops unless something uses
        it; then it stays live until nothing does.
        """
        clocks = zone(self._rooms.record.catalog.timezone)
        start, end = (None if date is None else instant_of(date, clocks) for date in (starts_at, ends_at))
        self._write(lambda change, row: set_dates(change, row, start, end), "schedule")

    def delete(self) -> None:
        """Remove a draft. Refused while it is live or used."""
        self._write(drafts.delete, "delete")

    def members(self, *, version: int | None = None, at: str | datetime | int | None = None) -> Members:
        """The members at the last version, or at an earlier version or instant.

        Raises:
            ConflictError: A draft has no members.
            NotFoundError: There is no such version.
            UsageError: Both a version and an instant are given.
        """
        if version is not None and at is not None:
            raise UsageError(
                "found a version and an instant, expected at most one of them", code="usage.version"
            )
        with self._rooms.reading() as (cursor, state):
            row = drafts.row_of(cursor, self._number)
            gate.after(row.name, Status(row.status), Command.MEMBERS)
            if version is None and at is None:
                numbers = self._rooms.answers.kept(cursor, state, row.id)
            else:
                wanted = version_at(cursor, at, state.catalog.timezone) if version is None else version
                if wanted is None:
                    raise NotFoundError(f"no version at {at}: the first came later", code="not_found.version")
                if not 0 <= wanted <= state.version:
                    raise NotFoundError(
                        f"no version {wanted}: the last is {state.version}", code="not_found.version"
                    )
                numbers = memberships.members_at(cursor, row.id, wanted)
            return Members(self._rooms.record, state.catalog, row.audience, numbers)

    def changes(self, *, since_version: int = 0) -> pa.Table:
        """Who entered and left above a version: version, at (timestamp), member (key), change, cause."""
        with self._rooms.reading() as (cursor, state):
            row = drafts.row_of(cursor, self._number)
            rows = memberships.changes(cursor, row.id, since_version=since_version)
        entity = audience_of(state.catalog, row.audience)
        keys = self._rooms.record.keys_of(entity.name, rows["member"].to_numpy())
        signs = rows["sign"].to_numpy()
        columns: dict[str, Any] = {
            "version": rows["version"],
            "at": rows["at_us"].cast(pa.timestamp("us", "UTC")),
            "member": keys,
            "change": pa.array(np.where(signs > 0, "entered", "left").tolist(), pa.string()),
            "cause": rows["cause"],
        }
        return pa.table(columns)

    def growth(self) -> pa.Table:
        """Its size after every version that changed it: version, at (timestamp), entered, left, size."""
        with self._rooms.reading() as (cursor, _):
            return history.growth(cursor, drafts.row_of(cursor, self._number).id)

    def history(self) -> tuple[Edition, ...]:
        """Every edition of its definition, oldest first: who made it, when, and what it changed."""
        with self._rooms.reading() as (cursor, state):
            row = drafts.row_of(cursor, self._number)
            return history.editions(cursor, state.catalog, row)

    def restore(self, edition: int) -> None:
        """Make an earlier edition the draft again, as a new edition."""

        def work(change: Change, row: SegmentRow) -> SegmentRow:
            stored = history.edition_row(change.connection, row, edition)
            return drafts.edit(change, row, from_stored(stored.source))

        self._write(work, f"restore edition {edition}")

    def compare(self, where: object = None) -> Comparison:
        """Who would enter, leave and stay if a definition (default: the draft) went live now.

        Raises:
            DefinitionError: The definition has errors.
        """
        if where is None:
            definition, problems, written = bound_draft(self._rooms, self._number)
        else:
            definition, problems, written = bound_given(self._rooms, self._number, source_of(where))
        if definition is None and written is not None:
            raise definition_error(problems)
        with self._rooms.reading() as (cursor, state):
            row = drafts.row_of(cursor, self._number)
            return compare(self._rooms, cursor, state, row, definition)

    def explain(self, key: str) -> Explanation:
        """Why a record is in the segment, or why not: each condition, its evidence, since and until when.

        By the live definition, or by the draft where none is live.

        Raises:
            NotFoundError: No record of the audience has the key.
            DefinitionError: The draft has errors.
        """
        return explain(self._rooms, self._number, key_given(key))

    def plan(self) -> str:
        """How its definition (the draft, where there is one) would be evaluated for everyone, in words.

        A line for each part, in the order of evaluation: what it costs, for how many it holds as far as the
        index tells, and what is answered only once. It evaluates nothing.

        Raises:
            ConflictError: The index is not open yet (`conflict.cold`).
            DefinitionError: The definition has errors.
            ForbiddenError: Whoever asks may not see every contact.
        """
        return planned(self._rooms, *bound_draft(self._rooms, self._number))

    def related(self) -> Related:
        """What uses it, and what it uses: by the draft where there is one."""
        definition = bound_draft(self._rooms, self._number)[0]
        with self._rooms.reading() as (cursor, state):
            return related(cursor, state.catalog, self._number, definition)

    def add(self, keys: Iterable[str]) -> Picked:
        """Put records into a static segment; keys that no record has are told."""
        return self._pick(keys_given(keys), "add members", adding=True)

    def remove(self, keys: Iterable[str]) -> Picked:
        """Take records out of a static segment; keys that no record has are told."""
        return self._pick(keys_given(keys), "remove members", adding=False)

    def add_where(self, where: object) -> Picked:
        """Put everyone into a static segment who meets a definition now; they stay whatever becomes of them.

        Raises:
            DefinitionError: The definition has errors.
        """
        given = source_of(where)

        def work(change: Change, row: SegmentRow) -> Picked:
            check_static(row)
            audience = audience_of(change.catalog, row.audience)
            names = StoredNames(change.connection, change.catalog)
            source = replace(given, audience=audience.name, timezone=given.timezone or row.timezone)
            binding = bind(source, change.catalog, names)
            if binding.definition is None:
                raise definition_error(binding.problems)
            found = self._rooms.evaluate(change.connection, binding.definition, change.catalog, change.at)
            changed = put(change, row, found, adding=True)
            return Picked(changed, len(found) - changed)

        return self._write(work, "add members by query", kind="data")

    def always(self, keys: Iterable[str]) -> None:
        """Include records whatever the definition says; `never` wins where both are set elsewhere."""
        self._override(keys, "always")

    def never(self, keys: Iterable[str]) -> None:
        """Exclude records whatever the definition says."""
        self._override(keys, "never")

    def follow_definition(self, keys: Iterable[str]) -> None:
        """Take back overrides of records."""
        self._override(keys, None)

    def overrides(self) -> tuple[OverrideRow, ...]:
        """Who is always, and never, in it: since when and by whose word."""
        with self._rooms.reading() as (cursor, _):
            return tuple(overrides.overrides(cursor, self._number))

    def _pick(self, keys: list[str], detail: str, *, adding: bool) -> Picked:
        return self._write(lambda change, row: pick(change, row, keys, adding=adding), detail, kind="data")

    def _override(self, keys: Iterable[str], rule: str | None) -> None:
        wanted = keys_given(keys)
        self._write(lambda change, row: set_rule(change, row, wanted, rule), "override", cause="override")

    def _row(self) -> SegmentRow:
        with self._rooms.reading() as (cursor, _):
            return drafts.row_of(cursor, self._number)

    def _write(
        self,
        work: Callable[[Change, SegmentRow], T],
        detail: str,
        *,
        kind: str = "definition",
        cause: Cause = "data",
    ) -> T:
        def whole(change: Change) -> T:
            return work(change, drafts.row_of(change.connection, self._number))

        return self._rooms.writer.commit(
            whole,
            actor=self._rooms.actor,
            kind=kind,
            cause="clock",
            causes={self._number: cause},
            detail=detail,
        ).result

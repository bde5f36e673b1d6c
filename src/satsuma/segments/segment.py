"""A segment as people hold it: its state, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, TypeVar, overload

import duckdb
import numpy as np
import pyarrow as pa

from satsuma.commit.writer import Committed
from satsuma.evaluation.definition import Definition
from satsuma.kernel.errors import ConflictError, InvariantError, NotFoundError
from satsuma.kernel.instants import instant_of
from satsuma.kernel.zones import zone
from satsuma.language import bound, tree
from satsuma.language.binding import bind
from satsuma.language.problems import Problem, definition_error
from satsuma.membership.names import StoredNames
from satsuma.record import definitions, memberships, uses, versions
from satsuma.record.change import Change
from satsuma.record.definitions import SegmentRow
from satsuma.record.resolve import numbers_of_keys
from satsuma.segments import drafts, gate
from satsuma.segments.estimate import Estimate, estimate
from satsuma.segments.gate import Command, Status
from satsuma.segments.going_live import go_live
from satsuma.segments.jobs import Job
from satsuma.segments.members import Members
from satsuma.segments.rooms import Rooms, audience_of
from satsuma.segments.sources import from_stored, source_of, with_names

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
        return self._definition(row.draft_id if row.definition_id is None else row.definition_id)

    @property
    def draft(self) -> Definition | None:
        """The draft that is not live yet, if there is one."""
        return self._definition(self._row().draft_id)

    def check(self) -> tuple[Problem, ...]:
        """Every problem of the draft, or else of the live definition: errors and warnings. Raises nothing."""
        return self._bound()[1]

    def estimate(self) -> Estimate:
        """What the draft, or else the live definition, gives on the last version: exact.

        Raises:
            DefinitionError: It has errors.
            ConflictError: The segment is static: its members are data.
        """
        definition, problems, written = self._bound()
        if written is None:
            raise ConflictError(
                f"segment “{self.name}” is static: there is nothing to estimate", code="segment.kind"
            )
        if definition is None:
            raise definition_error(problems)
        with self._rooms.reading() as (cursor, state):
            return estimate(cursor, state, definition, written)

    def edit(self, where: object) -> None:
        """Give it a new draft: text, JSON data, or a parsed definition. A live definition stays as it is."""
        given = source_of(where)
        self._write(lambda change, row: drafts.edit(change, row, self._like(row, given)), "edit")

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
        job = Job[Committed[None]](
            lambda job: go_live(rooms, numbers, job, despite_tests=despite_tests), background=not wait
        )
        return job.wait() if wait else job

    def stop(self) -> None:
        """Make a live segment a draft again. Its members are kept for comparison, and no longer followed.

        Raises:
            ConflictError: It is not live, or it is used; the message names every user.
        """

        def work(change: Change, row: SegmentRow) -> None:
            status = gate.after(row.name, Status(row.status), Command.STOP, drafts.users(change, row))
            stopped = replace(
                row,
                status=status.value,
                reason=None,
                definition_id=None,
                draft_id=row.definition_id if row.draft_id is None else row.draft_id,
                changed_at=change.at,
            )
            definitions.put_segment(change, stopped)
            uses.put(change, uses.Thing(uses.SEGMENT, row.id), ())

        self._write(work, "stop")

    def delete(self) -> None:
        """Remove a draft. Refused while it is live or used."""
        self._write(drafts.delete, "delete")

    def members(self, *, version: int | None = None, at: str | datetime | int | None = None) -> Members:
        """The members at the last version, or at an earlier version or instant.

        Raises:
            ConflictError: A draft has no members.
            NotFoundError: There is no such version.
        """
        with self._rooms.reading() as (cursor, state):
            row = drafts.row_of(definitions.segments(cursor), self._number)
            gate.after(row.name, Status(row.status), Command.MEMBERS)
            if version is None and at is None:
                numbers = memberships.members(cursor, row.id)
            else:
                wanted = _version_at(cursor, at, state.catalog.timezone) if version is None else version
                if wanted is None or not 0 <= wanted <= state.version:
                    raise NotFoundError(
                        f"no version {version if at is None else at}: the last is {state.version}",
                        code="not_found.version",
                    )
                numbers = memberships.members_at(cursor, row.id, wanted)
            return Members(self._rooms.record, state.catalog, row.audience, numbers)

    def changes(self, *, since_version: int = 0) -> pa.Table:
        """Who entered and left above a version: version, at (timestamp), member (key), change, cause."""
        with self._rooms.reading() as (cursor, state):
            row = drafts.row_of(definitions.segments(cursor), self._number)
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

    def add(self, keys: Iterable[str]) -> tuple[str, ...]:
        """Put records into a static segment; returns the keys that no record has."""
        return self._edit_static(keys, adding=True)

    def remove(self, keys: Iterable[str]) -> tuple[str, ...]:
        """Take records out of a static segment; returns the keys that no record has."""
        return self._edit_static(keys, adding=False)

    def _edit_static(self, keys: Iterable[str], *, adding: bool) -> tuple[str, ...]:
        wanted = list(dict.fromkeys(keys))

        def work(change: Change, row: SegmentRow) -> tuple[str, ...]:
            if row.kind != tree.Kind.STATIC:
                raise ConflictError(
                    f"segment “{row.name}” is {row.kind}: its members follow its definition",
                    code="segment.kind",
                    hint="only static segments are edited by hand",
                )
            entity = audience_of(change.catalog, row.audience)
            numbers = numbers_of_keys(change.connection, entity, pa.array(wanted, pa.string()))
            found = numbers[numbers >= 0].astype(np.uint32)
            put = memberships.add_static if adding else memberships.remove_static
            put(change, row.id, np.unique(found))
            return tuple(key for key, number in zip(wanted, numbers, strict=True) if number < 0)

        return self._write(work, "add members" if adding else "remove members", kind="data")

    def _row(self) -> SegmentRow:
        with self._rooms.reading() as (cursor, _):
            return drafts.row_of(definitions.segments(cursor), self._number)

    def _definition(self, number: int | None) -> Definition | None:
        if number is None:
            return None
        with self._rooms.reading() as (cursor, state):
            text = drafts.definition_source(definitions.definitions(cursor, self._number), number)
            names = StoredNames(cursor, state.catalog)
            source = with_names(from_stored(text), names)
            return Definition(source, catalog=state.catalog, names=names, now=state.now)

    def _bound(self) -> tuple[bound.Definition | None, tuple[Problem, ...], tree.Condition | None]:
        with self._rooms.reading() as (cursor, state):
            row = drafts.row_of(definitions.segments(cursor), self._number)
            number = row.definition_id if row.draft_id is None else row.draft_id
            if number is None:
                return None, (), None
            text = drafts.definition_source(definitions.definitions(cursor, row.id), number)
            names = StoredNames(cursor, state.catalog)
            source = with_names(from_stored(text), names)
            binding = bind(source, state.catalog, names, own_id=row.id)
            if source.where is None:
                raise InvariantError(f"definition {number} has no condition")
            return binding.definition, binding.problems, source.where

    def _like(self, row: SegmentRow, given: tree.Source) -> tree.Source:
        """A given source as one of this segment: what it does not say stays as it is."""
        kind = tree.Kind(row.kind) if given.name is None else given.kind
        return replace(given, kind=kind, timezone=given.timezone or row.timezone)

    def _write(self, work: Callable[[Change, SegmentRow], T], detail: str, *, kind: str = "definition") -> T:
        def whole(change: Change) -> T:
            return work(change, drafts.row_of(definitions.segments(change.connection), self._number))

        return self._rooms.writer.commit(whole, actor=self._rooms.actor, kind=kind, detail=detail).result


def _version_at(
    cursor: duckdb.DuckDBPyConnection, at: str | datetime | int | None, timezone: str
) -> int | None:
    return None if at is None else versions.in_force(cursor, instant_of(at, zone(timezone)))

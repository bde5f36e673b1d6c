"""The segments of a workspace: made, found, brought live together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, overload

import numpy as np

from satsuma.commit.writer import Committed
from satsuma.kernel.errors import UsageError
from satsuma.kernel.text import fold
from satsuma.language import tree
from satsuma.record import definitions, memberships
from satsuma.record.change import Change
from satsuma.record.definitions import SegmentRow
from satsuma.record.limited import refused
from satsuma.record.resolve import keys_of_numbers
from satsuma.segments import drafts
from satsuma.segments.drafts import About
from satsuma.segments.files.applying import Options, apply
from satsuma.segments.files.exporting import export
from satsuma.segments.files.result import Applied
from satsuma.segments.gate import Status
from satsuma.segments.going_live import go_live
from satsuma.segments.jobs import Job
from satsuma.segments.previewing import Preview, preview
from satsuma.segments.rooms import Rooms, audience_of
from satsuma.segments.segment import Segment
from satsuma.segments.sources import from_stored, source_of
from satsuma.segments.updating import Update, update


@dataclass(frozen=True, slots=True)
class Listed:
    """A segment in a list.

    Attributes:
        size: Members at the last version; None for drafts.
        changed_at: Microseconds UTC.
    """

    name: str
    kind: str
    audience: str
    status: str
    size: int | None
    changed_at: int
    tags: tuple[str, ...]
    reason: str | None


class Segments:
    """`ws.segments`."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    def create(
        self,
        name: str | dict[str, object] | tree.Source,
        where: object = None,
        *,
        kind: str | None = None,
        audience: str | None = None,
        timezone: str | None = None,
        description: str | None = None,
        tags: Iterable[str] = (),
    ) -> Segment:
        """Make a draft.

        Args:
            name: Its name; or the whole segment in JSON form as a dict, with the name in it.
            where: The condition: text, JSON data, or what `satsuma.parse` gives. None for static segments.
            kind: `dynamic` (the default where there is a condition), `static` or `compound`.
            audience: The entity whose records are members; where there is one audience, that.
            timezone: In which times without offset and days are read; default the workspace's.
            description: For people.
            tags: For finding it.

        Raises:
            DefinitionError: The condition cannot be read. What names it uses is checked by `check` and
                `go_live`.
            ConflictError: There is a segment of that name.
        """
        if isinstance(name, str):
            source = _assembled(name, where, kind)
        elif where is None:
            source = source_of(name)
        else:
            raise UsageError("found a condition beside a whole segment", hint="give one of them")
        title = source.name
        if title is None:
            raise UsageError("the segment has no name", hint='give "name"')
        source = replace(source, audience=audience or source.audience, timezone=timezone or source.timezone)
        if kind is not None:
            source = replace(source, kind=_kind(kind))
        about = About(description=description, owner=self._rooms.actor, tags=tuple(tags))
        return self._made(lambda change: drafts.create(change, title, source, about), "create segment")

    def __getitem__(self, name: str | int) -> Segment:
        """The segment of a name, without regard to case, or of an id."""
        with self._rooms.reading() as (cursor, _):
            return Segment(self._rooms, drafts.row_of(cursor, name).id)

    def __contains__(self, name: object) -> bool:
        """Whether there is a segment of that name."""
        return isinstance(name, str) and any(fold(row.name) == fold(name) for row in self._rows())

    def __iter__(self) -> Iterator[Segment]:
        """All segments, by name."""
        for row in sorted(self._rows(), key=lambda row: (fold(row.name), row.name)):
            yield Segment(self._rooms, row.id)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._rows())

    def list(
        self,
        *,
        search: str | None = None,
        status: str | None = None,
        kind: str | None = None,
        sort: str = "name",
    ) -> tuple[Listed, ...]:
        """Segments with size and state.

        Args:
            search: Part of the name or of a tag, without regard to case.
            status: Only those in this state.
            kind: Only those of this kind.
            sort: `name`, `status`, `kind`, `size` or `changed` (largest and latest first).

        Raises:
            UsageError: There is no such state, kind or order.
        """
        status = None if status is None else _status(status).value
        kind = None if kind is None else _kind(kind).value
        with self._rooms.reading() as (cursor, state):
            rows = definitions.segments(cursor)
            size_of = self._rooms.answers.sizes(cursor, state)
            tags: dict[int, list[str]] = {}
            for segment, tag in definitions.tags(cursor):
                tags.setdefault(segment, []).append(tag)
        found = [
            Listed(
                row.name,
                row.kind,
                audience_of(state.catalog, row.audience).name,
                row.status,
                size_of.get(row.id, 0) if row.status in (Status.LIVE, Status.FAILED) else None,
                row.changed_at,
                tuple(tags.get(row.id, ())),
                row.reason,
            )
            for row in rows
            if (status is None or row.status == status) and (kind is None or row.kind == kind)
        ]
        if search is not None:
            wanted = fold(search)
            found = [one for one in found if any(wanted in fold(text) for text in (one.name, *one.tags))]
        return tuple(_sorted(found, sort))

    def preview(
        self,
        where: str | Mapping[str, object],
        *,
        audience: str | None = None,
        timezone: str | None = None,
        kind: str | None = None,
        own_id: int | None = None,
    ) -> Preview:
        """What a definition that is not stored would give, and all that is wrong with it."""
        wanted = None if kind is None else _kind(kind).value
        return preview(self._rooms, where, audience=audience, timezone=timezone, kind=wanted, own_id=own_id)

    def update(
        self,
        name: str | int,
        wanted: Update,
        *,
        check: Callable[[SegmentRow, tuple[str, ...]], None] | None = None,
    ) -> Segment:
        """Change several things about a segment in one version; see `updating.Update`.

        Args:
            check: Told the segment's row and tags in that version before anything changes; may refuse.
        """
        segment = self[name]
        update(self._rooms, segment.id, wanted, check)
        return segment

    def duplicate(self, name: str, new_name: str) -> Segment:
        """Make a draft with the definition (or draft of one), tags and tests of another segment."""

        def work(change: Change) -> SegmentRow:
            row = drafts.row_of(change.connection, name)
            tags = tuple(tag for segment, tag in definitions.tags(change.connection) if segment == row.id)
            tests = definitions.tests(change.connection, row.id)
            number = row.definition_id if row.draft_id is None else row.draft_id
            source = tree.Source(kind=tree.Kind(row.kind), timezone=row.timezone)
            if number is not None:
                source = from_stored(definitions.source_of(change.connection, number))
            source = replace(
                source,
                audience=audience_of(change.catalog, row.audience).name,
                tests_in=tuple(key for key, expected in tests if expected),
                tests_out=tuple(key for key, expected in tests if not expected),
            )
            made = drafts.create(
                change, new_name, source, About(row.description, self._rooms.actor, row.folder, tags)
            )
            static = memberships.static_members(change.connection, row.id)
            memberships.add_static(change, made.id, static)
            return made

        return self._made(work, "duplicate segment")

    def snapshot(
        self, name: str, new_name: str, *, version: int | None = None, at: str | int | None = None
    ) -> Segment:
        """Make a static segment of those who are members of another now, or were at a version or instant."""
        numbers = self[name].members(version=version, at=at).numbers()

        def work(change: Change) -> SegmentRow:
            row = drafts.row_of(change.connection, name)
            audience = audience_of(change.catalog, row.audience)
            source = tree.Source(kind=tree.Kind.STATIC, audience=audience.name)
            made = drafts.create(change, new_name, source, About(owner=self._rooms.actor))
            there = [
                key is not None for key in keys_of_numbers(change.connection, audience, numbers).to_pylist()
            ]
            memberships.add_static(change, made.id, numbers[np.array(there, dtype=np.bool_)])
            return made

        return self._made(work, "snapshot segment")

    @overload
    def go_live(
        self, names: Sequence[str], *, wait: Literal[True] = True, despite_tests: bool = False
    ) -> Committed[None]: ...

    @overload
    def go_live(
        self, names: Sequence[str], *, wait: Literal[False], despite_tests: bool = False
    ) -> Job[Committed[None]]: ...

    def go_live(
        self, names: Sequence[str], *, wait: bool = True, despite_tests: bool = False
    ) -> Committed[None] | Job[Committed[None]]:
        """Bring segments live together, within one version; they may refer to each other."""
        if isinstance(names, str):
            raise UsageError("found one name, expected a list of names", hint=f"give [{names!r}]")
        rooms, numbers = self._rooms, [self[name].id for name in dict.fromkeys(names)]
        job: Job[Committed[None]] = rooms.jobs.start(
            lambda job: go_live(rooms, numbers, job, despite_tests=despite_tests), background=not wait
        )
        return job.wait() if wait else job

    def apply(
        self, folder: str | Path, *, dry_run: bool = False, delete: bool = False, despite_tests: bool = False
    ) -> Applied:
        """Make the segments what the files of a folder say, in one version: all of it, or nothing.

        Args:
            folder: Holds `*.segment` and `*.yaml` files, one for each segment.
            dry_run: Only say what would be, exactly; why it would be refused is in `problems`.
            delete: Whether to stop and delete segments that no file has; otherwise they stay as they are.
            despite_tests: Whether segments that break their tests go live all the same.

        Raises:
            UsageError: It is no folder of segment files.
            DefinitionError: Files have problems; all of them, each with file, line and column.
            ConflictError: Segments break their tests, or are used and shall be deleted.
        """
        if self._rooms.whole is not None:
            raise refused("applying files")
        options = Options(dry_run=dry_run, delete=delete, despite_tests=despite_tests)
        return apply(self._rooms, folder, options)

    def export(self, folder: str | Path) -> tuple[Path, ...]:
        """Write every segment as a file in a folder without segment files; applied, they change nothing."""
        return export(self._rooms, folder)

    def _made(self, work: Callable[[Change], SegmentRow], detail: str) -> Segment:
        committed = self._rooms.writer.commit(
            work, actor=self._rooms.actor, kind="definition", cause="clock", detail=detail
        )
        return Segment(self._rooms, committed.result.id)

    def _rows(self) -> tuple[SegmentRow, ...]:
        with self._rooms.reading() as (cursor, _):
            return tuple(definitions.segments(cursor))


def _assembled(name: str, where: object, kind: str | None) -> tree.Source:
    if where is None:
        if kind != tree.Kind.STATIC:
            raise UsageError(
                f"segment “{name}” has no condition",
                hint="give `where`, or kind='static' to pick members by hand",
            )
        return tree.Source(name=name, kind=tree.Kind.STATIC)
    return replace(source_of(where), name=name)


def _kind(kind: str) -> tree.Kind:
    try:
        return tree.Kind(kind)
    except ValueError:
        listed = ", ".join(tree.Kind)
        raise UsageError(f"found kind {kind!r}, expected one of {listed}", code="usage.kind") from None


def _status(status: str) -> Status:
    try:
        return Status(status)
    except ValueError:
        listed = ", ".join(Status)
        raise UsageError(f"found status {status!r}, expected one of {listed}", code="usage.status") from None


def _sorted(found: list[Listed], sort: str) -> list[Listed]:
    found.sort(key=lambda one: (fold(one.name), one.name))
    match sort:
        case "name":
            pass
        case "status":
            found.sort(key=lambda one: one.status)
        case "kind":
            found.sort(key=lambda one: one.kind)
        case "size":
            found.sort(key=lambda one: -1 if one.size is None else one.size, reverse=True)
        case "changed":
            found.sort(key=lambda one: one.changed_at, reverse=True)
        case _:
            raise UsageError(
                f"cannot sort by {sort!r}", hint="name, status, kind, size and changed are known"
            )
    return found

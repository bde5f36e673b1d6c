"""Drafts: segments made, renamed, edited and deleted. Every function writes inside a version being made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import duckdb

from satsuma.catalog.audiences import audience_named
from satsuma.kernel.errors import ConflictError, NotFoundError, UsageError
from satsuma.kernel.names import check_name
from satsuma.kernel.suggest import did_you_mean
from satsuma.kernel.text import fold
from satsuma.kernel.zones import zone
from satsuma.language import tree
from satsuma.membership.names import StoredNames
from satsuma.record import definitions, uses
from satsuma.record.change import Change
from satsuma.record.definitions import SegmentRow
from satsuma.segments import gate
from satsuma.segments.gate import Command, Status
from satsuma.segments.rooms import audience_of
from satsuma.segments.sources import hash_of, stored_form


@dataclass(frozen=True, slots=True)
class About:
    """What stands beside a definition and may be changed at any time."""

    description: str | None = None
    owner: str | None = None
    folder: str | None = None
    tags: tuple[str, ...] = ()


def create(change: Change, name: str, source: tree.Source, about: About) -> SegmentRow:
    """Make a draft.

    Raises:
        UsageError: The name, audience or zone is no such thing.
        ConflictError: Another segment has the name.
    """
    row = begin(change, name, source, about)
    _put_tests(change, row.id, source)
    return row if source.kind is tree.Kind.STATIC else edit(change, row, source)


def begin(change: Change, name: str, source: tree.Source, about: About) -> SegmentRow:
    """Make a draft that has no definition and no tests yet; otherwise as `create`."""
    audience = audience_named(change.catalog, source.audience)
    name = _free_name(change, name)
    if source.timezone is not None:
        zone(source.timezone)
    number = definitions.next_segment(change)
    row = SegmentRow(
        id=number,
        name=name,
        audience=audience.number,
        kind=source.kind.value,
        status=Status.DRAFT.value,
        created_at=change.at,
        created_version=change.version,
        changed_at=change.at,
        timezone=source.timezone,
        description=about.description,
        owner=about.owner,
        folder=about.folder,
    )
    definitions.put_segment(change, row)
    definitions.put_tags(change, number, about.tags)
    return row


def edit(change: Change, row: SegmentRow, source: tree.Source) -> SegmentRow:
    """Store a new draft of the definition; beside a live definition, which stays as it is.

    Raises:
        ConflictError: The segment's state does not admit it, or its kind or audience would change.
    """
    gate.after(row.name, Status(row.status), Command.EDIT)
    audience = audience_of(change.catalog, row.audience)
    if source.kind.value != row.kind or (source.audience or audience.name) != audience.name:
        raise ConflictError(
            f"segment “{row.name}” is a {row.kind} segment of {audience.name}, and stays one",
            code="segment.kind",
            hint="make another segment",
        )
    if source.where is None:
        raise UsageError(f"segment “{row.name}” needs a condition", hint="give `where`")
    names = StoredNames(change.connection, change.catalog)
    plain = replace(source, name=None, audience=audience.name, tests_in=(), tests_out=())
    text = stored_form(plain, names)
    stored = definitions.add_definition(
        change, row.id, text, hash_of(plain, audience.name, source.timezone or change.catalog.timezone)
    )
    if source.tests_in or source.tests_out:
        _put_tests(change, row.id, source)
    changed = replace(row, draft_id=stored.id, changed_at=change.at)
    definitions.put_segment(change, changed)
    return changed


def rename(change: Change, row: SegmentRow, name: str) -> SegmentRow:
    """Give a segment another name; what refers to it follows, for references are kept by id."""
    gate.after(row.name, Status(row.status), Command.RENAME)
    changed = replace(row, name=_free_name(change, name, row.id), changed_at=change.at)
    definitions.put_segment(change, changed)
    return changed


def delete(change: Change, row: SegmentRow) -> None:
    """Remove a draft with all its versions; the history of its membership stays.

    Raises:
        ConflictError: It is live, or used.
    """
    gate.after(row.name, Status(row.status), Command.DELETE, users(change, row))
    definitions.remove_segment(change, row.id)
    uses.put(change, uses.Thing(uses.SEGMENT, row.id), ())


def stop(change: Change, row: SegmentRow, *, listeners: bool = True) -> SegmentRow:
    """Make a live segment a draft again; its last members are kept, and no longer followed.

    Args:
        change: The version in the making.
        row: The segment.
        listeners: Whether those that are only told of it keep it from being stopped.

    Raises:
        ConflictError: It is not live, or it is used.
    """
    status = gate.after(row.name, Status(row.status), Command.STOP, users(change, row, listeners=listeners))
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
    return stopped


def users(change: Change, row: SegmentRow, *, listeners: bool = True) -> tuple[str, ...]:
    """What uses a segment, in words; with those that are only told of it, or without."""
    found = []
    for thing in uses.users_of(change.connection, uses.Thing(uses.SEGMENT, row.id)):
        if listeners or thing.kind not in uses.LISTENERS:
            name = uses.name_of(change.connection, thing)
            found.append(f"{thing.kind} {thing.id if name is None else f'“{name}”'}")
    return tuple(found)


def row_of(connection: duckdb.DuckDBPyConnection, ref: str | int) -> SegmentRow:
    """The segment of a name (without regard to case) or id; by id, no other is read.

    Raises:
        NotFoundError: There is none.
    """
    return among(definitions.segments(connection, ref if isinstance(ref, int) else None), ref)


def among(rows: Sequence[SegmentRow], ref: str | int) -> SegmentRow:
    """The same among segments that were read.

    Raises:
        NotFoundError: There is none.
    """
    for row in rows:
        if row.id == ref if isinstance(ref, int) else fold(row.name) == fold(ref):
            return row
    if isinstance(ref, int):
        raise NotFoundError(f"no segment with id {ref}: it was deleted", code="not_found.segment")
    hint = did_you_mean(ref, [row.name for row in rows]) or "`segment list` shows all"
    raise NotFoundError(f"no segment “{ref}”", code="not_found.segment", hint=hint)


def _free_name(change: Change, name: str, own: int | None = None) -> str:
    name = check_name(name)
    for row in definitions.segments(change.connection):
        if fold(row.name) == fold(name) and row.id != own:
            raise ConflictError(
                f"there is a segment “{row.name}” already",
                code="segment.name_taken",
                hint="edit that one, or choose another name; names count without regard to case",
            )
    return name


def _put_tests(change: Change, number: int, source: tree.Source) -> None:
    if both := set(source.tests_in) & set(source.tests_out):
        raise UsageError(f"tests have {min(both)!r} both in and out", hint="keep it in one of them")
    expected = [(key, True) for key in source.tests_in] + [(key, False) for key in source.tests_out]
    definitions.put_tests(change, number, expected)

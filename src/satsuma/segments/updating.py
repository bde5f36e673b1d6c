"""Updating: several changes of one segment in one version, all of them or none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

import duckdb

from satsuma.kernel.errors import UsageError
from satsuma.kernel.limits import DESCRIPTION_CHARS_MAX, NAME_CHARS_MAX
from satsuma.kernel.names import check_name
from satsuma.record import definitions
from satsuma.record.change import Change
from satsuma.record.definitions import SegmentRow
from satsuma.segments import drafts
from satsuma.segments.reading import like
from satsuma.segments.rooms import Rooms
from satsuma.segments.scheduling import set_dates
from satsuma.segments.sources import source_of

TAGS_MAX = 50

T = TypeVar("T")


class Keep:
    """Stands where nothing shall change."""


KEEP = Keep()


@dataclass(frozen=True, slots=True)
class Update:
    """What shall change.

    Attributes:
        name: Another name.
        where: A new draft: text, JSON data or a parsed definition.
        starts_at, ends_at: Microseconds UTC, or None for no date.
        description, owner, folder: Or None for none.
        tags: All that it shall have.
    """

    name: str | Keep = KEEP
    where: object = KEEP
    description: str | Keep | None = KEEP
    owner: str | Keep | None = KEEP
    folder: str | Keep | None = KEEP
    tags: tuple[str, ...] | Keep = KEEP
    starts_at: int | Keep | None = KEEP
    ends_at: int | Keep | None = KEEP


def update(
    rooms: Rooms, segment: int, wanted: Update, check: Callable[[SegmentRow, tuple[str, ...]], None] | None
) -> None:
    """Change a segment, in one version.

    Args:
        check: Told the segment and its tags before anything is changed, in the version itself; may refuse.

    Raises:
        UsageError: A name, description, tag or date is no such thing.
        ConflictError: The name is taken, or the state does not admit another definition.
    """

    def work(change: Change) -> None:
        row = drafts.row_of(change.connection, segment)
        if check is not None:
            check(row, tags_of(change.connection, segment))
        _apply(change, row, wanted)

    rooms.writer.commit(work, actor=rooms.actor, kind="definition", cause="clock", detail="update segment")


def tags_of(connection: duckdb.DuckDBPyConnection, segment: int) -> tuple[str, ...]:
    """The tags of a segment, in order."""
    return tuple(tag for number, tag in definitions.tags(connection) if number == segment)


def _apply(change: Change, row: SegmentRow, wanted: Update) -> None:
    if not isinstance(wanted.name, Keep) and wanted.name != row.name:
        row = drafts.rename(change, row, wanted.name)
    if not isinstance(wanted.where, Keep):
        row = drafts.edit(change, row, like(row, source_of(wanted.where)))
    starts_at, ends_at = _kept(wanted.starts_at, row.starts_at), _kept(wanted.ends_at, row.ends_at)
    if (starts_at, ends_at) != (row.starts_at, row.ends_at):
        row = set_dates(change, row, starts_at, ends_at)
    described = replace(
        row,
        description=_text(_kept(wanted.description, row.description), DESCRIPTION_CHARS_MAX),
        owner=_text(_kept(wanted.owner, row.owner), NAME_CHARS_MAX),
        folder=_text(_kept(wanted.folder, row.folder), NAME_CHARS_MAX),
    )
    tags = None if isinstance(wanted.tags, Keep) else tuple(sorted({check_name(tag) for tag in wanted.tags}))
    if tags is not None and len(tags) > TAGS_MAX:
        raise UsageError(f"found {len(tags)} tags, expected at most {TAGS_MAX}", code="usage.tags")
    if described == row and tags in (None, tags_of(change.connection, row.id)):
        return
    definitions.put_segment(change, replace(described, changed_at=change.at))
    if tags is not None:
        definitions.put_tags(change, row.id, tags)


def _kept(wanted: T | Keep, before: T) -> T:
    return before if isinstance(wanted, Keep) else wanted


def _text(text: str | None, chars_max: int) -> str | None:
    if text is not None and len(text) > chars_max:
        raise UsageError(
            f"found a text of {len(text)} characters, expected at most {chars_max}", code="usage.text"
        )
    return text or None

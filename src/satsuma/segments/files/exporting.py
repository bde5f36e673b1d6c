"""Exporting: every segment of a workspace as a file in text form, which applied again changes nothing."""

from __future__ import annotations

from pathlib import Path

from satsuma.kernel.errors import ConflictError, UsageError
from satsuma.kernel.text import fold
from satsuma.language import tree
from satsuma.language.text import print_text
from satsuma.membership.names import StoredNames
from satsuma.record import definitions, memberships
from satsuma.record.definitions import SegmentRow
from satsuma.record.resolve import keys_of_numbers
from satsuma.segments.exporting import write_bytes
from satsuma.segments.files.folder import TEXT_ENDING, segment_paths
from satsuma.segments.files.lines import written
from satsuma.segments.gate import Status
from satsuma.segments.rooms import Rooms, audience_of
from satsuma.segments.sources import from_stored, with_names

STEM_CHARS_MAX = 60


def export(rooms: Rooms, folder: str | Path) -> tuple[Path, ...]:
    """Write every segment as a file of its own; gives the files, by the segments' names.

    The definition is the live one, or else the draft. Overrides, dates and earlier editions
    are not in the files.

    Args:
        rooms: The parts below.
        folder: Made where it is not there; it must have no segment files yet.

    Raises:
        ConflictError: It has some.
        UsageError: It cannot be written.
    """
    folder = Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"{folder} cannot be made: {error.strerror or error}", code="usage.folder"
        ) from error
    if there := segment_paths(folder):
        raise ConflictError(
            f"{folder} has segment files already, such as {there[0].relative_to(folder)}",
            code="conflict.folder",
            hint="export to an empty folder",
        )
    files = _contents(rooms)
    for name, content in files.items():
        write_bytes(content.encode("utf-8"), folder / name)
    return tuple(folder / name for name in files)


def _contents(rooms: Rooms) -> dict[str, str]:
    """File name → content, by the segments' names."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    with rooms.reading() as (cursor, state):
        names = StoredNames(cursor, state.catalog)
        sources = {row.id: row.source for row in definitions.definitions(cursor)}
        tags: dict[int, list[str]] = {}
        for segment, tag in definitions.tags(cursor):
            tags.setdefault(segment, []).append(tag)
        for row in sorted(definitions.segments(cursor), key=lambda row: (fold(row.name), row.id)):
            number = row.draft_id if row.definition_id is None else row.definition_id
            source = tree.Source(kind=tree.Kind(row.kind), timezone=row.timezone)
            if number is not None:
                source = with_names(from_stored(sources[number]), names)
            audience = audience_of(state.catalog, row.audience)
            lines = _header(
                row, source, audience.name, tags.get(row.id, []), definitions.tests(cursor, row.id)
            )
            if source.where is not None:
                set_words = source.kind is tree.Kind.COMPOUND
                lines.append(print_text(source.where, pretty=True, set_words=set_words))
            elif row.kind == tree.Kind.STATIC:
                keys = keys_of_numbers(cursor, audience, memberships.static_members(cursor, row.id))
                lines += sorted(written(key) for key in keys.to_pylist() if key is not None)
            found[_file_name(row.name, taken)] = "\n".join(lines).rstrip("\n") + "\n"
    return found


def _header(
    row: SegmentRow, source: tree.Source, audience: str, tags: list[str], tests: list[tuple[str, bool]]
) -> list[str]:
    """The lines up to the definition, the empty one included."""
    lines = [f"name: {written(row.name)}", f"kind: {row.kind}", f"audience: {written(audience)}"]
    if source.timezone is not None:
        lines.append(f"timezone: {source.timezone}")
    if row.status == Status.DRAFT:
        lines.append("status: draft")
    if row.description:
        lines.append(f"description: {written(row.description)}")
    lists = {
        "tags": tags,
        "in": [key for key, expected in tests if expected],
        "not in": [key for key, expected in tests if not expected],
    }
    lines += [
        f"{name}: {', '.join(written(value, in_list=True) for value in values)}"
        for name, values in lists.items()
        if values
    ]
    return [*lines, ""]


def _file_name(name: str, taken: set[str]) -> str:
    """A name that every file system takes, unlike all that are taken, in any case."""
    words = "".join(character if character.isalnum() else " " for character in fold(name)).split()
    stem = "-".join(words).encode("utf-8")[:STEM_CHARS_MAX].decode("utf-8", "ignore") or "segment"
    unique, count = stem, 1
    while unique in taken:
        count += 1
        unique = f"{stem}-{count}"
    taken.add(unique)
    return unique + TEXT_ENDING

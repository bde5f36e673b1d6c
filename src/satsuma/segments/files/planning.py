"""Planning: what each file would change, told by comparing it with what is stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter

import duckdb
import numpy as np
import pyarrow as pa

from satsuma.catalog.audiences import audience_named
from satsuma.catalog.model import Catalog, Entity
from satsuma.kernel.errors import Error
from satsuma.kernel.text import fold
from satsuma.language import references, tree
from satsuma.membership.names import StoredNames
from satsuma.record import definitions, memberships, uses
from satsuma.record.definitions import SegmentRow
from satsuma.record.resolve import numbers_of_keys
from satsuma.segments.files.form import FileProblem, SegmentFile
from satsuma.segments.gate import Status
from satsuma.segments.rooms import audience_of
from satsuma.segments.sources import hash_of, stored_form, with_ids

DEFINITION, WORDING, GOES_LIVE = "definition", "wording", "goes live"


@dataclass(frozen=True, slots=True)
class Step:
    """One file with what it changes.

    Attributes:
        row: The segment as stored; None for a new one.
        audience: Of the segment.
        what: What differs (see `result.Changed`).
        stops: Whether a live segment becomes a draft.
        unknown: Keys of members that no record has.
    """

    file: SegmentFile
    row: SegmentRow | None
    audience: Entity
    what: tuple[str, ...]
    stops: bool = False
    unknown: tuple[str, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether anything about the segment changes."""
        return self.row is None or self.stops or bool(self.what)

    @property
    def joins(self) -> bool:
        """Whether it goes live, anew or with another definition."""
        if self.file.is_draft:
            return False
        return self.row is None or bool({DEFINITION, WORDING, GOES_LIVE} & set(self.what))


@dataclass(frozen=True, slots=True)
class Plan:
    """What applying would do.

    Attributes:
        steps: One for each file that can be used.
        problems: What refuses it already.
        others: Segments that no file has.
    """

    steps: tuple[Step, ...]
    problems: tuple[FileProblem, ...]
    others: tuple[SegmentRow, ...]


def plan(connection: duckdb.DuckDBPyConnection, catalog: Catalog, files: Iterable[SegmentFile]) -> Plan:
    """Compare files with what a connection sees."""
    files = tuple(files)
    rows = {fold(row.name): row for row in definitions.segments(connection)}
    stored = _Stored(connection, catalog)
    steps: list[Step] = []
    problems: list[FileProblem] = []
    for file in files:
        row = rows.get(fold(file.name))
        found = _kind_problem(catalog, row, file)
        if found is not None:
            problems.append(found)
            continue
        audience = (
            audience_named(catalog, file.source.audience)
            if row is None
            else audience_of(catalog, row.audience)
        )
        steps.append(_step(stored, file, row, audience))
    problems += _circles(connection, rows, files)
    named = {fold(file.name) for file in files}
    others = tuple(row for name, row in sorted(rows.items()) if name not in named)
    return Plan(tuple(steps), tuple(problems), others)


class _Stored:
    """What is stored of all segments, read once."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, catalog: Catalog) -> None:
        self.connection = connection
        self.catalog = catalog
        self.names = StoredNames(connection, catalog)
        self.definitions = {row.id: row for row in definitions.definitions(connection)}
        self.tags: dict[int, set[str]] = {}
        for segment, tag in definitions.tags(connection):
            self.tags.setdefault(segment, set()).add(tag)


def _step(stored: _Stored, file: SegmentFile, row: SegmentRow | None, audience: Entity) -> Step:
    if not file.is_readable:
        return Step(file, row, audience, ())
    inside, unknown = _members(stored, file, row, audience)
    if row is None:
        return Step(file, None, audience, (), unknown=unknown)
    differs = {
        "name": row.name != file.name,
        "description": row.description != file.description,
        "tags": stored.tags.get(row.id, set()) != set(file.tags),
        "tests": set(definitions.tests(stored.connection, row.id)) != set(tests_of(file)),
        "members": inside,
        GOES_LIVE: not file.is_draft and row.status == Status.DRAFT,
    }
    what = [*_definition(stored, file, row, audience), *(name for name, yes in differs.items() if yes)]
    stops = file.is_draft and row.status in (Status.LIVE, Status.FAILED)
    return Step(file, row, audience, tuple(what), stops, unknown)


def tests_of(file: SegmentFile) -> list[tuple[str, bool]]:
    """Keys that must be in (True) or out (False)."""
    source = file.source
    return [(key, True) for key in source.tests_in] + [(key, False) for key in source.tests_out]


def plain_source(file: SegmentFile, audience: Entity) -> tree.Source:
    """The definition of a file as it is stored: without the name and the tests, which are kept beside it."""
    return replace(file.source, name=None, audience=audience.name, tests_in=(), tests_out=())


def _definition(stored: _Stored, file: SegmentFile, row: SegmentRow, audience: Entity) -> list[str]:
    """How the condition, with its zone, differs from the one in force."""
    if row.kind == tree.Kind.STATIC:
        return [] if row.timezone == file.source.timezone else [DEFINITION]
    in_force = row.draft_id if row.definition_id is None else row.definition_id
    if in_force is None:
        return [DEFINITION]
    source, known = plain_source(file, audience), stored.definitions[in_force]
    if stored_form(source, stored.names) == known.source:
        return []
    timezone = source.timezone or stored.catalog.timezone
    digest = hash_of(with_ids(source, stored.names), audience.name, timezone)
    return [WORDING if digest == known.canonical_hash else DEFINITION]


def _members(
    stored: _Stored, file: SegmentFile, row: SegmentRow | None, audience: Entity
) -> tuple[bool, tuple[str, ...]]:
    """Whether the members of a static segment differ, and the keys that no record has."""
    if file.members is None:
        return False, ()
    keys = list(dict.fromkeys(file.members))
    numbers = numbers_of_keys(stored.connection, audience, pa.array(keys, pa.string()))
    unknown = tuple(key for key, number in zip(keys, numbers, strict=True) if number < 0)
    if row is None:
        return True, unknown
    kept = memberships.static_members(stored.connection, row.id)
    return not np.array_equal(np.unique(numbers[numbers >= 0]), kept.astype(np.int64)), unknown


def _kind_problem(catalog: Catalog, row: SegmentRow | None, file: SegmentFile) -> FileProblem | None:
    if row is None:
        try:
            audience_named(catalog, file.source.audience)
        except Error as error:
            return file.problem("segment.audience", "audience", error.message, error.hint)
        return None
    audience = audience_of(catalog, row.audience).name
    if not file.is_readable:
        return None
    if file.source.kind.value != row.kind or (file.source.audience or audience) != audience:
        message = f"segment “{row.name}” is a {row.kind} segment of {audience}, and stays one"
        return file.problem(
            "segment.kind", "kind", message, "give the file another name, or delete the segment"
        )
    if row.starts_at is not None and row.status == Status.DRAFT and not file.is_draft:
        message = f"segment “{row.name}” has a start date"
        return file.problem(
            "segment.dates", "name", message, "bring it live by itself, or take the date back"
        )
    return None


def _circles(
    connection: duckdb.DuckDBPyConnection, rows: Mapping[str, SegmentRow], files: Iterable[SegmentFile]
) -> list[FileProblem]:
    """Segments that would refer to each other in a circle; the checker tells those that name themselves."""
    names = {row.id: name for name, row in rows.items()}
    graph = {
        names[user]: {names[number] for number in used if number in names}
        for user, used in uses.between_segments(connection).items()
        if user in names
    }
    by_name = {fold(file.name): file for file in files if file.is_readable}
    for name, file in by_name.items():
        refs = () if file.source.where is None else references.segments_in(file.source.where)
        used = {names.get(ref.id, "") if isinstance(ref, tree.RefId) else fold(ref) for ref in refs}
        graph[name] = used - {name}
    try:
        tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        circle = error.args[1]
        files_of = [by_name[name] for name in circle if name in by_name]
        shown = " → ".join(
            by_name[name].name if name in by_name else rows[name].name for name in circle[::-1]
        )
        message = f"segments would refer to each other in a circle: {shown}"
        return [files_of[0].problem("reference.cycle", "where", message, "take one of the references out")]
    return []

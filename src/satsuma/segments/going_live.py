"""Going live: drafts are checked, evaluated beside the running workspace, and join in one version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from satsuma.catalog.model import Catalog
from satsuma.commit.writer import Committed
from satsuma.kernel.errors import ConflictError
from satsuma.language import bound, references
from satsuma.language.binding import bind
from satsuma.language.problems import Problem, definition_error
from satsuma.membership.live import LiveSegment, in_dependency_order
from satsuma.membership.names import StoredNames
from satsuma.membership.touching import Leaf, program_of
from satsuma.record import definitions, uses
from satsuma.record.change import Change
from satsuma.record.definitions import SegmentRow
from satsuma.record.limited import refused
from satsuma.record.resolve import numbers_of_keys
from satsuma.segments import gate
from satsuma.segments.drafts import among, row_of
from satsuma.segments.gate import Command, Status
from satsuma.segments.jobs import Job
from satsuma.segments.related import things_used
from satsuma.segments.rooms import Rooms, audience_of
from satsuma.segments.sources import from_stored


@dataclass(frozen=True, slots=True)
class Candidate:
    """A segment on its way: its row and the definition that shall become the live one (None: static)."""

    row: SegmentRow
    definition: bound.Definition | None
    timezone: str | None = None

    @property
    def depends_on(self) -> frozenset[int]:
        """The segments that it refers to."""
        if self.definition is None:
            return frozenset()
        return frozenset(references.segment_ids_in(self.definition.where))


def go_live(
    rooms: Rooms, segments: Sequence[int], job: Job[Committed[None]], *, despite_tests: bool
) -> Committed[None]:
    """Bring segments live together; they may refer to each other.

    Args:
        rooms: The parts below.
        segments: Their ids. Where they have a start date that is still to come, they wait for it.
        job: Told how far it is, and asked whether to go on.
        despite_tests: Whether segments that break their own tests go live all the same.

    Raises:
        ConflictError: A segment's state does not admit it, or it breaks its tests (`segment.tests`).
        DefinitionError: A definition has errors; all of them of all segments.
        CancelledError: The job was cancelled; the segments are as before.
        ForbiddenError: Whoever asks may not see all that a definition reads.
    """
    asked, rooms = rooms, rooms.of_everyone
    if asked is not rooms and not despite_tests:
        _check_tests_seen(asked, segments)
    before, announced = _announce(rooms, segments)
    try:
        candidates = _rehearse(rooms, segments, job, despite_tests=despite_tests)
        for candidate in candidates:
            if candidate.definition is not None:
                asked.answers.check(candidate.definition.where, candidate.definition.audience)
        job.check(0.1)
        if announced is not None and _all_wait(before, announced.at):
            return announced
        with rooms.engine.prepared(_leaves(candidates), lambda part: job.check(0.1 + 0.8 * part)):
            job.check(0.95)
            return rooms.writer.commit(
                lambda change: join(rooms, change, segments, despite_tests=despite_tests),
                actor=rooms.actor,
                kind="definition",
                cause="clock",
                causes=dict.fromkeys(segments, "definition"),
                detail="go live",
            )
    except BaseException:
        _withdraw(rooms, before)
        raise


def _check_tests_seen(asked: Rooms, segments: Sequence[int]) -> None:
    """Refuse tests about records that whoever asks does not see: whether they fail would tell of those.

    Raises:
        ForbiddenError: A segment has some.
    """
    with asked.reading() as (cursor, _), asked.of_everyone.reading() as (whole, _):
        for number in segments:
            if len(definitions.tests(cursor, number)) < len(definitions.tests(whole, number)):
                raise refused("bringing a segment live with tests of other contacts")


def _announce(rooms: Rooms, segments: Sequence[int]) -> tuple[dict[int, SegmentRow], Committed[None] | None]:
    """Mark drafts as going live, in a version of its own; gives the rows as they were, and that version."""
    with rooms.reading() as (cursor, _):
        rows = definitions.segments(cursor)
    found = {number: among(rows, number) for number in segments}
    for row in found.values():
        _may_go_live(row)
    if all(row.status != Status.DRAFT for row in found.values()):
        return found, None

    def mark(change: Change) -> None:
        for number in segments:
            row = row_of(change.connection, number)
            status = gate.after(row.name, Status(row.status), Command.GO_LIVE)
            definitions.put_segment(change, replace(row, status=status.value, reason=None))

    return found, rooms.writer.commit(mark, actor=rooms.actor, kind="definition", detail="going live")


def _all_wait(rows: dict[int, SegmentRow], now: int) -> bool:
    """Whether all are to start later: they join by themselves then (`segments.scheduling`).

    Raises:
        ConflictError: Some are, some are not.
    """
    waiting = [row for row in rows.values() if row.starts_at is not None and row.starts_at > now]
    if waiting and len(waiting) < len(rows):
        raise ConflictError(
            f"segment “{waiting[0].name}” has a start date that is still to come, and others do not",
            code="segment.dates",
            hint="bring them live one after another",
        )
    return bool(waiting)


def _may_go_live(row: SegmentRow) -> None:
    gate.after(row.name, Status(row.status), Command.GO_LIVE)
    if row.status == Status.LIVE and row.draft_id is None:
        raise ConflictError(
            f"segment “{row.name}” is live already, and has no new draft",
            code="segment.state",
            hint="edit its definition first",
        )


def _withdraw(rooms: Rooms, before: dict[int, SegmentRow]) -> None:
    """Put segments that were announced back to drafts."""

    def back(change: Change) -> None:
        for row in definitions.segments(change.connection):
            if row.id in before and row.status == Status.GOING_LIVE:
                status = gate.after(row.name, Status.GOING_LIVE, Command.CANCEL)
                definitions.put_segment(change, replace(row, status=status.value))

    if any(row.status == Status.DRAFT for row in before.values()):
        rooms.writer.commit(back, actor=rooms.actor, kind="definition", detail="not gone live")


def _rehearse(
    rooms: Rooms, segments: Sequence[int], job: Job[Committed[None]], *, despite_tests: bool
) -> list[Candidate]:
    """Check, and try on the last version, beside the writer: what cannot go live is told before anyone waits.

    A warm engine evaluates definitions when it prepares them; a cold one is rehearsed by SQL. Segments that
    refer to others of the same go are evaluated when they join: these have no members yet.
    """
    with rooms.reading() as (cursor, state):
        candidates = _candidates(cursor, state.catalog, segments)
        for done, candidate in enumerate(candidates):
            job.check(0.1 * done / len(candidates))
            definition = candidate.definition
            if definition is None or candidate.depends_on & frozenset(segments):
                continue
            tested = not despite_tests and bool(definitions.tests(cursor, candidate.row.id))
            if tested or rooms.engine.standing is None:
                members = rooms.answers.members(cursor, state, definition)
                if tested:
                    check_tests(cursor, state.catalog, candidate.row, members)
    return candidates


def _leaves(candidates: Sequence[Candidate]) -> list[Leaf]:
    """The distinct leaves of all definitions that go live."""
    found: dict[str, Leaf] = {}
    for candidate in candidates:
        if candidate.definition is not None:
            found |= program_of(candidate.definition).leaves
    return list(found.values())


def _candidates(
    connection: duckdb.DuckDBPyConnection, catalog: Catalog, segments: Sequence[int]
) -> list[Candidate]:
    """The segments with what shall become live, bound; each after those that it refers to."""
    rows = definitions.segments(connection)
    names = StoredNames(connection, catalog, frozenset(segments))
    problems: list[Problem] = []
    found = {}
    for number in segments:
        row = among(rows, number)
        wanted = row.definition_id if row.draft_id is None else row.draft_id
        if wanted is None:
            found[number] = Candidate(row, None)
            continue
        source = from_stored(definitions.source_of(connection, wanted))
        binding = bind(source, catalog, names, own_id=number)
        problems += binding.errors
        found[number] = Candidate(row, binding.definition, source.timezone)
    if problems:
        raise definition_error(problems)
    _refuse_circles(connection, rows, found)
    live = [
        LiveSegment(number, one.row.name, one.row.audience, one.definition, one.depends_on)
        for number, one in found.items()
    ]
    return [found[segment.id] for segment in in_dependency_order(live)]


def _refuse_circles(
    connection: duckdb.DuckDBPyConnection, rows: Sequence[SegmentRow], found: Mapping[int, Candidate]
) -> None:
    """Refuse segments that would refer to each other in a circle; the checker looks at each by itself.

    Raises:
        DefinitionError: They do (`reference.cycle`).
    """
    graph: dict[int, frozenset[int]] = dict(uses.between_segments(connection))
    graph |= {number: candidate.depends_on for number, candidate in found.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        names = {row.id: row.name for row in rows}
        shown = " → ".join(f"“{names[number]}”" for number in reversed(error.args[1]))
        message = f"segments would refer to each other in a circle: {shown}"
        hint = "take one of the references out"
        raise definition_error([Problem("reference.cycle", "where", message, hint)]) from error


def join(rooms: Rooms, change: Change, segments: Sequence[int], *, despite_tests: bool) -> None:
    """Make the drafts live; the writer evaluates them with all others before the version is committed."""
    for candidate in _candidates(change.connection, change.catalog, segments):
        row, definition = candidate.row, candidate.definition
        if row.status != Status.LIVE:
            gate.after(row.name, Status(row.status), Command.JOIN)
        if not despite_tests and definition is not None and definitions.tests(change.connection, row.id):
            _check_in_version(rooms, change, candidate, segments)
        live = replace(
            row,
            status=Status.LIVE.value,
            reason=None,
            definition_id=row.definition_id if row.draft_id is None else row.draft_id,
            draft_id=None,
            timezone=row.timezone if candidate.timezone is None else candidate.timezone,
            changed_at=change.at,
        )
        definitions.put_segment(change, live)
        used = () if definition is None else things_used(definition.where)
        uses.put(change, uses.Thing(uses.SEGMENT, row.id), used)


def _check_in_version(rooms: Rooms, change: Change, candidate: Candidate, segments: Sequence[int]) -> None:
    definition = candidate.definition
    if definition is None or candidate.depends_on & frozenset(segments):
        return
    members = rooms.evaluate(change.connection, definition, change.catalog, change.at)
    check_tests(change.connection, change.catalog, candidate.row, members)


def check_tests(
    connection: duckdb.DuckDBPyConnection, catalog: Catalog, row: SegmentRow, members: NDArray[np.uint32]
) -> None:
    """Hold members against the segment's tests; overrides are left aside, for tests are of the definition.

    Raises:
        ConflictError: A key is not where its test says (`segment.tests`); all such keys are in the details.
    """
    tests = definitions.tests(connection, row.id)
    if not tests:
        return
    keys = pa.array([key for key, _ in tests], pa.string())
    numbers = numbers_of_keys(connection, audience_of(catalog, row.audience), keys)
    inside = np.isin(numbers, members.astype(np.int64))
    wrong_in = [key for (key, expected), found in zip(tests, inside, strict=True) if expected and not found]
    wrong_out = [key for (key, expected), found in zip(tests, inside, strict=True) if not expected and found]
    if wrong_in or wrong_out:
        told = [f"{key} is not in" for key in wrong_in] + [f"{key} is in" for key in wrong_out]
        raise ConflictError(
            f"segment “{row.name}” breaks its tests: {', '.join(told[:5])}"
            + (f", and {len(told) - 5} more" if len(told) > 5 else ""),
            code="segment.tests",
            hint="mend the definition or the tests, or go live despite them",
            details={"missing": wrong_in, "unwanted": wrong_out},
        )

"""Applying a folder: planned, tried out inside a version, and kept in this one version or refused whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from satsuma.kernel.errors import ConflictError, DefinitionError, Error
from satsuma.kernel.text import fold
from satsuma.membership.deltas import Cause
from satsuma.record.change import Change
from satsuma.record.definitions import SegmentRow
from satsuma.segments.drafts import row_of
from satsuma.segments.files.carrying import Carrier
from satsuma.segments.files.effects import Found, effects
from satsuma.segments.files.folder import Folder, read_folder
from satsuma.segments.files.form import FileProblem, SegmentFile
from satsuma.segments.files.planning import Plan, Step, plan
from satsuma.segments.files.result import Action, Applied, Changed, Effect
from satsuma.segments.rooms import Rooms

_ORDER = tuple(Action)


@dataclass(frozen=True, slots=True)
class Options:
    """How to apply.

    Attributes:
        dry_run: Try everything out and keep nothing.
        delete: Delete segments that no file has.
        despite_tests: Go live although tests break.
    """

    dry_run: bool = False
    delete: bool = False
    despite_tests: bool = False


class _TriedError(Exception):
    """Ends the version that was tried out, so that nothing of it is kept."""

    def __init__(self, applied: Applied) -> None:
        super().__init__("tried out")
        self.applied = applied


def apply(rooms: Rooms, folder: str | Path, options: Options) -> Applied:
    """Make the segments of a workspace what the files of a folder say; all of it, or nothing.

    Where the dry run is refused, the problems are in what it returns.

    Raises:
        UsageError: It is no folder of segment files.
        DefinitionError: Files have problems (all of them in `problems` and `details`).
        ConflictError: A segment breaks its tests (`segment.tests`), or is in use and shall be deleted.
    """
    read = read_folder(folder)
    with rooms.reading() as (cursor, state):
        planned = plan(cursor, state.catalog, read.files)
    deletes = planned.others if options.delete else ()
    problems = (*read.problems, *planned.problems)
    if not problems and not deletes and not any(step.changes for step in planned.steps):
        return Applied(None, _told(planned, (), {}, {}))
    causes: dict[int, Cause] = {}
    try:
        committed = rooms.writer.commit(
            lambda change: _work(rooms, change, read, options, causes),
            actor=rooms.actor,
            kind="definition",
            cause="clock",
            causes=causes,
            detail="apply files",
        )
    except _TriedError as tried:
        if tried.applied.problems and not options.dry_run:
            raise _refusal(tried.applied) from None
        return tried.applied
    applied = committed.result
    return Applied(committed.version, applied.segments, (), applied.warnings)


def _work(rooms: Rooms, change: Change, read: Folder, options: Options, causes: dict[int, Cause]) -> Applied:
    """Carry out the plan inside a version; `causes` takes the segments whose change is one of definition.

    Raises:
        _TriedError: It is a dry run, or it is refused.
    """
    planned = plan(change.connection, change.catalog, read.files)
    carrier = Carrier(rooms, change, planned)
    carrier.problems += [*read.problems, *planned.problems]
    carrier.write()
    if carrier.problems:
        raise _TriedError(_result(planned, (), Found({}, {}, {}), carrier))
    deletes = planned.others if options.delete else ()
    try:
        carrier.delete(deletes)
    except Error as error:
        carrier.problems.append(FileProblem(error.code, "", error.message, error.hint))
        raise _TriedError(_result(planned, deletes, Found({}, {}, {}), carrier)) from None
    changed = [carrier.ids[step.file.path] for step in planned.steps if step.joins or _needs_a_look(step)]
    causes.update(dict.fromkeys(changed, "definition"))
    found = effects(rooms, change, changed)
    _judge(change, planned, carrier, found, despite_tests=options.despite_tests)
    applied = _result(planned, deletes, found, carrier)
    if carrier.problems or options.dry_run:
        raise _TriedError(applied)
    return applied


def _needs_a_look(step: Step) -> bool:
    """Whether members or tests of a segment change though its definition does not."""
    return not step.file.is_draft and bool({"members", "tests"} & set(step.what))


def _judge(change: Change, planned: Plan, carrier: Carrier, found: Found, *, despite_tests: bool) -> None:
    """Turn what evaluation found into problems, and into warnings where broken tests are allowed."""
    files = {carrier.ids[step.file.path]: step.file for step in planned.steps}
    for segment, error in (*found.refusals.items(), *found.broken.items()):
        file = files.get(segment)
        if file is None:
            name = row_of(change.connection, segment).name
            message = error.message if segment in found.broken else f"segment “{name}”: {error.message}"
            problem = FileProblem(error.code, "", message, error.hint)
        else:
            at = _test_of(file, error) if segment in found.broken else "where"
            problem = file.problem(error.code, at, error.message, error.hint)
        allowed = despite_tests and segment in found.broken
        (carrier.warnings if allowed else carrier.problems).append(problem)


def _test_of(file: SegmentFile, error: Error) -> str:
    """The path of the first test that an error of broken tests tells."""
    for field, keys, broken in (
        ("in", file.source.tests_in, error.details.get("missing")),
        ("out", file.source.tests_out, error.details.get("unwanted")),
    ):
        if isinstance(broken, list) and broken:
            return f"tests.{field}[{keys.index(broken[0])}]"
    return "tests"


def _result(planned: Plan, deletes: Sequence[SegmentRow], found: Found, carrier: Carrier) -> Applied:
    names = {row.id: row.name for row in planned.others}
    effect_of = dict(found.effects)
    by_path = {path: effect_of[number] for path, number in carrier.ids.items() if number in effect_of}
    others = {names[number]: effect for number, effect in effect_of.items() if number in names}
    return Applied(
        None,
        _told(planned, deletes, by_path, others),
        tuple(sorted(carrier.problems, key=lambda one: (one.file, one.line or 0, one.column or 0))),
        tuple(carrier.warnings),
    )


def _told(
    planned: Plan,
    deletes: Sequence[SegmentRow],
    by_path: Mapping[str, Effect],
    others: Mapping[str, Effect],
) -> tuple[Changed, ...]:
    """Every segment in words, by action and name."""
    told = [_of_file(step, by_path.get(step.file.path)) for step in planned.steps]
    gone = {row.id for row in deletes}
    for row in planned.others:
        if row.id in gone:
            told.append(Changed(row.name, Action.DELETED))
        elif row.name in others:
            told.append(Changed(row.name, Action.FOLLOWS, effect=others[row.name]))
        else:
            told.append(Changed(row.name, Action.UNTOUCHED))
    return tuple(sorted(told, key=lambda one: (_ORDER.index(one.action), fold(one.name))))


def _of_file(step: Step, effect: Effect | None) -> Changed:
    if step.row is None:
        action = Action.NEW
    elif step.stops:
        action = Action.STOPPED
    elif step.changes:
        action = Action.CHANGED
    else:
        action = Action.UNCHANGED if effect is None else Action.FOLLOWS
    return Changed(step.file.name, action, step.file.path, step.what, effect, step.unknown)


def _refusal(applied: Applied) -> Error:
    """The error that says why a folder is refused."""
    problems = applied.problems
    details = {"problems": [problem.to_json() for problem in problems]}
    files = len({problem.file for problem in problems})
    first = problems[0]
    place = ":".join(str(part) for part in (first.file, first.line, first.column) if part)
    if len(problems) == 1:
        message = f"nothing is applied: {place}{': ' if place else ''}{first.message}"
    else:
        message = f"nothing is applied: found {len(problems)} problems in {files} file{'s' * (files > 1)}"
    codes = {problem.code for problem in problems}
    if codes <= {"segment.tests", "segment.used", "segment.state"}:
        if len(problems) > 1:
            message += f": {'; '.join(problem.message for problem in problems)}"
        return ConflictError(message, code=first.code, hint=first.hint, details=details)
    return DefinitionError(message, problems=problems, hint=first.hint, details=details)

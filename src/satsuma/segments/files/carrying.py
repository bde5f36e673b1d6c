"""Carrying out: the changes of a plan, written inside a version being made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from satsuma.kernel.errors import Error
from satsuma.kernel.text import fold
from satsuma.language import tree
from satsuma.language.binding import bind
from satsuma.language.problems import Severity
from satsuma.membership.names import StoredNames
from satsuma.record import definitions, memberships, uses
from satsuma.record.change import Change
from satsuma.record.definitions import SegmentRow
from satsuma.record.resolve import numbers_of_keys
from satsuma.segments import drafts, gate
from satsuma.segments.drafts import About, row_of
from satsuma.segments.files.form import FileProblem
from satsuma.segments.files.planning import DEFINITION, WORDING, Plan, Step, plain_source, tests_of
from satsuma.segments.gate import Command, Status
from satsuma.segments.going_live import join
from satsuma.segments.rooms import Rooms
from satsuma.segments.sources import stored_form


class Carrier:
    """Writes the steps of one plan into one change.

    Attributes:
        problems, warnings: What was found on the way; with problems, the change must not be kept.
        ids: Of the segment of each step, by its path.
    """

    def __init__(self, rooms: Rooms, change: Change, plan: Plan) -> None:
        self._rooms = rooms
        self._change = change
        self._plan = plan
        self.problems: list[FileProblem] = []
        self.warnings: list[FileProblem] = []
        self.ids: dict[str, int] = {}

    @property
    def joining(self) -> list[int]:
        """Segments that go live, anew or with another definition."""
        return [self.ids[step.file.path] for step in self._plan.steps if step.joins]

    def write(self) -> None:
        """Write all steps, and bring live what shall be; nothing of the kind where there are problems.

        Every name is there before the first definition is stored, so files may refer to each other.
        """
        for step in self._plan.steps:
            self._try(step, self._begin)
        for step in self._plan.steps:
            if step.changes and step.file.is_readable and step.file.path in self.ids:
                self._try(step, self._fill)
        self._check()
        if not self.problems:
            self._join()

    def delete(self, rows: Sequence[SegmentRow]) -> None:
        """Stop and delete segments, those that refer to others first.

        Raises:
            ConflictError: One is used by what stays.
        """
        waiting = {row.id for row in rows}
        while waiting:
            used = uses.between_segments(self._change.connection)
            free = [
                number
                for number in sorted(waiting)
                if not any(number in used.get(user, ()) for user in waiting - {number})
            ]
            for number in free or sorted(waiting):
                row = row_of(self._change.connection, number)
                if row.status in (Status.LIVE, Status.FAILED):
                    row = drafts.stop(self._change, row)
                drafts.delete(self._change, row)
                waiting.discard(number)

    def row(self, step: Step) -> SegmentRow:
        """The segment of a step, as the change has it."""
        return row_of(self._change.connection, self.ids[step.file.path])

    def _try(self, step: Step, write: Callable[[Step], None]) -> None:
        try:
            write(step)
        except Error as error:
            self.problems.append(step.file.problem(error.code, "", error.message, error.hint))

    def _begin(self, step: Step) -> None:
        row = step.row
        if row is None and not step.file.is_readable:
            row = self._stand_in(step)
        elif row is None:
            about = About(owner=self._rooms.actor)
            row = drafts.begin(self._change, step.file.name, step.file.source, about)
        elif step.stops:
            row = drafts.stop(self._change, row)
        self.ids[step.file.path] = row.id

    def _stand_in(self, step: Step) -> SegmentRow:
        """A segment of the name of a file that cannot be read, so that others may refer to it."""
        for row in definitions.segments(self._change.connection):
            if fold(row.name) == fold(step.file.name):
                return row
        source = tree.Source(kind=tree.Kind.STATIC, audience=step.audience.name)
        return drafts.begin(self._change, step.file.name, source, About())

    def _fill(self, step: Step) -> None:
        change, file, row = self._change, step.file, self.row(step)
        if row.name != file.name:
            row = drafts.rename(change, row, file.name)
        described = replace(
            row, description=file.description, timezone=file.source.timezone, changed_at=change.at
        )
        definitions.put_segment(change, described)
        definitions.put_tags(change, row.id, file.tags)
        definitions.put_tests(change, row.id, tests_of(file))
        if file.source.where is not None and (step.row is None or {DEFINITION, WORDING} & set(step.what)):
            self._define(step, described)
        if file.members is not None:
            self._put_members(step, row.id)

    def _define(self, step: Step, row: SegmentRow) -> None:
        """Store the definition as the draft, unless the draft says just this."""
        source = plain_source(step.file, step.audience)
        wanted = stored_form(source, StoredNames(self._change.connection, self._change.catalog))
        known = definitions.definitions(self._change.connection, row.id)
        if not any(one.id == row.draft_id and one.source == wanted for one in known):
            drafts.edit(self._change, row, source)

    def _put_members(self, step: Step, segment: int) -> None:
        connection = self._change.connection
        keys = pa.array(list(dict.fromkeys(step.file.members or ())), pa.string())
        numbers = numbers_of_keys(connection, step.audience, keys)
        wanted = np.unique(numbers[numbers >= 0]).astype(np.uint32)
        kept = memberships.static_members(connection, segment)
        memberships.remove_static(self._change, segment, np.setdiff1d(kept, wanted))
        memberships.add_static(self._change, segment, wanted)

    def _check(self) -> None:
        """Check the definition of every file that changes, as if all that shall be live were."""
        going = frozenset(
            self.ids[step.file.path]
            for step in self._plan.steps
            if step.file.path in self.ids and (step.joins or not step.file.is_readable)
        )
        names = StoredNames(self._change.connection, self._change.catalog, going)
        for step in self._plan.steps:
            file = step.file
            if file.source.where is None or not file.is_readable or file.path not in self.ids:
                continue
            if not (step.changes or self.problems):
                continue
            source = replace(file.source, audience=step.audience.name)
            for problem in bind(source, self._change.catalog, names, own_id=self.ids[file.path]).problems:
                # A draft may have errors: it is kept to be mended.
                is_error = problem.severity is Severity.ERROR and not file.is_draft
                (self.problems if is_error else self.warnings).append(file.placed(problem))

    def _join(self) -> None:
        change, numbers = self._change, self.joining
        for number in numbers:
            row = row_of(change.connection, number)
            if row.status in (Status.DRAFT, Status.FAILED):
                status = gate.after(row.name, Status(row.status), Command.GO_LIVE)
                definitions.put_segment(change, replace(row, status=status.value, reason=None))
        join(self._rooms, change, numbers, despite_tests=True)

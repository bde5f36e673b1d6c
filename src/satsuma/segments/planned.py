"""Planned: how a definition would be evaluated from the index, in words."""

from __future__ import annotations

from collections.abc import Sequence

from satsuma.evaluation import kernels
from satsuma.kernel.errors import ConflictError
from satsuma.language import bound, tree
from satsuma.language.problems import Problem, definition_error
from satsuma.record.limited import LimitedRecord, refused
from satsuma.segments.rooms import Rooms


def planned(
    rooms: Rooms,
    definition: bound.Definition | None,
    problems: Sequence[Problem],
    written: tree.Condition | None,
) -> str:
    """A line for each part of a bound definition, indented under what it is part of, as evaluation goes.

    Raises:
        ConflictError: The index is not open yet.
        DefinitionError: There is no definition, or it has errors.
        ForbiddenError: The rooms are limited: a plan tells sizes of the whole audience.
    """
    del written
    if isinstance(rooms.record, LimitedRecord):
        raise refused("`plan`")
    if definition is None:
        raise definition_error(problems)
    standing = rooms.engine.standing
    if standing is None:
        raise ConflictError(
            "the index is not open yet, from which plans are made",
            code="conflict.cold",
            hint="wait for `Workspace.warm()`",
        )
    return kernels.plan(standing.index, definition, now=standing.at)

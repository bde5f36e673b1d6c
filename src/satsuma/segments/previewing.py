"""Preview: what a definition that is not stored would give, and everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from satsuma.evaluation.definition import Definition
from satsuma.kernel.errors import DefinitionError, Error
from satsuma.language import tree
from satsuma.language.binding import bind
from satsuma.language.problems import Problem, Severity
from satsuma.language.text import Parsed, parse_located
from satsuma.segments.estimate import Estimate, estimate
from satsuma.segments.rooms import Rooms
from satsuma.segments.sources import source_of


@dataclass(frozen=True, slots=True)
class Preview:
    """What is told of a definition while somebody writes it.

    Attributes:
        problems: Errors and warnings, each with its place; with line and column where it came as text.
        definition: As it was read; None where it cannot be.
        estimate: What it gives; None where it has errors.
        version: Of the data.
    """

    problems: tuple[Problem, ...]
    definition: Definition | None
    estimate: Estimate | None
    version: int


def preview(
    rooms: Rooms,
    where: str | Mapping[str, object],
    *,
    audience: str | None = None,
    timezone: str | None = None,
    kind: str | None = None,
    own_id: int | None = None,
) -> Preview:
    """Read, check and evaluate a definition on the last version; raises nothing about the definition.

    Args:
        where: Text, or the JSON form of a condition or of a whole segment.
        audience, timezone, kind: Of the segment, where the definition does not say.
        own_id: The segment that it is for, which it may not refer to.
    """
    with rooms.reading() as (cursor, state):
        try:
            parsed = parse_located(where) if isinstance(where, str) else None
            source = source_of(where if parsed is None else parsed.condition)
        except DefinitionError as error:
            problems = tuple(one for one in error.problems if isinstance(one, Problem))
            return Preview(problems, None, None, state.version)
        except Error as error:
            return Preview(
                (Problem("form.type", "where", error.message, error.hint),), None, None, state.version
            )
        source = replace(
            source,
            audience=source.audience or audience,
            timezone=source.timezone or timezone,
            kind=source.kind if kind is None else tree.Kind(kind),
        )
        names = rooms.names(cursor, state)
        binding = bind(source, state.catalog, names, own_id=own_id)
        definition = Definition(source, parsed, catalog=state.catalog, names=names, now=state.now)
        found = None
        has_errors = any(one.severity is Severity.ERROR for one in binding.problems)
        if binding.definition is not None and source.where is not None and not has_errors:
            found = estimate(rooms.answers, cursor, state, binding.definition, source.where)
        return Preview(_placed(binding.problems, parsed), definition, found, state.version)


def _placed(problems: tuple[Problem, ...], parsed: Parsed | None) -> tuple[Problem, ...]:
    """Problems with line and column, where the definition came as text."""
    if parsed is None:
        return problems
    return tuple(
        replace(problem, line=line, column=column)
        for problem in problems
        for line, column in [parsed.place(problem.path)]
    )

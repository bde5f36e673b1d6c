"""Estimate: what a definition would give on the last version, exactly, and how it comes to that."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np

from satsuma.kernel.errors import InvariantError
from satsuma.language import bound, tree
from satsuma.language.text import print_text
from satsuma.membership.algebra import Algebra
from satsuma.membership.answering import Answers
from satsuma.membership.planes import Bools
from satsuma.record.resolve import keys_of_numbers
from satsuma.record.store import State

SAMPLE_SIZE = 20


@dataclass(frozen=True, slots=True)
class Narrowing:
    """One condition of an `all` at the top, in the order in which they stand.

    Attributes:
        condition: In text form.
        alone: How many meet it by itself.
        together: How many meet it and all before it.
    """

    condition: str
    alone: int
    together: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a definition gives at one version.

    Attributes:
        count: How many members, exactly.
        audience_size: How many records the audience has.
        sample: Keys of some members: the first by member number.
        per_condition: How each condition narrows.
        without_value: For each attribute that the definition compares, how many of the audience lack a value.
        version, at: Of the data; `at` in microseconds UTC.
    """

    count: int
    audience_size: int
    sample: tuple[str, ...]
    per_condition: tuple[Narrowing, ...]
    without_value: dict[str, int]
    version: int
    at: int


def estimate(
    answers: Answers,
    cursor: duckdb.DuckDBPyConnection,
    state: State,
    definition: bound.Definition,
    written: tree.Condition,
) -> Estimate:
    """Evaluate a definition and its parts on one version.

    Args:
        answers: Gives who meets a condition.
        cursor: On the version.
        state: Of it.
        definition: Bound.
        written: The condition as people wrote it, for the texts of its parts.
    """

    def holds(condition: bound.Condition) -> Bools:
        return answers.holds(cursor, state, condition, definition.audience, definition.timezone)

    algebra = answers.algebra(state, definition.where, definition.audience)
    if algebra is not None:
        return _of_segments(algebra, state, definition, written)
    everyone = holds(bound.All(()))
    together, narrowings = everyone, []
    for text, condition in _parts(definition.where, written):
        alone = holds(condition)
        together = _both(together, alone)
        narrowings.append(Narrowing(text, _count(alone), _count(together)))
    first = np.flatnonzero(together)[:SAMPLE_SIZE].astype(np.uint32)
    sample = keys_of_numbers(cursor, definition.audience, first)
    return Estimate(
        count=_count(together),
        audience_size=_count(everyone),
        sample=tuple(sorted(key for key in sample.to_pylist() if key is not None)),
        per_condition=tuple(narrowings),
        without_value={read.name: _count(holds(bound.IsMissing(read))) for read in _reads(definition.where)},
        version=state.version,
        at=state.now,
    )


def _of_segments(
    algebra: Algebra, state: State, definition: bound.Definition, written: tree.Condition
) -> Estimate:
    """The same of a definition that speaks of segments alone; nothing is read from the record."""
    together = None
    narrowings = []
    for text, condition in _parts(definition.where, written):
        alone = algebra.part(condition)
        together = alone if together is None else together.and_also(alone)
        narrowings.append(Narrowing(text, algebra.count(alone), algebra.count(together)))
    if together is None:
        raise InvariantError("a definition that speaks of segments alone speaks of none")
    return Estimate(
        count=algebra.count(together),
        audience_size=algebra.audience_size,
        sample=tuple(sorted(algebra.first_keys(together, SAMPLE_SIZE))),
        per_condition=tuple(narrowings),
        without_value={},
        version=state.version,
        at=state.now,
    )


def _both(one: Bools, other: Bools) -> Bools:
    """Who meets both; what a cold engine answers ends with the last record in sight, and may be shorter."""
    size = min(len(one), len(other))
    both: Bools = one[:size] & other[:size]
    return both


def _count(holds: Bools) -> int:
    return int(np.count_nonzero(holds))


def _parts(where: bound.Condition, written: tree.Condition) -> list[tuple[str, bound.Condition]]:
    """The conditions of an `all` at the top with their text, or the whole as its only one."""
    if not (isinstance(where, bound.All) and isinstance(written, tree.All)):
        return [(print_text(written), where)]
    if len(where.conditions) != len(written.conditions):
        raise InvariantError("the bound tree does not follow the tree as written")
    texts = [print_text(condition) for condition in written.conditions]
    return list(zip(texts, where.conditions, strict=True))


def _reads(condition: bound.Condition) -> list[bound.Read]:
    """The attributes of the audience that a condition compares, each once, in order."""
    found: dict[str, bound.Read] = {}

    def look(node: bound.Condition) -> None:
        match node:
            case bound.All(conditions) | bound.AnyOf(conditions):
                for one in conditions:
                    look(one)
            case bound.Not(one) | bound.Held(one):
                look(one)
            case _ if isinstance(read := getattr(node, "read", None), bound.Read):
                found.setdefault(read.name, read)
            case _:
                pass

    look(condition)
    return list(found.values())

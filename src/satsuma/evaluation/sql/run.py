"""Run: a definition on a DuckDB record: who meets it, as member numbers.

An engine's error is never an answer. It is raised as `EvaluationError`, and to say where it came from the
parts of the definition are tried one by one, smallest first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import duckdb
import numpy as np
from numpy.typing import NDArray

from satsuma.catalog.model import Catalog, Entity
from satsuma.evaluation.sql.compiler import compile_condition
from satsuma.evaluation.sql.dialects import dialect
from satsuma.evaluation.sql.errors import EvaluationError
from satsuma.language import bound

_DUCKDB = dialect("duckdb")


def members(
    cursor: duckdb.DuckDBPyConnection, definition: bound.Definition, *, catalog: Catalog, now: int
) -> NDArray[np.uint32]:
    """Numbers of the records that meet a definition, overrides left aside.

    Args:
        cursor: On the record; its transaction decides which version is read.
        catalog: The one the definition was bound to.
        now: Instant of evaluation, microseconds UTC.

    Returns:
        Distinct member numbers, ascending.

    Raises:
        EvaluationError: DuckDB failed; `details` name the path of the condition.
    """
    return condition_members(
        cursor, definition.where, definition.audience, timezone=definition.timezone, catalog=catalog, now=now
    )


def condition_members(
    cursor: duckdb.DuckDBPyConnection,
    condition: bound.Condition,
    audience: Entity,
    *,
    timezone: str,
    catalog: Catalog,
    now: int,
) -> NDArray[np.uint32]:
    """As `members`, for one condition on the records of an audience."""

    def run(part: bound.Condition) -> NDArray[np.uint32]:
        query = compile_condition(
            part, audience, timezone=timezone, catalog=catalog, now=now, dialect=_DUCKDB
        )
        return _numbers(cursor, _DUCKDB.print(query))

    try:
        return run(condition)
    except duckdb.Error as error:
        raise _evaluation_error(error, condition, run) from error


def _numbers(cursor: duckdb.DuckDBPyConnection, sql: str) -> NDArray[np.uint32]:
    found = cursor.execute(sql).fetchnumpy()["_number"]
    return np.sort(np.asarray(found, dtype=np.uint32))


def _evaluation_error(
    error: duckdb.Error, condition: bound.Condition, run: Callable[[bound.Condition], object]
) -> EvaluationError:
    """The error, with the path of the smallest part of the condition that fails by itself."""
    path = "where"
    part: bound.Condition | None = condition
    while part is not None:
        part = None
        for step, child in _parts(condition):
            if _fails(child, run):
                path, part, condition = f"{path}.{step}", child, child
                break
    return EvaluationError(
        f"DuckDB could not evaluate the condition at {path}: {error}",
        hint="the members stay as they were; report this with the definition",
        details={"engine": "duckdb", "condition": path, "error": str(error)},
    )


def _parts(condition: bound.Condition) -> Iterator[tuple[str, bound.Condition]]:
    """The conditions on the same record that a condition is made of, with their place in it."""
    match condition:
        case bound.All(conditions):
            yield from ((f"all[{i}]", part) for i, part in enumerate(conditions))
        case bound.AnyOf(conditions):
            yield from ((f"any[{i}]", part) for i, part in enumerate(conditions))
        case bound.Not(negated):
            yield "not", negated
        case _:
            return


def _fails(part: bound.Condition, run: Callable[[bound.Condition], object]) -> bool:
    try:
        run(part)
    except duckdb.Error:
        return True
    return False

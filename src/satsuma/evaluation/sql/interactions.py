"""Interactions: `did`, `latest` and `first`: one aggregate for each condition, grouped by member."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeAlias

from sqlglot import exp

from satsuma.catalog.model import Entity, InteractionType
from satsuma.evaluation.sql import build
from satsuma.evaluation.sql.build import Sql
from satsuma.evaluation.sql.context import Context
from satsuma.evaluation.sql.measures import (
    AT,
    ID,
    OWNER,
    TYPE,
    VALUE,
    inputs,
)
from satsuma.evaluation.sql.measuring import measured_over
from satsuma.evaluation.sql.paths import beyond_references, owner_of
from satsuma.evaluation.sql.periods import active_periods
from satsuma.evaluation.sql.scope import Rows, Scope, interaction_scope
from satsuma.evaluation.sql.testing import Measured, compares_with_attribute, grouped, owned
from satsuma.evaluation.sql.windows import happened, in_interval
from satsuma.kernel.errors import InvariantError
from satsuma.kernel.windows import Interval
from satsuma.language import bound
from satsuma.record import layout

Columns: TypeAlias = Callable[[Scope, int | None], list[Sql]]
"""What to select of a row; the number is the rank of its type where there are several types."""


def did(condition: bound.Did, record: Scope, context: Context) -> Sql:
    """The measure over the matching interactions compares."""
    owner, path = record, condition.of
    if path is not None and not _reads_its_record(condition):
        owner, path = beyond_references(path, record, context)
    return owned(measured(condition, path, _entity(owner), context), condition.test, owner, context)


def _reads_its_record(condition: bound.Did) -> bool:
    periods = condition.measure.periods
    tests = (condition.test,) if periods is None else (condition.test, periods.test)
    return any(compares_with_attribute(test) for test in tests)


def measured(
    condition: bound.Did, path: Sequence[bound.Step] | None, owner: Entity, context: Context
) -> Measured:
    """The measure of a `did`, for the records from which the path leads to those whose interactions count."""
    measure = condition.measure

    def columns(scope: Scope, rank: int | None) -> list[Sql]:
        number = scope.number if not path else owner_of(scope.member(context), path, owner, context)
        if measure.periods is not None:
            return [build.named(number, OWNER), build.named(scope.column(layout.OCCURRED_AT), AT)]
        return [build.named(number, OWNER), *inputs(measure, scope, context, rank)]

    found = matching(condition.types, condition.where, happened(condition.during, context), columns, context)
    if found is not None and path:
        found = _owned_only(found, context)
    if measure.periods is not None:
        return active_periods(measure.periods, found, owner, context)
    return measured_over(measure, found, context, many_types=len(condition.types) > 1)


def occurrence(condition: bound.Occurrence, record: Scope, context: Context) -> Sql:
    """Of the interactions that meet `where` in the window, the last (first) exists and meets `has`."""

    def columns(scope: Scope, rank: int | None) -> list[Sql]:
        has = build.decided(context.truth(condition.has, scope, context))
        found = [build.named(scope.number, OWNER), build.named(has, VALUE)]
        found += [build.named(scope.column(layout.OCCURRED_AT), AT), build.named(scope.column(layout.ID), ID)]
        return found if rank is None else [*found, build.named(build.number(rank), TYPE)]

    found = matching(condition.types, condition.where, happened(condition.during, context), columns, context)
    if found is None:
        return build.false()
    order = [AT, ID] if len(condition.types) == 1 else [AT, ID, TYPE]
    has = context.dialect.at_extreme(
        build.plain(VALUE), [build.plain(name) for name in order], last=condition.latest
    )
    return record.is_among(grouped(found, has, context))


def matching(
    types: Sequence[InteractionType],
    where: bound.Condition | None,
    window: Interval,
    columns: Columns,
    context: Context,
) -> exp.Query | None:
    """Columns of the interactions of these types in a window that meet `where`; None if there can be none."""
    if window.is_empty:
        return None
    found = []
    for rank, type in enumerate(sorted(types, key=lambda one: one.name)):
        scope = interaction_scope(type, context)
        conditions = [in_interval(partial(scope.column, layout.OCCURRED_AT), window, context)]
        if where is not None:
            conditions.append(context.truth(where, scope, context))
        if any(build.is_false(condition) for condition in conditions):
            continue
        selected = columns(scope, rank if len(types) > 1 else None)
        found.append(Rows(scope, tuple(conditions)).select(*selected))
    return build.union_all(found) if found else None


def _owned_only(query: exp.Query, context: Context) -> exp.Query:
    """Without the rows of those that no record's path leads to."""
    kept = build.from_(build.select(exp.Star()), build.subquery(query, context.alias("reached")))
    return build.filtered(kept, [build.is_present(build.plain(OWNER))])


def _entity(scope: Scope) -> Entity:
    if not isinstance(scope.subject, Entity):
        raise InvariantError("interactions belong to a record; found an interaction as the subject")
    return scope.subject

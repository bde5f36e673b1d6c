"""Compiler: a bound definition → one SQL query for the numbers of the records that meet it.

A condition becomes an expression on a row (`Scope`). Truth is two-valued: comparisons may come out null,
which AND, OR and WHERE treat as false; wherever a complement is taken, null is made false before it is turned
(`build.negation`), so `NOT` is exact and nothing needs wrapping where the engine could otherwise use an
index or skip blocks. Conditions on other rows become `number IN (query)`, each query on its own and evaluated
once for all records, never once a row.
"""

from __future__ import annotations

from typing import assert_never

from sqlglot import exp

from satsuma.catalog.model import Catalog, Entity
from satsuma.evaluation.sql import build
from satsuma.evaluation.sql.build import Sql
from satsuma.evaluation.sql.context import Context
from satsuma.evaluation.sql.dialects import Dialect, dialect
from satsuma.evaluation.sql.held import held
from satsuma.evaluation.sql.interactions import did, occurrence
from satsuma.evaluation.sql.memberships import consent, crossed, in_list, in_segment
from satsuma.evaluation.sql.rankings import sample, top
from satsuma.evaluation.sql.related import related
from satsuma.evaluation.sql.scope import Rows, Scope, entity_scope
from satsuma.evaluation.sql.sequences import sequence
from satsuma.evaluation.sql.values import (
    anniversary,
    between,
    comparison,
    is_missing,
    more_than,
    near,
    one_of,
    set_test,
    text_test,
    within,
)
from satsuma.kernel.zones import zone
from satsuma.language import bound


def compile_members(
    definition: bound.Definition, *, catalog: Catalog, now: int, dialect: Dialect
) -> exp.Select:
    """The query for everyone who meets a definition, overrides left aside.

    Args:
        catalog: The one the definition was bound to.
        now: Instant of evaluation, microseconds UTC; windows become constants.
        dialect: Of the engine, from `dialects.dialect`.

    Returns:
        A query with one column, `_number`, in no order and without repetition.
    """
    return compile_condition(
        definition.where,
        definition.audience,
        timezone=definition.timezone,
        catalog=catalog,
        now=now,
        dialect=dialect,
    )


def compile_condition(
    condition: bound.Condition,
    audience: Entity,
    *,
    timezone: str,
    catalog: Catalog,
    now: int,
    dialect: Dialect,
) -> exp.Select:
    """As `compile_members` of a definition that has only this condition: for parts of one, as in a funnel."""
    context = Context(dialect, catalog, zone(timezone), now, truth)
    record = entity_scope(audience, context)
    holds = truth(condition, record, context)
    return Rows(record, (holds,)).select(record.number)


def to_sql(
    definition: bound.Definition, *, catalog: Catalog, now: int, engine: str = "duckdb", pretty: bool = True
) -> str:
    """The text of the query, for people and for other programs; literals and names are quoted by SQLGlot.

    Raises:
        UsageError: No such engine.
    """
    chosen = dialect(engine)
    return chosen.print(compile_members(definition, catalog=catalog, now=now, dialect=chosen), pretty=pretty)


def truth(condition: bound.Condition, row: Scope, context: Context) -> Sql:
    """Whether a condition holds for a row: true, or else false or null."""
    match condition:
        case bound.All(conditions):
            return build.conjunction([truth(one, row, context) for one in conditions])
        case bound.AnyOf(conditions):
            return build.disjunction([truth(one, row, context) for one in conditions])
        case bound.Not(negated):
            return build.negation(truth(negated, row, context))
        case bound.IsMissing():
            return is_missing(condition, row, context)
        case bound.Compare():
            return comparison(condition, row, context)
        case bound.Between():
            return between(condition, row, context)
        case bound.OneOf():
            return one_of(condition, row, context)
        case bound.TextTest():
            return text_test(condition, row, context)
        case bound.HasAny() | bound.HasAll() | bound.IsSet():
            return set_test(condition, row, context)
        case bound.Within():
            return within(condition, row, context)
        case bound.MoreThan():
            return more_than(condition, row, context)
        case bound.Anniversary():
            return anniversary(condition, row, context)
        case bound.Near():
            return near(condition, row, context)
        case bound.Related():
            return related(condition, row, context)
        case bound.Did():
            return did(condition, row, context)
        case bound.Occurrence():
            return occurrence(condition, row, context)
        case bound.Sequence():
            return sequence(condition, row, context)
        case bound.Held():
            return held(condition, row, context)
        case bound.InSegment():
            return in_segment(condition, row, context)
        case bound.InList():
            return in_list(condition, row, context)
        case bound.Crossed():
            return crossed(condition, row, context)
        case bound.Consent():
            return consent(condition, row, context)
        case bound.Top():
            return top(condition, row, context)
        case bound.Sample():
            return sample(condition, row, context)
        case _:
            assert_never(condition)

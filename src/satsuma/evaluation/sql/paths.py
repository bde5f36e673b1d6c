"""Paths in SQL: from a record to those at the end of a relationship path, without pairs where possible.

References at the beginning of a path are followed from the record's own row, so what lies behind them is
measured once for each record referred to and not once for each that refers to it. Where the rest only goes
backwards (from a record to those that refer to it), every record at the end belongs to one record at the
beginning, which its own references lead to. Only a path that goes back and then forward again needs pairs,
made distinct.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from satsuma.catalog.model import Entity
from satsuma.evaluation.sql import build
from satsuma.evaluation.sql.build import Sql
from satsuma.evaluation.sql.context import Context
from satsuma.evaluation.sql.measures import OWNER
from satsuma.evaluation.sql.scope import Scope, entity_scope
from satsuma.kernel.errors import InvariantError
from satsuma.language.bound import Cmp, Step
from satsuma.record import layout

TARGET = "target"


def beyond_references(path: Sequence[Step], start: Scope, context: Context) -> tuple[Scope, tuple[Step, ...]]:
    """The record that the references at the beginning of a path lead to, and the rest of the path."""
    at, rest = start, tuple(path)
    while rest and not rest[0].inverse:
        at = at.referred(rest[0].attribute, rest[0].target, context)
        rest = rest[1:]
    return at, rest


def owner_of(target: Scope, path: Sequence[Step], start: Entity, context: Context) -> Sql:
    """Number of the record from which a path reaches the target; null where it is reached from none.

    A path that is more than one way back gives the target's row once for each such record.
    """
    if not all(step.inverse for step in path):
        return _paired_owner(target, path, start, context)
    at = target
    origins = [start, *(step.target for step in path[:-1])]
    for step, origin in zip(reversed(path), reversed(origins), strict=True):
        at = at.referred(step.attribute, origin, context)
    return at.number


def _paired_owner(target: Scope, path: Sequence[Step], start: Entity, context: Context) -> Sql:
    alias = context.alias("reached")
    on = build.compare(build.column(alias, TARGET), Cmp.EQ, target.number)
    target.joins.append(build.inner_join(build.subquery(_pairs(path, start, context), alias), on))
    return build.column(alias, OWNER)


def _pairs(path: Sequence[Step], start: Entity, context: Context) -> exp.Query:
    """OWNER and TARGET: the distinct pairs of numbers of records at the two ends of a path."""
    first = entity_scope(start, context)
    at, joins = first, []
    for step in path:
        to = entity_scope(step.target, context)
        reference, key = (to, at) if step.inverse else (at, to)
        on = build.compare(reference.column(layout.column(step.attribute)), Cmp.EQ, key.column(layout.KEY))
        joins.append(build.inner_join(to.source, on))
        at = to
    if at is first:
        raise InvariantError("a path has at least one step")
    query = build.select(build.named(first.number, OWNER), build.named(at.number, TARGET))
    query.set("distinct", exp.Distinct())
    return build.from_(query, first.source, joins)

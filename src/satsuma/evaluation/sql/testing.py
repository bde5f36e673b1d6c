"""Tests of measures: which records have a measure that compares, as a condition on their numbers.

Matches are grouped by their owner, so who has no match has no group. What the measure is over nothing is
known when compiling, and so whether it passes; that decides between `IN` the groups that pass and `NOT IN`
those that do not. Only where a measure compares with an attribute of its owner are the groups joined to all
records.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlglot import exp

from satsuma.catalog.model import Entity, ValueType
from satsuma.evaluation.sql import build
from satsuma.evaluation.sql.build import Sql
from satsuma.evaluation.sql.comparing import compare, known_passes
from satsuma.evaluation.sql.context import Context
from satsuma.evaluation.sql.measures import OWNER
from satsuma.evaluation.sql.operands import Known, Term, operand
from satsuma.evaluation.sql.scope import Rows, Scope, entity_scope
from satsuma.evaluation.sql.windows import in_date_window, in_window
from satsuma.kernel.errors import InvariantError
from satsuma.language import bound
from satsuma.language.bound import Cmp

MEASURE = "measure"
HOW_MANY = "how_many"


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure to be tested.

    Attributes:
        matches: One row a match, with OWNER; None where nothing can match.
        value: The measure, in aggregates over the columns of `matches`.
        over_nothing: What it is over no matches: a number, or None for missing.
        is_count: Whether it is simply the number of matches.
    """

    matches: exp.Query | None
    value: Term
    over_nothing: int | None
    is_count: bool = False


def compares_with_attribute(test: bound.Test) -> bool:
    """Whether a test reads an attribute of the record whose measure it tests."""
    return any(isinstance(side, bound.Shifted) for side in (test.right, test.high))


def owned(measured: Measured, test: bound.Test, owner: Scope, context: Context) -> Sql:
    """Whether the measure of a record passes.

    Args:
        owner: A row of the records that OWNER numbers.
    """
    if compares_with_attribute(test):
        return _beside_attribute(measured, test, owner, context)
    nothing_passes = over_nothing_passes(measured.over_nothing, test)
    if measured.matches is None:
        return build.true() if nothing_passes else build.false()
    wanted = passes(measured.value, test, owner, context)
    if test.negated is not nothing_passes:
        wanted = build.negation(wanted)
    if measured.is_count and _every_group_is_wanted(test, nothing_passes=nothing_passes):
        wanted = build.true()
    members = owner.is_among(grouped(measured.matches, wanted, context))
    return build.negation(members) if nothing_passes else members


def passes(value: Term, test: bound.Test, scope: Scope | None, context: Context) -> Sql:
    """Whether a value compares, `negated` left aside; null or false where either side is missing."""
    if test.window is not None:
        inside = in_date_window if value.type is ValueType.DATE else in_window
        return inside(value.value, test.window, context)
    if test.right is None:
        raise InvariantError("a test of a measure has neither a value nor a window")
    above = compare(value, test.op, operand(test.right, scope, context), context)
    if test.high is None:
        return above
    return build.conjunction([above, compare(value, Cmp.LE, operand(test.high, scope, context), context)])


def over_nothing_passes(value: int | None, test: bound.Test) -> bool:
    """Whether the measure over no matches passes, `negated` included."""
    if value is None:
        return test.negated
    low, high = (_constant(side) for side in (test.right, test.high))
    if low is None:
        raise InvariantError("a count or sum over nothing is compared with no constant")
    plain = known_passes(value, test.op, low) and (high is None or known_passes(value, Cmp.LE, high))
    return plain is not test.negated


def _constant(side: bound.Operand | None) -> Known | None:
    return Known(side.value, side.type) if isinstance(side, bound.Constant) else None


def _every_group_is_wanted(test: bound.Test, *, nothing_passes: bool) -> bool:
    """Whether all counts from 1 on lie on that side of the test whose groups are asked for."""
    right = _constant(test.right)
    if right is None or test.high is not None:
        return False
    one_passes = known_passes(1, test.op, right)
    if test.negated is nothing_passes:
        return one_passes and test.op in (Cmp.GE, Cmp.GT)
    # No count from 1 on may pass; an equal one could, unless it is below 1.
    below_one = known_passes(1, Cmp.GT, right)
    return not one_passes and (test.op in (Cmp.LE, Cmp.LT) or (test.op is Cmp.EQ and below_one))


def grouped(matches: exp.Query, having: Sql, context: Context) -> exp.Query:
    """The owners of matches whose groups meet a condition on aggregates."""
    query = build.from_(build.select(build.plain(OWNER)), build.subquery(matches, context.alias("matched")))
    if not build.is_true(having):
        query.set("group", exp.Group(expressions=[build.plain(OWNER)]))
        query.set("having", exp.Having(this=having))
    return query


def measured_groups(measured: Measured, context: Context) -> exp.Query:
    """OWNER, MEASURE and, for averages of integers and decimals, HOW_MANY, of every owner with a match."""
    if measured.matches is None:
        raise InvariantError("nothing can match, so there are no groups")
    columns = [build.plain(OWNER), build.named(measured.value.value(), MEASURE)]
    if measured.value.count is not None:
        columns.append(build.named(measured.value.count(), HOW_MANY))
    query = build.from_(build.select(*columns), build.subquery(measured.matches, context.alias("matched")))
    query.set("group", exp.Group(expressions=[build.plain(OWNER)]))
    return query


def joined_measure(measured: Measured, records: Scope, context: Context) -> Term:
    """The measure of each record of the scope, by a join that is added to it."""
    alias = context.alias("measured")
    on = build.compare(build.column(alias, OWNER), Cmp.EQ, records.number)
    records.joins.append(build.left_join(build.subquery(measured_groups(measured, context), alias), on))

    def value() -> Sql:
        found = build.column(alias, MEASURE)
        if measured.over_nothing is None:
            return found
        return exp.Coalesce(this=found, expressions=[build.number(measured.over_nothing)])

    folded = value if measured.value.folded is not None else None
    count = (lambda: build.column(alias, HOW_MANY)) if measured.value.count is not None else None
    return replace(measured.value, value=value, folded=folded, count=count)


def _beside_attribute(measured: Measured, test: bound.Test, owner: Scope, context: Context) -> Sql:
    """The measure compares with an attribute: all records, each with its measure."""
    if not isinstance(owner.subject, Entity):
        raise InvariantError("a measure belongs to a record, not to an interaction")
    over_nothing = measured.over_nothing
    if measured.matches is None and over_nothing is None:
        return build.true() if test.negated else build.false()
    records = entity_scope(owner.subject, context)
    if measured.matches is None:
        constant = build.number(over_nothing or 0)
        value = replace(measured.value, value=constant.copy, folded=None, count=None)
    else:
        value = joined_measure(measured, records, context)
    wanted = passes(value, test, records, context)
    if test.negated:
        wanted = build.negation(wanted)
    return owner.is_among(Rows(records, (wanted,)).select(records.number))

"""Measures: one value over matching rows, as an aggregate.

The matches stand in a query of one row each, with the columns that the measure needs under the names below;
several interaction types are united into one such query, which is then grouped by OWNER, the number of the
record that the measure belongs to.
"""

from __future__ import annotations

from typing import assert_never

from sqlglot import exp

from satsuma.catalog.model import ValueType
from satsuma.evaluation.sql import build
from satsuma.evaluation.sql.build import Sql, call
from satsuma.evaluation.sql.context import Context
from satsuma.evaluation.sql.operands import Term, term
from satsuma.evaluation.sql.scope import Scope
from satsuma.evaluation.sql.zones import day_number_of
from satsuma.kernel.errors import InvariantError
from satsuma.language import bound
from satsuma.language.bound import MeasureKind
from satsuma.record import layout

OWNER = "owner"
VALUE = "value"
AT = "at"
ID = "id"
TYPE = "type"
DAY = "day"
COUNTED = "counted"

_ORDERED = frozenset({MeasureKind.FIRST, MeasureKind.LATEST})


def inputs(measure: bound.Measure, scope: Scope, context: Context, type_rank: int | None = None) -> list[Sql]:
    """The columns that a measure needs of one match.

    Args:
        type_rank: Of the interaction type among those in play, by name; None where there is one only.
    """
    columns = []
    if measure.read is not None:
        columns.append(build.named(_input(measure, scope, context), VALUE))
    if measure.kind is MeasureKind.COUNT_DAYS:
        columns.append(
            build.named(day_number_of(scope.column(layout.OCCURRED_AT), context, until=context.now), DAY)
        )
    if measure.kind in _ORDERED or measure.kind in (MeasureKind.FIRST_TIME, MeasureKind.LATEST_TIME):
        columns.append(build.named(scope.column(layout.OCCURRED_AT), AT))
    if measure.kind in _ORDERED:
        columns.append(build.named(scope.column(layout.ID), ID))
        if type_rank is not None:
            columns.append(build.named(build.number(type_rank), TYPE))
    return columns


def _input(measure: bound.Measure, scope: Scope, context: Context) -> Sql:
    """The value of one match: texts folded, as measures compare; decimals to be averaged as whole numbers."""
    if measure.read is None:
        return build.null()
    found = term(measure.read, scope, context)
    if found is None:
        return context.dialect.absent(measure.read.type)
    if found.folded is not None:
        return found.folded()
    if measure.kind is MeasureKind.AVERAGE and found.type is ValueType.DECIMAL:
        return context.dialect.unscaled(found.value())
    return found.value()


def aggregate(measure: bound.Measure, context: Context, *, many_types: bool = False) -> Term:
    """The measure as a term over the columns of `inputs`; `many_types` if TYPE is among them."""
    dialect = context.dialect
    type = measure.type if measure.read is None else measure.read.type

    def value() -> Sql:
        return build.plain(VALUE)

    def counted() -> Sql:
        return call("COUNT", value())

    match measure.kind:
        case MeasureKind.COUNT:
            return Term(ValueType.INTEGER, lambda: call("COUNT", exp.Star()))
        case MeasureKind.COUNT_DISTINCT:
            return Term(ValueType.INTEGER, lambda: _count_distinct(value()))
        case MeasureKind.COUNT_DAYS:
            return Term(ValueType.INTEGER, lambda: _count_distinct(build.plain(DAY)))
        case MeasureKind.SUM | MeasureKind.AVERAGE if type is ValueType.NUMBER:
            raise InvariantError("doubles are added up in two steps (see `sums`), not by one aggregate")
        case MeasureKind.SUM if type is ValueType.DECIMAL:
            zero = dialect.decimal_literal(0)
            return Term(type, lambda: _or_else(dialect.sum_exact(value()), zero.copy()), rounds=True)
        case MeasureKind.SUM:
            return Term(type, lambda: _or_else(dialect.sum_whole(value()), build.number(0)), rounds=True)
        case MeasureKind.AVERAGE:
            return Term(type, lambda: dialect.sum_whole(value()), count=counted, rounds=True)
        case MeasureKind.MINIMUM:
            return Term(type, lambda: call("MIN", value()))
        case MeasureKind.MAXIMUM:
            return Term(type, lambda: call("MAX", value()))
        case MeasureKind.FIRST | MeasureKind.LATEST:
            last = measure.kind is MeasureKind.LATEST

            def at_end() -> Sql:
                order = [build.plain(AT), build.plain(ID)]
                if many_types:
                    order.append(build.plain(TYPE))
                return dialect.at_extreme(value(), order, last=last)

            return Term(type, at_end, folded=None if _reads_ids(measure) else at_end)
        case MeasureKind.FIRST_TIME:
            return Term(ValueType.TIMESTAMP, lambda: call("MIN", build.plain(AT)))
        case MeasureKind.LATEST_TIME:
            return Term(ValueType.TIMESTAMP, lambda: call("MAX", build.plain(AT)))
        case MeasureKind.ACTIVE_PERIODS:
            raise InvariantError("active periods are counted in two steps, not by one aggregate")
        case _:
            assert_never(measure.kind)


def _reads_ids(measure: bound.Measure) -> bool:
    """Whether the values are ids of interactions, which compare exactly although they are text."""
    paths = () if measure.read is None else measure.read.by_type
    return any(path.leaf is bound.Builtin.ID for _, path in paths)


def over_nothing(measure: bound.Measure) -> int | None:
    """The measure over no matches: 0 for counts and sums, missing for the rest."""
    match measure.kind:
        case MeasureKind.COUNT | MeasureKind.COUNT_DISTINCT | MeasureKind.COUNT_DAYS | MeasureKind.SUM:
            return 0
        case _:
            return None


def _count_distinct(value: Sql) -> Sql:
    return exp.Count(this=exp.Distinct(expressions=[value]))


def _or_else(value: Sql, default: Sql) -> Sql:
    return exp.Coalesce(this=value, expressions=[default])

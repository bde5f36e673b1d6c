"""Rankings: the top of an audience by a measure or an attribute, and samples."""

from __future__ import annotations

from fractions import Fraction

from sqlglot import exp

from satsuma.catalog.model import Entity, ValueType
from satsuma.evaluation.sql import build
from satsuma.evaluation.sql.build import Sql, call
from satsuma.evaluation.sql.context import Context
from satsuma.evaluation.sql.interactions import measured
from satsuma.evaluation.sql.operands import Term, term
from satsuma.evaluation.sql.scope import Rows, Scope, entity_scope
from satsuma.evaluation.sql.testing import joined_measure
from satsuma.kernel.errors import InvariantError
from satsuma.language import bound
from satsuma.language.bound import Cmp
from satsuma.record import layout

NUMBER = "number"
PLACE = "place"
CANDIDATES = "candidates"


def top(condition: bound.Top, record: Scope, context: Context) -> Sql:
    """It is among the first n of those audience records that have the measure and meet `among`.

    Equal measures go by ascending key; keys order by their bytes in UTF-8, which is the order of code points.
    """
    if not isinstance(record.subject, Entity):
        raise InvariantError("rankings are of records; found an interaction as the subject")
    rows = ranked(condition, record.subject, context)
    if rows is None:
        return build.false()
    query = build.from_(build.select(build.plain(NUMBER)), build.subquery(rows, context.alias("ranked")))
    return record.is_among(build.filtered(query, [_is_in_front(condition, context)]))


def ranked(condition: bound.Top, audience: Entity, context: Context) -> exp.Select | None:
    """Everyone who is ranked, with their place from 1 on and how many they are; None where nobody is."""
    candidate = entity_scope(audience, context)
    value = _ranked_by(condition, candidate, context)
    if value is None:
        return None
    conditions = [build.is_present(value.value())]
    if condition.among is not None:
        conditions.append(context.truth(condition.among, candidate, context))
    direction = build.ascending if condition.lowest else build.descending
    order = [direction(key) for key in _rank_keys(value, context)]
    place = build.row_number([], [*order, build.ascending(candidate.column(layout.KEY))])
    everyone = exp.Window(this=call("COUNT", exp.Star()))
    return Rows(candidate, tuple(conditions)).select(
        build.named(candidate.number, NUMBER),
        build.named(place, PLACE),
        build.named(everyone, CANDIDATES),
    )


def _is_in_front(condition: bound.Top, context: Context) -> Sql:
    """`place <= n`; for a percent a/b of N, `place <= ceil(a N / (100 b))` is `(place - 1) * 100 b < a N`."""
    if condition.percent is None:
        return build.compare(build.plain(PLACE), Cmp.LE, build.number(condition.count or 0))
    share = Fraction(condition.percent) / 100
    wide = context.dialect.wide_integer
    before = build.times(
        wide(build.minus(build.plain(PLACE), build.number(1))), build.number(share.denominator)
    )
    return build.compare(
        before, Cmp.LT, build.times(wide(build.plain(CANDIDATES)), build.number(share.numerator))
    )


def _ranked_by(condition: bound.Top, candidate: Scope, context: Context) -> Term | None:
    if isinstance(condition.of, bound.Read):
        return term(condition.of, candidate, context)
    if not isinstance(candidate.subject, Entity):
        raise InvariantError("rankings are of records")
    found = measured(condition.of, condition.of.of, candidate.subject, context)
    if found.matches is not None:
        return joined_measure(found, candidate, context)
    nothing = found.over_nothing
    return None if nothing is None else Term(ValueType.INTEGER, lambda: build.number(nothing))


def _rank_keys(value: Term, context: Context) -> list[Sql]:
    """What to order by, so that equal values tie and no others do.

    An exact average S/n is ordered by its whole part, then by `floor(rest * 2^64 / n)`: fractions with
    denominators below 2^32 that differ do so by more than 2^-64.
    """
    dialect = context.dialect
    if value.count is not None:
        count = value.count
        rest = dialect.positive_remainder(dialect.wide_integer(value.value()), dialect.wide_integer(count()))
        whole = dialect.quotient(build.minus(value.value(), rest), dialect.wide_integer(count()))
        scaled = build.times(rest.copy(), dialect.integer_literal(2**64))
        return [whole, dialect.quotient(scaled, dialect.wide_integer(count()))]
    if value.rounds and value.type is ValueType.NUMBER:
        return [dialect.rounded12(value.value())]
    return [value.value()]


def sample(condition: bound.Sample, record: Scope, context: Context) -> Sql:
    """The first 15 hex digits of MD5(salt 0x1F key), modulo 1,000,000, lie in the range."""
    text = context.dialect.unit_separated(condition.salt, record.column(layout.KEY))
    slot = context.dialect.sample_slot(text)
    ends = []
    if condition.low > 0:
        ends.append(build.compare(slot, Cmp.GE, build.number(condition.low)))
    if condition.high < 1_000_000:
        ends.append(build.compare(slot.copy(), Cmp.LT, build.number(condition.high)))
    return build.conjunction(ends)

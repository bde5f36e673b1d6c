"""Sums of doubles that do not depend on order and lose nothing where large values cancel.

Engines add doubles one by one and round each time. Here they are first sorted into bins of 32 binary
exponents: in bin b each value times `2^(53 - 32 b)` is a whole number below 2^86, so the bins' sums are exact
integers. Then the bins of one owner are added up. Where they have one sign, nothing cancels and doubles will
do. Otherwise they are carried from the lowest to the highest, as digits are, to the nearest, so that each
leaves less than half a unit of the next; then what is highest outweighs all the rest and again nothing
cancels. Either way the result is within a few units in the last place of the exact sum, which rounding to 12
digits takes away.
"""

from __future__ import annotations

from sqlglot import exp

from satsuma.evaluation.sql import build
from satsuma.evaluation.sql.build import Sql, call, plain
from satsuma.evaluation.sql.context import Context
from satsuma.evaluation.sql.dialects.base import BIN_BITS, scaled
from satsuma.evaluation.sql.measures import COUNTED, OWNER, VALUE
from satsuma.language.bound import Cmp

BIN = "bin"
DIGITS = "digits"

_LEAST = 5e-324  # so that zero has a logarithm


def by_magnitude(matches: exp.Query, context: Context) -> exp.Select:
    """Matches with a double as VALUE → a row for each OWNER and BIN: DIGITS, their exact sum, and COUNTED."""
    dialect = context.dialect
    size = dialect.larger(call("ABS", plain(VALUE)), dialect.double_literal(_LEAST))
    exponent = build.over(call("log2", size), dialect.double_literal(float(BIN_BITS)))
    bin_number = dialect.small_integer(call("FLOOR", exponent))
    binned = build.from_(
        build.select(plain(OWNER), plain(VALUE), build.named(bin_number, BIN)),
        build.subquery(matches, context.alias("matched")),
    )
    build.filtered(binned, [build.is_present(plain(VALUE))])
    whole = dialect.wide_integer(scaled(plain(VALUE), plain(BIN), -1, dialect))
    query = build.from_(
        build.select(
            plain(OWNER),
            plain(BIN),
            build.named(dialect.sum_whole(whole), DIGITS),
            build.named(call("COUNT", exp.Star()), COUNTED),
        ),
        build.subquery(binned, context.alias("binned")),
    )
    query.set("group", exp.Group(expressions=[plain(OWNER), plain(BIN)]))
    return query


def total(context: Context) -> Sql:
    """Aggregate over the rows of one owner: the sum as a double, infinite where it is too large for one."""
    dialect = context.dialect
    one_sign = build.disjunction(
        [
            build.compare(call("MIN", plain(DIGITS)), Cmp.GE, build.number(0)),
            build.compare(call("MAX", plain(DIGITS)), Cmp.LE, build.number(0)),
        ]
    )
    added = call("SUM", scaled(dialect.double(plain(DIGITS)), plain(BIN), 1, dialect))
    return build.case((one_sign, added), default=dialect.carried_sum(plain(BIN), plain(DIGITS)))

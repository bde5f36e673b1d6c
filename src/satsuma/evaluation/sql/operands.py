"""Operands: what stands on the two sides of a comparison, as SQL or as a constant known now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias, assert_never

from satsuma.catalog.model import Attribute, ValueType
from satsuma.evaluation.sql import build
from satsuma.evaluation.sql.build import Sql
from satsuma.evaluation.sql.context import Context
from satsuma.evaluation.sql.dialects.base import PLACES_MAX
from satsuma.evaluation.sql.scope import Scope
from satsuma.evaluation.sql.zones import shifted_date, shifted_instant
from satsuma.kernel.durations import Duration, shift_date, shift_instant
from satsuma.kernel.errors import InvariantError
from satsuma.kernel.numbers import DECIMAL_PLACES
from satsuma.language import bound

Numeric: TypeAlias = int | Decimal


@dataclass(frozen=True, slots=True)
class Known:
    """A value that is the same for all rows."""

    value: bound.Scalar
    type: ValueType


@dataclass(frozen=True, slots=True)
class Term:
    """A value of the row; null where it is missing.

    Attributes:
        type: Decides how it compares.
        value: Makes the expression; each call makes a new tree.
        folded: For texts, the same folded.
        count: Of an average of integers or decimals: `value` is then the sum (decimals in ten-thousandths),
            and this how many there were.
        rounds: A sum or average, which is rounded to 12 digits with its other side where they compare as
            doubles.
        places: Digits after the point of a decimal.
        whole: Of a decimal with more places than are stored: `value` times `10^places`, a wide integer.
    """

    type: ValueType
    value: Callable[[], Sql]
    folded: Callable[[], Sql] | None = None
    count: Callable[[], Sql] | None = None
    rounds: bool = False
    places: int = DECIMAL_PLACES
    whole: Callable[[], Sql] | None = None


Side: TypeAlias = Known | Term | None
"""None: missing, whatever the row."""


def term(read: bound.Read, scope: Scope, context: Context) -> Term | None:
    """The value of a read in a scope; None where rows of this kind lack it."""
    path = scope.path_of(read)
    if path is None:
        return None
    if isinstance(path.leaf, Attribute) and path.leaf.type is ValueType.TEXT:
        return Term(
            read.type,
            lambda: scope.read(path, "value", context),
            folded=lambda: scope.read(path, "folded", context),
        )
    own = _own_type(path, read.type)
    return Term(
        read.type, lambda: as_type(lambda: scope.read(path, "value", context), own, read.type, context)
    )


def as_type(value: Callable[[], Sql], own: ValueType, common: ValueType, context: Context) -> Sql:
    """A numeric value as the common type that several interaction types have; others as they are."""
    if own is common or not own.is_numeric:
        return value()
    if common is ValueType.NUMBER:
        return as_double(value, own, context)
    return context.dialect.wide_decimal(value())


def as_double(value: Callable[[], Sql], own: ValueType, context: Context) -> Sql:
    """A number of any type as the nearest double."""
    match own:
        case ValueType.INTEGER:
            return context.dialect.double(value())
        case ValueType.DECIMAL:
            return context.dialect.double_of_decimal(value())
        case _:
            return value()


def operand(right: bound.Operand, scope: Scope | None, context: Context) -> Side:
    """The right side of a comparison on a row of the scope; without a scope it must be a constant."""
    if not isinstance(right, bound.Shifted):
        return known(right, context)
    if scope is None:
        raise InvariantError(f"{right.read.name!r} was read where there is no record")
    found = term(right.read, scope.member(context) if right.of_member else scope, context)
    return None if found is None else _shifted(found, right.plus, context)


def known(right: bound.Constant | bound.Now | bound.Today, context: Context) -> Known | None:
    """A right side that is the same for all rows."""
    match right:
        case bound.Constant(value, type):
            # Empty text is missing.
            return None if type is ValueType.TEXT and value == "" else Known(value, type)
        case bound.Now(plus):
            now = context.now if plus is None else shift_instant(context.now, plus, context.zone)
            return Known(now, ValueType.TIMESTAMP)
        case bound.Today(plus):
            today = context.zone.today(context.now)
            return Known(today if plus is None else shift_date(today, plus), ValueType.DATE)
        case _:
            assert_never(right)


def _shifted(found: Term, plus: int | Decimal | Duration | None, context: Context) -> Term:
    if plus is None:
        return found
    value, type = found.value, found.type
    if isinstance(plus, Duration):
        shift = shifted_date if type is ValueType.DATE else shifted_instant
        return Term(type, lambda: _pulled_in(shift(value(), plus, context), type, context))
    if type is ValueType.NUMBER:
        return Term(type, lambda: build.plus(value(), context.dialect.double_literal(float(plus))))
    places = max(DECIMAL_PLACES, -_exponent(Decimal(plus)))
    if places > PLACES_MAX:
        raise InvariantError(f"{plus} has more digits than the checker lets through")

    def summed() -> Sql:
        return _sum(value(), plus, places, context)

    if places == DECIMAL_PLACES:
        return Term(ValueType.DECIMAL, summed)
    return Term(
        ValueType.DECIMAL, summed, places=places, whole=lambda: _whole_sum(found, plus, places, context)
    )


def _sum(value: Sql, plus: Numeric, places: int, context: Context) -> Sql:
    """An integer or decimal plus a constant, exact."""
    scaled = int(Fraction(plus) * 10**places)
    wide = context.dialect.wide_decimal(value, places)
    return build.plus(wide, context.dialect.decimal_literal(scaled, places))


def _whole_sum(found: Term, plus: Numeric, places: int, context: Context) -> Sql:
    """The same times `10^places`."""
    dialect = context.dialect
    if found.type is ValueType.INTEGER:
        whole, stored = dialect.wide_integer(found.value()), 0
    else:
        whole, stored = dialect.unscaled(found.value()), DECIMAL_PLACES
    scaled_up = build.times(whole, dialect.integer_literal(10 ** (places - stored)))
    return build.plus(scaled_up, dialect.integer_literal(int(Fraction(plus) * 10**places)))


def _exponent(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def _pulled_in(shifted: Sql, type: ValueType, context: Context) -> Sql:
    """A shifted date is never beyond the first and last there are; instants compare the same without."""
    if type is not ValueType.DATE:
        return shifted
    first, last = (context.dialect.date_literal(end) for end in (dt.date.min, dt.date.max))
    return context.let(
        shifted,
        lambda day: build.when_present([day], context.dialect.clipped(day.copy(), first, last)),
    )


def _own_type(path: bound.Path, common: ValueType) -> ValueType:
    if isinstance(path.leaf, Attribute):
        return path.leaf.type
    return ValueType.INTEGER if path.leaf is bound.Builtin.HOUR else common

"""Dialect: what an engine's SQL must say differently so that it means the same.

How the record's types are represented is the first difference. DuckDB holds them as `record.layout` says.
ClickHouse has no dates before 1900 and its times wrap around silently, so there an instant is an Int64 of
microseconds, a date an Int32 of days since 1970-01-01, and a missing set an empty array.

Methods take and give SQLGlot trees. Those ending in `_literal` make constants; `micros`, `day_number` and
their inverses go to and from whole numbers, in which all calendar arithmetic is done.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from sqlglot import ErrorLevel, exp

from satsuma.catalog.model import ValueType
from satsuma.evaluation.sql import build
from satsuma.evaluation.sql.build import Sql
from satsuma.kernel.numbers import DECIMAL_PLACES
from satsuma.language.bound import Cmp, TextOp

EARTH_DIAMETER_KM = 2 * 6371.0088
MM_PER_KM = 1_000_000.0

PLACES_MAX = 18  # of wide decimals: a 64-bit integer has 19 digits, and together they must fit 38

# 4,000 years, so that calendar arithmetic is on positive numbers, which all engines divide alike.
DAYS_TO_POSITIVE = 10 * 146_097
MONTHS_TO_POSITIVE = 4_000 * 12
_DAYS_FROM_MARCH_OF_YEAR_0 = 719_468
_DAYS_PER_ERA = 146_097


BIN_BITS = 32  # of the bins in which doubles are added up (see `sums`)
BIN_SHIFT = 53


def scaled(value: Sql, bin_number: Sql, sign: int, dialect: Dialect) -> Sql:
    """A double times `2^(sign * (32 bin - 53))`, in two steps, since the power itself may be out of range."""

    def power(shift: int) -> Sql:
        exponent = build.minus(
            build.times(build.number(BIN_BITS // 2), bin_number.copy()), build.number(shift)
        )
        if sign < 0:
            exponent = build.minus(build.number(0), exponent)
        return build.call("pow", dialect.double_literal(2.0), exponent)

    half = BIN_SHIFT // 2
    return build.times(build.times(value, power(half)), power(BIN_SHIFT - half))


@dataclass(frozen=True, slots=True)
class Bin:
    """A bin of doubles being added up: its number, its digits, and the total of all that lies below it."""

    number: Sql
    digits: Sql
    total: Sql


class Dialect(ABC):
    """One engine. `name` is SQLGlot's name for its way of printing."""

    name: ClassVar[str]

    def print(self, query: exp.Expr, *, pretty: bool = False) -> str:
        """The SQL text of a tree."""
        return query.sql(dialect=self.name, pretty=pretty, unsupported_level=ErrorLevel.RAISE)

    # --- constants

    @abstractmethod
    def integer_literal(self, value: int) -> Sql:
        """A whole number of up to 37 digits."""

    @abstractmethod
    def decimal_literal(self, unscaled: int, places: int = DECIMAL_PLACES) -> Sql:
        """An exact decimal: a whole number with the point so many places from its right."""

    @abstractmethod
    def double_literal(self, value: float) -> Sql:
        """The very double."""

    @abstractmethod
    def instant_literal(self, at_us: int) -> Sql:
        """Microseconds UTC as an instant."""

    @abstractmethod
    def date_literal(self, day: date) -> Sql:
        """A date."""

    @abstractmethod
    def set_literal(self, values: Sequence[str]) -> Sql:
        """A set of choices, in the order in which they are stored."""

    # --- times

    @abstractmethod
    def micros(self, instant: Sql) -> Sql:
        """An instant as microseconds since 1970, a 64-bit integer."""

    @abstractmethod
    def instant_of_micros(self, micros: Sql) -> Sql:
        """The inverse of `micros`."""

    @abstractmethod
    def day_number(self, day: Sql) -> Sql:
        """A date as days since 1970-01-01."""

    @abstractmethod
    def date_of_day_number(self, number: Sql) -> Sql:
        """The inverse of `day_number`."""

    @abstractmethod
    def divided(self, number: Sql, by: int) -> Sql:
        """The quotient of two non-negative integers, rounded down."""

    @abstractmethod
    def remainder(self, number: Sql, by: int) -> Sql:
        """The remainder of two non-negative integers."""

    @abstractmethod
    def quotient(self, number: Sql, by: Sql) -> Sql:
        """The quotient of two integers, the second positive, that divides without rest or is not negative."""

    @abstractmethod
    def positive_remainder(self, number: Sql, by: Sql) -> Sql:
        """What is left of an integer when the greatest multiple of a positive one below it is taken away."""

    def month_and_day(self, day_number: Sql) -> tuple[Sql, Sql]:
        """As `kernel.civil.month_and_day`: months since January of year 0, days of the month gone by.

        The arithmetic is that of `kernel.civil` (Howard Hinnant's), for days from year 1 on.
        """
        since_march = build.plus(day_number, build.number(_DAYS_FROM_MARCH_OF_YEAR_0))
        era, day_of_era = (
            self.divided(since_march, _DAYS_PER_ERA),
            self.remainder(since_march.copy(), _DAYS_PER_ERA),
        )

        def counted(by: int) -> Sql:
            return self.divided(day_of_era.copy(), by)

        days = build.minus(
            build.plus(build.minus(day_of_era, counted(1460)), counted(36_524)), counted(146_096)
        )
        year_of_era = self.divided(days, 365)
        before_year = build.minus(
            build.plus(build.times(build.number(365), year_of_era), self.divided(year_of_era.copy(), 4)),
            self.divided(year_of_era.copy(), 100),
        )
        day_of_year = build.minus(day_of_era.copy(), before_year)
        month_from_march = self.divided(
            build.plus(build.times(build.number(5), day_of_year), build.number(2)), 153
        )
        years = build.plus(build.times(era, build.number(400)), year_of_era.copy())
        month = build.plus(
            build.plus(build.times(years, build.number(12)), month_from_march), build.number(2)
        )
        before_month = self.divided(
            build.plus(build.times(build.number(153), month_from_march.copy()), build.number(2)), 5
        )
        return month, build.minus(day_of_year.copy(), before_month)

    def first_day(self, month: Sql) -> Sql:
        """As `kernel.civil.first_day`: day number on which a month begins."""
        positive = build.plus(month, build.number(MONTHS_TO_POSITIVE - 2))
        year = self.divided(positive, 12)
        month_from_march = self.remainder(positive.copy(), 12)
        before_month = self.divided(
            build.plus(build.times(build.number(153), month_from_march), build.number(2)), 5
        )
        leaps = build.plus(
            build.minus(self.divided(year.copy(), 4), self.divided(year.copy(), 100)),
            self.divided(year.copy(), 400),
        )
        days = build.plus(build.plus(build.times(build.number(365), year), leaps), before_month)
        return build.minus(days, build.number(DAYS_TO_POSITIVE + _DAYS_FROM_MARCH_OF_YEAR_0))

    # --- numbers

    @abstractmethod
    def wide_decimal(self, number: Sql, places: int = DECIMAL_PLACES) -> Sql:
        """An integer or decimal as a decimal of 38 digits, so many of them after the point."""

    @abstractmethod
    def wide_integer(self, number: Sql) -> Sql:
        """An integer with room for products of 64-bit ones."""

    @abstractmethod
    def double(self, number: Sql) -> Sql:
        """An integer as the nearest double."""

    @abstractmethod
    def double_of_decimal(self, number: Sql) -> Sql:
        """A decimal as the nearest double."""

    def absent(self, type: ValueType) -> Sql:  # noqa: ARG002 -- other engines need the type
        """A value of a type that is missing in every row."""
        return build.null()

    @abstractmethod
    def unscaled(self, number: Sql) -> Sql:
        """A stored decimal as its ten-thousandths, wide."""

    @abstractmethod
    def unscaled_sum(self, number: Sql) -> Sql:
        """As `unscaled`, of a sum of stored decimals."""

    @abstractmethod
    def sum_exact(self, number: Sql) -> Sql:
        """Sum of stored decimals, without overflow."""

    @abstractmethod
    def sum_whole(self, number: Sql) -> Sql:
        """Sum of wide integers, without overflow."""

    @abstractmethod
    def small_integer(self, number: Sql) -> Sql:
        """A double that is a small whole number as an integer."""

    @abstractmethod
    def carried_sum(self, bin_number: Sql, digits: Sql) -> Sql:
        """Aggregate: the sum of `digits * 2^(32 bin - 53)` as a double, carried (see `sums`)."""

    @abstractmethod
    def truncated(self, number: Sql, by: Sql) -> Sql:
        """The quotient of two integers, rounded towards zero."""

    def carry(self, lower: Bin, upper: Bin) -> Bin:
        """A bin with what the one below it carries over; what that one keeps is added to the total."""
        gap = build.minus(upper.number, lower.number)
        # Beyond three bins nothing can be carried: digits have at most 127 bits.
        reaches = build.compare(gap, Cmp.LE, build.number(3))
        unit, half = self._unit(gap), self._unit(gap, halved=True)
        is_negative = build.compare(lower.digits, Cmp.LT, build.number(0))
        away = build.case((is_negative, build.minus(build.number(0), half)), default=half.copy())
        carried = self.truncated(build.plus(lower.digits.copy(), away), unit)
        kept = build.minus(lower.digits.copy(), build.times(carried, unit.copy()))
        zero = self.wide_integer(build.number(0))
        over = build.case((reaches, carried.copy()), default=zero)
        left = build.case((reaches.copy(), kept), default=lower.digits.copy())
        worth = scaled(self.double(left), lower.number.copy(), 1, self)
        return Bin(upper.number.copy(), build.plus(upper.digits, over), build.plus(lower.total, worth))

    def _unit(self, gap: Sql, *, halved: bool = False) -> Sql:
        """2 to the bits of one to three bins, or half of it, as a wide integer."""
        return build.case(
            *(
                (
                    build.compare(gap.copy(), Cmp.EQ, build.number(bins)),
                    self.wide_integer(self.integer_literal(2 ** (BIN_BITS * bins - halved))),
                )
                for bins in (1, 2)
            ),
            default=self.wide_integer(self.integer_literal(2 ** (BIN_BITS * 3 - halved))),
        )

    @abstractmethod
    def rounded12(self, number: Sql) -> Sql:
        """A double rounded to 12 significant digits from its exact value, half to even."""

    @abstractmethod
    def clipped(self, number: Sql, low: Sql, high: Sql) -> Sql:
        """A number pulled into [low, high]; none of them is null."""

    @abstractmethod
    def larger(self, one: Sql, other: Sql) -> Sql:
        """The larger of two numbers that are not null."""

    @abstractmethod
    def let(self, value: Sql, name: str, body: Sql) -> Sql:
        """The body, in which the name stands for the value."""

    @abstractmethod
    def element(self, numbers: Sequence[int], index: Sql) -> Sql:
        """The number at an index from 0."""

    @abstractmethod
    def pick(self, texts: Sequence[str], index: Sql) -> Sql:
        """The text at an index from 0; null where that is null."""

    # --- text and sets

    @abstractmethod
    def text_test(self, op: TextOp, subject: Sql, operand: Sql) -> Sql:
        """CONTAINS, STARTS_WITH, ENDS_WITH with any text."""

    @abstractmethod
    def like(self, subject: Sql, pattern: Sql) -> Sql:
        r"""LIKE over code points, escaped by `\`; a pattern that is a column too."""

    @abstractmethod
    def matches(self, subject: Sql, pattern: str, *, any_case: bool) -> Sql:
        """RE2, unanchored; `.` is not a line break, `$` the end of the text."""

    @abstractmethod
    def is_missing_set(self, choices: Sql) -> Sql:
        """Whether a set is missing."""

    @abstractmethod
    def set_or_null(self, choices: Sql) -> Sql:
        """A set, or null where it is missing."""

    @abstractmethod
    def has_any(self, choices: Sql, values: Sequence[str]) -> Sql:
        """Whether a set shares a value with these."""

    @abstractmethod
    def has_all(self, choices: Sql, values: Sequence[str]) -> Sql:
        """Whether a set has all of these."""

    @abstractmethod
    def sample_slot(self, text: Sql) -> Sql:
        """First 15 hex digits of the text's MD5, modulo 1,000,000."""

    @abstractmethod
    def unit_separated(self, prefix: str, text: Sql) -> Sql:
        """The prefix, the control character 0x1F, then a text."""

    @abstractmethod
    def distance_mm(self, here: tuple[Sql, Sql], there: tuple[float, float]) -> Sql:
        """Great-circle distance of two places in degrees, in whole millimetres, half to even."""

    def _haversine(self, here: tuple[Sql, Sql], there: tuple[float, float]) -> Sql:
        """The haversine of the angle between two places, by the same steps as the reference evaluator's."""
        latitude, longitude = here
        cosine_there = self.double_literal(math.cos(math.radians(there[0])))

        def half_sine_squared(degrees: Sql, from_: float) -> Sql:
            half = build.over(
                build.call("radians", build.minus(self.double_literal(from_), degrees)),
                self.double_literal(2.0),
            )
            return build.call("pow", build.call("sin", half), self.double_literal(2.0))

        across = build.times(
            build.times(build.call("cos", build.call("radians", latitude.copy())), cosine_there),
            half_sine_squared(longitude, there[1]),
        )
        return build.plus(half_sine_squared(latitude, there[0]), across)

    # --- values of history, packed so that null is a value and not its absence

    @abstractmethod
    def packed(self, value: Sql) -> Sql:
        """A value that may be null as something that is not."""

    @abstractmethod
    def nothing_packed(self) -> Sql:
        """What stands where there is no packed value."""

    @abstractmethod
    def unpacked(self, packed: Sql) -> Sql:
        """The value packed; null of nothing."""

    @abstractmethod
    def latest_present(self, packed: Sql) -> Sql:
        """Window function: the last packed value in the frame."""

    @abstractmethod
    def holds_number(self, numbers: Sql, wanted: int) -> Sql:
        """Whether a stored list of numbers has one."""

    @abstractmethod
    def optional(self, value: Sql) -> Sql:
        """A value that is never null, of a type that could be."""

    # --- aggregates

    @abstractmethod
    def at_extreme(self, value: Sql, order: Sequence[Sql], *, last: bool) -> Sql:
        """Aggregate: the value, null included, in the row that is last (first) in an order without ties."""

    @abstractmethod
    def when_aggregate(self, aggregate: str, value: Sql, condition: Sql) -> Sql:
        """MIN, MAX or COUNT of a value over the rows for which a condition holds."""

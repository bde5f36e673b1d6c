"""ClickHouse: the record's tables with instants as Int64 microseconds and dates as Int32 days (see `base`).

Missing sets are empty arrays there, everything else that may be missing is Nullable. The settings a query
needs are part of it, save `max_query_size`, which a connection must raise for definitions that compare times
with times by the calendar of a zone that changes its clocks.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import ClassVar

from sqlglot import exp

from satsuma.catalog.model import ValueType
from satsuma.evaluation.sql import build
from satsuma.evaluation.sql.build import Sql, call
from satsuma.evaluation.sql.dialects.base import EARTH_DIAMETER_KM, MM_PER_KM, Bin, Dialect, scaled
from satsuma.kernel.civil import day_of_date
from satsuma.kernel.numbers import DECIMAL_PLACES, INT64_MAX
from satsuma.language.bound import TextOp

_SETTINGS = {
    "join_use_nulls": 1,  # what finds no partner is null, not the default value of its type
    "prefer_column_name_to_alias": 1,  # a name means the column of the source, as in other engines
    "transform_null_in": 0,
}
_STORED = {
    ValueType.INTEGER: "Int64",
    ValueType.NUMBER: "Float64",
    ValueType.DECIMAL: f"Decimal(18, {DECIMAL_PLACES})",
    ValueType.BOOLEAN: "Bool",
    ValueType.DATE: "Int32",
    ValueType.TIMESTAMP: "Int64",
}
"""How values are stored, where not as `String`."""
_NO_BIN = -1_000  # far below all bins


class _ClickHouse(Dialect):
    """Integer sums wrap around in 64 bits, MIN and MAX over nothing are 0: neither is used as it is."""

    name: ClassVar[str] = "clickhouse"

    def print(self, query: exp.Expr, *, pretty: bool = False) -> str:
        settled = query.copy()
        settled.set(
            "settings",
            [exp.EQ(this=exp.var(name), expression=build.number(value)) for name, value in _SETTINGS.items()],
        )
        return super().print(settled, pretty=pretty)

    def integer_literal(self, value: int) -> Sql:
        return build.number(value) if abs(value) <= INT64_MAX else call("toInt256", build.string(str(value)))

    def decimal_literal(self, unscaled: int, places: int = DECIMAL_PLACES) -> Sql:
        digits = str(abs(unscaled)).rjust(places + 1, "0")
        sign = "-" if unscaled < 0 else ""
        text = f"{sign}{digits[:-places]}.{digits[-places:]}"
        return call("toDecimal128", build.string(text), build.number(places))

    def double_literal(self, value: float) -> Sql:
        literal = exp.Literal.number(repr(abs(value)))
        return exp.Paren(this=exp.Neg(this=literal)) if value < 0 else literal

    def instant_literal(self, at_us: int) -> Sql:
        return build.number(at_us)

    def date_literal(self, day: date) -> Sql:
        return build.number(day_of_date(day))

    def set_literal(self, values: Sequence[str]) -> Sql:
        return exp.Array(expressions=[build.string(value) for value in sorted(values)])

    def micros(self, instant: Sql) -> Sql:
        return instant

    def instant_of_micros(self, micros: Sql) -> Sql:
        return micros

    def day_number(self, day: Sql) -> Sql:
        return day

    def date_of_day_number(self, number: Sql) -> Sql:
        return number

    def divided(self, number: Sql, by: int) -> Sql:
        return call("intDiv", number, build.number(by))

    def remainder(self, number: Sql, by: int) -> Sql:
        return exp.Paren(this=exp.Mod(this=number, expression=build.number(by)))

    def quotient(self, number: Sql, by: Sql) -> Sql:
        return call("intDiv", number, by)

    def truncated(self, number: Sql, by: Sql) -> Sql:
        return call("intDiv", number, by)

    def positive_remainder(self, number: Sql, by: Sql) -> Sql:
        signed = exp.Paren(this=exp.Mod(this=number, expression=by))
        return exp.Paren(this=exp.Mod(this=build.plus(signed, by.copy()), expression=by.copy()))

    def wide_decimal(self, number: Sql, places: int = DECIMAL_PLACES) -> Sql:
        return call("toDecimal128", number, build.number(places))

    def wide_integer(self, number: Sql) -> Sql:
        return call("toInt256", number)

    def double(self, number: Sql) -> Sql:
        return call("toFloat64", number)

    def double_of_decimal(self, number: Sql) -> Sql:
        return call("toFloat64", call("toString", number))

    def unscaled(self, number: Sql) -> Sql:
        scaled_up = build.times(
            call("toDecimal256", number, build.number(DECIMAL_PLACES)), build.number(10_000)
        )
        return call("toInt256", scaled_up)

    def unscaled_sum(self, number: Sql) -> Sql:
        return self.unscaled(number)

    def sum_exact(self, number: Sql) -> Sql:
        return call("sum", call("toDecimal256", number, build.number(DECIMAL_PLACES)))

    def sum_whole(self, number: Sql) -> Sql:
        return call("sum", call("toInt256", number))

    def small_integer(self, number: Sql) -> Sql:
        return call("toInt32", number)

    def carried_sum(self, bin_number: Sql, digits: Sql) -> Sql:
        def bin_of(name: str) -> Bin:
            fields = [call("tupleElement", build.plain(name), build.number(i)) for i in (1, 2, 3)]
            return Bin(*fields)

        def state(number: Sql, of: Sql, total: Sql) -> Sql:
            return call("tuple", call("toInt32", number), call("toInt256", of), call("toFloat64", total))

        step = self.carry(bin_of("lower"), bin_of("upper"))
        carrying = exp.Lambda(
            this=state(step.number, step.digits, step.total),
            expressions=[exp.to_identifier(name, quoted=True) for name in ("lower", "upper")],
        )
        # Values are of a nullable type though none is null here.
        present = call("ifNull", bin_number, call("toInt32", build.number(0)))
        whole = call("ifNull", digits, call("toInt256", build.number(0)))
        rows = state(present, whole, self.double_literal(0.0))
        bins = call("arraySort", call("groupArray", rows))
        below = state(build.number(_NO_BIN), build.number(0), self.double_literal(0.0))
        folded = call("arrayFold", carrying, bins, below)
        number, top, total = (call("tupleElement", folded.copy(), build.number(i)) for i in (1, 2, 3))
        return build.plus(total, scaled(self.double(top), number, 1, self))

    def rounded12(self, number: Sql) -> Sql:
        return call("toFloat64", call("printf", build.string("%.11e"), self.double(number)))

    def clipped(self, number: Sql, low: Sql, high: Sql) -> Sql:
        return call("least", call("greatest", number, low), high)

    def larger(self, one: Sql, other: Sql) -> Sql:
        return call("greatest", one, other)

    def let(self, value: Sql, name: str, body: Sql) -> Sql:
        function = exp.Lambda(this=body, expressions=[exp.to_identifier(name, quoted=True)])
        return call(
            "arrayElement", call("arrayMap", function, exp.Array(expressions=[value])), build.number(1)
        )

    def element(self, numbers: Sequence[int], index: Sql) -> Sql:
        listed = exp.Array(expressions=[build.number(one) for one in numbers])
        return call("toInt64", call("arrayElement", listed, build.plus(index, build.number(1))))

    def pick(self, texts: Sequence[str], index: Sql) -> Sql:
        listed = exp.Array(expressions=[build.string(text) for text in texts])
        return call("arrayElement", listed, build.plus(index, build.number(1)))

    def text_test(self, op: TextOp, subject: Sql, operand: Sql) -> Sql:
        if op is TextOp.CONTAINS:
            return exp.GT(this=call("position", subject, operand), expression=build.number(0))
        return call("startsWith" if op is TextOp.STARTS_WITH else "endsWith", subject, operand)

    def like(self, subject: Sql, pattern: Sql) -> Sql:
        return exp.Like(this=subject, expression=pattern)

    def matches(self, subject: Sql, pattern: str, *, any_case: bool) -> Sql:
        # Left alone, `.` is also a line break there.
        flags = "(?i-s)" if any_case else "(?-s)"
        return call("match", subject, build.string(flags + pattern))

    def is_missing_set(self, choices: Sql) -> Sql:
        return call("empty", choices)

    def set_or_null(self, choices: Sql) -> Sql:
        return build.case((call("notEmpty", choices), call("toString", choices.copy())))

    def has_any(self, choices: Sql, values: Sequence[str]) -> Sql:
        return call("hasAny", choices, self.set_literal(values))

    def has_all(self, choices: Sql, values: Sequence[str]) -> Sql:
        return call("hasAll", choices, self.set_literal(values))

    def sample_slot(self, text: Sql) -> Sql:
        first_bytes = call("substring", call("MD5", text), build.number(1), build.number(8))
        number = call("reinterpretAsUInt64", call("reverse", first_bytes))
        return self.remainder(call("bitShiftRight", number, build.number(4)), 1_000_000)

    def unit_separated(self, prefix: str, text: Sql) -> Sql:
        return call("concat", build.string(prefix), call("char", build.number(0x1F)), text)

    def distance_mm(self, here: tuple[Sql, Sql], there: tuple[float, float]) -> Sql:
        within_one = call("least", self.double_literal(1.0), self._haversine(here, there))
        km = build.times(self.double_literal(EARTH_DIAMETER_KM), call("asin", call("sqrt", within_one)))
        return call("roundBankers", build.times(km, self.double_literal(MM_PER_KM)))

    def packed(self, value: Sql) -> Sql:
        return exp.Array(expressions=[value])

    def nothing_packed(self) -> Sql:
        return exp.Array(expressions=[])

    def unpacked(self, packed: Sql) -> Sql:
        return call("arrayElement", packed, build.number(1))

    def latest_present(self, packed: Sql) -> Sql:
        return call("anyLastIf", packed, call("notEmpty", packed.copy()))

    def holds_number(self, numbers: Sql, wanted: int) -> Sql:
        return call("has", numbers, build.number(wanted))

    def absent(self, type: ValueType) -> Sql:
        # A null without a type is a `Nothing` here, and aggregates cannot hold one.
        return call("CAST", build.null(), build.string(f"Nullable({_STORED.get(type, 'String')})"))

    def optional(self, value: Sql) -> Sql:
        return call("toNullable", value)

    def at_extreme(self, value: Sql, order: Sequence[Sql], *, last: bool) -> Sql:
        place = call("tuple", *order)
        chosen = call("argMax" if last else "argMin", call("tuple", value), place)
        return call("tupleElement", chosen, build.number(1))

    def when_aggregate(self, aggregate: str, value: Sql, condition: Sql) -> Sql:
        return call(f"{aggregate.lower()}OrNullIf", value, condition)


CLICKHOUSE: Dialect = _ClickHouse()
"""SQL for ClickHouse."""

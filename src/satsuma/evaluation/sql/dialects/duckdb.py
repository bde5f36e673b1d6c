"""DuckDB (2.x): the record's own engine, with its types as `record.layout` says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import ClassVar

from sqlglot import exp

from satsuma.evaluation.sql import build
from satsuma.evaluation.sql.build import Sql, call
from satsuma.evaluation.sql.dialects.base import (
    DAYS_TO_POSITIVE,
    EARTH_DIAMETER_KM,
    MM_PER_KM,
    MONTHS_TO_POSITIVE,
    Bin,
    Dialect,
    scaled,
)
from satsuma.kernel.civil import MAX_INSTANT_US, MIN_INSTANT_US, datetime_of_wall
from satsuma.kernel.numbers import DECIMAL_PLACES
from satsuma.language.bound import TextOp

_TEXT_FUNCTIONS = {
    TextOp.CONTAINS: "contains",
    TextOp.STARTS_WITH: "starts_with",
    TextOp.ENDS_WITH: "ends_with",
}


def _cast(expression: Sql, type: str) -> Sql:
    return exp.Cast(this=expression, to=exp.DataType.build(type, dialect="duckdb"))


def _struct(fields: Mapping[str, Sql]) -> Sql:
    return call(
        "struct_pack",
        *(exp.PropertyEQ(this=exp.to_identifier(name), expression=value) for name, value in fields.items()),
    )


def _bin(struct: Sql) -> Bin:
    def field(name: str) -> Sql:
        return call("struct_extract", struct.copy(), build.string(name))

    return Bin(field("bin"), field("digits"), field("total"))


class _DuckDB(Dialect):
    """`CAST` of text to DOUBLE is correctly rounded, integer sums are HUGEINT, VARCHAR orders by bytes."""

    name: ClassVar[str] = "duckdb"

    def integer_literal(self, value: int) -> Sql:
        return build.number(value)

    def decimal_literal(self, unscaled: int, places: int = DECIMAL_PLACES) -> Sql:
        digits = str(abs(unscaled)).rjust(places + 1, "0")
        literal = exp.Literal.number(f"{digits[:-places]}.{digits[-places:]}")
        return exp.Paren(this=exp.Neg(this=literal)) if unscaled < 0 else literal

    def double_literal(self, value: float) -> Sql:
        return _cast(build.string(repr(value)), "DOUBLE")

    def instant_literal(self, at_us: int) -> Sql:
        if MIN_INSTANT_US <= at_us <= MAX_INSTANT_US:
            return _cast(build.string(datetime_of_wall(at_us).isoformat(sep=" ")), "TIMESTAMP")
        return call("make_timestamp", build.number(at_us))

    def date_literal(self, day: date) -> Sql:
        return _cast(build.string(day.isoformat()), "DATE")

    def set_literal(self, values: Sequence[str]) -> Sql:
        return exp.Array(expressions=[build.string(value) for value in sorted(values)])

    def micros(self, instant: Sql) -> Sql:
        return call("epoch_us", instant)

    def instant_of_micros(self, micros: Sql) -> Sql:
        return call("make_timestamp", micros)

    def day_number(self, day: Sql) -> Sql:
        return exp.Paren(this=exp.Sub(this=day, expression=self.date_literal(date(1970, 1, 1))))

    def date_of_day_number(self, number: Sql) -> Sql:
        epoch = self.date_literal(date(1970, 1, 1))
        return exp.Paren(this=exp.Add(this=epoch, expression=_cast(number, "INTEGER")))

    def divided(self, number: Sql, by: int) -> Sql:
        return exp.Paren(this=exp.IntDiv(this=number, expression=build.number(by)))

    def remainder(self, number: Sql, by: int) -> Sql:
        return exp.Paren(this=exp.Mod(this=number, expression=build.number(by)))

    def quotient(self, number: Sql, by: Sql) -> Sql:
        return exp.Paren(this=exp.IntDiv(this=number, expression=by))

    def positive_remainder(self, number: Sql, by: Sql) -> Sql:
        signed = exp.Paren(this=exp.Mod(this=number, expression=by))
        return exp.Paren(this=exp.Mod(this=build.plus(signed, by.copy()), expression=by.copy()))

    def month_and_day(self, day_number: Sql) -> tuple[Sql, Sql]:
        day = self.date_of_day_number(day_number)
        months = build.plus(build.times(call("year", day), build.number(12)), call("month", day.copy()))
        return build.minus(months, build.number(1)), build.minus(call("day", day.copy()), build.number(1))

    def first_day(self, month: Sql) -> Sql:
        positive = build.plus(month, build.number(MONTHS_TO_POSITIVE))
        month_of_year = build.plus(self.remainder(positive.copy(), 12), build.number(1))
        day = call("make_date", self.divided(positive, 12), month_of_year, build.number(1))
        return build.minus(self.day_number(day), build.number(DAYS_TO_POSITIVE))

    def wide_decimal(self, number: Sql, places: int = DECIMAL_PLACES) -> Sql:
        return _cast(number, f"DECIMAL(38, {places})")

    def wide_integer(self, number: Sql) -> Sql:
        return _cast(number, "HUGEINT")

    def double(self, number: Sql) -> Sql:
        return _cast(number, "DOUBLE")

    def double_of_decimal(self, number: Sql) -> Sql:
        # A direct cast divides doubles, which rounds twice.
        return _cast(_cast(number, "TEXT"), "DOUBLE")

    def unscaled(self, number: Sql) -> Sql:
        return _cast(build.times(_cast(number, "DECIMAL(28, 4)"), build.number(10_000)), "HUGEINT")

    def unscaled_sum(self, number: Sql) -> Sql:
        # It has 38 digits, which leaves none to multiply by. All decimals here are printed with 4 places.
        text = _cast(self.wide_decimal(number), "TEXT")
        return _cast(call("replace", text, build.string("."), build.string("")), "HUGEINT")

    def sum_exact(self, number: Sql) -> Sql:
        return call("SUM", number)

    def sum_whole(self, number: Sql) -> Sql:
        return call("SUM", number)

    def small_integer(self, number: Sql) -> Sql:
        return _cast(number, "INTEGER")

    def truncated(self, number: Sql, by: Sql) -> Sql:
        return exp.Paren(this=exp.IntDiv(this=number, expression=by))

    def carried_sum(self, bin_number: Sql, digits: Sql) -> Sql:
        bins = _struct({"bin": bin_number, "digits": digits, "total": self.double_literal(0.0)})
        step = self.carry(_bin(build.plain("lower")), _bin(build.plain("upper")))
        carrying = exp.Lambda(
            this=_struct({"bin": step.number, "digits": step.digits, "total": step.total}),
            expressions=[exp.to_identifier(name, quoted=True) for name in ("lower", "upper")],
        )
        last = _bin(call("list_reduce", call("list_sort", call("list", bins)), carrying))
        return build.plus(last.total, scaled(self.double(last.digits), last.number, 1, self))

    def rounded12(self, number: Sql) -> Sql:
        return _cast(call("printf", build.string("%.11e"), self.double(number)), "DOUBLE")

    def clipped(self, number: Sql, low: Sql, high: Sql) -> Sql:
        return call("LEAST", call("GREATEST", number, low), high)

    def larger(self, one: Sql, other: Sql) -> Sql:
        return call("GREATEST", one, other)

    def let(self, value: Sql, name: str, body: Sql) -> Sql:
        function = exp.Lambda(this=body, expressions=[exp.to_identifier(name, quoted=True)])
        applied = call("list_transform", exp.Array(expressions=[value]), function)
        return call("list_extract", applied, build.number(1))

    def element(self, numbers: Sequence[int], index: Sql) -> Sql:
        listed = exp.Array(expressions=[build.number(one) for one in numbers])
        return call("list_extract", listed, build.plus(index, build.number(1)))

    def pick(self, texts: Sequence[str], index: Sql) -> Sql:
        listed = exp.Array(expressions=[build.string(text) for text in texts])
        return call("list_extract", listed, build.plus(index, build.number(1)))

    def text_test(self, op: TextOp, subject: Sql, operand: Sql) -> Sql:
        return call(_TEXT_FUNCTIONS[op], subject, operand)

    def like(self, subject: Sql, pattern: Sql) -> Sql:
        if not isinstance(pattern, exp.Literal):
            # A backslash at the end stands for itself; DuckDB would refuse it.
            rule, doubled = build.string(r"^((?:[^\\]|\\.)*)\\$"), build.string(r"\1\\\\")
            pattern = call("regexp_replace", pattern, rule, doubled, build.string("s"))
        return call("like_escape", subject, pattern, build.string("\\"))

    def matches(self, subject: Sql, pattern: str, *, any_case: bool) -> Sql:
        options = [build.string("i")] if any_case else []
        return call("regexp_matches", subject, build.string(pattern), *options)

    def is_missing_set(self, choices: Sql) -> Sql:
        return build.is_null(choices)

    def set_or_null(self, choices: Sql) -> Sql:
        return choices

    def has_any(self, choices: Sql, values: Sequence[str]) -> Sql:
        return call("list_has_any", choices, self.set_literal(values))

    def has_all(self, choices: Sql, values: Sequence[str]) -> Sql:
        return call("list_has_all", choices, self.set_literal(values))

    def sample_slot(self, text: Sql) -> Sql:
        digits = call("SUBSTR", call("md5", text), build.number(1), build.number(15))
        number = _cast(exp.DPipe(this=build.string("0x"), expression=digits), "BIGINT")
        return self.remainder(number, 1_000_000)

    def unit_separated(self, prefix: str, text: Sql) -> Sql:
        return exp.DPipe(
            this=exp.DPipe(this=build.string(prefix), expression=call("chr", build.number(0x1F))),
            expression=text,
        )

    def distance_mm(self, here: tuple[Sql, Sql], there: tuple[float, float]) -> Sql:
        haversine = self._haversine(here, there)
        within_one = call("LEAST", self.double_literal(1.0), haversine)
        km = build.times(self.double_literal(EARTH_DIAMETER_KM), call("asin", call("sqrt", within_one)))
        return call("round_even", build.times(km, self.double_literal(MM_PER_KM)), build.number(0))

    def packed(self, value: Sql) -> Sql:
        return _struct({"v": value})

    def nothing_packed(self) -> Sql:
        return build.null()

    def optional(self, value: Sql) -> Sql:
        return value

    def unpacked(self, packed: Sql) -> Sql:
        return call("struct_extract", packed, build.string("v"))

    def latest_present(self, packed: Sql) -> Sql:
        return exp.IgnoreNulls(this=exp.LastValue(this=packed))

    def holds_number(self, numbers: Sql, wanted: int) -> Sql:
        return call("list_contains", numbers, build.number(wanted))

    def at_extreme(self, value: Sql, order: Sequence[Sql], *, last: bool) -> Sql:
        place = call("row", *order) if len(order) > 1 else order[0]
        return self.unpacked(call("arg_max" if last else "arg_min", self.packed(value), place))

    def when_aggregate(self, aggregate: str, value: Sql, condition: Sql) -> Sql:
        return exp.Filter(this=call(aggregate, value), expression=exp.Where(this=condition))


DUCKDB: Dialect = _DuckDB()
"""SQL for DuckDB."""

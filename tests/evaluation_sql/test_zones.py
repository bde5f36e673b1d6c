"""Clocks and calendar steps in SQL are those of the kernel, for every zone and year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from satsuma.catalog.model import Catalog
from satsuma.evaluation.sql import build, zones
from satsuma.evaluation.sql.build import Sql
from satsuma.evaluation.sql.compiler import truth
from satsuma.evaluation.sql.context import Context
from satsuma.evaluation.sql.dialects import dialect
from satsuma.kernel.civil import MAX_INSTANT_US, MIN_INSTANT_US, US_PER_HOUR, within_range
from satsuma.kernel.durations import Duration, Unit, shift_date, shift_instant
from satsuma.kernel.zones import Zone, zone

ZONES = (
    "UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia",
    "America/Sao_Paulo", "Asia/Kathmandu",
)  # fmt: skip
_DUCKDB = dialect("duckdb")


def _near_changes(of: Zone) -> list[int]:
    """Instants about the changes of a zone's clocks, in years with many and in years far away."""
    spans = [(-5_000_000_000_000_000, 2_000_000_000_000_000), (4_000_000_000_000_000, 4_200_000_000_000_000)]
    spans.append((200_000_000_000_000_000, 200_100_000_000_000_000))
    changes = [at for span in spans for at, _ in of.transitions(*span)]
    minutes = (-90, -31, -1, 0, 29, 30, 59, 60, 120)
    return [at + 60_000_000 * minute for at in changes for minute in minutes]


def _column(
    values: Sequence[str], type: str, compiled: Callable[[Sql, Context], Sql], context: Context
) -> list[object]:
    """What an expression on a column `x` gives for each of the values, in order."""
    query = build.select(build.plain("i"), build.named(compiled(build.plain("x"), context), "y"))
    text = _DUCKDB.print(build.from_(query, build.table("given", "given")))
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE given (i INTEGER, x {type})")
        rows = ", ".join(f"({i}, {value})" for i, value in enumerate(values))
        connection.execute(f"INSERT INTO given VALUES {rows}")
        return [y for _, y in sorted(connection.execute(text).fetchall())]


def _context(of: Zone) -> Context:
    return Context(_DUCKDB, Catalog(), of, MAX_INSTANT_US, truth)


def _instants(at: Sequence[int]) -> list[str]:
    return [f"make_timestamp({one})" for one in at]


def _micros(compiled: Callable[[Sql, Context], Sql]) -> Callable[[Sql, Context], Sql]:
    return lambda x, context: _DUCKDB.micros(compiled(x, context))


@pytest.mark.parametrize("name", ZONES)
def test_local_days_hours_and_weekdays_about_every_change_of_the_clocks(name: str) -> None:
    of = zone(name)
    at = [*_near_changes(of), -1, 0]
    epoch = dt.date(1970, 1, 1)
    days = _column(_instants(at), "TIMESTAMP", zones.day_number_of, _context(of))
    assert days == [(of.today(one) - epoch).days for one in at]
    hours = _column(_instants(at), "TIMESTAMP", zones.hour_of, _context(of))
    assert hours == [of.local_us(one) // US_PER_HOUR % 24 for one in at]
    weekdays = _column(_instants(at), "TIMESTAMP", zones.weekday_of, _context(of))
    assert weekdays == [zones.WEEKDAYS[of.local_date(one).weekday()] for one in at]


@pytest.mark.parametrize("name", ZONES)
@pytest.mark.parametrize(
    "duration", [Duration(1, Unit.MONTHS), Duration(-11, Unit.MONTHS), Duration(5, Unit.YEARS)]
)
def test_instants_step_through_the_calendar_as_the_kernel_says(name: str, duration: Duration) -> None:
    of = zone(name)
    at = _near_changes(of)
    stepped = _column(
        _instants(at),
        "TIMESTAMP",
        _micros(lambda x, context: zones.shifted_instant(x, duration, context)),
        _context(of),
    )
    assert stepped == [shift_instant(one, duration, of) for one in at]


@settings(max_examples=40)
@given(
    at=st.lists(st.integers(MIN_INSTANT_US, MAX_INSTANT_US), min_size=1, max_size=20),
    n=st.integers(-1_000, 1_000),
    unit=st.sampled_from([Unit.DAYS, Unit.WEEKS, Unit.MONTHS, Unit.QUARTERS, Unit.YEARS]),
    name=st.sampled_from(ZONES),
)
def test_instants_of_any_year_step_by_any_duration(at: list[int], n: int, unit: Unit, name: str) -> None:
    duration, of = Duration(n, unit), zone(name)
    stepped = _column(
        _instants(at),
        "TIMESTAMP",
        _micros(lambda x, context: zones.shifted_instant(x, duration, context)),
        _context(of),
    )
    assert [within_range(int(str(one))) for one in stepped] == [
        shift_instant(one, duration, of) for one in at
    ]


@settings(max_examples=40)
@given(
    days=st.lists(st.dates(dt.date(1002, 1, 1), dt.date(8998, 12, 31)), min_size=1, max_size=20),
    n=st.integers(-1_000, 1_000),
    unit=st.sampled_from([Unit.DAYS, Unit.WEEKS, Unit.MONTHS, Unit.QUARTERS, Unit.YEARS]),
)
def test_dates_step_by_any_duration(days: list[dt.date], n: int, unit: Unit) -> None:
    duration = Duration(n, unit)
    stepped = _column(
        [f"DATE '{day.isoformat()}'" for day in days],
        "DATE",
        lambda x, context: zones.shifted_date(x, duration, context),
        _context(zone("UTC")),
    )
    assert stepped == [shift_date(day, duration) for day in days]


@settings(max_examples=40)
@given(days=st.lists(st.dates(), min_size=1, max_size=20))
def test_month_and_day_are_told_of_any_date(days: list[dt.date]) -> None:
    told = _column(
        [f"DATE '{day.isoformat()}'" for day in days],
        "DATE",
        lambda x, context: zones.month_and_day_of(_DUCKDB.day_number(x), context),
        _context(zone("UTC")),
    )
    assert told == [day.month * 100 + day.day for day in days]


def test_null_stays_null() -> None:
    for compiled in (zones.day_number_of, zones.hour_of, zones.weekday_of):
        assert _column(["NULL"], "TIMESTAMP", compiled, _context(zone("Europe/Berlin"))) == [None]
    stepped = _column(
        ["NULL"],
        "TIMESTAMP",
        lambda x, context: zones.shifted_instant(x, Duration(1, Unit.MONTHS), context),
        _context(zone("Europe/Berlin")),
    )
    assert stepped == [None]


def test_no_expression_is_used_twice_in_a_tree() -> None:
    compiled = zones.shifted_instant(
        build.plain("x"), Duration(1, Unit.MONTHS), _context(zone("Europe/Berlin"))
    )
    seen: set[int] = set()
    for node in compiled.walk():
        assert id(node) not in seen
        seen.add(id(node))
        for child in node.iter_expressions():
            assert isinstance(child, exp.Expr)
            assert child.parent is node

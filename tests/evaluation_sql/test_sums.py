"""Sums of doubles in SQL are the exact sums, to the 12 digits that count."""

from __future__ import annotations

import math
import struct
from fractions import Fraction

import duckdb
from hypothesis import example, given, settings
from hypothesis import strategies as st

from satsuma.catalog.model import Catalog
from satsuma.evaluation.sql import build
from satsuma.evaluation.sql.compiler import truth
from satsuma.evaluation.sql.context import Context
from satsuma.evaluation.sql.dialects import dialect
from satsuma.evaluation.sql.measures import OWNER, VALUE
from satsuma.evaluation.sql.sums import by_magnitude, total
from satsuma.kernel.numbers import round12
from satsuma.kernel.zones import UTC

_DUCKDB = dialect("duckdb")

finite = st.floats(allow_nan=False, allow_infinity=False)
amounts = st.decimals(-1000, 1000, places=2).map(float)
integers = st.integers(-(2**53), 2**53).map(float)


def _sum(values: list[float]) -> float:
    context = Context(_DUCKDB, Catalog(), UTC, 0, truth)
    matches = build.from_(build.select(build.plain(OWNER), build.plain(VALUE)), build.table("given", "given"))
    query = build.from_(build.select(total(context)), build.subquery(by_magnitude(matches, context), "sums"))
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE given (owner INTEGER, value DOUBLE)")
        connection.executemany("INSERT INTO given VALUES (1, ?)", [[value] for value in values])
        [found] = connection.execute(_DUCKDB.print(query)).fetchone() or (None,)
        assert isinstance(found, float)
        return found


def _exact(values: list[float]) -> Fraction:
    return sum((Fraction(value) for value in values), start=Fraction(0))


def _nearest(value: Fraction) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


@settings(max_examples=40)
@given(st.lists(finite | amounts | integers, min_size=1, max_size=40))
@example([1e100, 1.0, -1e100])
@example([1e308, 1e308, -1e308])
@example([1e308, 1e308])
@example([5e-324, -1e-320, 1e300, -1e300])
@example([2.0**53, 1.0, -(2.0**53), -1.0])
def test_a_sum_is_within_a_few_units_of_the_exact_one(values: list[float]) -> None:
    exact, found = _exact(values), _sum(values)
    if math.isinf(_nearest(exact)):
        assert found == _nearest(exact)
        return
    if math.isinf(found):  # within a unit of the largest double
        assert abs(exact) > Fraction(2) ** 1024 * (1 - Fraction(1, 2**50))
        return
    assert abs(Fraction(found) - exact) <= max(abs(exact) / 2**49, Fraction(5e-324))


@settings(max_examples=40)
@given(st.lists(amounts, min_size=1, max_size=40))
def test_sums_of_amounts_round_to_the_same_twelve_digits(values: list[float]) -> None:
    assert round12(_sum(values)) == round12(math.fsum(values))


@settings(max_examples=40)
@given(st.lists(finite, min_size=2, max_size=20), st.randoms(use_true_random=False))
def test_order_makes_no_difference_at_all(values: list[float], random: object) -> None:
    shuffled = list(values)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert struct.pack("<d", _sum(values)) == struct.pack("<d", _sum(shuffled))

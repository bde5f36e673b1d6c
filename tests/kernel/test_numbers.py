"""Numbers compare exactly, and sums of doubles by twelve digits."""

import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from satsuma.kernel.errors import InvariantError, UsageError
from satsuma.kernel.numbers import (
    INT64_MAX,
    INT64_MIN,
    Op,
    compare,
    compare_average,
    fits_decimal,
    fits_int64,
    parse_decimal,
    round12,
    round12_range,
    unscaled,
)

doubles = st.floats(allow_nan=False, allow_infinity=False)
integers = st.integers(-(2**70), 2**70)
decimals = st.decimals(allow_nan=False, allow_infinity=False)
stored = st.integers(-(10**18) + 1, 10**18 - 1)


@given(doubles)
@example(2_000_000_000_005.0)
@example(2_000_000_000_015.0)
@example(1.7976931348623157e308)
@example(5e-324)
@example(0.1)
@example(-0.0)
def test_rounding_is_that_of_printing_twelve_digits(value: float) -> None:
    # Python prints doubles from their exact binary value, ties to even.
    assert round12(value) == float(f"{value:.11e}")


@given(doubles)
def test_rounding_again_changes_nothing(value: float) -> None:
    assert round12(round12(value)) == round12(value)


def test_infinities_stay_and_what_is_no_number_is_a_fault() -> None:
    assert (round12(math.inf), round12(-math.inf)) == (math.inf, -math.inf)
    with pytest.raises(InvariantError):
        round12(math.nan)


@given(doubles, doubles, st.integers(-3, 3))
def test_comparing_with_the_range_is_comparing_rounded_values(value: float, other: float, ulps: int) -> None:
    low, high = round12_range(value)
    assert low <= value <= high
    for at in (low, high):
        assert round12(at) == round12(value)
    near = value if ulps == 0 else math.nextafter(low if ulps < 0 else high, math.copysign(math.inf, ulps))
    for x in (other, near):
        assert (x > high) == (round12(x) > round12(value))
        assert (x < low) == (round12(x) < round12(value))
        assert (low <= x <= high) == (round12(x) == round12(value))


@given(integers | decimals, integers | decimals)
@example(2**53 + 1, Decimal(2**53))
@example(10**40, Decimal("1e40"))
def test_integers_and_decimals_compare_as_the_rationals_they_are(
    left: int | Decimal, right: int | Decimal
) -> None:
    a, b = Fraction(left), Fraction(right)
    assert compare(left, "=", right) == (a == b)
    assert compare(left, "!=", right) == (a != b)
    assert compare(left, "<", right) == (a < b)
    assert compare(left, "<=", right) == (a <= b)
    assert compare(left, ">", right) == (a > b)
    assert compare(left, ">=", right) == (a >= b)


@given(st.lists(stored, min_size=1, max_size=5), stored, st.sampled_from(["=", "!=", "<", "<=", ">", ">="]))
def test_averages_compare_without_dividing(values: list[int], value: int, op: Op) -> None:
    # In ten-thousandths, as stored, both sides are integers.
    total = sum(values)
    expected = compare(total, op, value * len(values))
    assert compare_average(Decimal(total).scaleb(-4), len(values), op, Decimal(value).scaleb(-4)) == expected


def test_a_third_is_told_from_its_nearest_decimal() -> None:
    assert compare_average(1, 3, ">", Decimal("0.3333"))
    assert compare_average(1, 3, "<", Decimal("0.33333333333333333333333333333334"))


def test_an_average_over_nothing_is_never_asked_for() -> None:
    with pytest.raises(InvariantError):
        compare_average(0, 0, "=", 0)


@given(stored)
def test_every_decimal_of_18_digits_fits(ten_thousandths: int) -> None:
    value = Decimal(ten_thousandths).scaleb(-4)
    assert unscaled(value) == ten_thousandths
    assert parse_decimal(f"{value:f}") == value


@given(decimals)
@example(Decimal("1E+999999"))
@example(Decimal("1E-999999"))
@example(Decimal("0E+999999"))
@example(Decimal("99999999999999.99995"))
def test_a_decimal_fits_when_ten_thousandths_of_18_digits_say_it(value: Decimal) -> None:
    small = abs(value) < 10**15 and (value == 0 or value.adjusted() > -40)
    whole = small and Fraction(value) * 10_000 == int(Fraction(value) * 10_000)
    assert fits_decimal(value) == (whole and abs(Fraction(value)) * 10_000 < 10**18)


@pytest.mark.parametrize("value", ["NaN", "sNaN", "Infinity", "-Infinity"])
def test_what_is_not_finite_does_not_fit(value: str) -> None:
    assert not fits_decimal(Decimal(value))


@pytest.mark.parametrize(
    "text", ["", "1e3", ".5", "5.", "0x10", "1_000", " 1", "1\n", "NaN", "1,5", "0.00001", "\u0663"]
)
def test_texts_that_are_no_stored_decimal_are_refused(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_decimal(text)
    assert caught.value.code == "usage.decimal"


def test_zero_has_no_sign_and_trailing_zeros_do_not_count() -> None:
    assert str(parse_decimal("-0.00")) == "0.00"
    assert parse_decimal("1.5000000") == Decimal("1.5")


@given(st.integers())
def test_stored_integers_have_64_bits(value: int) -> None:
    assume(abs(value) < 2**80)
    assert fits_int64(value) == (INT64_MIN <= value <= INT64_MAX)
    assert fits_int64(INT64_MAX)
    assert not fits_int64(INT64_MAX + 1)
    assert fits_int64(INT64_MIN)
    assert not fits_int64(INT64_MIN - 1)

"""Numbers: exact comparison, the width of stored integers and decimals, and doubles rounded to 12 digits.

Integers and decimals are never compared by way of a double. Sums and averages of doubles depend on the
order of adding in their last digits, so both sides are rounded to 12 significant digits first: from the
exact binary value, ties to the even digit. Instead of rounding every sum, an evaluator may ask
`round12_range` once for the doubles that round to the same as the value it compares with.
"""

import math
import operator
import re
import struct
from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from typing import Literal

from satsuma.kernel.errors import InvariantError, UsageError

INT64_MIN = -(2**63)
INT64_MAX = 2**63 - 1
DECIMAL_DIGITS = 18
DECIMAL_PLACES = 4

Op = Literal["=", "!=", "<", "<=", ">", ">="]
Number = int | Decimal

_OPS: dict[str, Callable[[Number | Fraction, Number | Fraction], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_DECIMAL = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
_TWELVE = Context(prec=12, rounding=ROUND_HALF_EVEN, Emin=-999, Emax=999)


def compare(left: Number, op: Op, right: Number) -> bool:
    """Exact comparison of integers and decimals with each other.

    >>> compare(2**63 - 1, "<", Decimal("9223372036854775807.5"))
    True
    """
    return _OPS[op](left, right)


def compare_average(total: Number, n: int, op: Op, value: Number) -> bool:
    """Whether the average `total / n` compares, as `total op value * n`, without dividing.

    Args:
        total: Exact sum of n values.
        n: How many there were, > 0: over nothing the average is missing and no comparison holds.
        op: Comparison.
        value: What the average is compared with.
    """
    if n <= 0:
        raise InvariantError(f"an average over {n} values was compared; over nothing it is missing")
    return _OPS[op](Fraction(total), Fraction(value) * n)


def fits_int64(value: int) -> bool:
    """Whether an integer can be stored."""
    return INT64_MIN <= value <= INT64_MAX


def unscaled(value: Decimal) -> int | None:
    """The decimal as a whole number of ten-thousandths, as it is stored; None where it does not fit.

    >>> unscaled(Decimal("12.5")), unscaled(Decimal("0.00001"))
    (125000, None)
    """
    if not value.is_finite():
        return None
    if value == 0:
        return 0
    # The first digit has to stand from the 14th place before the point to the 4th after it. Asked first, so
    # that no far exponent is ever written out.
    if not -DECIMAL_PLACES <= value.adjusted() < DECIMAL_DIGITS - DECIMAL_PLACES:
        return None
    scaled = Fraction(value) * 10**DECIMAL_PLACES
    return scaled.numerator if scaled.denominator == 1 else None


def fits_decimal(value: Decimal) -> bool:
    """Whether a decimal can be stored: finite, at most 14 digits before the point and 4 after it."""
    return unscaled(value) is not None


def parse_decimal(text: str) -> Decimal:
    """The decimal of a plain text such as `-12.50`, without exponent.

    Raises:
        UsageError: Not a number, or one that does not fit.
    """
    value = Decimal(text) if _DECIMAL.fullmatch(text) else None
    if value is None or not fits_decimal(value):
        shown = text if len(text) <= 60 else text[:57] + "..."
        raise UsageError(
            f"{shown!r} is no decimal; expected at most {DECIMAL_DIGITS - DECIMAL_PLACES} digits before the"
            f" point and {DECIMAL_PLACES} after it",
            code="usage.decimal",
        )
    return abs(value) if value == 0 else value


def round12(value: float) -> float:
    """A double rounded to 12 significant digits, from its exact binary value, ties to the even digit.

    The result is the double nearest to the rounded decimal. Infinities stay what they are: a sum may
    overflow, and then compares rightly with any finite value.

    >>> round12(0.1 + 0.2) == round12(0.3), round12(2_000_000_000_005.0)
    (True, 2000000000000.0)

    Raises:
        InvariantError: Not a number: none is ever stored, so none may come out of a sum.
    """
    if math.isnan(value):
        raise InvariantError("a sum of numbers is not a number; expected finite values only")
    return value if math.isinf(value) else float(_TWELVE.create_decimal(value))


def round12_range(value: float) -> tuple[float, float]:
    """The least and the greatest double that round to the same 12 digits as a finite value.

    So for a double x and a value with the range (low, high): `=` is `low <= x <= high`, `>` is `x > high`,
    `>=` is `x >= low`, `<` is `x < low` and `<=` is `x <= high`.
    """
    rounded = round12(value)
    # Doubles of one sign have the order of their bits read as integers, so the ends are found by halving.
    bits = _ordinal(value)
    low, high = bits, bits
    step = 1
    while _rounds_to(low - step, rounded):
        step *= 2
    low = _edge(low, low - step, rounded)
    step = 1
    while _rounds_to(high + step, rounded):
        step *= 2
    high = _edge(high, high + step, rounded)
    return _double(low), _double(high)


def _edge(inside: int, outside: int, rounded: float) -> int:
    """The last ordinal, going from inside to outside, that still rounds to the value."""
    while abs(outside - inside) > 1:
        middle = (inside + outside) // 2
        if _rounds_to(middle, rounded):
            inside = middle
        else:
            outside = middle
    return inside


_LARGEST_ORDINAL = struct.unpack("<q", struct.pack("<d", math.nextafter(math.inf, 0.0)))[0]


def _rounds_to(ordinal: int, rounded: float) -> bool:
    return abs(ordinal) <= _LARGEST_ORDINAL and round12(_double(ordinal)) == rounded


def _ordinal(value: float) -> int:
    """Number of a finite double in ascending order; both zeros are 0."""
    bits: int = struct.unpack("<q", struct.pack("<d", abs(value)))[0]
    return -bits if value < 0 else bits


def _double(ordinal: int) -> float:
    value: float = struct.unpack("<d", struct.pack("<q", abs(ordinal)))[0]
    return -value if ordinal < 0 else value

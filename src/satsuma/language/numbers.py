"""Numbers as written, handled without the rounding that arithmetic on decimals brings."""

from __future__ import annotations

from decimal import Decimal


def stripped(number: int | Decimal) -> Decimal:
    """A number as a decimal without trailing zeros, every other digit kept.

    >>> stripped(Decimal("10.50")), stripped(1200), stripped(Decimal("-0.0"))
    (Decimal('10.5'), Decimal('1.2E+3'), Decimal('0'))
    """
    sign, digits, exponent = Decimal(number).as_tuple()
    if not any(digits) or not isinstance(exponent, int):
        return Decimal(0) if isinstance(exponent, int) else Decimal(number)
    last = max(i for i, digit in enumerate(digits) if digit)
    return Decimal((sign, digits[: last + 1], exponent + len(digits) - last - 1))


def places(number: int | Decimal) -> int:
    """Digits after the point that are needed to write a number.

    >>> places(Decimal("1.50")), places(Decimal("1E+3")), places(7)
    (1, 0, 0)
    """
    exponent = stripped(number).as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def whole_digits(number: int | Decimal) -> int:
    """Digits before the point.

    >>> whole_digits(Decimal("123.4")), whole_digits(Decimal("0.05"))
    (3, 0)
    """
    return max(0, Decimal(number).adjusted() + 1) if number else 0

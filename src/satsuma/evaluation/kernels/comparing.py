"""Comparing: values with values, row by row, by the rules of `bound.Compare`; false where one is missing."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from satsuma.catalog.model import ValueType
from satsuma.evaluation.kernels import exact, vectors
from satsuma.evaluation.kernels.deciding import decided
from satsuma.evaluation.kernels.reading import Right, Scalar, as_double, day_number, days_of
from satsuma.evaluation.kernels.scope import Bools
from satsuma.evaluation.kernels.vectors import Vector
from satsuma.kernel.errors import InvariantError
from satsuma.kernel.text import fold
from satsuma.kernel.zones import Zone
from satsuma.language.bound import Cmp

OPERATORS: Mapping[Cmp, Callable[[Any, Any], Any]] = {
    Cmp.EQ: operator.eq,
    Cmp.GT: operator.gt,
    Cmp.GE: operator.ge,
    Cmp.LT: operator.lt,
    Cmp.LE: operator.le,
}


def compare(left: Vector, op: Cmp, right: Right, zone: Zone, *, exact_text: bool = False) -> Bools:
    """`left op right` for each row."""
    if isinstance(right, Vector):
        return _with_vector(left, op, right, zone, exact_text=exact_text) & left.present() & right.present()
    return left.but(_with_scalar(left, op, right, zone, exact_text=exact_text))


def _with_scalar(left: Vector, op: Cmp, right: Scalar, zone: Zone, *, exact_text: bool) -> Bools:
    value = right.value
    if left.dictionary is not None:
        return equal_text(left, str(value), folded=_is_folded(left, right.type, exact_text=exact_text))
    match left.type, right.type:
        case ValueType.BOOLEAN, _:
            return as_bools(left.data == (2 if value else 1))
        case ValueType.DATE, ValueType.TIMESTAMP:
            return _integers_against(left, op, Fraction(day_number(zone.today(_instant(value)))))
        case ValueType.TIMESTAMP, ValueType.DATE:
            return as_bools(OPERATORS[op](days_of(left.data, zone), day_number(value)))
        case ValueType.DATE, _:
            return _integers_against(left, op, Fraction(day_number(value)))
        case ValueType.TIMESTAMP, _:
            return as_bools(OPERATORS[op](left.data, _instant(value)))
        case _ if left.type.is_numeric:
            number = _number(value)
            if ValueType.NUMBER in (left.type, right.type):
                return as_bools(OPERATORS[op](vectors.doubles(left), as_double(number)))
            return _integers_against(left, op, Fraction(number) * left.scale)
        case _:
            raise InvariantError(f"a {left.type.value} was compared with a {right.type.value}")


def between(left: Vector, low: Right, high: Right, zone: Zone) -> Bools:
    """`low <= left <= high` for each row; of exact numbers in one pass."""
    kinds = (ValueType.INTEGER, ValueType.DECIMAL)
    if isinstance(low, Scalar) and isinstance(high, Scalar) and {left.type, low.type, high.type} <= {*kinds}:
        first, last = (Fraction(_number(one.value)) * left.scale for one in (low, high))
        return left.but(left.between(math.ceil(first), math.floor(last)))
    return compare(left, Cmp.GE, low, zone) & compare(left, Cmp.LE, high, zone)


def _integers_against(left: Vector, op: Cmp, bound: Fraction) -> Bools:
    """`left op bound` for integers, exactly."""
    match op:
        case Cmp.EQ:
            if bound.denominator != 1:
                return np.zeros(len(left), dtype=np.bool_)
            return left.between(bound.numerator, bound.numerator)
        case Cmp.GT:
            return left.between(math.floor(bound) + 1, None)
        case Cmp.GE:
            return left.between(math.ceil(bound), None)
        case Cmp.LT:
            return left.between(None, math.ceil(bound) - 1)
        case Cmp.LE:
            return left.between(None, math.floor(bound))


def _with_vector(left: Vector, op: Cmp, right: Vector, zone: Zone, *, exact_text: bool) -> Bools:
    if left.dictionary is not None and right.dictionary is not None:
        return _same_text(
            left, right, folded=_is_folded(left, right.type, exact_text=exact_text or right.exact)
        )
    types = {left.type, right.type}
    if types == {ValueType.DATE, ValueType.TIMESTAMP}:
        return as_bools(OPERATORS[op](days(left, zone), days(right, zone)))
    if left.type.is_numeric and right.type.is_numeric:
        if ValueType.NUMBER in types:
            return as_bools(OPERATORS[op](vectors.doubles(left), vectors.doubles(right)))
        return as_bools(
            OPERATORS[op](exact.times(left.data, right.scale), exact.times(right.data, left.scale))
        )
    return as_bools(OPERATORS[op](left.data, right.data))


def days(vector: Vector, zone: Zone) -> NDArray[Any]:
    """Days of dates, and the local days of instants."""
    return days_of(vector.data, zone) if vector.type is ValueType.TIMESTAMP else vector.data


def equal_text(left: Vector, value: str, *, folded: bool) -> Bools:
    """Where the text is this one."""
    if not value:
        return np.zeros(len(left), dtype=np.bool_)
    wanted = fold(value) if folded else value
    return decided(
        left, ("is", wanted), lambda texts: pc.equal(texts, pa.scalar(wanted, texts.type)), folded=folded
    )


def _same_text(left: Vector, right: Vector, *, folded: bool) -> Bools:
    if left.dictionary is not right.dictionary:
        left, right = vectors.narrowed(left), vectors.narrowed(right)
    codes, others = left.data, right.data
    if folded:
        codes, others = vectors.identities(left), vectors.identities(right)
    if left.dictionary is not right.dictionary:
        others = vectors.translated(right, left, folded=folded)[others]
    return as_bools(codes == others)


def _is_folded(left: Vector, right: ValueType, *, exact_text: bool) -> bool:
    both_text = left.type is ValueType.TEXT and right is ValueType.TEXT
    return both_text and not (exact_text or left.exact)


def as_bools(answer: Any) -> Bools:
    """An answer row by row; comparing objects gives objects."""
    found: Bools = np.asarray(answer, dtype=np.bool_)
    return found


def _number(value: object) -> float | Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise InvariantError(f"{value!r} is no number")
    return value


def _instant(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvariantError(f"{value!r} is no instant")
    return value

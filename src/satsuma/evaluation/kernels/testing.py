"""Testing: whether the measures of all records compare. Negated, a test is the exact complement."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from satsuma.catalog.model import ValueType
from satsuma.evaluation.kernels import exact, vectors
from satsuma.evaluation.kernels.comparing import OPERATORS, as_bools, compare
from satsuma.evaluation.kernels.measures import Measured
from satsuma.evaluation.kernels.reading import Right, Scalar, as_double, operand
from satsuma.evaluation.kernels.scope import Bools, Frame, Scope
from satsuma.evaluation.kernels.values import within
from satsuma.evaluation.kernels.vectors import Vector
from satsuma.kernel.errors import InvariantError
from satsuma.kernel.numbers import round12, round12_range
from satsuma.language import bound
from satsuma.language.bound import Cmp


def passes(test: bound.Test, measured: Measured, frame: Frame, scope: Scope) -> Bools:
    """Where the measure compares; what stands on the right is read of the frame."""
    found = _passes(test, measured, frame, scope)
    return ~found if test.negated else found


def _passes(test: bound.Test, measured: Measured, frame: Frame, scope: Scope) -> Bools:
    if test.window is not None:
        return within(measured.vector, test.window, scope)
    if test.right is None:
        raise InvariantError("a test of a measure has neither a value nor a window")
    found = _compare(measured, test.op, operand(test.right, frame, scope), scope)
    if test.high is None:
        return found
    return found & _compare(measured, Cmp.LE, operand(test.high, frame, scope), scope)


def _compare(measured: Measured, op: Cmp, right: Right, scope: Scope) -> Bools:
    if not measured.is_sum:
        return compare(measured.vector, op, right, scope.zone)
    if ValueType.NUMBER in (measured.vector.type, right.type):
        return _rounded(measured, op, right)
    if measured.divisor is None:
        return compare(measured.vector, op, right, scope.zone)
    return _average(measured.vector, measured.divisor, op, right)


def _average(total: Vector, count: NDArray[np.int64], op: Cmp, right: Right) -> Bools:
    """`total / count op right`, as `total op right * count`, exactly."""
    if isinstance(right, Scalar):
        value = Fraction(right.value)  # type: ignore[arg-type]
        above = exact.times(total.data, value.denominator)
        other = exact.times(count, value.numerator * total.scale)
        return total.but(as_bools(OPERATORS[op](above, other)))
    above = exact.times(total.data, right.scale)
    other = exact.times(exact.product(right.data, count), total.scale)
    return as_bools(OPERATORS[op](above, other)) & total.present() & right.present()


def _rounded(measured: Measured, op: Cmp, right: Right) -> Bools:
    """Both sides as doubles rounded to 12 digits."""
    value = value_of(measured)
    if isinstance(right, Vector):
        found = OPERATORS[op](_all_rounded(value), _all_rounded(vectors.doubles(right)))
        return as_bools(found) & measured.vector.present() & right.present()
    wanted = as_double(right.value)  # type: ignore[arg-type]
    low, high = (wanted, wanted) if np.isinf(wanted) else round12_range(wanted)
    answers = {
        Cmp.EQ: lambda: (low <= value) & (value <= high),
        Cmp.GT: lambda: value > high,
        Cmp.GE: lambda: value >= low,
        Cmp.LT: lambda: value < low,
        Cmp.LE: lambda: value <= high,
    }
    return measured.vector.but(as_bools(answers[op]()))


def value_of(measured: Measured) -> NDArray[np.float64]:
    """Sums and averages as the nearest doubles."""
    vector = measured.vector
    if measured.divisor is None:
        return vectors.doubles(vector)
    return exact.quotients(vector.data, exact.times(measured.divisor, vector.scale))


def _all_rounded(values: NDArray[np.float64]) -> NDArray[np.float64]:
    distinct, place = np.unique(values, return_inverse=True)
    rounded: NDArray[np.float64] = np.array([round12(one) for one in distinct.tolist()], dtype=np.float64)
    return rounded[place]

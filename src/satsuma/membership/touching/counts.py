"""Counts: one form for tests of whole numbers, so that `did = 0` and `did at least once` share a leaf.

A count is never missing, so every test of one is `>=`, `=` or `between`, or the exact complement of one.
"""

from __future__ import annotations

from dataclasses import replace

from satsuma.language import bound
from satsuma.language.bound import Cmp, MeasureKind

_COUNTS = frozenset(
    {
        MeasureKind.COUNT,
        MeasureKind.COUNT_DISTINCT,
        MeasureKind.COUNT_DAYS,
        MeasureKind.ACTIVE_PERIODS,
    }
)


def plain(condition: bound.Did | bound.Related) -> tuple[bound.Did | bound.Related, bool]:
    """A condition on a measure in its one form, and whether what was meant is its complement."""
    test, negated = replace(condition.test, negated=False), condition.test.negated
    right = test.right
    if condition.measure.kind not in _COUNTS or test.high is not None:
        return replace(condition, test=test), negated
    match right:
        case bound.Constant(value=int() as n) if not isinstance(n, bool):
            match test.op:
                case Cmp.GT:
                    test = _at_least(test, right, n + 1)
                case Cmp.LE:
                    test, negated = _at_least(test, right, n + 1), not negated
                case Cmp.LT:
                    test, negated = _at_least(test, right, n), not negated
                case Cmp.EQ if n == 0:
                    test, negated = _at_least(test, right, 1), not negated
                case _:
                    pass
        case _:
            pass
    return replace(condition, test=test), negated


def _at_least(test: bound.Test, right: bound.Constant, n: int) -> bound.Test:
    return replace(test, op=Cmp.GE, right=replace(right, value=n))

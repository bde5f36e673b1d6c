"""Whether the clock plays any part in a condition, whatever the data."""

from __future__ import annotations

from typing import assert_never

from satsuma.kernel.windows import Fixed, Window
from satsuma.language import bound


def depends_on_clock(condition: bound.Condition) -> bool:
    """Whether time alone could change a condition for some data.

    That a segment's members change with time counts as data here: `segment`, `entered` and `left` answer for
    themselves only.
    """
    match condition:
        case bound.All(conditions) | bound.AnyOf(conditions):
            return any(depends_on_clock(one) for one in conditions)
        case bound.Not(negated):
            return depends_on_clock(negated)
        case bound.Compare():
            return _moves(condition.right)
        case bound.Between():
            return _moves(condition.low) or _moves(condition.high)
        case bound.Within():
            return _slides(condition.window)
        case bound.Related():
            return depends_on_clock(condition.where) or _test_moves(condition.test)
        case bound.Crossed():
            return _slides(condition.during)
        case bound.Top():
            by_interactions = isinstance(condition.of, bound.Did)
            return by_interactions or (condition.among is not None and depends_on_clock(condition.among))
        case (
            bound.MoreThan()
            | bound.Anniversary()
            | bound.Did()
            | bound.Occurrence()
            | bound.Sequence()
            | bound.Held()
            | bound.Consent()
        ):
            return True
        case (
            bound.IsMissing()
            | bound.OneOf()
            | bound.TextTest()
            | bound.HasAny()
            | bound.HasAll()
            | bound.IsSet()
            | bound.Near()
            | bound.InSegment()
            | bound.InList()
            | bound.Sample()
        ):
            return False
        case _:
            assert_never(condition)


def _moves(right: bound.Operand | None) -> bool:
    return isinstance(right, bound.Now | bound.Today)


def _slides(window: Window | None) -> bool:
    return window is not None and not isinstance(window, Fixed)


def _test_moves(test: bound.Test) -> bool:
    return _moves(test.right) or _moves(test.high) or _slides(test.window)

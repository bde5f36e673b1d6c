"""Possible: which values a comparison leaves open, as far as that shows without data.

Where a form says nothing that is understood here, every value is possible.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import TypeAlias

from satsuma.catalog.model import Attribute, ValueType
from satsuma.kernel.civil import day_of_date
from satsuma.kernel.text import fold
from satsuma.kernel.windows import Fixed, bounds, date_bounds
from satsuma.kernel.zones import Zone
from satsuma.language import bound
from satsuma.language.binding.ranges import Points, Spans, Values, both, complement, union
from satsuma.language.binding.reads import WEEKDAYS
from satsuma.language.bound import Builtin, Cmp

COMPARISONS = (
    bound.IsMissing,
    bound.Compare,
    bound.Between,
    bound.OneOf,
    bound.TextTest,
    bound.HasAny,
    bound.HasAll,
    bound.IsSet,
    bound.Within,
    bound.MoreThan,
    bound.Anniversary,
    bound.Near,
)
Comparison: TypeAlias = (
    bound.IsMissing
    | bound.Compare
    | bound.Between
    | bound.OneOf
    | bound.TextTest
    | bound.HasAny
    | bound.HasAll
    | bound.IsSet
    | bound.Within
    | bound.MoreThan
    | bound.Anniversary
    | bound.Near
)

_SCALE = 10_000
"""Decimals are counted in ten-thousandths, as they are stored."""


@dataclass(frozen=True, slots=True)
class Possible:
    """What a read may give where a condition on it holds.

    Attributes:
        missing: It may be missing.
        values: Its values that may be, where it is not.
    """

    name: str
    missing: bool
    values: Values

    @property
    def is_nothing(self) -> bool:
        """Whether the condition can hold for nobody."""
        return not self.missing and self.values in (Spans(()), Spans((), dense=True), Points(frozenset()))

    def and_(self, other: Possible) -> Possible:
        """What may be where both conditions hold."""
        return Possible(self.name, self.missing and other.missing, both(self.values, other.values))


def possible(condition: bound.Condition, zone: Zone, *, holds: bool = True) -> Possible | None:
    """What the read of a comparison may give where it holds, or where it does not; None for other forms."""
    if not isinstance(condition, COMPARISONS):
        return None
    read = condition.read
    values, is_exact = _values(condition, zone)
    if not holds:
        values = complement(values) if is_exact else _all(read)
    missing = isinstance(condition, bound.IsMissing) == holds
    return Possible(read.name, missing, both(values, _domain(read)))


def _all(read: bound.Read) -> Values:
    if read.type.is_ordered:
        return Spans(((None, None),), read.type is ValueType.NUMBER)
    return Points(frozenset(), others=True)


def _domain(read: bound.Read) -> Values:
    """The values that there are at all."""
    leaves = {path.leaf for _, path in read.by_type}
    if leaves == {Builtin.HOUR}:
        return Spans(((0, 23),))
    if leaves == {Builtin.WEEKDAY}:
        return Points(frozenset(WEEKDAYS))
    if read.type is ValueType.BOOLEAN:
        return Points(frozenset({True, False}))
    if read.type is ValueType.CHOICE and leaves:
        options: set[object] = set()
        for leaf in leaves:
            if not isinstance(leaf, Attribute) or leaf.options is None:
                return _all(read)
            options |= set(leaf.options)
        return Points(frozenset(options))
    return _all(read)


def _values(condition: Comparison, zone: Zone) -> tuple[Values, bool]:
    """Values for which a comparison may hold, and whether it holds for every one of them."""
    read = condition.read
    match condition:
        case bound.IsMissing():
            nothing = (
                Spans((), read.type is ValueType.NUMBER) if read.type.is_ordered else Points(frozenset())
            )
            return nothing, True
        case bound.Compare(op=op, right=bound.Constant() as right, exact=exact):
            if read.type.is_ordered:
                return _span(read, op, right, zone)
            return _point(read, (right,), exact=exact)
        case bound.Between(low=bound.Constant() as low, high=bound.Constant() as high):
            least, exact_low = _span(read, Cmp.GE, low, zone)
            most, exact_high = _span(read, Cmp.LE, high, zone)
            return both(least, most), exact_low and exact_high
        case bound.OneOf(values=values, exact=exact):
            if not read.type.is_ordered:
                return _point(read, values, exact=exact)
            spans = [_span(read, Cmp.EQ, value, zone) for value in values]
            if not all(is_exact for _, is_exact in spans):
                return _all(read), False
            return union([span for span, _ in spans], read.type is ValueType.NUMBER), True
        case bound.Within(window=Fixed() as window):
            return _fixed(read, window, zone), True
        case _:
            return _all(read), False


def _point(read: bound.Read, constants: tuple[bound.Constant, ...], *, exact: bool) -> tuple[Values, bool]:
    """Texts are compared as folded: a set of them is too large where case counts."""
    if read.type is ValueType.TEXT:
        return Points(frozenset(fold(str(one.value)) for one in constants)), not exact
    return Points(frozenset(one.value for one in constants)), True


def _span(read: bound.Read, op: Cmp, right: bound.Constant, zone: Zone) -> tuple[Spans, bool]:
    value = right.value
    match read.type, value:
        case ValueType.NUMBER, (int() | Decimal()):
            return _doubles(op, float(value)), True
        case ((ValueType.INTEGER | ValueType.DECIMAL), (int() | Decimal())):
            return _wholes(op, Fraction(value) * (1 if read.type is ValueType.INTEGER else _SCALE)), True
        case ValueType.DATE, dt.date():
            return _wholes(op, Fraction(day_of_date(value))), True
        case ValueType.TIMESTAMP, int():
            return _wholes(op, Fraction(value)), True
        case ValueType.TIMESTAMP, dt.date() if value < dt.date.max:
            first = zone.start_of_day(value)
            after = zone.start_of_day(value + dt.timedelta(days=1))
            return _days(op, first, after), True
        case _:
            return Spans(((None, None),), read.type is ValueType.NUMBER), False


def _wholes(op: Cmp, value: Fraction) -> Spans:
    match op:
        case Cmp.EQ:
            return Spans(((int(value), int(value)),) if value.denominator == 1 else ())
        case Cmp.GT:
            return Spans(((floor(value) + 1, None),))
        case Cmp.GE:
            return Spans(((ceil(value), None),))
        case Cmp.LT:
            return Spans(((None, ceil(value) - 1),))
        case Cmp.LE:
            return Spans(((None, floor(value)),))


def _doubles(op: Cmp, value: float) -> Spans:
    at_most, at_least = Spans(((None, value),), dense=True), Spans(((value, None),), dense=True)
    match op:
        case Cmp.EQ:
            return Spans(((value, value),), dense=True)
        case Cmp.GE:
            return at_least
        case Cmp.LE:
            return at_most
        case Cmp.GT | Cmp.LT:
            rest = complement(at_most if op is Cmp.GT else at_least)
            return rest if isinstance(rest, Spans) else at_least


def _days(op: Cmp, first: int, after: int) -> Spans:
    """A timestamp compared with a day, which is [first, after)."""
    match op:
        case Cmp.EQ:
            return Spans(((first, after - 1),) if first < after else ())
        case Cmp.GT:
            return Spans(((after, None),))
        case Cmp.GE:
            return Spans(((first, None),))
        case Cmp.LT:
            return Spans(((None, first - 1),))
        case Cmp.LE:
            return Spans(((None, after - 1),))


def _fixed(read: bound.Read, window: Fixed, zone: Zone) -> Values:
    if read.type is ValueType.DATE:
        # The day it is now does not matter to fixed windows.
        first, last = date_bounds(window, dt.date(2000, 1, 1), zone)
        if first is not None and last is not None and first > last:
            return Spans(())
        return Spans(
            ((None if first is None else day_of_date(first), None if last is None else day_of_date(last)),)
        )
    interval = bounds(window, 0, zone)
    if interval.is_empty:
        return Spans(())
    return Spans(((interval.low, None if interval.high is None else interval.high - 1),))

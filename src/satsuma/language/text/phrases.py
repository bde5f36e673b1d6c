"""Printing the parts of conditions: names, values, windows, quantities, measures."""

from __future__ import annotations

from decimal import Decimal
from typing import assert_never

from satsuma.kernel.durations import Duration
from satsuma.kernel.errors import UsageError
from satsuma.kernel.windows import Before, BetweenAgo, Calendar, Fixed, Last, Next, Period, Window
from satsuma.language import tree
from satsuma.language.text.tokens import write_number, write_string
from satsuma.language.text.words import MONTHS, WEEKDAYS, is_plain_name, is_plain_pattern
from satsuma.language.tree import Op

_DAYS = {0: "today", -1: "yesterday", 1: "tomorrow"}
_PERIODS = {0: "this", -1: "last", 1: "next"}

AFTER_ATTRIBUTE = {
    Op.IS_MISSING: "is missing",
    Op.IS_PRESENT: "is present",
    Op.IS: "is",
    Op.IS_NOT: "is not",
    Op.IN: "in",
    Op.NOT_IN: "not in",
    Op.CONTAINS: "contains",
    Op.NOT_CONTAINS: "does not contain",
    Op.STARTS_WITH: "starts with",
    Op.NOT_STARTS_WITH: "does not start with",
    Op.ENDS_WITH: "ends with",
    Op.NOT_ENDS_WITH: "does not end with",
    Op.LIKE: "like",
    Op.NOT_LIKE: "not like",
    Op.MATCHES: "matches",
    Op.NOT_MATCHES: "does not match",
    Op.EQ: "=",
    Op.NE: "!=",
    Op.GT: ">",
    Op.GE: ">=",
    Op.LT: "<",
    Op.LE: "<=",
    Op.BETWEEN: "between",
    Op.NOT_BETWEEN: "not between",
    Op.HAS_ANY: "has any of",
    Op.HAS_ALL: "has all of",
    Op.HAS_NONE: "has none of",
    Op.WITHIN: "within",
    Op.MORE_THAN: "more than",
    Op.ANNIVERSARY: "has anniversary",
    Op.WITHIN_KM: "within",
}
"""What stands between an attribute and a value."""

ADVERBIAL = frozenset(
    (
        *(Op.IS, Op.IS_NOT, Op.IN, Op.NOT_IN, Op.CONTAINS, Op.NOT_CONTAINS),
        *(Op.STARTS_WITH, Op.NOT_STARTS_WITH, Op.ENDS_WITH, Op.NOT_ENDS_WITH),
        *(Op.LIKE, Op.NOT_LIKE, Op.MATCHES, Op.NOT_MATCHES),
    )
)
"""Operators that take `exactly` before their value; after the others `case exact` says the same."""

_QUANTITIES = {
    Op.GE: "at least",
    Op.LE: "at most",
    Op.EQ: "exactly",
    Op.NE: "not exactly",
    Op.GT: "more than",
    Op.LT: "fewer than",
}


def unwritable(what: str) -> UsageError:
    """The error for trees that no definition can be read as."""
    return UsageError(f"{what} cannot be written as text", code="usage.definition")


def name_text(name: str) -> str:
    """A name, in quotes where it needs them."""
    return name if is_plain_name(name) else write_string(name)


def types_text(types: tree.Types) -> str:
    """One interaction type or pattern, or `any of` several."""
    if not types.names:
        raise unwritable("a condition on no interaction type")
    names = [name if is_plain_pattern(name) else name_text(name) for name in types.names]
    return names[0] if len(names) == 1 else f"any of ({', '.join(names)})"


def ref_text(ref: tree.Ref) -> str:
    """The name of a segment or list, always in quotes, or `#` and its identifier."""
    return f"#{ref.id}" if isinstance(ref, tree.RefId) else write_string(ref)


def scalar_text(value: tree.Scalar) -> str:
    """A literal."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return write_string(value)
        case int() | Decimal():
            return write_number(value)
        case _:
            assert_never(value)


def operand_text(value: tree.Operand) -> str:
    """A literal, another attribute, `now` or `today`."""
    match value:
        case tree.Literal(scalar):
            return scalar_text(scalar)
        case tree.AttributeValue(path, plus):
            return f"attribute {name_text(path)}{shift_text(plus)}"
        case tree.MemberValue(path, plus):
            return f"member {name_text(path)}{shift_text(plus)}"
        case tree.NowValue(plus):
            return f"now{shift_text(plus)}"
        case tree.TodayValue(plus):
            return f"today{shift_text(plus)}"
        case _:
            assert_never(value)


def shift_text(plus: tree.Number | Duration | None) -> str:
    """What is added, with a blank before it."""
    match plus:
        case None:
            return ""
        case Duration(n):
            return f" minus {-plus}" if n < 0 else f" plus {plus}"
        case int(n):
            return f" minus {write_number(-n)}" if n < 0 else f" plus {write_number(n)}"
        case _:
            # `abs` would round to the context.
            return f" {'minus' if plus < 0 else 'plus'} {write_number(plus.copy_abs())}"


def list_text(several: tree.Several) -> str:
    """Literals in parentheses."""
    if not several.values:
        raise unwritable("an empty list of values")
    return f"({', '.join(map(scalar_text, several.values))})"


def range_text(value: tree.Range) -> str:
    """Both ends of `between`."""
    return f"{operand_text(value.low)} and {operand_text(value.high)}"


def value_text(value: tree.Value) -> str:
    """What stands on the right of an operator."""
    match value:
        case None:
            return ""
        case tree.Several():
            return list_text(value)
        case tree.Range():
            return range_text(value)
        case tree.MoreThan(direction, duration):
            return f"{duration} {direction}"
        case tree.Anniversary():
            return anniversary_text(value)
        case tree.Circle(km, latitude, longitude):
            return f"{write_number(km)} km of ({write_number(latitude)}, {write_number(longitude)})"
        case Last() | Before() | BetweenAgo() | Next() | Fixed() | Calendar():
            return window_text(value)
        case _:
            return operand_text(value)


def anniversary_text(value: tree.Anniversary) -> str:
    """What follows `has anniversary`."""
    match value:
        case tree.Anniversary(True, None, None, None, None, None):
            return "today"
        case tree.Anniversary(False, Duration() as ahead, None, None, None, None):
            return f"in the next {ahead}"
        case tree.Anniversary(False, None, Duration() as ago, None, None, None):
            return f"in the last {ago}"
        case tree.Anniversary(False, None, None, int(month), None, None):
            return f"in {MONTHS[month - 1]}" if 1 <= month <= 12 else f"in month {month}"
        case tree.Anniversary(False, None, None, int(month), int(day), None):
            return f"on {MONTHS[month - 1]} {day}" if 1 <= month <= 12 else f"on month {month} day {day}"
        case tree.Anniversary(False, None, None, None, None, str(weekday)):
            return f"on {weekday}" if weekday in WEEKDAYS else f"on weekday {write_string(weekday)}"
        case _:
            raise unwritable("an anniversary of no kind, or of several,")


def window_text(window: Window) -> str:
    """A window as it follows `within`."""
    match window:
        case Last(duration):
            return f"last {duration}"
        case Next(duration):
            return f"next {duration}"
        case Before(duration):
            return f"more than {duration} ago"
        case BetweenAgo(farther, nearer):
            far = str(farther.n) if farther.unit is nearer.unit else str(farther)
            return f"between {far} and {nearer} ago"
        case Fixed(None, str(end)):
            return f"before {write_string(end)}"
        case Fixed(str(start), None):
            return f"from {write_string(start)}"
        case Fixed(str(start), str(end)):
            return f"from {write_string(start)} to {write_string(end)}"
        case Fixed():
            raise unwritable("a window without ends")
        case Calendar(unit, offset):
            if unit is Period.DAY and offset in _DAYS:
                return _DAYS[offset]
            if unit is not Period.DAY and offset in _PERIODS:
                return f"{_PERIODS[offset]} {unit.value}"
            plural = unit.value if abs(offset) == 1 else f"{unit.value}s"
            return f"the {unit.value} {abs(offset)} {plural} {'ahead' if offset > 0 else 'ago'}"
        case _:
            assert_never(window)


def clause_text(window: Window | None) -> str:
    """A window as it follows an interaction type, with a blank before it."""
    match window:
        case None:
            return ""
        case Last() | Next():
            return f" in the {window_text(window)}"
        case Calendar():
            return f" during {window_text(window)}"
        case _:
            return f" {window_text(window)}"


def quantity_text(test: tree.Test) -> str | None:
    """`at least 3` and the like; None where the test is not against whole numbers written out."""
    match test:
        case tree.Test(op, tree.Literal(int(n))) if op in _QUANTITIES and not isinstance(n, bool):
            return f"{_QUANTITIES[op]} {write_number(n)}"
        case tree.Test(Op.BETWEEN, tree.Range(tree.Literal(int(low)), tree.Literal(int(high)))):
            if isinstance(low, bool) or isinstance(high, bool):
                return None
            return f"between {write_number(low)} and {write_number(high)}"
        case _:
            return None


def is_default(test: tree.Test) -> bool:
    """Whether a test is the one that is left out."""
    # For Python 1.0 and true equal 1; written as such, they are printed as such.
    written = test.value
    return test == tree.AT_LEAST_ONE and isinstance(written, tree.Literal) and type(written.value) is int


def test_text(test: tree.Test) -> str:
    """A test as it follows a measure."""
    match test:
        case tree.Test(Op.BETWEEN, tree.Range() as ends):
            return f"between {range_text(ends)}"
        case tree.Test(Op.WITHIN, window) if isinstance(window, Window):
            return f"within {window_text(window)}"
        case tree.Test(Op.EQ | Op.NE | Op.GT | Op.GE | Op.LT | Op.LE as op, value) if isinstance(
            value, tree.Operand
        ):
            return f"{op.value} {operand_text(value)}"
        case _:
            raise unwritable(f"the operator {test.op.value} of a measure with such a value")


test_text.__test__ = False  # type: ignore[attr-defined] # not a test case, whatever its name


def periods_text(measure: tree.ActivePeriods) -> str:
    """`the last 4 weeks`, or `the last 4 periods of 2 weeks`."""
    unit = measure.length.unit
    if measure.length.n == 1:
        return f"the last {measure.of_last} {unit.singular if abs(measure.of_last) == 1 else unit.value}"
    return f"the last {measure.of_last} periods of {measure.length}"


def measure_text(measure: tree.Measure, *, records: bool = False) -> str:
    """A measure with the word that leads to what it is taken of.

    Args:
        records: Of related records, not of interactions.
    """
    match measure:
        case tree.Count():
            return f"number of {'records' if records else 'times'} over"
        case tree.CountDays():
            return "number of days over"
        case tree.CountDistinct(attribute):
            return f"number of distinct {name_text(attribute)} over"
        case tree.Aggregate(fold, attribute):
            return f"{fold.value} of {name_text(attribute)} over"
        case tree.FirstTime():
            return "first time of"
        case tree.LatestTime():
            return "latest time of"
        case tree.ActivePeriods():
            count = "" if is_default(measure.count) else f" with count {test_text(measure.count)}"
            return f"number of {periods_text(measure)}{count} over"
        case _:
            assert_never(measure)

"""Values as words: literals, other attributes, durations, windows, dates, quantities."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import assert_never

from satsuma.kernel.durations import Duration
from satsuma.kernel.windows import Before, BetweenAgo, Calendar, Fixed, Last, Next, Period, Window
from satsuma.language import tree
from satsuma.language.english.messages import message, plural_message
from satsuma.language.english.nouns import path_words
from satsuma.language.tree import Op

_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ](.+))?")
_DAYS = {0: "window.today", -1: "window.yesterday", 1: "window.tomorrow"}
_PERIODS = {0: "window.this", -1: "window.last_period", 1: "window.next_period"}


def number_words(value: tree.Number) -> str:
    """A number with its thousands apart, without an exponent where that stays short."""
    if isinstance(value, Decimal) and (not value.is_finite() or abs(value.adjusted()) > 20):
        return str(value)
    if isinstance(value, Decimal) and value == value.to_integral_value():
        value = int(value)
    return f"{value:,}"


def moment_words(text: str) -> str | None:
    """A date or instant as it is said; None for other texts."""
    found = _DATE.fullmatch(text)
    if found is None or not (1 <= int(found[2]) <= 12 and 1 <= int(found[3]) <= 31):
        return None
    day = message("date", day=int(found[3]), month=message(f"month.{int(found[2])}"), year=int(found[1]))
    if found[4] is None:
        return day
    clock = found[4]
    return message("moment", date=day, time=f"{clock[:-1]} UTC" if clock.endswith("Z") else clock)


def scalar_words(value: tree.Scalar) -> str:
    """A literal."""
    match value:
        case bool():
            return message("value.true" if value else "value.false")
        case str():
            return message("value.text", text=value)
        case _:
            return number_words(value)


def operand_words(value: tree.Operand, *, is_time: bool = False) -> str:
    """A right side."""
    match value:
        case tree.Literal(str(text)) if is_time:
            return moment_words(text) or scalar_words(text)
        case tree.Literal(scalar):
            return scalar_words(scalar)
        case tree.AttributeValue(path, plus):
            return _shifted(message("value.attribute", attribute=path_words(path)), plus)
        case tree.MemberValue(path, plus):
            return _shifted(message("value.member", attribute=path_words(path)), plus)
        case tree.NowValue(plus):
            return _shifted(message("value.now"), plus)
        case tree.TodayValue(plus):
            return _shifted(message("value.today"), plus)
        case _:
            assert_never(value)


def is_time(value: tree.Operand) -> bool:
    """Whether a right side is a moment, as far as it shows without a catalog."""
    match value:
        case tree.NowValue() | tree.TodayValue():
            return True
        case tree.Literal(str(text)):
            return moment_words(text) is not None
        case tree.AttributeValue(plus=plus) | tree.MemberValue(plus=plus):
            return isinstance(plus, Duration)
        case _:
            return False


def _shifted(value: str, plus: tree.Number | Duration | None) -> str:
    match plus:
        case None:
            return value
        case Duration(n):
            key = "value.before" if n < 0 else "value.after"
            return message(key, duration=duration_words(-plus if n < 0 else plus), value=value)
        case _:
            key, size = ("value.minus", -plus) if plus < 0 else ("value.plus", plus)
            return message(key, value=value, number=number_words(size))


def duration_words(duration: Duration) -> str:
    """A length of time."""
    return plural_message(f"duration.{duration.unit.value}", number_words(duration.n), one=duration.n == 1)


def window_words(window: Window) -> str:
    """A window as it follows what happened, or "is"."""
    match window:
        case Last(duration):
            return message("window.last", duration=duration_words(duration))
        case Next(duration):
            return message("window.next", duration=duration_words(duration))
        case Before(duration):
            return message("window.before", duration=duration_words(duration))
        case BetweenAgo(farther, nearer):
            far = number_words(farther.n) if farther.unit is nearer.unit else duration_words(farther)
            return message("window.between", farther=far, nearer=duration_words(nearer))
        case Fixed(start, end):
            return _fixed_words(start, end)
        case Calendar(unit, offset):
            return _calendar_words(unit, offset)
        case _:
            assert_never(window)


def _fixed_words(start: str | None, end: str | None) -> str:
    first = None if start is None else moment_words(start) or scalar_words(start)
    after = None if end is None else moment_words(end) or scalar_words(end)
    if after is None:
        return message("window.from", start=first)
    if first is None:
        return message("window.to", end=after)
    return message("window.from_to", start=first, end=after)


def _calendar_words(unit: Period, offset: int) -> str:
    if unit is Period.DAY and offset in _DAYS:
        return message(_DAYS[offset])
    if unit is not Period.DAY and offset in _PERIODS:
        return message(_PERIODS[offset], period=unit.value)
    periods = unit.value if abs(offset) == 1 else f"{unit.value}s"
    return message(
        "window.ahead" if offset > 0 else "window.ago", period=unit.value, n=abs(offset), periods=periods
    )


def anniversary_words(value: tree.Anniversary) -> str:
    """When an anniversary is."""
    if value.next is not None:
        return message("anniversary.next", duration=duration_words(value.next))
    if value.last is not None:
        return message("anniversary.last", duration=duration_words(value.last))
    if value.month is not None:
        known = 1 <= value.month <= 12
        month = message(f"month.{value.month}") if known else scalar_words(str(value.month))
        if value.day is None:
            return message("anniversary.month", month=month)
        return message("anniversary.day", day=value.day, month=month)
    if value.weekday is not None:
        return message("anniversary.weekday", weekday=value.weekday.title())
    return message("anniversary.today")


def listed(parts: Iterable[str], *, word: str = "or") -> str:
    """Several values: "a, b or c"."""
    *before, last = parts
    return message(f"join.{word}", before=message("join.comma").join(before), last=last) if before else last


def quantity_words(test: tree.Test, what: str | None = None) -> str | None:
    """How many, such as `at least 3 times`; None where the test is not against numbers written out.

    Args:
        what: The plural message that says what is counted; None for the bare number.
    """
    match test:
        case tree.Test(Op.BETWEEN, tree.Range(tree.Literal(low), tree.Literal(high))):
            if isinstance(low, str | bool) or isinstance(high, str | bool):
                return None
            return message("quantity.between", low=number_words(low), n=_counted(high, what))
        case tree.Test(Op.EQ | Op.NE | Op.GT | Op.GE | Op.LT | Op.LE as op, tree.Literal(n)):
            return None if isinstance(n, str | bool) else message(f"quantity.{op.value}", n=_counted(n, what))
        case _:
            return None


def _counted(n: tree.Number, what: str | None) -> str:
    shown = number_words(n)
    return shown if what is None else plural_message(what, shown, one=n == 1)

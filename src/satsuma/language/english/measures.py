"""Measures as words: how often somebody did something, and nouns such as "total amount of purchases"."""

from __future__ import annotations

from typing import Protocol, assert_never

from satsuma.catalog.model import ValueType
from satsuma.kernel.windows import Window
from satsuma.language import tree
from satsuma.language.english import comparisons
from satsuma.language.english.messages import message
from satsuma.language.english.nouns import deed_of, path_words
from satsuma.language.english.values import duration_words, listed, number_words, quantity_words


class Speaks(Protocol):
    """What measures need of a speaker."""

    def who(self, rest: str) -> str:
        """A clause about the subject itself."""

    def whose(self, rest: str) -> str:
        """A clause about something of the subject."""

    def when(self, window: Window) -> str:
        """A window."""

    def window(self, window: Window | None) -> str:
        """A window with a blank before it."""

    def value_type(self, path: str) -> ValueType | None:
        """The type of an attribute, if it is known."""

    def details(self, types: tree.Types, where: tree.Condition | None) -> str:
        """What the interactions meant have in common."""


def rhythm(node: tree.Did) -> str | None:
    """How often, with a blank before it; None where the measure is said as a noun.

    "at least once" is left out: it is what doing something means.
    """
    match node.measure:
        case tree.Count():
            if node.test == tree.AT_LEAST_ONE:
                return ""
            times = quantity_words(node.test, "times")
            return None if times is None else f" {times}"
        case tree.CountDays():
            days = quantity_words(node.test, "days")
            return None if days is None else message("rhythm.days", quantity=days)
        case tree.ActivePeriods(length, of_last, count):
            quantity, each = quantity_words(node.test), quantity_words(count, "times")
            if quantity is None or each is None:
                return None
            said = _periods("rhythm", length.n == 1, tree.ActivePeriods(length, of_last), quantity=quantity)
            if count == tree.AT_LEAST_ONE:
                return said
            return " " + message("rhythm.each", each=each, rhythm=said)
        case _:
            return None


def _periods(family: str, single: bool, measure: tree.ActivePeriods, **parts: object) -> str:
    n = number_words(measure.of_last)
    if single:
        unit = measure.length.unit
        periods = unit.singular if measure.of_last == 1 else unit.value
        return message(f"{family}.units", n=n, periods=periods, **parts)
    return message(f"{family}.periods", n=n, duration=duration_words(measure.length), **parts)


def noun(
    speaker: Speaks,
    measure: tree.Measure,
    types: tree.Types,
    where: tree.Condition | None,
    during: Window | None,
) -> str:
    """A measure over interactions: "total amount of purchases in the last 30 days"."""
    details, window = speaker.details(types, where), speaker.window(during)
    deeds = [deed_of(name) for name in types.names]
    one, several = (
        message("measure.all", things=listed(words), details=details, window=window)
        for words in ([deed.thing for deed in deeds], [deed.things for deed in deeds])
    )
    return over(speaker, measure, one, several)


def over(speaker: Speaks, measure: tree.Measure, thing: str, things: str) -> str:
    """A measure over things already put into words, one and several of them."""
    match measure:
        case tree.Count():
            return message("measure.count", things=things)
        case tree.CountDistinct(attribute):
            return message("measure.count_distinct", attribute=path_words(attribute), things=things)
        case tree.CountDays():
            return message("measure.count_days", things=things)
        case tree.Aggregate(fold, attribute):
            key = f"measure.{fold.value}"
            return message(key, attribute=path_words(attribute), thing=thing, things=things)
        case tree.FirstTime():
            return message("measure.first_time", thing=thing)
        case tree.LatestTime():
            return message("measure.latest_time", thing=thing)
        case tree.ActivePeriods(length, _, count):
            said = _periods("measure", length.n == 1, measure, things=things)
            if count == tree.AT_LEAST_ONE:
                return said
            asked = comparisons.test(speaker, "", count, negated=False, timed=False).strip()
            return message("measure.counted", measure=said, test=asked)
        case _:
            assert_never(measure)

"""Comparisons as words: an attribute, or a measure, and what it is compared with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from satsuma.catalog.model import ValueType
from satsuma.kernel.windows import Window
from satsuma.language import tree
from satsuma.language.binding.operators import NEGATED
from satsuma.language.english.messages import message
from satsuma.language.english.nouns import path_words, plural
from satsuma.language.english.values import (
    anniversary_words,
    duration_words,
    is_time,
    listed,
    number_words,
    operand_words,
    scalar_words,
)
from satsuma.language.tree import Op

POSITIVE: Mapping[Op, Op] = {**NEGATED, Op.NOT_BETWEEN: Op.BETWEEN}
"""Negative operators, with those of which they are the complement."""


class Speaks(Protocol):
    """What comparisons need of a speaker."""

    def who(self, rest: str) -> str:
        """A clause about the subject itself."""

    def whose(self, rest: str) -> str:
        """A clause about something of the subject."""

    def when(self, window: Window) -> str:
        """A window."""

    def value_type(self, path: str) -> ValueType | None:
        """The type of an attribute, if it is known."""


def compare(speaker: Speaks, node: tree.Compare, *, negated: bool) -> str:
    """A comparison of an attribute as a relative clause, or its opposite."""
    op = node.op
    if op in POSITIVE:
        op, negated = POSITIVE[op], not negated
    attribute = path_words(node.attribute)
    if op is Op.IS and isinstance(node.value, tree.Literal) and isinstance(node.value.value, bool):
        flag = "" if node.value.value else ".false"
        return speaker.who(message(f"clause.flag{flag}{'.not' if negated else ''}", attribute=attribute))
    if op in (Op.HAS_ANY, Op.HAS_ALL):
        attribute = attribute if attribute.endswith(("s", "”")) else plural(attribute)
    kind = speaker.value_type(node.attribute)
    known_time = None if kind is None else kind.is_time
    phrase = _phrase(speaker, attribute, op, node.value, negated=negated, known_time=known_time)
    return speaker.whose(message("op.exact", phrase=phrase) if node.exact else phrase)


def test(speaker: Speaks, noun: str, test: tree.Test, *, negated: bool, timed: bool) -> str:
    """A measure and its test, or the opposite."""
    op = test.op
    if op in POSITIVE:
        op, negated = POSITIVE[op], not negated
    return _phrase(speaker, noun, op, test.value, negated=negated, known_time=timed or None)


test.__test__ = False  # type: ignore[attr-defined] # not a test case, whatever its name


def _phrase(
    speaker: Speaks, attribute: str, op: Op, value: tree.Value, *, negated: bool, known_time: bool | None
) -> str:
    no = ".not" if negated else ""
    match value:
        case None:
            return message(f"op.is_missing{no}", attribute=attribute)
        case tree.Several(values):
            # All of several are joined by "and"; of several one is enough.
            word = "and" if op in (Op.HAS_ALL, Op.IS) else "or"
            key = "op.is_set" if op is Op.IS else f"op.{op.value}"
            said = listed(map(scalar_words, values), word=word)
            return message(f"{key}{no}", attribute=attribute, values=said)
        case tree.Range(low, high):
            timed = (is_time(low) or is_time(high)) if known_time is None else known_time
            ends = {"low": operand_words(low, is_time=timed), "high": operand_words(high, is_time=timed)}
            return message(f"op.between{no}", attribute=attribute, **ends)
        case tree.MoreThan(direction, duration):
            key = f"op.more_than.{direction}{no}"
            return message(key, attribute=attribute, duration=duration_words(duration))
        case tree.Anniversary():
            return message(f"op.anniversary{no}", attribute=attribute, when=anniversary_words(value))
        case tree.Circle(km, latitude, longitude):
            place = {"latitude": str(latitude), "longitude": str(longitude)}
            return message(f"op.within_km{no}", attribute=attribute, km=number_words(km), **place)
        case (
            tree.Literal() | tree.AttributeValue() | tree.MemberValue() | tree.NowValue() | tree.TodayValue()
        ):
            timed = is_time(value) if known_time is None else known_time
            family = "time" if timed and op in (Op.EQ, Op.GT, Op.GE, Op.LT, Op.LE) else "op"
            said = operand_words(value, is_time=timed)
            return message(f"{family}.{op.value}{no}", attribute=attribute, value=said)
        case _:
            return message(f"op.within{no}", attribute=attribute, window=speaker.when(value))

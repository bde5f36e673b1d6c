"""Printing: a tree as text in its canonical wording, with as few parentheses as it can be read back with.

`parse_text(print_text(tree)) == tree` for every tree that JSON or text can be read as.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import assert_never

from satsuma.kernel.windows import Window
from satsuma.language import tree
from satsuma.language.text import phrases
from satsuma.language.text.phrases import (
    ADVERBIAL,
    AFTER_ATTRIBUTE,
    clause_text,
    is_default,
    measure_text,
    name_text,
    quantity_text,
    types_text,
    unwritable,
)
from satsuma.language.text.shapes import fits, is_set
from satsuma.language.text.tokens import write_number, write_string
from satsuma.language.tree import Op

_INDENT = "  "


class _Level(IntEnum):
    """How tightly a form binds; what binds less tightly than its place asks for gets parentheses."""

    OR = 1
    AND = 2
    NOT = 3
    FOR = 4
    WHOLE = 5


def print_text(condition: tree.Condition, *, pretty: bool = False, set_words: bool = False) -> str:
    """The text of a condition.

    Args:
        pretty: Break what is longer than a line of 88 characters over lines.
        set_words: Print conditions that hold only segments with union, intersect and except, as compound
            segments are. Others print as ever.

    >>> from satsuma.language.tree import Compare, Literal, Op
    >>> print_text(Compare("address.city", Op.IS, Literal("Paris")))
    'address.city is "Paris"'

    Raises:
        UsageError: The tree holds what no definition can be read as, such as `in` without values.
    """
    printer = _Printer(88 if pretty else None)
    if set_words and is_set(condition):
        return printer.set_chain(condition, "")
    return printer.at(condition, _Level.OR, "")


@dataclass(frozen=True, slots=True)
class _Printer:
    """Prints conditions; `indent` is what a new line would begin with.

    Attributes:
        width: Longest line, in characters; None for everything on one line.
    """

    width: int | None

    def at(self, node: tree.Condition, least: _Level, indent: str) -> str:
        """A condition at a place where only what binds at least so tightly stands without parentheses."""
        return self.group(node, indent) if _level(node) < least else self.condition(node, indent)

    def group(self, node: tree.Condition, indent: str) -> str:
        """A condition in parentheses."""
        flat = f"({self.condition(node, indent)})"
        if self.short(flat, indent):
            return flat
        inner = indent + _INDENT
        return f"(\n{inner}{self.condition(node, inner)}\n{indent})"

    def short(self, text: str, indent: str) -> bool:
        """Whether a text can stay on its line."""
        return self.width is None or ("\n" not in text and len(indent) + len(text) <= self.width)

    def where(self, word: str, node: tree.Condition | None, indent: str, *, last: bool) -> str:
        """A clause with a condition of its own; one comparison in the last clause needs no parentheses."""
        if node is None:
            return ""
        bare = last and isinstance(node, tree.Compare)
        return f" {word} {self.condition(node, indent) if bare else self.group(node, indent)}"

    def condition(self, node: tree.Condition, indent: str) -> str:
        """A condition, without parentheses around it."""
        match node:
            case tree.All(conditions):
                return self.chain(conditions, "and", "everyone", "all of", indent)
            case tree.AnyOf(conditions):
                return self.chain(conditions, "or", "nobody", "any of", indent)
            case tree.Not(tree.Did() as inner) if _is_deed(inner):
                return self.deed(inner, "did not", indent)
            case tree.Not(tree.Related() as inner) if _is_plain(inner):
                return self.related(inner, "has no", indent)
            case tree.Not(inner):
                return f"not {self.at(inner, _Level.NOT, indent)}"
            case tree.Held(inner, op, duration):
                least = "at least" if op == ">=" else "less than"
                return f"{self.at(inner, _Level.FOR, indent)} for {least} {duration}"
            case tree.Compare():
                return _compare(node)
            case tree.Did():
                return self.deed(node, "did", indent) if _is_deed(node) else self.measured(node, indent)
            case tree.Related():
                return self.related(node, "has", indent)
            case tree.Occurrence(which, types, has, where, during):
                told = f"{which} {types_text(types)}{clause_text(during)}"
                asked = self.where("where", where, indent, last=False)
                return f"{told}{asked}{self.where('has', has, indent, last=True)}"
            case tree.Sequence():
                return self.sequence(node, indent)
            case tree.InSegment(ref):
                return f"in segment {phrases.ref_text(ref)}"
            case tree.InList(ref):
                return f"in list {phrases.ref_text(ref)}"
            case tree.Crossed(direction, ref, during):
                return f"{direction} segment {phrases.ref_text(ref)}{clause_text(during)}"
            case tree.Consent(topic, state):
                return f"consent {write_string(topic)} is {state}"
            case tree.Top():
                return self.top(node, indent)
            case tree.Sample(percent, start, salt):
                begin = f" from {write_number(start)}%" if start else ""
                return f"sample {write_number(percent)}%{begin} salt {write_string(salt)}"
            case _:
                assert_never(node)

    def chain(
        self, conditions: tuple[tree.Condition, ...], word: str, none: str, single: str, indent: str
    ) -> str:
        """Conditions joined by a word; of none and of one, what stands for that."""
        if not conditions:
            return none
        if len(conditions) == 1:
            return f"{single} {self.group(conditions[0], indent)}"
        least = _Level.NOT if word == "and" else _Level.AND
        parts = [self.at(part, least, indent) for part in conditions]
        flat = f" {word} ".join(parts)
        return flat if self.short(flat, indent) else f"\n{indent}{word} ".join(parts)

    def deed(self, node: tree.Did, verb: str, indent: str) -> str:
        """`did ...` with a quantity, or `did not ...`."""
        by = "" if node.of is None else f" by any of {name_text(node.of)}"
        clauses = clause_text(node.during) + self.where("where", node.where, indent, last=True)
        return f"{verb} {types_text(node.types)}{by}{_rhythm(node)}{clauses}"

    def measured(self, node: tree.Did, indent: str) -> str:
        """A measure over interactions, with its test."""
        by = "" if node.of is None else f" by any of {name_text(node.of)}"
        told = f"{measure_text(node.measure)} {types_text(node.types)}{by}"
        unbounded = node.during is None and node.where is None
        if unbounded and isinstance(node.measure, tree.FirstTime | tree.LatestTime):
            window = node.test.value
            if node.test.op is Op.WITHIN and isinstance(window, Window):
                return told + clause_text(window)
        where = self.where("where", node.where, indent, last=False)
        return f"{told}{clause_text(node.during)}{where} {phrases.test_text(node.test)}"

    def related(self, node: tree.Related, verb: str, indent: str) -> str:
        """Related records: how many there are, or a measure over them with its test."""
        path, everyone = name_text(node.path), node.where == tree.EVERYONE
        quantity = quantity_text(node.test)
        if isinstance(node.measure, tree.Count) and quantity is not None:
            many = "" if is_default(node.test) else f" {quantity}"
            where = "" if everyone else self.where("where", node.where, indent, last=True)
            return f"{verb}{many} {path}{where}"
        where = "" if everyone else self.where("where", node.where, indent, last=False)
        told = f"{measure_text(node.measure, records=True)} related {path}"
        return f"{told}{where} {phrases.test_text(node.test)}"

    def sequence(self, node: tree.Sequence, indent: str) -> str:
        """Steps in their order."""
        steps, absence = node.steps, node.absence
        if not steps and absence is None:
            raise unwritable("a sequence without steps")
        same = f" with the same {_names(node.same)}" if node.same else ""
        tail = same + clause_text(node.during)
        parts = []
        for i, step in enumerate(steps):
            last = i == len(steps) - 1 and absence is None and not tail
            parts.append(self.step(step, indent, last=last))
        if absence is not None:
            where = self.where("where", absence.where, indent, last=False)
            parts.append(f"not {types_text(absence.types)}{where} within {absence.within}")
        plain = len(parts) > 1 and steps and steps[0].within is None and steps[0].blocker is None
        flat = f"did {'' if plain else 'in sequence '}{' then '.join(parts)}{tail}"
        if self.short(flat, indent):
            return flat
        inner = indent + _INDENT
        return f"did {'' if plain else 'in sequence '}" + f"\n{inner}then ".join(parts) + tail

    def step(self, step: tree.Step, indent: str, *, last: bool) -> str:
        """A step, after `did` or `then`."""
        blocker = step.blocker
        alone = step.within is None and blocker is None
        told = types_text(step.types) + self.where("where", step.where, indent, last=last and alone)
        within = "" if step.within is None else f" within {step.within}"
        if blocker is None:
            return told + within
        where = self.where("where", blocker.where, indent, last=last)
        return f"{told}{within} without {types_text(blocker.types)}{where}"

    def top(self, node: tree.Top, indent: str) -> str:
        """The first or last of an order."""
        match node:
            case tree.Top(percent=None, count=int(count)):
                size = str(count)
            case tree.Top(percent=percent, count=None) if percent is not None:
                size = f"{write_number(percent)}%"
            case _:
                raise unwritable("a ranking with no size, or with two,")
        over = "" if node.types is None else f" over {types_text(node.types)}"
        match node:
            case tree.Top(measure=None, attribute=str(attribute)):
                by = f"attribute {name_text(attribute)}{over}"
            case tree.Top(measure=tree.FirstTime() | tree.LatestTime() as measure, attribute=None):
                by = measure_text(measure).removesuffix(" of") + over.replace(" over ", " of ", 1)
            case tree.Top(measure=measure, attribute=None) if measure is not None:
                by = measure_text(measure).removesuffix(" over") + over
            case _:
                raise unwritable("a ranking by nothing, or by two things,")
        where = self.where("where", node.where, indent, last=node.among is None)
        among = self.where("among", node.among, indent, last=True)
        word = "lowest" if node.lowest else "top"
        return f"{word} {size} by {by}{clause_text(node.during)}{where}{among}"

    def set_chain(self, node: tree.Condition, indent: str) -> str:
        """A condition on segments alone, in set words."""
        match node:
            case tree.InSegment(ref):
                return f"segment {phrases.ref_text(ref)}"
            case tree.Not(inner):
                return f"not {self.set_term(inner, indent)}"
            case tree.All(()):
                return "everyone"
            case tree.AnyOf(()):
                return "nobody"
            case tree.All((first, *_)) if isinstance(first, tree.Not):
                return self.set_parts("everyone", node.conditions, "intersect", indent)
            case tree.All((single,)):
                return f"all of ({self.set_chain(single, indent)})"
            case tree.AnyOf((single,)):
                return f"any of ({self.set_chain(single, indent)})"
            case tree.All((first, *rest)):
                # In front of `except`, everyone by itself would be taken for the enclosing `all`.
                bare = first != tree.EVERYONE or isinstance(rest[0], tree.Not)
                grouped = isinstance(first, tree.All) and bare
                start = f"({self.set_chain(first, indent)})" if grouped else self.set_chain(first, indent)
                return self.set_parts(start, tuple(rest), "intersect", indent)
            case tree.AnyOf((first, *rest)):
                same = isinstance(first, tree.AnyOf) and len(first.conditions) > 1
                start = f"({self.set_chain(first, indent)})" if same else self.set_chain(first, indent)
                return self.set_parts(start, tuple(rest), "union", indent)
            case _:
                raise unwritable("a condition that is none on segments, in set words,")

    def set_parts(self, start: str, rest: tuple[tree.Condition, ...], word: str, indent: str) -> str:
        """The start of a chain of set words, with what follows."""
        parts = [start]
        for part in rest:
            if word == "intersect" and isinstance(part, tree.Not):
                parts.append(f"except {self.set_term(part.condition, indent)}")
            else:
                parts.append(f"{word} {self.set_term(part, indent)}")
        flat = " ".join(parts)
        return flat if self.short(flat, indent) else f"\n{indent}".join(parts)

    def set_term(self, node: tree.Condition, indent: str) -> str:
        """One side of a set word."""
        text = self.set_chain(node, indent)
        match node:
            case tree.All((_, _, *_)) | tree.AnyOf((_, _, *_)) | tree.All((tree.Not(),)):
                return f"({text})"
            case _:
                return text


def _level(node: tree.Condition) -> _Level:
    match node:
        case tree.AnyOf((_, _, *_)):
            return _Level.OR
        case tree.All((_, _, *_)):
            return _Level.AND
        case tree.Not(tree.Did() as inner) if _is_deed(inner):
            return _Level.WHOLE
        case tree.Not(tree.Related() as inner) if _is_plain(inner):
            return _Level.WHOLE
        case tree.Not():
            return _Level.NOT
        case tree.Held():
            return _Level.FOR
        case _:
            return _Level.WHOLE


def _is_plain(node: tree.Related) -> bool:
    """Whether `has no ...` says the opposite."""
    return isinstance(node.measure, tree.Count) and is_default(node.test)


def _is_deed(node: tree.Did) -> bool:
    """Whether `did ...` with a quantity says it."""
    match node.measure:
        case tree.Count() | tree.CountDays():
            return quantity_text(node.test) is not None
        case tree.ActivePeriods(count=count):
            return quantity_text(node.test) is not None and quantity_text(count) is not None
        case _:
            return False


def _rhythm(node: tree.Did) -> str:
    """How many times, on how many days, in how many periods; a blank before it."""
    quantity = quantity_text(node.test)
    match node.measure:
        case tree.Count():
            return "" if is_default(node.test) else f" {quantity} {_counted(node.test, 'time')}"
        case tree.CountDays():
            return f" on {quantity} {_counted(node.test, 'day')}"
        case tree.ActivePeriods(count=count):
            each = "" if is_default(count) else f" {quantity_text(count)} {_counted(count, 'time')}"
            return f"{each} in {quantity} of {phrases.periods_text(node.measure)}"
        case _:
            raise unwritable("a measure of this kind as a quantity")


def _counted(test: tree.Test, word: str) -> str:
    match test.value:
        case tree.Literal(1):
            return word
        case _:
            return f"{word}s"


def _names(names: tuple[str, ...]) -> str:
    return name_text(names[0]) if len(names) == 1 else f"({', '.join(map(name_text, names))})"


def _compare(node: tree.Compare) -> str:
    if not fits(node.op, node.value):
        raise unwritable(f"the operator {node.op.value} with such a value")
    told = f"{name_text(node.attribute)} {AFTER_ATTRIBUTE[node.op]}"
    if node.op in ADVERBIAL:
        article = " the set" if node.op in (Op.IS, Op.IS_NOT) and isinstance(node.value, tree.Several) else ""
        exactly = " exactly" if node.exact else ""
        return f"{told}{article}{exactly} {phrases.value_text(node.value)}"
    value = phrases.value_text(node.value)
    return f"{told}{' ' if value else ''}{value}{' case exact' if node.exact else ''}"

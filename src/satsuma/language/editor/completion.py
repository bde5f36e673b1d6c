"""Completion: what could stand at a place in a text, as far as grammar and catalog tell."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from lark import Token, Tree

from satsuma.catalog.model import Attribute, Catalog, Entity, ValueType
from satsuma.kernel.durations import Unit
from satsuma.kernel.text import fold
from satsuma.kernel.windows import Period
from satsuma.language.binding.names import NO_NAMES, Names
from satsuma.language.binding.operators import OPERATORS
from satsuma.language.editor import subjects
from satsuma.language.editor.subjects import Named, Open, Owner
from satsuma.language.text.faults import TextError
from satsuma.language.text.grammar import words_of_terminals
from satsuma.language.text.phrases import AFTER_ATTRIBUTE, name_text
from satsuma.language.text.reading import Reading
from satsuma.language.text.tokens import write_string
from satsuma.language.text.words import MONTHS, RESERVED, WEEKDAYS
from satsuma.language.tree import Fold, Op

CANDIDATES_MAX = 200
"""More are not shown: nobody reads them, and one more letter makes them fewer."""

Kind: TypeAlias = Literal[
    "attribute", "interaction", "relationship", "operator", "value", "segment", "list", "topic", "word"
]
Values: TypeAlias = Callable[[Attribute, str], Iterable[tuple[str, int]]]
"""Values of an attribute that begin with a text, in any case, each with how many records have it."""

_PARTIAL = re.compile(r"[\w.*]*\Z")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_WORDS_OF_KINDS = {
    "UNIT": tuple(Unit),
    "PERIOD": tuple(Period),
    "MONTH": MONTHS,
    "WEEKDAY": WEEKDAYS,
    "STATE": ("granted", "denied", "unknown"),
    "FOLD": tuple(fold.value for fold in Fold if fold not in (Fold.FIRST, Fold.LATEST)),
    "_COUNTED": ("number",),
}
_SIGNS = (Op.EQ, Op.NE, Op.GT, Op.GE, Op.LT, Op.LE)
# After an attribute, each word begins some operators. Windows follow without `within` too.
_BEGINS = {op: AFTER_ATTRIBUTE[op].split()[0] for op in Op}
_OF_TIMES = frozenset(("in", "during", "between", "from", "before"))


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that could stand at a place.

    Attributes:
        text: What to put in place of the characters from `start` to `end`, in quotes where it needs them.
        label: What to show.
        detail: What it is, in a few words; may be empty.
        start, end: Offsets in characters of the part of a word that has been typed.
    """

    kind: Kind
    text: str
    label: str
    detail: str
    start: int
    end: int


def complete(
    text: str,
    offset: int,
    catalog: Catalog,
    names: Names = NO_NAMES,
    values: Values | None = None,
    *,
    audience: str | None = None,
) -> list[Candidate]:
    """What could stand at a place in a text, best first.

    What comes after the place does not matter; what comes before must be readable up to the word at the
    place, or there are no candidates.

    Args:
        offset: Characters from the start of the text.
        names: Segments and lists.
        values: Values of attributes; without it only options of choices are offered.
        audience: Of the segment; None where there is one only.
    """
    partial = _partial(text[:offset])
    start = offset - len(partial)
    reading = Reading.of(text[:start])
    try:
        reading.to_end()
    except TextError:
        return []
    entities = catalog.audiences()
    chosen = next((entity for entity in entities if audience in (None, entity.name)), None)
    place = _Place(reading, catalog, names, values, chosen, partial.strip('"'))
    # An editor closes quotes by itself.
    end = offset + (partial.startswith('"') and text[offset : offset + 1] == '"')
    wanted = fold(partial.strip('"'))
    found: dict[tuple[Kind, str], Candidate] = {}
    for kind, written, named in place.candidates():
        if fold(named.name).startswith(wanted) and (not partial.startswith('"') or written.startswith('"')):
            candidate = Candidate(kind, written, named.name, named.detail, start, end)
            found.setdefault((kind, written), candidate)
    return list(found.values())[:CANDIDATES_MAX]


def _partial(before: str) -> str:
    """The part of a word, or of a text in quotes, that ends at the place."""
    rest = _STRING.sub(lambda closed: "_" * len(closed[0]), before)
    quote = rest.find('"')
    if quote >= 0:
        return before[quote:]
    found = _PARTIAL.search(rest)
    word = found[0] if found else ""
    # A text that is closed already is no part of a word.
    return word if before.endswith(word) else ""


@dataclass(frozen=True, slots=True)
class _Place:
    reading: Reading
    catalog: Catalog
    names: Names
    values: Values | None
    audience: Entity | None
    partial: str

    def candidates(self) -> Iterator[tuple[Kind, str, Named]]:
        """All that could stand here: names and values first, then words."""
        accepted = self.reading.accepted()
        if "NAME" in accepted:
            yield from self._names()
        if "STRING" in accepted:
            yield from self._values()
        words = words_of_terminals()
        operators = self._operators() if {"IS", "COMPARATOR"} <= accepted else None
        for terminal in sorted(accepted):
            for word in _WORDS_OF_KINDS.get(terminal, (words.get(terminal, ""),)):
                if operators is not None and word and word in operators:
                    yield "operator", word, Named(word, "")
                elif operators is None and word.isalpha():
                    yield "word", word, Named(word, RESERVED.get(word, "").replace("`", ""))
            if terminal == "COMPARATOR":
                for sign in _SIGNS:
                    if operators is None or sign.value in operators:
                        yield "operator", sign.value, Named(sign.value, "")

    def _operators(self) -> frozenset[str]:
        """First words of the operators that the attribute's type has; all where it is not known."""
        last = self.reading.last_read()
        kind = None
        if last is not None and self.audience is not None:
            opened = tuple(self.reading.parser.parser_state.value_stack[:-1])
            owners = subjects.owners_at(self.catalog, self.audience, opened)
            kind = subjects.type_at(self.catalog, owners, subjects.name_in(last))
        operators = tuple(Op) if kind is None else OPERATORS[kind]
        words = {_BEGINS[op] for op in operators}
        timed = kind is None or kind in (ValueType.DATE, ValueType.TIMESTAMP)
        return frozenset(words | _OF_TIMES if timed else words)

    def _names(self) -> Iterator[tuple[Kind, str, Named]]:
        slot = self.reading.slot("NAME")
        if "ref" in slot.rules:
            is_list = _last_word(slot.open) == "LIST"
            known = self.names.list_names() if is_list else self.names.segment_names()
            kind: Kind = "list" if is_list else "segment"
            yield from ((kind, write_string(name), Named(name, kind)) for name in sorted(known))
        if self.audience is None:
            return
        if "type" in slot.rules:
            for known_type in self.catalog.types_of(self.audience.name):
                detail = f"{len(known_type.attributes)} attributes"
                yield "interaction", name_text(known_type.name), Named(known_type.name, detail)
        owners = subjects.owners_at(self.catalog, self.audience, slot.open)
        word = _last_word(slot.open)
        if "attribute" in slot.rules:
            member: tuple[Owner, ...] = (self.audience,) if word == "MEMBER" else owners
            yield from self._attributes(member)
        elif "name" in slot.rules:
            yield from self._other_names(word, owners, slot.open)

    def _other_names(
        self, word: str, owners: tuple[Owner, ...], opened: Open
    ) -> Iterator[tuple[Kind, str, Named]]:
        """Names beside those of comparisons: relationships, and attributes that measures read."""
        before = [item.type for item in opened if isinstance(item, Token)]
        if word in {"RELATED", "NO"} or "HAS" in before[-1:] or before[-2:] == ["ANY", "OF"]:
            for named in subjects.relationships(self.catalog, owners, self.partial):
                yield "relationship", name_text(named.name), named
        elif word == "ATTRIBUTE":
            yield from self._attributes(owners)
        elif self.audience is not None:
            # Of which types a measure is taken comes only later.
            yield from self._attributes(self.catalog.types_of(self.audience.name))

    def _attributes(self, owners: tuple[Owner, ...]) -> Iterator[tuple[Kind, str, Named]]:
        for named in subjects.attributes(self.catalog, owners, self.partial):
            yield "attribute", name_text(named.name), named

    def _values(self) -> Iterator[tuple[Kind, str, Named]]:
        """Values of the attribute that is compared; texts of windows and samples have none."""
        slot = self.reading.slot("STRING")
        if "text" not in slot.rules or self.audience is None:
            return
        if _last_word(slot.open) in {"FROM", "TO", "BEFORE", "SALT"}:
            return
        at = next((i for i in reversed(range(len(slot.open))) if _is_rule(slot.open[i], "attribute")), None)
        if at is None:
            return
        owners = subjects.owners_at(self.catalog, self.audience, slot.open[:at])
        path = subjects.name_in(slot.open[at])
        attribute = subjects.attribute_at(self.catalog, owners, path)
        if attribute is None:
            if path.rpartition(".")[2] == "weekday":
                yield from (("value", write_string(day), Named(day, "")) for day in WEEKDAYS)
            return
        for option in attribute.options or ():
            yield "value", write_string(option), Named(option, "option")
        if self.values is not None and attribute.type not in (ValueType.DATE, ValueType.TIMESTAMP):
            for value, count in self.values(attribute, self.partial):
                yield "value", write_string(value), Named(value, f"{count:,}")


def _is_rule(item: Token | Tree[Token], rule: str) -> bool:
    return isinstance(item, Tree) and item.data == rule


def _last_word(opened: Open) -> str:
    """The last word that has been opened, as the name of its terminal."""
    return next((item.type for item in reversed(opened) if isinstance(item, Token)), "")

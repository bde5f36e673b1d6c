"""Definition: a segment definition as people hold it: from text or JSON, to text, JSON and plain English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self

from satsuma.catalog.model import Catalog
from satsuma.kernel.errors import UsageError
from satsuma.language import tree
from satsuma.language.binding import NO_NAMES, Binding, Names, Statistics, bind
from satsuma.language.binding.size import check_size
from satsuma.language.canonical import canonical_hash
from satsuma.language.problems import Problem, Problems, definition_error
from satsuma.language.text import Parsed, parse_located, print_text
from satsuma.language.wire import dumps, loads, read_source, source_from_json, source_to_json, to_json


@dataclass(frozen=True, slots=True, eq=False)
class Definition:
    """A definition that can be read: its form is right; whether its names exist, `check` says.

    Two are equal where their trees are, however they were written. Make one with `parse` or `from_json`, or
    of a tree with `Definition(source)`.

    Attributes:
        source: The segment as written.
        parsed: Where it came as text, the text with the places of its conditions.

    >>> Definition.parse('city is "Paris"').to_json()
    {'attribute': 'city', 'op': 'is', 'value': 'Paris'}

    Raises:
        DefinitionError: The condition has more levels or more conditions than there may be.
    """

    source: tree.Source
    parsed: Parsed | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        problems = Problems()
        if self.source.where is not None and not check_size(self.source.where, "where", problems):
            raise definition_error(problems.found)

    @classmethod
    def parse(cls, text: str) -> Self:
        """The definition that a text says.

        Raises:
            DefinitionError: It cannot be read; the one problem has line and column.
        """
        parsed = parse_located(text)
        return cls(tree.Source(where=parsed.condition), parsed)

    @classmethod
    def from_json(cls, value: Mapping[str, object] | str) -> Self:
        """The definition of a condition, or of a whole segment, as parsed JSON or as its text.

        Raises:
            DefinitionError: With every problem of the form.
        """
        if isinstance(value, str):
            return cls(source_from_json(_parsed_json(value)))
        return cls(source_from_json(dict(value)))

    @property
    def where(self) -> tree.Condition | None:
        """The condition; None for a static segment."""
        return self.source.where

    def to_json(self) -> dict[str, object]:
        """Parsed JSON: the condition alone where nothing stands beside it, else the segment.

        `json.dumps` writes it, save for decimals of more digits than a double has; `to_json_text` writes all.
        """
        where = self.source.where
        if where is not None and repr(self.source) == repr(tree.Source(where=where)):
            return to_json(where)
        return source_to_json(self.source)

    def to_json_text(self) -> str:
        """`to_json` as text on one line, every number exact."""
        return dumps(self.to_json())

    def to_text(self, *, pretty: bool = False) -> str:
        """The text form of the condition; what stands beside it in the segment has none.

        Raises:
            UsageError: There is no condition: the segment is static.
        """
        if self.source.where is None:
            raise UsageError(
                "a static segment has no condition, and so no text form", code="usage.definition"
            )
        set_words = self.source.kind is tree.Kind.COMPOUND
        return print_text(self.source.where, pretty=pretty, set_words=set_words)

    @property
    def canonical_hash(self) -> str:
        """Equal for definitions that mean the same however they are written, as far as `canonical` tells."""
        where = tree.EVERYONE if self.source.where is None else self.source.where
        return canonical_hash(where, self.source.timezone, self.source.audience)

    def check(
        self,
        catalog: Catalog,
        names: Names = NO_NAMES,
        *,
        statistics: Statistics | None = None,
        own_id: int | None = None,
    ) -> Binding:
        """Checks it against a catalog; problems have line and column where it came as text. See `bind`."""
        binding = bind(self.source, catalog, names, statistics=statistics, own_id=own_id)
        return binding if self.parsed is None else placed(binding, self.parsed)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Definition):
            return NotImplemented
        return self._identity() == other._identity()

    def __hash__(self) -> int:
        return hash(self._identity())

    def _identity(self) -> str:
        # Not the trees themselves: to Python, true is 1.
        return dumps(source_to_json(self.source), sort_keys=True)


def check_json(
    value: object,
    catalog: Catalog,
    names: Names = NO_NAMES,
    *,
    statistics: Statistics | None = None,
    own_id: int | None = None,
) -> Binding:
    """Reads and checks parsed JSON; problems of form and of names come together.

    Where the form has errors, what could be read of it is still checked, but warnings are left out.
    """
    problems = Problems()
    source = read_source(value, problems)
    binding = bind(source, catalog, names, statistics=statistics, own_id=own_id)
    if not problems.has_errors:
        return binding
    found = dict.fromkeys((*problems.found, *binding.errors))
    return Binding(None, tuple(found))


def placed(binding: Binding, parsed: Parsed) -> Binding:
    """A binding whose problems have the line and column of the condition that holds their path."""

    def place(problem: Problem) -> Problem:
        line, column = parsed.place(problem.path)
        return replace(problem, line=line, column=column)

    return replace(binding, problems=tuple(map(place, binding.problems)))


def _parsed_json(text: str) -> object:
    try:
        return loads(text)
    except UsageError as error:
        raise definition_error([Problem("form.json", "", error.message, error.hint)]) from error

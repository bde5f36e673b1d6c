"""Cases: the tables of `cases/*.yaml`, each row with the data, the definition and what must come of it.

A file holds one or more documents. A document has a catalog (as people write it), data (as
`satsuma.evaluation.reference.literals` reads it; segments and lists by name) and rows. A row has:

    why        what it shows, in words
    where      the condition, in JSON's form or as text
    members    who meets it: keys of the audience's records; or
    refused    the codes of the errors that the checker finds, each once; or
    warned     the codes of its warnings, beside which the definition binds
    demanding  what an evaluator must be able to do for this row, where that is more than its form says

and may have of its own: now, timezone, audience, kind, name, and any part of the data, for the document's.
YAML is read with plain scalars as JSON would have them, numbers exact; dates, times and the like are text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Protocol, TypeVar

import yaml

from satsuma.catalog import change, declare
from satsuma.catalog.model import Attribute, Catalog, InteractionType
from satsuma.evaluation.reference import Database
from satsuma.evaluation.reference.data import Interaction
from satsuma.evaluation.reference.literals import database
from satsuma.kernel.errors import DefinitionError
from satsuma.kernel.text import fold
from satsuma.language import tree, wire
from satsuma.language.binding import Binding, bind
from satsuma.language.binding.names import ListEntry, SegmentEntry
from satsuma.language.canonical import canonical_hash
from satsuma.language.problems import Problem, Problems
from satsuma.language.text import parse_text
from satsuma.language.wire import to_json

FOLDER = Path(__file__).parent / "cases"
DATA = ("records", "interactions", "segments", "lists", "consent")
DOCUMENT_KEYS = {"about", "catalog", "now", "rows", *DATA}
ROW_KEYS = {
    "why",
    "where",
    "members",
    "refused",
    "warned",
    "demanding",
    "now",
    "timezone",
    "audience",
    "kind",
    "name",
    *DATA,
}


@dataclass(frozen=True, slots=True)
class CaseNames:
    """The segments and lists of a case, and their numbers: 1, 2, ... as they are written."""

    segments: Mapping[str, SegmentEntry]
    lists: Mapping[str, ListEntry]
    aliases: Mapping[str, str]
    hashes: Mapping[str, str]

    def find_segment(self, ref: str | int) -> SegmentEntry | None:
        return _find(self.segments, ref)

    def find_list(self, ref: str | int) -> ListEntry | None:
        return _find(self.lists, ref)

    def segment_names(self) -> Iterable[str]:
        return [entry.name for entry in self.segments.values()]

    def list_names(self) -> Iterable[str]:
        return [entry.name for entry in self.lists.values()]

    def resolve_key(self, entity: str, key: str) -> str:  # noqa: ARG002 - one entity is enough for a case
        return self.aliases.get(key, key)

    def live_with_hash(self, canonical_hash: str) -> Iterable[SegmentEntry]:
        return [self.segments[name] for name, own in self.hashes.items() if own == canonical_hash]


@dataclass(frozen=True, slots=True)
class CaseStatistics:
    """What of a case's data the checker asks about."""

    database: Database

    def is_missing_for_all(self, attribute: Attribute) -> bool:
        found = [record.attributes for record in self.database.records.get(attribute.owner, {}).values()]
        found += [one.attributes for one in self._interactions() if one.type == attribute.owner]
        return not any(attribute.name in attributes for attributes in found)

    def never_occurred(self, interaction: InteractionType) -> bool:
        return not any(one.type == interaction.name for one in self._interactions())

    def _interactions(self) -> Iterator[Interaction]:
        for of_audience in self.database.interactions.values():
            for of_member in of_audience.values():
                yield from of_member


class _Entry(Protocol):
    @property
    def id(self) -> int: ...


_Found = TypeVar("_Found", bound=_Entry)


def _find(entries: Mapping[str, _Found], ref: str | int) -> _Found | None:
    if isinstance(ref, str):
        return entries.get(fold(ref))
    return next((entry for entry in entries.values() if entry.id == ref), None)


@dataclass(frozen=True)
class Case:
    """One row, with all that its document gives it."""

    name: str
    about: str
    row: Mapping[str, Any]
    document: Mapping[str, Any]
    catalog: Catalog

    def __str__(self) -> str:
        return f"{self.name}: {self.row['why']}"

    def of(self, key: str) -> Any:
        """A part of the row, or else of its document."""
        return self.row.get(key, self.document.get(key))

    @property
    def members(self) -> set[str] | None:
        """Who must meet it; None where the row is about the checker."""
        return set(self.row["members"]) if "members" in self.row else None

    def problems(self) -> tuple[Problem, ...]:
        """What is found wrong with it, in reading or else in checking."""
        try:
            return self.binding.problems
        except DefinitionError as error:
            return tuple(problem for problem in error.problems if isinstance(problem, Problem))

    @cached_property
    def source(self) -> tree.Source:
        """The definition as written."""
        beside = {key: self.row[key] for key in ("timezone", "audience", "kind", "name") if key in self.row}
        where = self.row["where"]
        if isinstance(where, str):
            where = to_json(parse_text(where))
        return wire.source_from_json({"where": where, "audience": "contact", **beside})

    @cached_property
    def names(self) -> CaseNames:
        """The segments and lists that may be referred to."""
        segments, lists = self.of("segments") or {}, self.of("lists") or {}
        return CaseNames(
            {
                fold(name): SegmentEntry(
                    number,
                    name,
                    given.get("audience", "contact"),
                    given.get("live", True),
                    tuple(given.get("depends_on", ())),
                )
                for number, (name, given) in enumerate(segments.items(), start=1)
            },
            {
                fold(name): ListEntry(number, name, given.get("audience", "contact"))
                for number, (name, given) in enumerate(lists.items(), start=1)
            },
            self.document.get("aliases") or {},
            {
                fold(name): canonical_hash(
                    wire.condition_from_json(given["where"], Problems()), "UTC", "contact"
                )
                for name, given in segments.items()
                if "where" in given
            },
        )

    @cached_property
    def database(self) -> Database:
        """The state."""
        return database(
            self.catalog,
            self.of("now"),
            records=self.of("records"),
            interactions=self.of("interactions") or (),
            segments=dict(enumerate((self.of("segments") or {}).values(), start=1)),
            lists=dict(enumerate((self.of("lists") or {}).values(), start=1)),
            consent=self.of("consent") or (),
        )

    @cached_property
    def binding(self) -> Binding:
        """What the checker makes of it."""
        statistics = CaseStatistics(self.database) if "warned" in self.row else None
        return bind(self.source, self.catalog, self.names, statistics=statistics)


@cache
def cases() -> list[Case]:
    """All rows of all files, in order; the same ones each time, with what was made of them."""
    return [case for path in sorted(FOLDER.glob("*.yaml")) for case in _of_file(path)]


def _of_file(path: Path) -> Iterator[Case]:
    number = 0
    for document in yaml.load_all(path.read_text(encoding="utf-8"), Loader=_Loader):
        _expect_keys(path, document, DOCUMENT_KEYS | {"aliases"})
        catalog, _ = change.apply(Catalog(), declare.read(document["catalog"]))
        for row in document["rows"]:
            _expect_keys(path, row, ROW_KEYS)
            if len(row.keys() & {"members", "refused", "warned"}) != 1:
                raise ValueError(f"{path.name}: a row needs one of members, refused and warned: {row}")
            number += 1
            yield Case(f"{path.stem}-{number:03}", document["about"], row, document, catalog)


def _expect_keys(path: Path, found: Mapping[str, Any], known: set[str]) -> None:
    if not found.keys() <= known:
        raise ValueError(
            f"{path.name}: unknown keys {sorted(found.keys() - known)} beside {found.get('why')}"
        )


class _Loader(yaml.SafeLoader):
    """YAML whose plain scalars are what they are in JSON; all others are text."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - how the base class declares it


def _number(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> Decimal:
    return Decimal(str(loader.construct_scalar(node)))


_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"(null)?$"), ["n", ""])
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"(true|false)$"), list("tf"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"-?(0|[1-9][0-9]*)$"), list("-0123456789"))
_Loader.add_implicit_resolver(
    "!exact", re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?$"), list("-0123456789")
)
_Loader.add_constructor("!exact", _number)

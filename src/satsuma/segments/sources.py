"""Definitions as segments keep them: read in any form, stored with references by id, shown with names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from satsuma.kernel.errors import UsageError
from satsuma.language import references, tree
from satsuma.language.binding import ListEntry, SegmentEntry, by_number
from satsuma.language.canonical import canonical_hash
from satsuma.language.definition import Definition
from satsuma.language.text import parse_text
from satsuma.language.wire import dumps, loads, source_from_json, source_to_json
from satsuma.membership.names import StoredNames


def source_of(given: object) -> tree.Source:
    """A segment as written, from text, JSON data, a condition, or a source.

    Raises:
        UsageError: Something else.
        DefinitionError: Text or JSON that cannot be read, with every problem.
    """
    match given:
        case tree.Source():
            return given
        case Definition():
            return given.source
        case str():
            return tree.Source(where=parse_text(given))
        case Mapping():
            return source_from_json(dict(given))
        case _ if isinstance(given, tree.Condition):
            return tree.Source(where=given)
        case _:
            raise UsageError(
                f"found {type(given).__name__}, expected a definition",
                hint="give text, the JSON form as a dict, or what `satsuma.parse` gives",
            )


def stored_form(source: tree.Source, names: StoredNames) -> str:
    """JSON text with references by id; names that nothing bears stay, for the checker to report."""
    return dumps(source_to_json(with_ids(source, names)))


def with_ids(source: tree.Source, names: StoredNames) -> tree.Source:
    """A source with references by id, as it is stored and hashed; names that nothing bears stay."""
    return source if source.where is None else replace(source, where=by_number(source.where, names))


def from_stored(text: str) -> tree.Source:
    """The source of a stored definition, with references by id."""
    return source_from_json(loads(text))


def with_names(source: tree.Source, names: StoredNames) -> tree.Source:
    """A stored source with the names that its references have now."""
    if source.where is None:
        return source
    where = references.with_names(
        source.where,
        lambda number: _name(names.find_segment(number)),
        lambda number: _name(names.find_list(number)),
    )
    return replace(source, where=where)


def hash_of(source: tree.Source, audience: str, timezone: str) -> str:
    """The canonical hash of a stored source; of a static segment, empty."""
    return "" if source.where is None else canonical_hash(source.where, timezone=timezone, audience=audience)


def _name(entry: SegmentEntry | ListEntry | None) -> str | None:
    return None if entry is None else entry.name

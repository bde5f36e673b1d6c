"""Related: what uses a segment, and what it uses, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import duckdb

from satsuma.catalog.model import Catalog, Entity, InteractionType
from satsuma.kernel.errors import InvariantError
from satsuma.language import bound, references
from satsuma.record import definitions, lists, uses
from satsuma.record.uses import Thing


@dataclass(frozen=True, slots=True, order=True)
class Named:
    """Something with its kind and name; attributes as `owner.attribute`."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Related:
    """Both directions, each by kind and name.

    Attributes:
        used_by: What would break if the segment stopped: live segments, journeys, exports, ...
        uses: What its definition reads: attributes, interaction types, segments, lists.
    """

    used_by: tuple[Named, ...]
    uses: tuple[Named, ...]


def things_used(where: bound.Condition) -> tuple[Thing, ...]:
    """Everything that a bound condition refers to."""
    found = [Thing("segment", number) for number in references.segment_ids_in(where)]
    found += [Thing("list", number) for number in references.list_ids_in(where)]
    found += [Thing("attribute", attribute.number) for attribute in references.attributes_in(where)]
    found += [Thing("interaction", type_.number) for type_ in references.types_in(where)]
    return tuple(found)


def related(
    connection: duckdb.DuckDBPyConnection,
    catalog: Catalog,
    segment: int,
    definition: bound.Definition | None,
) -> Related:
    """What uses a segment, by what users have noted; and what its definition uses."""
    name_of = _namer(connection, catalog)
    users = uses.users_of(connection, Thing(uses.SEGMENT, segment))
    used = () if definition is None else things_used(definition.where)
    return Related(_named(users, name_of), _named(used, name_of))


def names_of(
    connection: duckdb.DuckDBPyConnection, catalog: Catalog, things: Iterable[Thing]
) -> tuple[Named, ...]:
    """Things in words, by kind and name."""
    return _named(things, _namer(connection, catalog))


def _named(things: Iterable[Thing], name_of: Callable[[Thing], str]) -> tuple[Named, ...]:
    return tuple(sorted(Named(thing.kind, name_of(thing)) for thing in things))


def _namer(connection: duckdb.DuckDBPyConnection, catalog: Catalog) -> Callable[[Thing], str]:
    owners: tuple[Entity | InteractionType, ...] = (
        *catalog.entities.values(),
        *catalog.interactions.values(),
    )
    names: Mapping[str, Mapping[int, str]] = {
        "segment": {row.id: row.name for row in definitions.segments(connection)},
        "list": {row.id: row.name for row in lists.all_lists(connection)},
        "entity": {entity.number: entity.name for entity in catalog.entities.values()},
        "interaction": {type_.number: type_.name for type_ in catalog.interactions.values()},
        "attribute": {
            attribute.number: f"{owner.name}.{attribute.name}"
            for owner in owners
            for attribute in owner.attributes.values()
        },
    }

    def name_of(thing: Thing) -> str:
        found = names.get(thing.kind, {}).get(thing.id)
        if found is None:
            found = uses.name_of(connection, thing)
        if found is None:
            raise InvariantError(f"something refers to {thing.kind} {thing.id}, which is not there")
        return found

    return name_of

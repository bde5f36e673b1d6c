"""The transaction behind a change: one version in the making, with its instant, catalog and counters."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from satsuma.catalog.model import Attribute, Catalog, Entity, InteractionType
from satsuma.kernel.errors import ConflictError, NotFoundError
from satsuma.kernel.suggest import did_you_mean
from satsuma.record import catalogs, schema
from satsuma.record.counters import members
from satsuma.record.directory import Directory
from satsuma.record.memory import Memory
from satsuma.record.sight import Sight
from satsuma.record.touches import Touches
from satsuma.record.written import Written


class Transaction:
    """What every write of one version needs.

    Attributes:
        version: The number of the version being made.
        at: Its instant, microseconds UTC; never below the last version's.
        actor: Number of the actor (`record.actors`).
        connection: In the version's transaction. Rooms above write their own tables through it.
        catalog: The catalog as this change has left it so far.
        memory: The writer's memory as this change has left it so far.
        touches: What this change has written to so far; every write path notes it.
        renamed: Whether lists, or what keys mean, may be others than before: what a definition's names mean
            is kept for as long as this, the catalog and what is defined (`touches.defined`) stay.
        written: By entity number the values of records that observations have written so far, in order; by
            type number the interactions.
        sight: Of whoever gives the command that is being written; None where they see every record.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        *,
        version: int,
        at: int,
        actor: int,
        catalog: Catalog,
        memory: Memory,
    ) -> None:
        self.connection = connection
        self.version = version
        self.at = at
        self.actor = actor
        self.catalog = catalog
        self.memory = memory
        self.touches = Touches()
        self.renamed = False
        self.written: dict[int, list[Written]] = {}
        self.sight: Sight | None = None

    def apply_catalog(self, new: Catalog) -> None:
        """Change the tables to a later catalog, and store it; the same catalog changes nothing.

        Raises:
            ConflictError: The catalog was made from an older one than the record has.
            CatalogError: A stored column cannot follow.
        """
        if new is self.catalog or new == self.catalog:
            return
        if new.version <= self.catalog.version:
            raise ConflictError(
                f"the catalog was made from version {new.version - 1}, and the record has version"
                f" {self.catalog.version}",
                code="conflict.catalog",
                hint="make the change again from the present catalog",
            )
        self.touches.converted |= schema.apply_catalog(self.connection, self.catalog, new)
        catalogs.save(self.connection, new, self.at)
        self.catalog = new

    def entity(self, name: str) -> Entity:
        """The entity of that name; NotFoundError if there is none."""
        return entity_of(self.catalog, name)

    def interaction(self, name: str) -> InteractionType:
        """The interaction type of that name; NotFoundError if there is none."""
        found = self.catalog.interactions.get(name)
        if found is None:
            raise _unknown("interaction type", name, self.catalog.interactions)
        return found

    def directory(self, entity: Entity) -> Directory:
        """The records of an entity, as this change has left them so far."""
        found = self.memory.directories.get(entity.number)
        if found is None:
            count = self.memory.counters.peek(members(entity.number))
            found = self.memory.directories[entity.number] = Directory.load(self.connection, entity, count)
        return found

    def shape(self, entity: Entity, given: Iterable[Attribute]) -> int:
        """The id of the set of attributes that an observation gives."""
        attributes = tuple(sorted(a.number for a in given))
        found = self.memory.shapes.get((entity.number, attributes))
        if found is None:
            found = self.memory.shapes[entity.number, attributes] = len(self.memory.shapes)
            self.connection.execute(
                "INSERT INTO attribute_sets VALUES (?, ?, ?)", [found, entity.number, list(attributes)]
            )
        return found


def entity_of(catalog: Catalog, name: str) -> Entity:
    """The entity of that name; NotFoundError if there is none."""
    found = catalog.entities.get(name)
    if found is None:
        raise _unknown("entity", name, catalog.entities)
    return found


def _unknown(what: str, name: str, names: Iterable[str]) -> NotFoundError:
    code = f"not_found.{what.replace(' ', '_')}"
    return NotFoundError(f"no {what} '{name}'", code=code, hint=did_you_mean(name, names))

"""Opening: the tables of an index from their folders and what came since, or made anew from the record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import duckdb

from satsuma.catalog.model import Catalog, Entity, InteractionType
from satsuma.index import advancing
from satsuma.index.advancing import Version
from satsuma.index.entities import EntityTable, build_entity, open_entity
from satsuma.index.files import Folder, Making, Stamp
from satsuma.index.folders import Folders
from satsuma.index.interactions import InteractionTable, build_interactions, open_interactions
from satsuma.index.since import Since
from satsuma.record import index_changes
from satsuma.record.layout import entity_table, interaction_table


@dataclass(frozen=True, slots=True)
class Of:
    """A state of the record.

    Attributes:
        workspace: Its id.
        version, at: Number and instant (microseconds UTC) of the version: both, for a record that was put
            back from a copy may come to the same number again with other data.
        catalog: The one in force.
    """

    workspace: str
    version: int
    at: int
    catalog: Catalog

    @property
    def stamp(self) -> Stamp:
        """What the folders of this state bear."""
        return {"workspace": self.workspace, "version": self.version, "at": self.at}


class Building:
    """Makes tables anew from the record at one version."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, of: Of, folders: Folders) -> None:
        self.folders = folders
        self._connection = connection
        self._of = of

    def entity(self, entity: Entity) -> Folder:
        """The folder of an entity, made anew."""
        return self.folders.make(entity_table(entity), self._of.stamp, self._entity(entity))

    def interactions(self, type_: InteractionType, members: int) -> Folder:
        """The folder of a type, made anew, whose audience has so many numbers."""
        return self.folders.make(interaction_table(type_), self._of.stamp, self._interactions(type_, members))

    def passing_entity(self, entity: Entity) -> EntityTable:
        """An entity that was converted in a version that may be given up."""
        build = self._entity(entity)
        folder = self.folders.make_passing(entity_table(entity), self._of.stamp, build)
        return open_entity(folder, entity, self._of.version, is_saved=False)

    def passing_interactions(self, type_: InteractionType, members: int) -> InteractionTable:
        """A type that was converted in a version that may be given up."""
        build = self._interactions(type_, members)
        folder = self.folders.make_passing(interaction_table(type_), self._of.stamp, build)
        return open_interactions(folder, type_, self._of.version, is_saved=False)

    def _entity(self, entity: Entity) -> Callable[[Making], None]:
        return lambda making: build_entity(self._connection, entity, making)

    def _interactions(self, type_: InteractionType, members: int) -> Callable[[Making], None]:
        return lambda making: build_interactions(self._connection, type_, members, making)


class Opening:
    """Opens the tables of one version."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, of: Of, folders: Folders) -> None:
        self.folders = folders
        self.used: set[str] = set()
        self.made: list[str] = []
        self._of = of
        self._version = Version(connection, of.version, of.catalog)
        self._since = Since(connection)
        self._building = Building(connection, of, folders)

    def entity(self, entity: Entity) -> EntityTable:
        """The records of an entity."""
        folder = self._find(index_changes.ENTITY, entity.number) or self._made(self._building.entity(entity))
        self.used.add(folder.name)
        base = int(folder.stamp["version"])
        table = open_entity(folder, entity, base)
        if base == self._of.version:
            return table
        changed = self._since.records(entity, base, table.size)
        return advancing.entity_at(self._version, entity, table, changed)[0]

    def interactions(self, type_: InteractionType, audience: EntityTable) -> InteractionTable:
        """The interactions of a type."""
        folder = self._find(index_changes.TYPE, type_.number)
        if folder is None:
            folder = self._made(self._building.interactions(type_, audience.size))
        self.used.add(folder.name)
        base = int(folder.stamp["version"])
        table = open_interactions(folder, type_, base)
        changed = None if base == self._of.version else self._since.interactions(type_, base, audience)
        return advancing.interactions_at(self._version, type_, table, changed, audience.size)

    def _made(self, folder: Folder) -> Folder:
        self.made.append(folder.name)
        return folder

    def _find(self, kind: str, number: int) -> Folder | None:
        """The folder of a table from which to go on."""
        return self.folders.find(number, lambda stamp: self._is_suitable(stamp, kind, number))

    def _is_suitable(self, stamp: Stamp, kind: str, number: int) -> bool:
        of = self._of
        version, at = int(stamp["version"]), int(stamp["at"])
        if stamp["workspace"] != of.workspace or version > of.version:
            return False
        if version == of.version:
            return at == of.at
        if not self._since.has(version, at):
            return False
        return all(
            self._since.is_told(*one, version) for one in self._needed(kind, number)
        ) and not self._since.is_converted(kind, number, version)

    def _needed(self, kind: str, number: int) -> list[tuple[str, int]]:
        """Of which entities and types changes have to be known to go on with a table."""
        if kind == index_changes.ENTITY:
            return [(kind, number)]
        [type_] = [one for one in self._of.catalog.interactions.values() if one.number == number]
        audience = self._of.catalog.entities[type_.audience].number
        return [(kind, number), (index_changes.ENTITY, audience)]

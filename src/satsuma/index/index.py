"""Index: everything about one version of the record, opened from its files or made anew from the record.

The folder has one folder for each table of the record, and one for the links between them, each named for
the version it reflects:

    index/contact_1@41/   index/purchase_7@41/   index/links@41/

What is missing, reflects another version, or is damaged is made anew; it is never mended or trusted.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from satsuma.catalog.model import Catalog, Entity, InteractionType
from satsuma.index.entities import EntityTable, build_entity, open_entity
from satsuma.index.files import Folder, Making, Stamp, open_folder
from satsuma.index.interactions import InteractionTable, build_interactions, open_interactions
from satsuma.index.links import Links, build_links, linked, open_links
from satsuma.kernel.errors import InvariantError
from satsuma.record.layout import entity_table, interaction_table
from satsuma.record.store import Record


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
        return {
            "workspace": self.workspace,
            "version": self.version,
            "at": self.at,
            "catalog": self.catalog.version,
        }


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """The columns, interactions and links of one version. Its arrays are mapped files and read-only.

    Attributes:
        entities: By catalog number.
        interactions: By catalog number of their type.
        links: By catalog number of the reference attribute.
        made: Names of the folders that had to be made anew for it.
    """

    of: Of
    entities: dict[int, EntityTable]
    interactions: dict[int, InteractionTable]
    links: dict[int, Links]
    made: tuple[str, ...]

    @property
    def version(self) -> int:
        """The record's version that it reflects."""
        return self.of.version

    @classmethod
    def open(cls, record: Record, path: Path | None = None) -> Index:
        """The index of a record's last version.

        Args:
            path: The folder; default `index` in the workspace's directory.
        """
        folder = path or record.directory / "index"
        state = record.state
        of = Of(record.workspace_id, state.version, state.now, state.catalog)
        with record.cursor() as cursor:
            if record.state is not state:
                raise InvariantError("the record moved on while its index was being opened")
            return cls.read(cursor, of, folder)

    @classmethod
    def read(cls, cursor: duckdb.DuckDBPyConnection, of: Of, path: Path) -> Index:
        """The index of the state that a cursor reads, from the folder or made anew."""
        path.mkdir(parents=True, exist_ok=True)
        keeper = _Keeper(path, of)
        catalog = of.catalog
        entities = {
            one.number: open_entity(keeper.folder(entity_table(one), _entity(cursor, one)), one)
            for one in catalog.entities.values()
        }
        interactions: dict[int, InteractionTable] = {}
        for one in catalog.interactions.values():
            members = entities[catalog.entities[one.audience].number].size
            folder = keeper.folder(interaction_table(one), _interactions(cursor, one, members))
            interactions[one.number] = open_interactions(folder, one)
        links = _links(keeper, catalog, entities, interactions)
        keeper.remove_others()
        return cls(of, entities, interactions, links, tuple(keeper.made))

    def at(self, record: Record, path: Path | None = None) -> Index:
        """This index where it reflects the record's last version; else the one that does, at a build."""
        state = record.state
        is_same = (self.of.version, self.of.at) == (state.version, state.now)
        return self if is_same else Index.open(record, path)

    def entity(self, entity: Entity) -> EntityTable:
        """The records of an entity."""
        return self.entities[entity.number]

    def named(self, entity: str) -> EntityTable:
        """The records of an entity, by its name."""
        return self.entities[self.of.catalog.entities[entity].number]


class _Keeper:
    """Opens the folders of one state, making those that are not there or not whole."""

    def __init__(self, path: Path, of: Of) -> None:
        self.path = path
        self.of = of
        self.names: list[str] = []
        self.made: list[str] = []

    def folder(self, table: str, build: Callable[[Making], None], *, anew: bool = False) -> Folder:
        name = f"{table}@{self.of.version}"
        self.names.append(name)
        found = None if anew else open_folder(self.path / name, self.of.stamp)
        if found is not None:
            return found
        with Making(self.path / name) as making:
            build(making)
            making.finish(self.of.stamp)
        self.made.append(name)
        found = open_folder(self.path / name, self.of.stamp)
        if found is None:
            raise InvariantError(f"the index folder {self.path / name} is not whole just after it was made")
        return found

    def remove_others(self) -> None:
        """Remove the folders of other states. Arrays of theirs that are still mapped stay readable."""
        for other in self.path.iterdir():
            if other.is_dir() and other.name not in self.names:
                shutil.rmtree(other, ignore_errors=True)


def _entity(cursor: duckdb.DuckDBPyConnection, entity: Entity) -> Callable[[Making], None]:
    return lambda making: build_entity(cursor, entity, making)


def _interactions(
    cursor: duckdb.DuckDBPyConnection, type_: InteractionType, members: int
) -> Callable[[Making], None]:
    return lambda making: build_interactions(cursor, type_, members, making)


def _links(
    keeper: _Keeper,
    catalog: Catalog,
    entities: dict[int, EntityTable],
    interactions: dict[int, InteractionTable],
) -> dict[int, Links]:
    of_entities = [pair for one in entities.values() for pair in linked(one.entity.attributes, one.columns)]
    of_types = [
        pair for one in interactions.values() for pair in linked(one.type.attributes, one.only.columns)
    ]

    def build(making: Making) -> None:
        for pairs, both_ways in ((of_entities, True), (of_types, False)):
            for attribute, column in pairs:
                to = catalog.entities.get(attribute.to or "")
                target = None if to is None else entities[to.number]
                build_links(making, attribute, column, target, both_ways=both_ways)

    # Codes of a table that was made anew may differ.
    folder = keeper.folder("links", build, anew=bool(keeper.made))
    return {one.number: open_links(folder, one, column) for one, column in (*of_entities, *of_types)}

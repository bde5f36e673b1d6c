"""Index: everything about one version of the record, opened from its files and what came since, or made anew.

The folder has one folder for each table of the record, named for the version that it reflects (see
`folders`). What came since is read from the record when an index is opened, and taken over version by version
as they are made. What is missing, damaged, or of a table that was converted since, is made anew; it is never
mended or trusted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from satsuma.catalog.model import Entity
from satsuma.index import advancing
from satsuma.index.advancing import Came, Version
from satsuma.index.changed import Changed, of_change
from satsuma.index.entities import EntityTable
from satsuma.index.folders import Folders
from satsuma.index.interactions import InteractionTable
from satsuma.index.links import Links, links_of
from satsuma.index.merging import BOUND_MIN, Merging, Progress, is_due
from satsuma.index.opening import Building, Of, Opening
from satsuma.index.rebasing import entity_on, interactions_on, links_on
from satsuma.record import index_changes
from satsuma.record.change import Change
from satsuma.record.store import Record

__all__ = ["Index", "Of"]


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """The columns, interactions and links of one version; it never changes, and later ones share with it.

    Attributes:
        entities: By catalog number.
        interactions: By catalog number of their type.
        links: By catalog number of the reference attribute.
        path: The folder of its files.
        made: Names of the folders that had to be made anew for it.
        turned: Of the version that `apply` was called for, by number of a reference attribute: the codes
            whose record came or went, so that those who refer with them refer to another than before.
        merged_from: Of tables that were just merged, by number, what `base` they had before.
    """

    of: Of
    entities: Mapping[int, EntityTable]
    interactions: Mapping[int, InteractionTable]
    links: Mapping[int, Links]
    path: Path
    made: tuple[str, ...] = ()
    turned: Mapping[int, NDArray[np.int64]] = field(default_factory=dict)
    merged_from: Mapping[int, int] = field(default_factory=dict)

    @property
    def version(self) -> int:
        """The record's version that it reflects."""
        return self.of.version

    @property
    def relinked(self) -> Mapping[int, NDArray[np.uint32]]:
        """By number of an entity's reference attribute the records of `turned` codes, ascending."""
        found = {}
        for number, codes in self.turned.items():
            if self.links[number].base is not None:
                _, referring = self.links[number].referring_by(codes)
                found[number] = np.unique(referring).astype(np.uint32)
        return found

    @classmethod
    def open(cls, record: Record, path: Path | None = None) -> Index:
        """The index of a record's last version.

        Args:
            path: The folder; default `index` in the workspace's directory.
        """
        with record.snapshot() as (cursor, state):
            of = Of(record.workspace_id, state.version, state.now, state.catalog)
            return cls.read(cursor, of, path or record.directory / "index")

    @classmethod
    def read(cls, cursor: duckdb.DuckDBPyConnection, of: Of, path: Path) -> Index:
        """The index of the state that a cursor reads, from the folder and what came since, or made anew."""
        opening = Opening(cursor, of, Folders(path))
        entities = {one.number: opening.entity(one) for one in of.catalog.entities.values()}
        interactions = {
            one.number: opening.interactions(one, entities[of.catalog.entities[one.audience].number])
            for one in of.catalog.interactions.values()
        }
        links = {}
        for attribute, column, owner in advancing.references(entities, interactions):
            to = of.catalog.entities.get(attribute.to or "")
            target = None if to is None else entities[to.number]
            links[attribute.number] = links_of(attribute, column, target, both_ways=owner in entities)
        opening.folders.keep(opening.used)
        return cls(of, entities, interactions, links, path, tuple(opening.made))

    def apply(self, change: Change) -> Index:
        """The index of the version that a change makes, all of whose rows are written.

        This one stays as it is, for its readers and should the change be given up. To be called by the one
        who makes versions, on the index of the version before; costs what the change touched.
        """
        of = Of(self.of.workspace, change.version, change.at, change.catalog)
        if change.catalog is self.of.catalog and not change.touches.some:
            return replace(self, of=of, made=(), turned={})
        return self._advanced(of, change.connection, of_change(change))

    def _advanced(self, of: Of, connection: duckdb.DuckDBPyConnection, changed: Changed) -> Index:
        version = Version(connection, of.version, of.catalog)
        anew = Building(connection, of, Folders(self.path))
        entities: dict[int, EntityTable] = {}
        came: dict[int, Came] = {}
        for entity in of.catalog.entities.values():
            number, before = entity.number, self.entities.get(entity.number)
            if before is not None and number in changed.converted:
                found = advancing.converted(before, anew.passing_entity(entity))
            else:
                found = advancing.entity_at(version, entity, before, changed.entities.get(number))
            entities[number], came[number] = found
        interactions: dict[int, InteractionTable] = {}
        for type_ in of.catalog.interactions.values():
            number, table = type_.number, self.interactions.get(type_.number)
            members = entities[of.catalog.entities[type_.audience].number].size
            if table is not None and number in changed.converted:
                interactions[number] = anew.passing_interactions(type_, members)
            else:
                interactions[number] = advancing.interactions_at(
                    version, type_, table, changed.interactions.get(number), members
                )
        links, turned = advancing.links_at(of.catalog, self.links, entities, interactions, changed, came)
        return replace(
            self, of=of, entities=entities, interactions=interactions, links=links, made=(), turned=turned
        )

    def is_merge_due(self, rows_min: int = BOUND_MIN) -> bool:
        """Whether so much came since the files were made, of some table, that they should be made anew.

        Args:
            rows_min: So many rows at the least.
        """
        return any(is_due(table, rows_min=rows_min) for table in self.tables())

    @property
    def unneeded(self) -> Mapping[tuple[str, int], int]:
        """By kind and number, the version up to which its files have what `record.index_changes` says."""
        found = {(index_changes.ENTITY, one.entity.number): one.base for one in self.entities.values()}
        for one in self.interactions.values():
            audience = index_changes.ENTITY, self.of.catalog.entities[one.type.audience].number
            found[audience] = min(found[audience], one.base)
            found[index_changes.TYPE, one.type.number] = one.base
        return found

    def merged(
        self, progress: Progress = lambda _: None, *, whole: bool = False, rows_min: int = BOUND_MIN
    ) -> Index:
        """This index on files that are made anew from it: of the tables that are due, or of all.

        To be called for a committed version; another thread may go on making versions meanwhile and then take
        the files over with `rebase`. The older files are removed; who reads them has them mapped.

        Args:
            progress: Told the part that is done, 0 to 1; what it raises gives the merge up.
            whole: Whether to make files of all tables that have changed at all.
            rows_min: As of `is_merge_due`.
        """
        due = [table for table in self.tables() if is_due(table, whole=whole, rows_min=rows_min)]
        merging = Merging(self.of, Folders(self.path), due, progress)
        entities = {
            number: merging.entity(table) if table in due else table
            for number, table in self.entities.items()
        }
        interactions = {
            number: merging.interactions(table) if table in due else table
            for number, table in self.interactions.items()
        }
        links = links_on(self.links, entities)
        return replace(
            self,
            entities=entities,
            interactions=interactions,
            links=links,
            made=tuple(merging.made),
            merged_from=merging.merged_from,
        )

    def rebase(self, newer: Index) -> Index:
        """A later version on the files that `merged` made for this one.

        To be called by the one who makes versions, between two of them. A table that was converted since
        stays as it is.
        """
        from_ = self.merged_from
        entities = {
            number: entity_on(self.entities[number], table) if from_.get(number) == table.base else table
            for number, table in newer.entities.items()
        }
        interactions = {
            number: interactions_on(self.interactions[number], table)
            if from_.get(number) == table.base
            else table
            for number, table in newer.interactions.items()
        }
        links = links_on(newer.links, entities)
        return replace(newer, entities=entities, interactions=interactions, links=links, merged_from={})

    def tables(self) -> list[EntityTable | InteractionTable]:
        """Those of all entities and interaction types."""
        return [*self.entities.values(), *self.interactions.values()]

    def at(self, record: Record, path: Path | None = None) -> Index:
        """This index where it reflects the record's last version; else the one that does."""
        state = record.state
        is_same = (self.of.version, self.of.at) == (state.version, state.now)
        return self if is_same else Index.open(record, path)

    def entity(self, entity: Entity) -> EntityTable:
        """The records of an entity."""
        return self.entities[entity.number]

    def named(self, entity: str) -> EntityTable:
        """The records of an entity, by its name."""
        return self.entities[self.of.catalog.entities[entity].number]

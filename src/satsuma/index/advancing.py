"""Advancing: the tables and links of an index as they are at a later version, made from those of an earlier.

Nothing of the earlier version is changed, and what both have in common they share. The cost is that of the
rows that changed, but for reading a table anew whose stored columns were converted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import duckdb
import numpy as np

from satsuma.catalog.model import Attribute, Catalog, Entity, InteractionType, ValueType
from satsuma.index.changed import Changed, ChangedInteractions, ChangedRecords
from satsuma.index.columns import Column, missing
from satsuma.index.entities import EntityTable, empty_entity
from satsuma.index.interactions import InteractionTable, empty_interactions
from satsuma.index.links import Links, links_of, moved_on
from satsuma.index.parts import Ints, Part
from satsuma.index.rows import RecordRows, new_keys, read_interactions, read_records, values_written
from satsuma.index.runs import run_of, with_run

NONE: Ints = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Came:
    """Records of one entity that came and went, ascending by number, int64."""

    created: Ints
    gone: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Version:
    """The version to be reached.

    Attributes:
        connection: Reads it.
        catalog: In force at it.
    """

    connection: duckdb.DuckDBPyConnection
    number: int
    catalog: Catalog


def entity_at(
    of: Version, entity: Entity, before: EntityTable | None, changed: ChangedRecords | None
) -> tuple[EntityTable, Came]:
    """The records of an entity, and which of them came and went."""
    table = empty_entity(entity, of.number) if before is None else before.under(entity)
    if changed is None or not len(changed.numbers):
        return table, Came(NONE, NONE)
    size = max(table.size, int(changed.numbers[-1]) + 1)
    new, keys = NONE, list[str]()
    if size > table.size:
        new, keys = new_keys(of.connection, entity, table.size)
    columns = {number: one.resized(size) for number, one in table.columns.items()}
    gone = changed.gone
    for written in changed.written:
        _patch(columns, values_written(of.connection, written, columns))
    if len(changed.read):
        wanted = [
            one
            for one in entity.attributes.values()
            if changed.attributes is None or one.number in changed.attributes
        ]
        rows = read_records(of.connection, entity, changed.read, wanted, columns)
        _patch(columns, rows)
        gone = np.union1d(gone, np.setdiff1d(changed.read, rows.numbers, assume_unique=True))
    if len(gone):
        columns = {
            number: one.patched(gone, missing(one.type, len(gone)), size, one.dictionary)
            for number, one in columns.items()
        }
    alive, went = table.alive, NONE
    if size > table.size or len(gone):
        alive = np.append(alive, np.zeros(size - table.size, dtype=np.bool_))
        went = gone[alive[gone]]
        alive[new] = True
        alive[gone] = False
    names = table.names.with_(new, keys, size) if size > table.size else table.names
    marked = table.changed.marked(changed.numbers, of.number)
    made = replace(table, alive=alive, names=names, columns=columns, changed=marked)
    return made, Came(new, went)


def _patch(columns: dict[int, Column], rows: RecordRows) -> None:
    """Put values into columns."""
    for number, column in rows.columns.items():
        numbers, values = rows.numbers, column.whole
        if number in rows.given:
            given = np.flatnonzero(rows.given[number])
            numbers, values = numbers[given], values.take(given)
        own = columns[number]
        columns[number] = own.patched(numbers, values, len(own), column.dictionary)


def converted(before: EntityTable, anew: EntityTable) -> tuple[EntityTable, Came]:
    """An entity that was read anew, with all numbers that there ever were."""
    size = max(before.size, anew.size)
    alive, was = (np.append(one.alive, np.zeros(size - one.size, dtype=np.bool_)) for one in (anew, before))
    names = anew.names.with_(NONE, [], size)
    columns = {number: one.resized(size) for number, one in anew.columns.items()}
    made = replace(anew, alive=alive, names=names, columns=columns)
    return made, Came(np.flatnonzero(alive & ~was), np.flatnonzero(was & ~alive))


def interactions_at(
    of: Version,
    type_: InteractionType,
    before: InteractionTable | None,
    changed: ChangedInteractions | None,
    members: int,
) -> InteractionTable:
    """The interactions of a type, of an audience that has so many numbers."""
    table = empty_interactions(type_, members, of.number) if before is None else before.under(type_, members)
    if changed is None:
        return table
    out = np.union1d(changed.rewritten, changed.gone)
    if len(out):
        parts = tuple(part.without(out) for part in table.parts)
        table = replace(table, parts=parts, rewritten=table.rewritten.marked(out, of.number))
    if changed.after is None and not len(changed.rewritten):
        return table
    rows = read_interactions(of.connection, type_, changed, table.columns)
    if not len(rows):
        return table
    run = run_of(rows, members, np.full(len(rows), of.number))
    parts = tuple(_knowing(part, run) for part in table.parts)
    return replace(table, parts=with_run(parts, run))


def _knowing(part: Part, run: Part) -> Part:
    """A part whose columns have the dictionaries of a run that came later."""
    later = {number: one.dictionary for number, one in run.columns.items()}
    if all(one.dictionary is later[number] for number, one in part.columns.items()):
        return part
    return part.of(part.members, {number: one.of(later[number]) for number, one in part.columns.items()})


def links_at(
    catalog: Catalog,
    before: Mapping[int, Links],
    entities: Mapping[int, EntityTable],
    interactions: Mapping[int, InteractionTable],
    changed: Changed,
    came: Mapping[int, Came],
) -> tuple[dict[int, Links], dict[int, Ints]]:
    """The links, and of each attribute that has some the codes whose target is another than before."""
    made: dict[int, Links] = {}
    turned: dict[int, Ints] = {}
    for attribute, column, owner in references(entities, interactions):
        to = catalog.entities.get(attribute.to or "")
        target = None if to is None else entities[to.number]
        was = before.get(attribute.number)
        both_ways = owner in entities
        if was is None or was.to != (to.number if to else None) or owner in changed.converted:
            made[attribute.number] = links_of(attribute, column, target, both_ways=both_ways)
            continue
        own = changed.entities.get(owner) if both_ways else None
        met = Came(NONE, NONE) if to is None else came.get(to.number, Came(NONE, NONE))
        made[attribute.number], codes = moved_on(
            was, column, NONE if own is None else own.numbers, met.gone, met.created, target
        )
        if len(codes):
            turned[attribute.number] = codes
    return made, turned


def references(
    entities: Mapping[int, EntityTable], interactions: Mapping[int, InteractionTable]
) -> Iterator[tuple[Attribute, Column, int]]:
    """All reference attributes, each with its column (of a type: of its first part) and owner's number."""
    owners = [(one.entity.number, one.entity.attributes, one.columns) for one in entities.values()]
    types = [(one.type.number, one.type.attributes, one.columns) for one in interactions.values()]
    for number, attributes, columns in (*owners, *types):
        for attribute in attributes.values():
            if attribute.type is ValueType.REFERENCE:
                yield attribute, columns[attribute.number], number

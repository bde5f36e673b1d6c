"""Schema: the tables of entities and interaction types, made and changed as the catalog changes.

Stored names carry the catalog number (`record.layout`), so a rename renames tables and columns and moves no
data. What may change is ruled by `catalog.change`; here it is only carried out, inside the caller's
transaction. How values are converted is in `record.converting`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import duckdb

from satsuma.catalog.model import Attribute, Catalog, Entity, InteractionType
from satsuma.record import converting
from satsuma.record.converting import Conversion, carry_out
from satsuma.record.layout import columns, entity_table, history_table, interaction_table
from satsuma.record.sql import alter, quote

_ENTITY_COLUMNS = (
    "_number UINTEGER NOT NULL, _key VARCHAR NOT NULL, _first_observed_at TIMESTAMP NOT NULL,"
    " _last_observed_at TIMESTAMP"
)
_HISTORY_COLUMNS = (
    "_number UINTEGER NOT NULL, _observed_at TIMESTAMP NOT NULL, _seq UBIGINT NOT NULL,"
    " _version UBIGINT NOT NULL, _shape UINTEGER NOT NULL, _import UINTEGER"
)
_INTERACTION_COLUMNS = (
    "_id VARCHAR NOT NULL, _member UINTEGER NOT NULL, _occurred_at TIMESTAMP NOT NULL,"
    " _version UBIGINT NOT NULL, _import UINTEGER"
)


def apply_catalog(connection: duckdb.DuckDBPyConnection, old: Catalog, new: Catalog) -> set[tuple[str, int]]:
    """Change the stored tables from one catalog to the next.

    Returns:
        ("entity" or "type", number) of those whose columns were converted or dropped.

    Raises:
        CatalogError: Stored values cannot follow (see `converting.conversions`); no table is changed then.
    """
    conversions = converting.conversions(connection, old, new)
    entities = {e.number: e for e in old.entities.values()}
    for entity in new.entities.values():
        _entity(connection, entities.pop(entity.number, None), entity, conversions)
    for dropped in entities.values():
        _drop(connection, entity_table(dropped), history_table(dropped))
    types = {t.number: t for t in old.interactions.values()}
    for interaction in new.interactions.values():
        _interaction(connection, types.pop(interaction.number, None), interaction, conversions)
    for gone in types.values():
        _drop(connection, interaction_table(gone))
    return {
        *(("entity", number) for number in _converted(old.entities, new.entities, conversions)),
        *(("type", number) for number in _converted(old.interactions, new.interactions, conversions)),
    }


def _converted(
    old: Mapping[str, Entity] | Mapping[str, InteractionType],
    new: Mapping[str, Entity] | Mapping[str, InteractionType],
    conversions: Mapping[int, Conversion],
) -> set[int]:
    """Numbers of the owners that lost a column as it was, or are gone."""
    kept = {a.number for owner in new.values() for a in owner.attributes.values()} - conversions.keys()
    remaining = {owner.number for owner in new.values()}
    return {
        owner.number
        for owner in old.values()
        if owner.number not in remaining or any(a.number not in kept for a in owner.attributes.values())
    }


def _entity(
    connection: duckdb.DuckDBPyConnection,
    old: Entity | None,
    new: Entity,
    conversions: Mapping[int, Conversion],
) -> None:
    current, history = entity_table(new), history_table(new)
    if old is None:
        connection.execute(_create(current, _ENTITY_COLUMNS, new.attributes.values()))
        connection.execute(_create(history, _HISTORY_COLUMNS, new.attributes.values()))
        return
    _rename(connection, entity_table(old), current)
    _rename(connection, history_table(old), history)
    for table in (current, history):
        _attributes(connection, table, old.attributes, new.attributes, conversions)


def _interaction(
    connection: duckdb.DuckDBPyConnection,
    old: InteractionType | None,
    new: InteractionType,
    conversions: Mapping[int, Conversion],
) -> None:
    table = interaction_table(new)
    if old is None:
        connection.execute(_create(table, _INTERACTION_COLUMNS, new.attributes.values()))
        return
    _rename(connection, interaction_table(old), table)
    _attributes(connection, table, old.attributes, new.attributes, conversions)


def _attributes(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    old: Mapping[str, Attribute],
    new: Mapping[str, Attribute],
    conversions: Mapping[int, Conversion],
) -> None:
    before = {a.number: a for a in old.values()}
    for attribute in new.values():
        was = before.pop(attribute.number, None)
        if was is None:
            for name, duckdb_type in columns(attribute):
                alter(connection, table, f"ADD COLUMN {quote(name)} {duckdb_type}")
        elif attribute.number in conversions:
            carry_out(connection, table, conversions[attribute.number])
        else:
            for (old_name, _), (name, _) in zip(columns(was), columns(attribute), strict=True):
                if name != old_name:
                    alter(connection, table, f"RENAME COLUMN {quote(old_name)} TO {quote(name)}")
    for gone in before.values():
        for name, _ in columns(gone):
            alter(connection, table, f"DROP COLUMN {quote(name)}")


def _create(table: str, fixed: str, attributes: Iterable[Attribute]) -> str:
    own = [f", {quote(name)} {duckdb_type}" for a in attributes for name, duckdb_type in columns(a)]
    return f"CREATE TABLE {quote(table)} ({fixed}{''.join(own)})"


def _rename(connection: duckdb.DuckDBPyConnection, old: str, new: str) -> None:
    if old != new:
        alter(connection, old, f"RENAME TO {quote(new)}")


def _drop(connection: duckdb.DuckDBPyConnection, *names: str) -> None:
    for name in names:
        connection.execute(f"DROP TABLE {quote(name)}")

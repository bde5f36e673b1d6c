"""Schema: the tables of entities and interaction types, made and changed as the catalog changes.

Stored names carry the catalog number (`record.layout`), so a rename renames tables and columns and moves no
data. What may change is ruled by `catalog.change`; here it is only carried out, inside the caller's
transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import duckdb

from satsuma.catalog.model import Attribute, Catalog, Entity, InteractionType, ValueType
from satsuma.kernel.errors import CatalogError
from satsuma.record.layout import columns, entity_table, history_table, interaction_table
from satsuma.record.sql import quote

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

_WIDENINGS = {
    (ValueType.INTEGER, ValueType.NUMBER),
    (ValueType.INTEGER, ValueType.DECIMAL),
    (ValueType.DECIMAL, ValueType.NUMBER),
    (ValueType.DATE, ValueType.TIMESTAMP),
    (ValueType.CHOICE, ValueType.REFERENCE),
    (ValueType.REFERENCE, ValueType.CHOICE),
}
"""Changes of type that a stored column can take."""


def apply_catalog(connection: duckdb.DuckDBPyConnection, old: Catalog, new: Catalog) -> None:
    """Change the stored tables from one catalog to the next.

    Raises:
        CatalogError: An attribute's type changed in a way that its stored values cannot follow.
    """
    entities = {e.number: e for e in old.entities.values()}
    for entity in new.entities.values():
        _entity(connection, entities.pop(entity.number, None), entity)
    for dropped in entities.values():
        _drop(connection, entity_table(dropped), history_table(dropped))
    types = {t.number: t for t in old.interactions.values()}
    for interaction in new.interactions.values():
        _interaction(connection, types.pop(interaction.number, None), interaction)
    for gone in types.values():
        _drop(connection, interaction_table(gone))


def _entity(connection: duckdb.DuckDBPyConnection, old: Entity | None, new: Entity) -> None:
    current, history = entity_table(new), history_table(new)
    if old is None:
        connection.execute(_create(current, _ENTITY_COLUMNS, new.attributes.values()))
        connection.execute(_create(history, _HISTORY_COLUMNS, new.attributes.values()))
        return
    _rename(connection, entity_table(old), current)
    _rename(connection, history_table(old), history)
    for table in (current, history):
        _attributes(connection, table, old.attributes, new.attributes)


def _interaction(
    connection: duckdb.DuckDBPyConnection, old: InteractionType | None, new: InteractionType
) -> None:
    table = interaction_table(new)
    if old is None:
        connection.execute(_create(table, _INTERACTION_COLUMNS, new.attributes.values()))
        return
    _rename(connection, interaction_table(old), table)
    _attributes(connection, table, old.attributes, new.attributes)


def _attributes(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    old: Mapping[str, Attribute],
    new: Mapping[str, Attribute],
) -> None:
    before = {a.number: a for a in old.values()}
    for attribute in new.values():
        was = before.pop(attribute.number, None)
        if was is None:
            for name, duckdb_type in columns(attribute):
                _alter(connection, table, f"ADD COLUMN {quote(name)} {duckdb_type}")
        elif columns(was) != columns(attribute):
            _alter_attribute(connection, table, was, attribute)
    for gone in before.values():
        for name, _ in columns(gone):
            _alter(connection, table, f"DROP COLUMN {quote(name)}")


def _alter_attribute(
    connection: duckdb.DuckDBPyConnection, table: str, was: Attribute, attribute: Attribute
) -> None:
    if was.type is not attribute.type and (was.type, attribute.type) not in _WIDENINGS:
        raise CatalogError(
            f"attribute '{attribute.name}' of '{attribute.owner}' is stored as {was.type} and cannot become"
            f" {attribute.type}",
            code="catalog.type_change",
            hint="declare a new attribute of that type and send its values anew",
        )
    for (old_name, old_type), (name, duckdb_type) in zip(columns(was), columns(attribute), strict=True):
        if name != old_name:
            _alter(connection, table, f"RENAME COLUMN {quote(old_name)} TO {quote(name)}")
        if duckdb_type != old_type:
            _alter(connection, table, f"ALTER COLUMN {quote(name)} TYPE {duckdb_type}")


def _create(table: str, fixed: str, attributes: Iterable[Attribute]) -> str:
    own = [f", {quote(name)} {duckdb_type}" for a in attributes for name, duckdb_type in columns(a)]
    return f"CREATE TABLE {quote(table)} ({fixed}{''.join(own)})"


def _rename(connection: duckdb.DuckDBPyConnection, old: str, new: str) -> None:
    if old != new:
        _alter(connection, old, f"RENAME TO {quote(new)}")


def _drop(connection: duckdb.DuckDBPyConnection, *names: str) -> None:
    for name in names:
        connection.execute(f"DROP TABLE {quote(name)}")


def _alter(connection: duckdb.DuckDBPyConnection, table: str, what: str) -> None:
    connection.execute(f"ALTER TABLE {quote(table)} {what}")

"""Views: the record as people query it in SQL, in the schema `data`, under the names they know.

    entity              id, its attributes                      one view per entity, named like it
    interaction type    id, the audience's key, occurred_at,    one view per type, named like it
                        its attributes
    segments            name, audience, kind, status, created_at, description
    members             segment, audience, member               of live segments, at the last version
    membership_changes  segment, audience, member, version, at, change, cause
    lists               name, audience, subscription, created_at, description
    list_members        list, audience, member
    versions            version, at, actor, kind, detail

A location is two columns, `home.latitude` and `home.longitude`. Where two names are equal without regard to
case the later one (by catalog number; the fixed views come first) is followed by a number: `Contact_2`. The
member of a change is null once the record is gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import duckdb

from satsuma.catalog.model import Attribute, Catalog, Entity, InteractionType, ValueType
from satsuma.kernel.text import fold
from satsuma.record.layout import columns, entity_table, interaction_table
from satsuma.record.sql import quote

SCHEMA = "data"

_SEGMENT = "segments s ON s.id = x.segment"
_CHANGE = "CASE WHEN x.sign > 0 THEN 'entered' ELSE 'left' END"


def rebuild(connection: duckdb.DuckDBPyConnection, catalog: Catalog, old: Catalog | None = None) -> None:
    """Make the views of a catalog, inside the caller's transaction.

    Args:
        connection: The writer's.
        catalog: The new catalog.
        old: The one whose views stand; only what differs is made anew. None makes all.
    """
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
    wanted = _views(catalog)
    standing = {} if old is None else _views(old)
    rows = connection.execute(
        "SELECT view_name FROM duckdb_views() WHERE schema_name = ? AND database_name = current_database()",
        [SCHEMA],
    ).fetchall()
    for (name,) in rows:
        if name not in wanted:
            connection.execute(f"DROP VIEW {SCHEMA}.{quote(name)}")
    for name, view in wanted.items():
        if standing.get(name) != view:
            connection.execute(f"CREATE OR REPLACE VIEW {SCHEMA}.{quote(name)} AS {view[0]}")


def names(catalog: Catalog) -> tuple[Mapping[int, str], Mapping[int, str]]:
    """The view names of entities and of interaction types, by catalog number."""
    taken = {fold(name) for name in _fixed(catalog)}
    things: list[Entity | InteractionType] = [*catalog.entities.values(), *catalog.interactions.values()]
    found = {thing.number: _free(thing.name, taken) for thing in sorted(things, key=lambda t: t.number)}
    entities = {e.number: found[e.number] for e in catalog.entities.values()}
    return entities, {t.number: found[t.number] for t in catalog.interactions.values()}


def _views(catalog: Catalog) -> dict[str, tuple[str, tuple[str, ...]]]:
    # Beside the text stand the column types: DuckDB refuses a view whose columns changed their type under it.
    found: dict[str, tuple[str, tuple[str, ...]]] = {name: (sql, ()) for name, sql in _fixed(catalog).items()}
    entities, types = names(catalog)
    for entity in catalog.entities.values():
        found[entities[entity.number]] = (_entity(entity), _types(entity.attributes.values()))
    for interaction in catalog.interactions.values():
        sql = _interaction(interaction, catalog.entities[interaction.audience])
        found[types[interaction.number]] = (sql, _types(interaction.attributes.values()))
    return found


def _types(attributes: Iterable[Attribute]) -> tuple[str, ...]:
    return tuple(duckdb_type for a in attributes for _, duckdb_type in columns(a))


def _entity(entity: Entity) -> str:
    own = _columns("e", entity.attributes.values(), {"id"})
    return f"SELECT e._key AS id{own} FROM main.{quote(entity_table(entity))} e"


def _interaction(interaction: InteractionType, audience: Entity) -> str:
    taken = {"id", "occurred_at"}
    member = quote(_free(audience.name, taken))
    own = _columns("t", interaction.attributes.values(), taken)
    return (
        f"SELECT t._id AS id, e._key AS {member}, t._occurred_at AS occurred_at{own}"
        f" FROM main.{quote(interaction_table(interaction))} t"
        f" JOIN main.{quote(entity_table(audience))} e ON e._number = t._member"
    )


def _columns(table: str, attributes: Iterable[Attribute], taken: set[str]) -> str:
    found = []
    for attribute in attributes:
        stored = columns(attribute)
        if attribute.type is ValueType.LOCATION:
            shown = [
                (stored[0][0], f"{attribute.name}.latitude"),
                (stored[1][0], f"{attribute.name}.longitude"),
            ]
        else:
            shown = [(stored[0][0], attribute.name)]
        found += [f", {table}.{quote(column)} AS {quote(_free(name, taken))}" for column, name in shown]
    return "".join(found)


def _fixed(catalog: Catalog) -> dict[str, str]:
    keys = _keys(catalog)
    member = f"LEFT JOIN {keys} k ON k.number = x.member AND k.entity ="
    return {
        "segments": f"SELECT x.name, k.name AS audience, x.kind, x.status, x.created_at, x.description"
        f" FROM main.segments x LEFT JOIN {_entities(catalog)} k ON k.entity = x.audience",
        "members": "SELECT s.name AS segment, k.name AS audience, k.key AS member"
        f" FROM main.segment_members x JOIN main.{_SEGMENT} AND s.status IN ('live', 'failed')"
        f" {member} s.audience",
        "membership_changes": "SELECT s.name AS segment, a.name AS audience, k.key AS member, x.version,"
        f" x.at, {_CHANGE} AS change, x.cause FROM main.membership_changes x JOIN main.{_SEGMENT}"
        f" LEFT JOIN {_entities(catalog)} a ON a.entity = s.audience {member} s.audience",
        "lists": f"SELECT x.name, k.name AS audience, x.subscription, x.created_at, x.description"
        f" FROM main.lists x LEFT JOIN {_entities(catalog)} k ON k.entity = x.audience",
        "list_members": f"SELECT l.name AS list, k.name AS audience, k.key AS member FROM main.list_members x"
        f" JOIN main.lists l ON l.id = x.list {member} l.audience",
        "versions": "SELECT x.version, x.at, a.name AS actor, x.kind, x.detail FROM main.versions x"
        " JOIN main.actors a ON a.id = x.actor",
    }


def _keys(catalog: Catalog) -> str:
    parts = [
        f"SELECT {entity.number}::UINTEGER, {_text(entity.name)}, _number, _key"
        f" FROM main.{quote(entity_table(entity))}"
        for entity in catalog.audiences()
    ]
    none = "SELECT NULL::UINTEGER, NULL::VARCHAR, NULL::UINTEGER, NULL::VARCHAR WHERE false"
    return f"(SELECT * FROM ({' UNION ALL '.join(parts or [none])}) u(entity, name, number, key))"


def _entities(catalog: Catalog) -> str:
    parts = [f"({entity.number}::UINTEGER, {_text(entity.name)})" for entity in catalog.audiences()]
    rows = f"VALUES {', '.join(parts)}" if parts else "SELECT NULL::UINTEGER, NULL::VARCHAR WHERE false"
    return f"(SELECT * FROM ({rows}) v(entity, name))"


def _text(text: str) -> str:
    """A name as a SQL literal: views cannot hold bound values."""
    return "'" + text.replace("'", "''") + "'"


def _free(name: str, taken: set[str]) -> str:
    """The name, or the name with the first number that makes it free; it is taken from then on."""
    found, count = name, 1
    while fold(found) in taken:
        count += 1
        found = f"{name}_{count}"
    taken.add(fold(found))
    return found

"""Values of an attribute that begin with a text, the most frequent first: what editors offer."""

from __future__ import annotations

import duckdb

from satsuma.catalog.model import Attribute, Catalog, Entity, InteractionType, ValueType
from satsuma.insights.plain import plain
from satsuma.kernel.errors import NotFoundError
from satsuma.kernel.suggest import did_you_mean
from satsuma.record.layout import column, entity_table, interaction_table
from satsuma.record.sql import quote

LIMIT_MAX = 200


def owner_named(catalog: Catalog, name: str, kind: str | None = None) -> Entity | InteractionType:
    """The entity or interaction type of a name; an entity first, where both have it and nothing is said.

    Args:
        kind: `entity`, `interaction`, or None.

    Raises:
        NotFoundError: There is none.
    """
    found: Entity | InteractionType | None = None
    if kind != "interaction":
        found = catalog.entities.get(name)
    if found is None and kind != "entity":
        found = catalog.interactions.get(name)
    if found is None:
        hint = did_you_mean(name, [*catalog.entities, *catalog.interactions])
        raise NotFoundError(f"no entity or interaction type {name!r}", code="not_found.owner", hint=hint)
    return found


def attribute_named(owner: Entity | InteractionType, name: str) -> Attribute:
    """The attribute of a name.

    Raises:
        NotFoundError: There is none.
    """
    found = owner.attributes.get(name)
    if found is None:
        hint = did_you_mean(name, owner.attributes)
        raise NotFoundError(f"no attribute {name!r} on {owner.name}", code="not_found.attribute", hint=hint)
    return found


def values_with_counts(
    cursor: duckdb.DuckDBPyConnection,
    owner: Entity | InteractionType,
    attribute: Attribute,
    *,
    prefix: str = "",
    limit: int = 20,
) -> list[tuple[object, int]]:
    """Values with how many rows have them, the most frequent first, then by value.

    A location has none to offer; of `choices` each option counts by itself.
    """
    if attribute.type is ValueType.LOCATION:
        return []
    table = entity_table(owner) if isinstance(owner, Entity) else interaction_table(owner)
    name = quote(column(attribute))
    several = attribute.type is ValueType.CHOICES
    inner = f"SELECT {f'unnest({name})' if several else name} AS value FROM {quote(table)}"
    rows = cursor.execute(
        f"SELECT value, count(*) AS count FROM ({inner}) WHERE value IS NOT NULL"
        " AND (? = '' OR starts_with(lower(CAST(value AS VARCHAR)), lower(?)))"
        " GROUP BY value ORDER BY count DESC, value LIMIT ?",
        [prefix, prefix, min(limit, LIMIT_MAX)],
    ).fetchall()
    return [(plain(value), count) for value, count in rows]

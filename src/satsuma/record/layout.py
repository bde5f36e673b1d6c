"""Names and types of the stored columns: which table and column holds an entity, a type, an attribute.

Stored names are an ASCII slug of the name for readers, and the catalog number for uniqueness: any printable
    name fits, a rename moves nothing, and no name can be an injection. People query the views
    (`record.views`), which bear the real names; evaluators and the record itself use these.
"""

from __future__ import annotations

import re

from satsuma.catalog.model import Attribute, Entity, InteractionType, ValueType

NUMBER = "_number"
KEY = "_key"
FIRST_OBSERVED_AT = "_first_observed_at"
LAST_OBSERVED_AT = "_last_observed_at"
OBSERVED_AT = "_observed_at"
SEQ = "_seq"
VERSION = "_version"
SHAPE = "_shape"
ID = "_id"
MEMBER = "_member"
OCCURRED_AT = "_occurred_at"
IMPORT = "_import"

_DUCKDB_TYPES = {
    ValueType.TEXT: "VARCHAR",
    ValueType.INTEGER: "BIGINT",
    ValueType.NUMBER: "DOUBLE",
    ValueType.DECIMAL: "DECIMAL(18,4)",
    ValueType.BOOLEAN: "BOOLEAN",
    ValueType.DATE: "DATE",
    ValueType.TIMESTAMP: "TIMESTAMP",
    ValueType.CHOICE: "VARCHAR",
    ValueType.CHOICES: "VARCHAR[]",
    ValueType.REFERENCE: "VARCHAR",
}


def _slug(name: str) -> str:
    slug = (
        re.sub(r"[^a-z0-9]+", "_", name.lower().encode("ascii", "ignore").decode()).strip("_")[:40].strip("_")
    )
    return slug or "x"


def entity_table(entity: Entity) -> str:
    """The table of an entity's records as they are now."""
    return f"{_slug(entity.name)}_{entity.number}"


def history_table(entity: Entity) -> str:
    """The table of every observation of an entity's records."""
    return f"{entity_table(entity)}_history"


def interaction_table(interaction: InteractionType) -> str:
    """The table of one interaction type."""
    return f"{_slug(interaction.name)}_{interaction.number}"


def column(attribute: Attribute) -> str:
    """The column of an attribute's value (not for locations, which have two)."""
    return f"{_slug(attribute.name)}_{attribute.number}"


def folded_column(attribute: Attribute) -> str:
    """The column of a text attribute's folded value."""
    return f"{column(attribute)}_folded"


def latitude_column(attribute: Attribute) -> str:
    """The column of a location's latitude, in degrees."""
    return f"{column(attribute)}_latitude"


def longitude_column(attribute: Attribute) -> str:
    """The column of a location's longitude, in degrees."""
    return f"{column(attribute)}_longitude"


def columns(attribute: Attribute) -> tuple[tuple[str, str], ...]:
    """The stored columns of an attribute, each with its DuckDB type."""
    if attribute.type is ValueType.LOCATION:
        return ((latitude_column(attribute), "DOUBLE"), (longitude_column(attribute), "DOUBLE"))
    own = (column(attribute), _DUCKDB_TYPES[attribute.type])
    if attribute.type is ValueType.TEXT:
        return (own, (folded_column(attribute), "VARCHAR"))
    return (own,)

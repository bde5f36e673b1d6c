"""The stored form of a catalog: plain data that JSON can hold, with every number, and back again.

What people write and read is `catalog.declare`; this is what the record keeps, one text for each version.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

from satsuma.catalog.model import Attribute, Catalog, Entity, InteractionType, Mode, OwnerKind, ValueType
from satsuma.kernel.errors import WorkspaceDamagedError

Json: TypeAlias = dict[str, Any]


def catalog_to_json(catalog: Catalog) -> Json:
    """A catalog as plain data; `catalog_from_json` gives an equal catalog back."""
    return {
        "version": catalog.version,
        "timezone": catalog.timezone,
        "mode": catalog.mode.value,
        "next_number": catalog.next_number,
        "entities": [
            {
                "number": entity.number,
                "name": entity.name,
                "audience": entity.audience,
                "attributes": _attributes_to_json(entity.attributes.values()),
            }
            for entity in catalog.entities.values()
        ],
        "interactions": [
            {
                "number": interaction.number,
                "name": interaction.name,
                "audience": interaction.audience,
                "attributes": _attributes_to_json(interaction.attributes.values()),
            }
            for interaction in catalog.interactions.values()
        ],
    }


def catalog_from_json(data: Mapping[str, Any]) -> Catalog:
    """The catalog of stored plain data.

    Raises:
        WorkspaceDamagedError: The data is not what `catalog_to_json` wrote.
    """
    try:
        entities = [
            Entity(
                number=entity["number"],
                name=entity["name"],
                audience=entity["audience"],
                attributes=_attributes_from_json(entity, OwnerKind.ENTITY),
            )
            for entity in data["entities"]
        ]
        interactions = [
            InteractionType(
                number=interaction["number"],
                name=interaction["name"],
                audience=interaction["audience"],
                attributes=_attributes_from_json(interaction, OwnerKind.INTERACTION),
            )
            for interaction in data["interactions"]
        ]
        return Catalog(
            version=data["version"],
            timezone=data["timezone"],
            mode=Mode(data["mode"]),
            entities=MappingProxyType({entity.name: entity for entity in entities}),
            interactions=MappingProxyType({interaction.name: interaction for interaction in interactions}),
            next_number=data["next_number"],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise WorkspaceDamagedError(
            f"the stored catalog cannot be read: {error!r}; expected what this version of Satsuma writes",
            hint="restore the workspace from a backup",
        ) from error


def _attributes_to_json(attributes: Iterable[Attribute]) -> list[Json]:
    return [_attribute_to_json(attribute) for attribute in attributes]


def _attribute_to_json(attribute: Attribute) -> Json:
    data: Json = {"number": attribute.number, "name": attribute.name, "type": attribute.type.value}
    if attribute.options is not None:
        data["options"] = list(attribute.options)
    if attribute.to is not None:
        data["to"] = attribute.to
    if attribute.inverse is not None:
        data["inverse"] = attribute.inverse
    return data


def _attributes_from_json(owner: Mapping[str, Any], kind: OwnerKind) -> Mapping[str, Attribute]:
    return MappingProxyType(
        {
            data["name"]: Attribute(
                number=data["number"],
                name=data["name"],
                type=ValueType(data["type"]),
                owner=owner["name"],
                owner_kind=kind,
                options=tuple(data["options"]) if "options" in data else None,
                to=data.get("to"),
                inverse=data.get("inverse"),
            )
            for data in owner["attributes"]
        }
    )

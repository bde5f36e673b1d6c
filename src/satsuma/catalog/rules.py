"""Rules that every catalog keeps, declared or learned: names, reserved words, limits, inverses."""

from __future__ import annotations

from collections.abc import Iterator

from satsuma.catalog.model import Attribute, Catalog, Entity, InteractionType, OwnerKind
from satsuma.kernel.errors import UsageError
from satsuma.kernel.limits import (
    ATTRIBUTES_PER_ENTITY_MAX,
    ATTRIBUTES_PER_INTERACTION_MAX,
    ENTITIES_MAX,
    INTERACTION_TYPES_MAX,
)
from satsuma.kernel.names import check_name

DEFAULT_AUDIENCE = "contact"
"""The entity that is an audience unless somebody says otherwise."""

OBSERVED_AT = "observed_at"
"""In rows about records: when what they say was observed."""

READABLE = {
    OwnerKind.ENTITY: frozenset({"id"}),
    OwnerKind.INTERACTION: frozenset({"id", "occurred_at", "hour", "weekday"}),
}
"""Names of what every record or interaction has, for definitions to read."""

RESERVED = {
    OwnerKind.ENTITY: READABLE[OwnerKind.ENTITY] | {OBSERVED_AT},
    OwnerKind.INTERACTION: READABLE[OwnerKind.INTERACTION],
}
"""Names that no attribute can have: those above, and columns of arriving rows that mean something else."""

_ATTRIBUTES_MAX = {
    OwnerKind.ENTITY: ATTRIBUTES_PER_ENTITY_MAX,
    OwnerKind.INTERACTION: ATTRIBUTES_PER_INTERACTION_MAX,
}


def name_fault(name: str, what: str) -> str | None:
    """Why a name cannot be one, or None where it can."""
    try:
        check_name(name, what=what)
    except UsageError as error:
        return error.message
    return None


def attribute_name_fault(name: str, owner: Entity | InteractionType, catalog: Catalog) -> str | None:
    """Why an owner cannot have a new attribute of this name, or None where it can.

    Asked are the name itself, the reserved words, the inverses that read the owner back, the column of an
    interaction that names its member, and the number of attributes there already are.
    """
    kind = OwnerKind.ENTITY if isinstance(owner, Entity) else OwnerKind.INTERACTION
    fault = name_fault(name, "attribute name")
    if fault is not None:
        return fault
    if name in RESERVED[kind]:
        names = ", ".join(sorted(RESERVED[kind]))
        return f"attribute name {name!r} is reserved; expected another than {names}"
    if isinstance(owner, InteractionType) and name == owner.audience:
        return f"attribute name {name!r} is that of the audience, whose key stands there; expected another"
    if isinstance(owner, Entity):
        inverse = catalog.inverses(owner.name).get(name)
        if inverse is not None:
            return (
                f"attribute name {name!r} is taken: it reads back attribute {inverse.name!r} of"
                f" {inverse.owner!r}; expected another"
            )
    if len(owner.attributes) >= _ATTRIBUTES_MAX[kind]:
        return f"{owner.name!r} has {len(owner.attributes)} attributes already, the most there may be"
    return None


def entity_fault(name: str, catalog: Catalog) -> str | None:
    """Why there cannot be a new entity of this name, or None where there can."""
    if len(catalog.entities) >= ENTITIES_MAX:
        return f"there are {ENTITIES_MAX} entities already, which is the most there may be"
    return name_fault(name, "entity name")


def interaction_fault(name: str, catalog: Catalog) -> str | None:
    """Why there cannot be a new interaction type of this name, or None where there can."""
    if len(catalog.interactions) >= INTERACTION_TYPES_MAX:
        return f"there are {INTERACTION_TYPES_MAX} interaction types already, which is the most there may be"
    return name_fault(name, "interaction type name")


def inverse_faults(catalog: Catalog) -> Iterator[tuple[Attribute, str]]:
    """Every reference attribute whose inverse name cannot be, each with the reason."""
    taken: dict[tuple[str, str], Attribute] = {}
    for entity in catalog.entities.values():
        for attribute in entity.attributes.values():
            if attribute.inverse is None or attribute.to is None:
                continue
            target = catalog.entities.get(attribute.to)
            if target is None:
                continue
            fault = name_fault(attribute.inverse, "inverse name")
            first = taken.setdefault((attribute.to, attribute.inverse), attribute)
            named = f"inverse name {attribute.inverse!r}"
            if fault is not None:
                yield attribute, fault
            elif attribute.inverse in target.attributes or attribute.inverse in RESERVED[OwnerKind.ENTITY]:
                yield attribute, f"{named} is an attribute of {attribute.to!r} itself; expected another"
            elif first is not attribute:
                taker = f"attribute {first.name!r} of {first.owner!r}"
                yield attribute, f"{named} on {attribute.to!r} is taken by {taker}; expected another"

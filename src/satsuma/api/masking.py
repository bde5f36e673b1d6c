"""Masking: what viewers see in place of personal data.

Which attributes are personal is not declared in catalogs. For viewers texts, dates and locations of audience
records count as personal: names, addresses and birthdays are among them. Numbers, choices and times are
shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from satsuma.api.calling import Calling
from satsuma.catalog.model import Entity, InteractionType, ValueType

MASK = "•••"

_PERSONAL = frozenset({ValueType.TEXT, ValueType.DATE, ValueType.LOCATION})


def masked(
    caller: Calling, owner: Entity | InteractionType | None, values: Mapping[str, Any]
) -> dict[str, Any]:
    """Values as a caller may see them.

    Args:
        owner: Whose attributes they are; None hides everything.
    """
    if not caller.is_masked:
        return dict(values)
    if isinstance(owner, Entity) and not owner.audience:
        return dict(values)
    return {name: MASK if _is_personal(owner, name) else value for name, value in values.items()}


def _is_personal(owner: Entity | InteractionType | None, name: str) -> bool:
    attributes = {} if owner is None else owner.attributes
    attribute = attributes.get(name) or attributes.get(name.rpartition(".")[0])
    return attribute is None or attribute.type in _PERSONAL

"""A draft of the next catalog: what declaring and learning write into, giving out numbers as it grows."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from satsuma.catalog.model import Attribute, Catalog, Entity, InteractionType, Mode, OwnerKind, ValueType


class Draft:
    """A catalog being changed; `finish` gives the next version, or the same object if nothing changed."""

    def __init__(self, catalog: Catalog) -> None:
        self._before = catalog
        self._now = catalog

    @property
    def catalog(self) -> Catalog:
        """The catalog as it is so far, still with the version it began with."""
        return self._now

    def finish(self) -> Catalog:
        """The next catalog."""
        if self._now == self._before:
            return self._before
        return replace(self._now, version=self._before.version + 1)

    def set_timezone(self, timezone: str) -> None:
        """Set the workspace's zone."""
        self._now = replace(self._now, timezone=timezone)

    def set_mode(self, mode: Mode) -> None:
        """Set what happens to what is not declared."""
        self._now = replace(self._now, mode=mode)

    def add_entity(self, name: str, *, audience: bool) -> Entity:
        """Add an entity without attributes."""
        entity = Entity(self._next_number(), name, audience)
        self._put(entity)
        return entity

    def add_interaction(self, name: str, audience: str) -> InteractionType:
        """Add an interaction type without attributes."""
        interaction = InteractionType(self._next_number(), name, audience)
        self._put(interaction)
        return interaction

    def set_audience(self, name: str) -> None:
        """Make an entity an audience."""
        self._put(replace(self._now.entities[name], audience=True))

    def owner(self, kind: OwnerKind, name: str) -> Entity | InteractionType:
        """An entity or interaction type as it is so far."""
        return self._now.entities[name] if kind is OwnerKind.ENTITY else self._now.interactions[name]

    def add_attribute(
        self,
        kind: OwnerKind,
        owner: str,
        name: str,
        type: ValueType,
        *,
        options: tuple[str, ...] | None = None,
        to: str | None = None,
        inverse: str | None = None,
    ) -> Attribute:
        """Add an attribute to an entity or interaction type that has none of this name."""
        number = self._next_number()
        attribute = Attribute(number, name, type, owner, kind, options=options, to=to, inverse=inverse)
        self.put_attribute(attribute)
        return attribute

    def put_attribute(self, attribute: Attribute) -> None:
        """Write an attribute over the one of its name, or as a new one."""
        owner = self.owner(attribute.owner_kind, attribute.owner)
        attributes = MappingProxyType({**owner.attributes, attribute.name: attribute})
        self._put(replace(owner, attributes=attributes))

    def _next_number(self) -> int:
        number = self._now.next_number
        self._now = replace(self._now, next_number=number + 1)
        return number

    def _put(self, item: Entity | InteractionType) -> None:
        match item:
            case Entity():
                entities = MappingProxyType({**self._now.entities, item.name: item})
                self._now = replace(self._now, entities=entities)
            case InteractionType():
                interactions = MappingProxyType({**self._now.interactions, item.name: item})
                self._now = replace(self._now, interactions=interactions)

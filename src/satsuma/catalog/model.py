"""The catalog as frozen values: entities, attributes, relationships and interaction types, at one version.

A catalog never changes; declaring (`catalog.change`) and learning (`catalog.learn`) make the next one. Every
entity, interaction type and attribute has a number that is never reused in a workspace. Stored columns bear
it, so that names may be any printable text and a rename moves no data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from types import MappingProxyType


class ValueType(StrEnum):
    """The types of attributes, by the name that catalogs and definitions use."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"
    CHOICE = "choice"
    CHOICES = "choices"
    REFERENCE = "reference"
    LOCATION = "location"

    @property
    def is_numeric(self) -> bool:
        """Whether values are numbers of some kind."""
        return self in (ValueType.INTEGER, ValueType.NUMBER, ValueType.DECIMAL)

    @property
    def is_time(self) -> bool:
        """Whether values are days or instants."""
        return self in (ValueType.DATE, ValueType.TIMESTAMP)

    @property
    def is_ordered(self) -> bool:
        """Whether values are before or after each other."""
        return self.is_numeric or self.is_time


class Mode(StrEnum):
    """What happens to what is not declared: `learn` takes it up, `strict` quarantines its rows."""

    LEARN = "learn"
    STRICT = "strict"


class OwnerKind(Enum):
    """What an attribute belongs to."""

    ENTITY = "entity"
    INTERACTION = "interaction"


@dataclass(frozen=True, slots=True)
class Attribute:
    """One typed attribute of an entity or of an interaction type.

    Attributes:
        number: Unique in the workspace, never reused, > 0.
        name: Printable text, unique in its owner; may contain dots.
        owner: Name of the entity or interaction type.
        options: For `choice` and `choices`, the admitted values in order; None admits any.
        to: For `reference`, the entity referred to.
        inverse: For `reference`, the name under which `to` reads it back (to-many), or None.
    """

    number: int
    name: str
    type: ValueType
    owner: str
    owner_kind: OwnerKind
    options: tuple[str, ...] | None = None
    to: str | None = None
    inverse: str | None = None


@dataclass(frozen=True, slots=True)
class Entity:
    """A kind of record with one text key (`id`), attributes, and references to other entities."""

    number: int
    name: str
    audience: bool
    attributes: Mapping[str, Attribute] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class InteractionType:
    """A kind of immutable record of what one audience record did at one instant."""

    number: int
    name: str
    audience: str
    attributes: Mapping[str, Attribute] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Catalog:
    """All that a workspace knows of, at one catalog version.

    Attributes:
        version: Rises by one with every change; 0 is the empty catalog.
        timezone: IANA name of the workspace's zone.
        next_number: The next unused number for an entity, interaction type or attribute.
    """

    version: int = 0
    timezone: str = "UTC"
    mode: Mode = Mode.LEARN
    entities: Mapping[str, Entity] = field(default_factory=lambda: MappingProxyType({}))
    interactions: Mapping[str, InteractionType] = field(default_factory=lambda: MappingProxyType({}))
    next_number: int = 1

    def audiences(self) -> tuple[Entity, ...]:
        """The entities that segments can have as members, by name."""
        return tuple(self.entities[name] for name in sorted(self.entities) if self.entities[name].audience)

    def inverses(self, entity: str) -> Mapping[str, Attribute]:
        """The to-many names of an entity: inverse name → the reference attribute that it reads back."""
        found = {}
        for owner in self.entities.values():
            for attribute in owner.attributes.values():
                if attribute.to == entity and attribute.inverse is not None:
                    found[attribute.inverse] = attribute
        return found

    def types_of(self, audience: str) -> tuple[InteractionType, ...]:
        """The interaction types of one audience, by name."""
        return tuple(t for _, t in sorted(self.interactions.items()) if t.audience == audience)

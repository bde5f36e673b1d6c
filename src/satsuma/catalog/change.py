"""Changing a catalog: a declaration applied to it, and what the stored tables have to do to follow.

What is not mentioned stays. Parts are added freely; of what is there already may change:

- options: more may be added, and their order; fewer only where `remove_options` names them. An attribute
  without a list may get one. Where a list is new or shrinks, stored values are checked against it.
- types, by a conversion of every stored value (`CONVERSIONS`). Where a value does not convert, the record
  refuses the whole change.
- an entity may become an audience; a reference may get an inverse, or another name for it.

All else is refused: a type changed in another way, a reference turned to another entity, an interaction type
given to another audience, an audience that would be one no longer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

from satsuma.catalog.declare import Declared, DeclaredAttribute, DeclaredEntity, DeclaredInteraction
from satsuma.catalog.draft import Draft
from satsuma.catalog.model import Attribute, Catalog, Entity, InteractionType, Mode, OwnerKind, ValueType
from satsuma.catalog.problems import Problem, Problems, raise_all
from satsuma.catalog.rules import (
    DEFAULT_AUDIENCE,
    attribute_name_fault,
    entity_fault,
    interaction_fault,
    inverse_faults,
)
from satsuma.kernel.suggest import nearest

_T = ValueType

CONVERSIONS: dict[ValueType, frozenset[ValueType]] = {
    _T.TEXT: frozenset(
        {
            _T.INTEGER,
            _T.NUMBER,
            _T.DECIMAL,
            _T.BOOLEAN,
            _T.DATE,
            _T.TIMESTAMP,
            _T.CHOICE,
            _T.CHOICES,
            _T.REFERENCE,
        }
    ),
    _T.INTEGER: frozenset({_T.NUMBER, _T.DECIMAL, _T.TEXT}),
    _T.DECIMAL: frozenset({_T.NUMBER, _T.TEXT}),
    _T.BOOLEAN: frozenset({_T.TEXT}),
    _T.CHOICE: frozenset({_T.TEXT, _T.CHOICES, _T.REFERENCE}),
    _T.REFERENCE: frozenset({_T.TEXT, _T.CHOICE}),
    _T.DATE: frozenset({_T.TEXT}),
}
"""The types that each type may be declared anew as.

Text converts by the rules of arriving text, so choices come of texts that are JSON lists. A choice becomes
the set of that one value, integers and decimals the nearest number. `record.converting` carries it out."""


@dataclass(frozen=True, slots=True)
class AddOwner:
    """Make the tables of a new entity or interaction type, with its attributes."""

    owner: Entity | InteractionType


@dataclass(frozen=True, slots=True)
class AddAttribute:
    """Add the columns of a new attribute to the tables of an owner that was there before."""

    attribute: Attribute


@dataclass(frozen=True, slots=True)
class ConvertAttribute:
    """Convert every stored value to another type, and check the options of `after` where it has any.

    Both have one number, so the columns keep their name. Where a value does not convert, or is not among the
    options, nothing may change.
    """

    before: Attribute
    after: Attribute


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """Check that every stored value is among the options of `after`, which admits less than `before`."""

    before: Attribute
    after: Attribute


Alteration: TypeAlias = AddOwner | AddAttribute | ConvertAttribute | CheckOptions


def apply(catalog: Catalog, declared: Declared) -> tuple[Catalog, tuple[Alteration, ...]]:
    """The catalog with a declaration applied.

    Returns:
        The next catalog (the same object where nothing changes), and what stored tables have to do, in order.

    Raises:
        CatalogError: All problems of the declaration and of applying it, in `details["problems"]`.
    """
    change = _Change(catalog, declared)
    after = change.run()
    raise_all([*declared.problems, *change.problems])
    return after, difference(catalog, after)


def difference(before: Catalog, after: Catalog) -> tuple[Alteration, ...]:
    """What stored tables have to do to go from one catalog to a later one, however that came about."""
    found: list[Alteration] = []
    owners_before = {owner.number: owner for owner in _owners(before)}
    for owner in _owners(after):
        earlier = owners_before.get(owner.number)
        if earlier is None:
            found.append(AddOwner(owner))
            continue
        attributes_before = {attribute.number: attribute for attribute in earlier.attributes.values()}
        for attribute in owner.attributes.values():
            was = attributes_before.get(attribute.number)
            if was is None:
                found.append(AddAttribute(attribute))
            elif was.type is not attribute.type:
                found.append(ConvertAttribute(was, attribute))
            elif attribute.options is not None and (
                was.options is None or not set(was.options) <= set(attribute.options)
            ):
                found.append(CheckOptions(was, attribute))
    return tuple(found)


def _owners(catalog: Catalog) -> list[Entity | InteractionType]:
    return [*catalog.entities.values(), *catalog.interactions.values()]


class _Change:
    """One declaration being applied to a draft; what cannot be applied is left out and noted."""

    def __init__(self, catalog: Catalog, declared: Declared) -> None:
        self._draft = Draft(catalog)
        self._declared = declared
        self._problems = Problems()

    @property
    def problems(self) -> list[Problem]:
        return self._problems.found

    def run(self) -> Catalog:
        declared, draft = self._declared, self._draft
        if declared.timezone is not None:
            draft.set_timezone(declared.timezone)
        if declared.mode is not None:
            draft.set_mode(declared.mode)
        for entity in declared.entities:
            self._entity(entity.name, entity.audience)
        self._references()
        for interaction in declared.interactions:
            self._interaction(interaction.name, interaction.audience)
        for entity in declared.entities:
            if entity.name in draft.catalog.entities:
                for attribute in entity.attributes:
                    self._attribute(OwnerKind.ENTITY, entity.name, attribute)
        for interaction in declared.interactions:
            if interaction.name in draft.catalog.interactions:
                for attribute in interaction.attributes:
                    self._attribute(OwnerKind.INTERACTION, interaction.name, attribute)
        for reference, fault in inverse_faults(draft.catalog):
            path = ("entities", reference.owner, "attributes", reference.name, "inverse")
            self._problems.add("inverse", path, fault)
        return draft.finish()

    def _entity(self, name: str, audience: bool | None) -> None:
        there = self._draft.catalog.entities.get(name)
        if there is None:
            fault = entity_fault(name, self._draft.catalog)
            if fault is not None:
                self._problems.add("name", ("entities", name), fault)
            else:
                self._draft.add_entity(
                    name, audience=name == DEFAULT_AUDIENCE if audience is None else audience
                )
        elif audience and not there.audience:
            self._draft.set_audience(name)
        elif audience is False and there.audience:
            message = f"{name!r} is an audience; expected it to stay one"
            self._problems.add("audience", ("entities", name, "audience"), message, "leave `audience` out")

    def _references(self) -> None:
        """Check what references refer to; in mode `learn` an entity that is referred to alone is added."""
        owners: list[tuple[str, DeclaredEntity | DeclaredInteraction]] = []
        owners += [("entities", entity) for entity in self._declared.entities]
        owners += [("interactions", interaction) for interaction in self._declared.interactions]
        places = [
            ((room, owner.name, "attributes", attribute.name, "to"), attribute.to)
            for room, owner in owners
            for attribute in owner.attributes
            if attribute.to is not None
        ]
        for path, to in places:
            known = self._draft.catalog.entities
            if to in known:
                continue
            if self._draft.catalog.mode is Mode.LEARN and nearest(to, known) is None:
                self._entity(to, None)
            else:
                self._problems.unknown(path, to, known, "entity")

    def _interaction(self, name: str, audience: str | None) -> None:
        path = ("interactions", name, "audience")
        catalog = self._draft.catalog
        there = catalog.interactions.get(name)
        audiences = [entity.name for entity in catalog.audiences()]
        if there is not None:
            if audience not in (None, there.audience):
                message = f"found {audience!r}, but {name!r} is of {there.audience!r}; expected it to stay so"
                self._problems.add("audience", path, message, "declare a new interaction type")
        elif audience is None and len(audiences) != 1:
            listed = ", ".join(audiences) or "none"
            message = f"it says not whose interactions these are, and the audiences are: {listed}"
            hint = "name one" if audiences else "declare an entity with `audience: true`"
            self._problems.add("audience", path[:2], message, hint)
        elif audience is not None and audience not in audiences:
            if audience in catalog.entities:
                message = f"entity {audience!r} is no audience; expected one"
                self._problems.add("audience", path, message, f"declare {audience!r} with `audience: true`")
            else:
                self._problems.unknown(path, audience, audiences, "audience")
        elif (fault := interaction_fault(name, catalog)) is not None:
            self._problems.add("name", path[:2], fault)
        else:
            self._draft.add_interaction(name, audiences[0] if audience is None else audience)

    def _attribute(self, kind: OwnerKind, owner: str, declared: DeclaredAttribute) -> None:
        room = "entities" if kind is OwnerKind.ENTITY else "interactions"
        path = (room, owner, "attributes", declared.name)
        if kind is OwnerKind.INTERACTION and declared.inverse is not None:
            message = "found an inverse on an interaction type, expected it on entities only"
            self._problems.add("inverse", (*path, "inverse"), message, "interactions are reached by `did`")
            return
        there = self._draft.owner(kind, owner).attributes.get(declared.name)
        if there is not None:
            self._change_attribute(there, declared, path)
            return
        fault = attribute_name_fault(declared.name, self._draft.owner(kind, owner), self._draft.catalog)
        if fault is not None:
            self._problems.add("name", path, fault)
            return
        self._draft.add_attribute(
            kind,
            owner,
            declared.name,
            declared.type,
            options=declared.options,
            to=declared.to,
            inverse=declared.inverse,
        )

    def _change_attribute(self, there: Attribute, declared: DeclaredAttribute, path: tuple[str, ...]) -> None:
        after = replace(there, type=declared.type)
        if declared.type is not there.type:
            possible = CONVERSIONS.get(there.type, frozenset())
            if declared.type not in possible:
                listed = ", ".join(sorted([there.type, *possible]))
                message = f"found {declared.type}, but it is {there.type}; expected one of {listed}"
                hint = "declare a new attribute and fill it"
                self._problems.add("conversion", (*path, "type"), message, hint)
                return
            after = replace(after, options=None, to=None, inverse=None)
        if declared.type is _T.REFERENCE:
            if after.to is not None and declared.to not in (None, after.to):
                message = f"found {declared.to!r}, but it refers to {after.to!r}; expected it to stay so"
                self._problems.add("reference", (*path, "to"), message, "declare a new attribute")
                return
            after = replace(after, to=declared.to or after.to, inverse=declared.inverse or after.inverse)
        self._draft.put_attribute(replace(after, options=self._options(after, declared, path)))

    def _options(
        self, there: Attribute, declared: DeclaredAttribute, path: tuple[str, ...]
    ) -> tuple[str, ...] | None:
        old, new = there.options, declared.options
        for value in declared.remove_options:
            if new is None or value in new:
                message = f"found {value!r}, expected it left out of `options`"
                self._problems.add("options", (*path, "remove_options"), message)
        if new is None:
            return old
        lost = [value for value in old or () if value not in new and value not in declared.remove_options]
        if lost:
            message = f"found no {', '.join(map(repr, lost))}, which are options now; expected them to stay"
            hint = f"to remove options, name them: remove_options: [{', '.join(lost)}]"
            self._problems.add("options", (*path, "options"), message, hint)
        return new

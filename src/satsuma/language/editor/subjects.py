"""Subjects: whose attributes a place in a text speaks of, and which names there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from lark import Token, Tree

from satsuma.catalog.model import Attribute, Catalog, Entity, InteractionType, ValueType
from satsuma.catalog.paths import Resolved, records, resolve
from satsuma.language.text.tokens import read_string

Owner: TypeAlias = Entity | InteractionType
Open: TypeAlias = tuple[Token | Tree[Token], ...]

_BUILT_IN = {
    "id": ValueType.TEXT,
    "occurred_at": ValueType.TIMESTAMP,
    "hour": ValueType.INTEGER,
    "weekday": ValueType.TEXT,
}
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Named:
    """A name that could stand at a place, and what it is, in a few words."""

    name: str
    detail: str


def tokens_of(item: Token | Tree[Token]) -> Iterator[Token]:
    """The tokens of a part that has been read, in order."""
    todo: list[object] = [item]
    while todo:
        node = todo.pop()
        if isinstance(node, Tree):
            todo.extend(reversed(node.children))
        elif isinstance(node, Token):
            yield node


def name_in(item: Token | Tree[Token]) -> str:
    """The name that a part is, without quotes."""
    token = next(tokens_of(item))
    return read_string(token) if token.type == "STRING" else str(token)


def owners_at(catalog: Catalog, audience: Entity, opened: Open) -> tuple[Owner, ...]:
    """Whose attributes a comparison would read after what has been opened and not closed.

    Several where a condition is about interactions of several types; none where the catalog does not tell.
    """
    owners: tuple[Owner, ...] = (audience,)
    ranked: tuple[Owner, ...] = owners
    meant: tuple[Owner, ...] | None = None
    before = ""
    for item in opened:
        kind = str(item.data) if isinstance(item, Tree) else item.type
        if kind == "types" and isinstance(item, Tree):
            meant = tuple(types_named(catalog, audience, [name_in(child) for child in _trees(item)]))
        elif kind == "name" and before in {"RELATED", "HAS", "NO", "how_many"}:
            meant = related_to(catalog, owners, name_in(item))
        elif kind in {"TOP", "LOWEST"}:
            ranked = owners
        elif kind == "AMONG":
            owners = ranked
        elif kind in {"WHERE", "HAS"} and meant is not None:
            owners, meant = meant, None
        before = "how_many" if kind in _HOW_MANY else kind
    return owners


_HOW_MANY = {"at_least", "at_most", "exactly", "not_exactly", "more_number", "fewer", "between_numbers"}


def _trees(item: Tree[Token]) -> list[Tree[Token]]:
    return [child for child in item.children if isinstance(child, Tree)]


def types_named(catalog: Catalog, audience: Entity, names: Iterable[str]) -> Iterator[InteractionType]:
    """The interaction types of an audience that names and patterns stand for."""
    for name in names:
        first, *rest = name.split("*")
        for known in catalog.types_of(audience.name):
            fits = known.name == name if not rest else known.name.startswith(first)
            if fits and (not rest or known.name.endswith(rest[-1])):
                yield known


def related_to(catalog: Catalog, owners: tuple[Owner, ...], path: str) -> tuple[Owner, ...]:
    """The entity at the end of a path of relationships."""
    for owner in owners:
        hops = records(catalog, owner, path)
        if isinstance(hops, tuple) and hops:
            return (hops[-1].target,)
    return ()


def attribute_at(catalog: Catalog, owners: tuple[Owner, ...], path: str) -> Attribute | None:
    """The attribute that a path reads, of the first owner that has it."""
    for owner in owners:
        found = resolve(catalog, owner, path)
        if isinstance(found, Resolved) and isinstance(found.leaf, Attribute):
            return found.leaf
    return None


def type_at(catalog: Catalog, owners: tuple[Owner, ...], path: str) -> ValueType | None:
    """The type of what a path reads; None where it reads nothing."""
    for owner in owners:
        found = resolve(catalog, owner, path)
        if isinstance(found, Resolved):
            if isinstance(found.leaf, Attribute):
                return found.leaf.type
            return _BUILT_IN.get(found.leaf or "")
    return None


def attributes(catalog: Catalog, owners: tuple[Owner, ...], partial: str) -> Iterator[Named]:
    """Attributes that could stand at a place; behind a to-one reference, those of the record referred to.

    Args:
        partial: What has been typed of the path.
    """
    base, dot, _ = partial.rpartition(".")
    for owner in owners:
        if dot:
            behind = attribute_at(catalog, (owner,), base)
            target = None if behind is None or behind.to is None else catalog.entities.get(behind.to)
            if target is not None:
                yield from (Named(f"{base}.{found.name}", found.detail) for found in _own(target))
        yield from _own(owner)


def _own(owner: Owner) -> Iterator[Named]:
    for attribute in owner.attributes.values():
        to = f" to {attribute.to}" if attribute.to is not None else ""
        yield Named(attribute.name, f"{attribute.type.value}{to}")
    for name, kind in _BUILT_IN.items():
        if name == "id" or isinstance(owner, InteractionType):
            yield Named(name, kind.value)


def relationships(catalog: Catalog, owners: tuple[Owner, ...], partial: str) -> Iterator[Named]:
    """Relationships that could stand at a place: those to many records, and to one that leads on to many."""
    base, dot, _ = partial.rpartition(".")
    for owner in owners:
        here = related_to(catalog, (owner,), base) if dot else (owner,)
        for entity in here:
            if isinstance(entity, Entity):
                before = f"{base}." if dot else ""
                for name, attribute in catalog.inverses(entity.name).items():
                    yield Named(before + name, f"many {attribute.owner}")
                for attribute in entity.attributes.values():
                    if attribute.to is not None:
                        yield Named(before + attribute.name, f"one {attribute.to}")

"""Places: a definition as it is written beside what it is bound to, condition by condition."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import TypeAlias, TypeVar

from satsuma.catalog.model import Attribute, Entity, InteractionType
from satsuma.kernel.errors import InvariantError
from satsuma.language import bound, tree

Truth: TypeAlias = bool | None
"""None is not known."""

Node = TypeVar("Node")


@dataclass(frozen=True, slots=True)
class Place:
    """One condition of a definition.

    Attributes:
        number: Of the places of a definition, the root first, each before those inside it.
        inside: Of `all`, `any`, `not`: what they join. Of `held`: what is held.
    """

    number: int
    written: tree.Condition
    condition: bound.Condition
    inside: tuple[Place, ...] = ()

    @property
    def is_leaf(self) -> bool:
        """Whether its truth does not follow from that of the places inside it."""
        return not isinstance(self.written, tree.All | tree.AnyOf | tree.Not)

    def walk(self) -> Iterator[Place]:
        """This place and all inside it, by number."""
        yield self
        for one in self.inside:
            yield from one.walk()

    def truths(self, of_leaf: Callable[[int], Truth]) -> dict[int, Truth]:
        """By place number, what follows from what is known of the leaves."""
        found: dict[int, Truth] = {}
        for place in reversed(list(self.walk())):
            found[place.number] = _truth(place, of_leaf, found)
        return found


def places(written: tree.Condition, condition: bound.Condition, number: int = 0) -> Place:
    """The places of a definition's condition; `all`, `any`, `not` and `held` have others inside them."""
    match written, condition:
        case (tree.All(conditions), bound.All(found)) | (tree.AnyOf(conditions), bound.AnyOf(found)):
            pairs = list(zip(conditions, found, strict=True))
        case (tree.Not(one), bound.Not(other)) | (tree.Held(one), bound.Held(other)):
            pairs = [(one, other)]
        case ((tree.All() | tree.AnyOf() | tree.Not() | tree.Held()), _):
            raise InvariantError("the bound tree does not follow the tree as written")
        case _:
            pairs = []
    inside: list[Place] = []
    following = number + 1
    for one, other in pairs:
        inside.append(places(one, other, following))
        following += sum(1 for _ in inside[-1].walk())
    return Place(number, written, condition, tuple(inside))


def nodes_of(kind: type[Node], node: object) -> list[Node]:
    """All nodes of a kind in a bound condition, itself among them, in their order."""
    return [one for one in _all_nodes(node) if isinstance(one, kind)]


def _all_nodes(node: object) -> Iterator[object]:
    yield node
    if isinstance(node, tuple):
        for one in node:
            yield from _all_nodes(one)
    elif is_dataclass(node) and not isinstance(node, Attribute | Entity | InteractionType):
        for part in fields(node):
            yield from _all_nodes(getattr(node, part.name))


def _truth(place: Place, of_leaf: Callable[[int], Truth], known: Mapping[int, Truth]) -> Truth:
    inside = [known[one.number] for one in place.inside]
    match place.written:
        case tree.Not():
            return None if inside[0] is None else not inside[0]
        case tree.All():
            return _decided(inside, by=False)
        case tree.AnyOf():
            return _decided(inside, by=True)
        case _:
            return of_leaf(place.number)


def _decided(found: list[Truth], *, by: bool) -> Truth:
    if by in found:
        return by
    return None if None in found else not by

"""Paths: dotted names through a catalog, such as `account.industry`, resolved to what they name.

At each step the longest name that fits is taken, since attribute names may contain dots themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from satsuma.catalog.model import Attribute, Catalog, Entity, InteractionType, OwnerKind, ValueType
from satsuma.catalog.rules import READABLE
from satsuma.kernel.suggest import nearest
from satsuma.kernel.text import nfc


@dataclass(frozen=True, slots=True)
class Hop:
    """A step from one record to another along a reference.

    Attributes:
        attribute: The reference attribute that makes the relationship.
        inverse: False: to the one record that is referred to. True: back to all records that refer.
        target: The entity arrived at.
    """

    attribute: Attribute
    inverse: bool
    target: Entity


@dataclass(frozen=True, slots=True)
class Resolved:
    """Where a path leads.

    Attributes:
        hops: The steps to other records, in order.
        leaf: The attribute read at the end; the word for a value that needs no attribute (`id`, and on
            interactions `occurred_at`, `hour`, `weekday`); or None where the path ends at records, by an
            inverse.
    """

    hops: tuple[Hop, ...]
    leaf: Attribute | str | None

    @property
    def is_to_many(self) -> bool:
        """Whether it goes back along some reference, and so may lead to many records."""
        return any(hop.inverse for hop in self.hops)


@dataclass(frozen=True, slots=True)
class PathFault:
    """Why a path leads nowhere.

    Attributes:
        owner: Name of the entity or interaction type at which it stopped.
        rest: What of the path could not be resolved there.
        existing: The names that exist there, in order.
        near: The name among them that was probably meant, or None.
        scalar: The attribute that was read but leads no further, or None.
    """

    owner: str
    rest: str
    existing: tuple[str, ...]
    near: str | None
    scalar: Attribute | None = None

    @property
    def message(self) -> str:
        """What was found and what was expected."""
        if self.scalar is not None:
            found = f"attribute {self.scalar.name!r} of {self.owner!r} is {self.scalar.type}, not a reference"
            return f"{found}; expected nothing after it, found {self.rest!r}"
        existing = ", ".join(self.existing) or "none"
        return f"no attribute {self.rest!r} on {self.owner!r}; expected one of {existing}"

    @property
    def hint(self) -> str:
        """What to do about it; empty where no name is near."""
        return f"did you mean {self.near!r}?" if self.near else ""


def resolve(
    catalog: Catalog, owner: Entity | InteractionType, path: str, *, whole: bool = False
) -> Resolved | PathFault:
    """Resolve a dotted path from an entity or interaction type.

    A reference at the very end is a leaf, its key; an inverse at the end leads to records and has no leaf.

    Args:
        whole: The path is one name, to be taken as it stands.
    """
    rest, here = nfc(path), owner
    hops: list[Hop] = []
    while True:
        names = _names(catalog, here)
        existing = tuple(sorted(names))
        found = rest if whole else _longest(rest, names)
        if found not in names:
            near = nearest(rest, existing) or nearest(rest.partition(".")[0], existing)
            return PathFault(here.name, rest, existing, near)
        step = names[found]
        is_last, rest = rest == found, rest[len(found) + 1 :]
        match step:
            case Hop():
                hops.append(step)
                if is_last:
                    return Resolved(tuple(hops), None)
                here = step.target
            case _ if is_last:
                return Resolved(tuple(hops), step)
            case Attribute(type=ValueType.REFERENCE, to=str(to)) if to in catalog.entities:
                here = catalog.entities[to]
                hops.append(Hop(step, inverse=False, target=here))
            case Attribute():
                return PathFault(here.name, rest, existing, None, step)
            case _:
                return PathFault(here.name, f"{found}.{rest}", existing, None)


def records(catalog: Catalog, owner: Entity | InteractionType, path: str) -> tuple[Hop, ...] | PathFault:
    """Resolve a path that is to end at records: its last name is an inverse or a reference."""
    resolved = resolve(catalog, owner, path)
    if isinstance(resolved, PathFault) or resolved.leaf is None:
        return resolved if isinstance(resolved, PathFault) else resolved.hops
    hops, leaf = resolved.hops, resolved.leaf
    if isinstance(leaf, Attribute) and leaf.to is not None and leaf.to in catalog.entities:
        return (*hops, Hop(leaf, inverse=False, target=catalog.entities[leaf.to]))
    here = hops[-1].target if hops else owner
    steps = tuple(sorted(name for name, step in _names(catalog, here).items() if _leads_on(step)))
    name = leaf if isinstance(leaf, str) else leaf.name
    return PathFault(here.name, name, steps, nearest(name, steps))


def _leads_on(step: Attribute | Hop | str) -> bool:
    return isinstance(step, Hop) or (isinstance(step, Attribute) and step.type is ValueType.REFERENCE)


def _names(catalog: Catalog, owner: Entity | InteractionType) -> Mapping[str, Attribute | Hop | str]:
    """All that can be named on an owner."""
    kind = OwnerKind.ENTITY if isinstance(owner, Entity) else OwnerKind.INTERACTION
    names: dict[str, Attribute | Hop | str] = {word: word for word in READABLE[kind]}
    if isinstance(owner, Entity):
        for name, attribute in catalog.inverses(owner.name).items():
            names[name] = Hop(attribute, inverse=True, target=catalog.entities[attribute.owner])
    return {**names, **owner.attributes}


def _longest(path: str, names: Iterable[str]) -> str:
    """The longest of the names that the path is or begins with, or the path itself where none is."""
    fitting = [name for name in names if path == name or path.startswith(f"{name}.")]
    return max(fitting, key=len, default=path)

"""Identities: numbers for bound nodes, equal for equal ones, so that many can be told apart quickly.

Comparing nodes themselves goes through whole entities of the catalog at every turn.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass

from satsuma.catalog.model import Attribute, Entity, InteractionType


class Identities:
    """Gives numbers; each node is gone through once."""

    def __init__(self) -> None:
        self._by_parts: dict[object, int] = {}
        # With the node itself, so that its identity is not given to another.
        self._by_node: dict[int, tuple[object, int]] = {}

    def of(self, node: object) -> int:
        """The number of a node: that of every node equal to it."""
        match node:
            case Attribute() | InteractionType() | Entity():
                return self._number((type(node), node.number))
            case tuple():
                return self._number(("tuple", *map(self.of, node)))
            case _ if is_dataclass(node):
                known = self._by_node.get(id(node))
                if known is None:
                    parts = (self.of(getattr(node, part.name)) for part in fields(node))
                    known = node, self._number((type(node), *parts))
                    self._by_node[id(node)] = known
                return known[1]
            case _:
                return self._number((type(node), node))

    def _number(self, parts: object) -> int:
        return self._by_parts.setdefault(parts, len(self._by_parts))

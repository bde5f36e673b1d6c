"""Meaning: one text for conditions that mean the same under one catalog, for what is answered only once."""

from __future__ import annotations

from dataclasses import fields, is_dataclass

from satsuma.catalog.model import Attribute, Entity, InteractionType


def meaning_of(node: object) -> str:
    """The same text for parts that are written alike, and mean the same under one catalog."""
    match node:
        case Attribute() | Entity() | InteractionType():
            return f"{type(node).__name__}:{node.number}"
        case tuple():
            return f"({','.join(map(meaning_of, node))})"
        case frozenset():
            return f"{{{','.join(sorted(map(meaning_of, node)))}}}"
        case _ if is_dataclass(node) and not isinstance(node, type):
            inner = ",".join(meaning_of(getattr(node, one.name)) for one in fields(node))
            return f"{type(node).__name__}({inner})"
        case _:
            return f"{type(node).__name__}:{node!r}"

"""Keys: what a bound condition means, as text and as a hash, so that leaves that mean the same are one leaf.

Beyond what the canonical form of a tree already makes alike, names play no part: attributes, types, segments
and lists are told by their numbers; children of `all` and `any` stand in the order of their texts, each once.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import Enum

from satsuma.catalog.model import Attribute, Entity, InteractionType
from satsuma.kernel.durations import Duration
from satsuma.kernel.errors import InvariantError
from satsuma.language import bound

_NAMED = frozenset({"name"})
"""Fields that are for messages only."""


def meaning(node: object) -> str:
    """A text that two parts of bound trees share only where they mean the same."""
    match node:
        case Attribute():
            return f"@{node.number}:{node.type.value}:{node.to or ''}"
        case Entity() | InteractionType():
            return f"#{node.number}"
        case bound.All(conditions) | bound.AnyOf(conditions):
            children = sorted({meaning(one) for one in conditions})
            return f"{type(node).__name__}({','.join(children)})"
        case bound.OneOf():
            values = sorted({meaning(one) for one in node.values})
            return f"OneOf({meaning(node.read)},{','.join(values)},{node.exact})"
        case bound.Read():
            paths = sorted(f"{name}={meaning(path)}" for name, path in node.by_type)
            return f"Read({node.type.value},{','.join(paths)})"
        case bound.Did() | bound.Occurrence() | bound.Pattern():
            return _of_types(node)
        case Duration():
            return _duration(node)
        case Enum():
            return str(node.value)
        case None | bool() | str() | float():
            return json.dumps(node)
        case int() | Decimal():
            return str(node) if isinstance(node, int) else f"{node.normalize():f}"
        case dt.date():
            return node.isoformat()
        case tuple():
            return f"[{','.join(meaning(one) for one in node)}]"
        case frozenset():
            return f"{{{','.join(sorted(meaning(one) for one in node))}}}"
        case _:
            return _written(node, {})


def _of_types(node: bound.Did | bound.Occurrence | bound.Pattern) -> str:
    where = None if node.where == bound.All(()) else node.where
    types = ",".join(sorted({meaning(one) for one in node.types}))
    return _written(node, {"types": types, "where": meaning(where)})


def _written(node: object, given: dict[str, str]) -> str:
    """A node by its fields, some of them written already."""
    if not is_dataclass(node) or isinstance(node, type):
        raise InvariantError(f"no part of a bound condition: {type(node).__name__}")
    named = isinstance(node, bound.InSegment | bound.InList | bound.Crossed)
    parts = [
        given.get(field.name) or meaning(getattr(node, field.name))
        for field in fields(node)
        if not (named and field.name in _NAMED)
    ]
    return f"{type(node).__name__}({','.join(parts)})"


def _duration(duration: Duration) -> str:
    exact_us = duration.exact_us
    if exact_us is None:
        return f"{duration.months}m"
    return f"{exact_us}us"

"""Zoned: whether the time zone plays any part in a condition. Where it does not, zones share one leaf."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from satsuma.catalog.model import Attribute, Entity, InteractionType, ValueType
from satsuma.kernel.durations import Duration
from satsuma.kernel.windows import Calendar, Fixed
from satsuma.language import bound
from satsuma.language.bound import Builtin, MeasureKind


def is_zoned(node: object) -> bool:
    """Whether a condition, or any part of one, may mean something else in another zone.

    It may say so of conditions that mean the same everywhere, never the other way round.
    """
    match node:
        case Attribute() | Entity() | InteractionType():
            return False
        case Calendar() | Fixed() | bound.Today() | bound.Anniversary():
            return True
        case Duration():
            return node.exact_us is None
        case bound.Path():
            return node.leaf in (Builtin.HOUR, Builtin.WEEKDAY)
        case bound.Read():
            # Days are compared with instants by the local day.
            return node.type is ValueType.DATE or any(is_zoned(path) for _, path in node.by_type)
        case bound.Constant():
            return node.type is ValueType.DATE
        case bound.Measure() if node.kind is MeasureKind.COUNT_DAYS or node.type is ValueType.DATE:
            return True
        case _:
            return any(is_zoned(part) for part in _parts(node))


def _parts(node: object) -> Iterator[object]:
    if isinstance(node, tuple):
        yield from node
    elif is_dataclass(node) and not isinstance(node, type):
        yield from (getattr(node, field.name) for field in fields(node))

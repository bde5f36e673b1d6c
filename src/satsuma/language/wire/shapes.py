"""Shapes: the keys of every object that definitions are made of, for reading and for the JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shape:
    """Keys that an object must have, and keys that it may have."""

    needed: tuple[str, ...]
    optional: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.needed, *self.optional)


CONDITIONS: Mapping[str, Shape] = {
    "all": Shape(("all",)),
    "any": Shape(("any",)),
    "not": Shape(("not",)),
    "attribute": Shape(("attribute", "op"), ("value", "case")),
    "related": Shape(("related", "where"), ("measure", "is")),
    "did": Shape(("did",), ("where", "during", "of", "measure", "is")),
    "latest": Shape(("latest", "has"), ("where", "during")),
    "first": Shape(("first", "has"), ("where", "during")),
    "sequence": Shape(("sequence",), ("during", "same")),
    "held": Shape(("held", "for")),
    "segment": Shape(("segment",)),
    "list": Shape(("list",)),
    "entered": Shape(("entered",), ("during",)),
    "left": Shape(("left",), ("during",)),
    "consent": Shape(("consent", "is")),
    "top": Shape(("top", "by"), ("did", "where", "during", "among", "order")),
    "sample": Shape(("sample",)),
}
"""Conditions, by the key that tells each."""

PARTS: Mapping[str, Shape] = {
    "operand_attribute": Shape(("attribute",), ("plus",)),
    "operand_member": Shape(("member",), ("plus",)),
    "operand_now": Shape(("now",), ("plus",)),
    "operand_today": Shape(("today",), ("plus",)),
    "circle": Shape(("km", "of")),
    "centre": Shape(("latitude", "longitude")),
    "test": Shape(("op", "value")),
    "active_periods": Shape(("length", "of_last"), ("count",)),
    "step": Shape(("did",), ("where", "within", "not_did")),
    "absence": Shape(("not_did", "within")),
    "blocker": Shape(("did",), ("where",)),
    "held_for": Shape(("op", "value")),
    "reference": Shape(("id",)),
    "by_attribute": Shape(("attribute",)),
    "sample_part": Shape(("percent", "salt"), ("from",)),
}
"""What conditions are made of."""

SEGMENTS: Mapping[str, Shape] = {
    "segment": Shape((), ("name", "audience", "kind", "timezone", "where", "tests")),
    "tests": Shape((), ("in", "out")),
}
"""The segment around a condition. None of its keys tells a condition, so the two cannot be mistaken."""

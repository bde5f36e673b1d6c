"""Programs: a definition as leaves, which are kept once for all definitions, and what joins them.

A leaf is a maximal part of a definition that is not `all`, `any` or `not`. A program says how the truth of a
member follows from that of its leaves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import TypeAlias, assert_never

import numpy as np
from numpy.typing import NDArray

from satsuma.catalog.model import Attribute, Entity, InteractionType
from satsuma.kernel.ids import stable_hash
from satsuma.language import bound
from satsuma.membership.touching.counts import plain
from satsuma.membership.touching.keys import meaning
from satsuma.membership.touching.reads import reads_of
from satsuma.membership.touching.sources import Reads
from satsuma.membership.touching.zoned import is_zoned
from satsuma.membership.turning import AND, FALSE, NOT, OR, TRUE

Bools: TypeAlias = NDArray[np.bool_]

ANYWHERE = "UTC"
"""The zone of leaves in which zones play no part."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A condition whose truth is kept for every member of an audience.

    Attributes:
        key: The same for leaves that mean the same, in every workspace of one catalog; 32 hexadecimal digits.
        audience: Number of the entity whose records it is about.
        timezone: In which it is read; ANYWHERE where no zone plays a part.
        segments: Those that it refers to, anywhere in it.
        reads: What its truth depends on.
        data_shape, clock_shape: The same for leaves of one audience that depend on the same, among what a
            version writes and among what time passes.
    """

    key: str
    condition: bound.Condition = field(compare=False)
    audience: int
    timezone: str
    segments: frozenset[int]
    reads: Reads = field(compare=False, repr=False)
    data_shape: str = field(compare=False, repr=False)
    clock_shape: str = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Every:
    """True where all of these are."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """True where any of these is."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Except:
    """True where this is not."""

    node: Node


Node: TypeAlias = "Every | Some | Except | str"
"""Leaves by their keys."""


@dataclass(frozen=True, slots=True)
class Program:
    """What a definition means in terms of its leaves, by their keys.

    Attributes:
        code: The same as steps that put truths on a stack and join those on top, int32: the place of a leaf
            in `leaves`, or a step of `turning`.
        depth: So many truths lie on the stack at most.
    """

    node: Node
    leaves: Mapping[str, Leaf] = field(hash=False)
    code: NDArray[np.int32] = field(compare=False, repr=False)
    depth: int = field(compare=False, repr=False)

    def evaluate(self, truths: Mapping[str, Bools], size: int) -> Bools:
        """The truth of the definition for `size` members, from that of each leaf for the same members.

        Returns:
            Bool, of that size; it may be one of the arrays given, so it is not to be written to.
        """
        return _truth(self.node, truths, size)


def program_of(definition: bound.Definition) -> Program:
    """The program of a definition."""
    leaves: dict[str, Leaf] = {}
    return program_at(_node(definition.where, definition, leaves), leaves)


def program_at(node: Node, leaves: Mapping[str, Leaf]) -> Program:
    """The program of a node, over the leaves that it refers to."""
    code = list(_code(node, {key: place for place, key in enumerate(leaves)}))
    return Program(node, leaves, np.array(code, dtype=np.int32), _depth(node))


def leaf_of(condition: bound.Condition, audience: Entity, timezone: str) -> Leaf:
    """A condition as a leaf by itself."""
    own_zone = timezone if is_zoned(condition) else ANYWHERE
    key = stable_hash(f"{audience.number} {own_zone} {meaning(condition)}")
    reads = reads_of(condition, audience.name, own_zone)
    return Leaf(
        key,
        condition,
        audience.number,
        own_zone,
        frozenset(segments_in(condition)),
        reads,
        stable_hash(f"data {audience.number} {reads.data!r}"),
        stable_hash(f"clock {audience.number} {reads.clock!r}"),
    )


def segments_in(node: object) -> Iterator[int]:
    """The segments that a condition refers to, anywhere in it."""
    if isinstance(node, bound.InSegment | bound.Crossed):
        yield node.segment
    elif isinstance(node, tuple):
        for part in node:
            yield from segments_in(part)
    elif is_dataclass(node) and not isinstance(node, type | Attribute | Entity | InteractionType):
        for of_node in fields(node):
            yield from segments_in(getattr(node, of_node.name))


def _node(condition: bound.Condition, definition: bound.Definition, leaves: dict[str, Leaf]) -> Node:
    match condition:
        case bound.All(conditions):
            return Every(tuple(_node(one, definition, leaves) for one in conditions))
        case bound.AnyOf(conditions):
            return Some(tuple(_node(one, definition, leaves) for one in conditions))
        case bound.Not(negated):
            return Except(_node(negated, definition, leaves))
        case bound.Did() | bound.Related():
            own, is_negated = plain(condition)
            key = _leaf(own, definition, leaves)
            return Except(key) if is_negated else key
        case _:
            return _leaf(condition, definition, leaves)


def _leaf(condition: bound.Condition, definition: bound.Definition, leaves: dict[str, Leaf]) -> str:
    leaf = leaf_of(condition, definition.audience, definition.timezone)
    return leaves.setdefault(leaf.key, leaf).key


def _truth(node: Node, truths: Mapping[str, Bools], size: int) -> Bools:
    match node:
        case str():
            return truths[node]
        case Every(nodes):
            found = np.ones(size, dtype=np.bool_)
            for one in nodes:
                found &= _truth(one, truths, size)
            return found
        case Some(nodes):
            found = np.zeros(size, dtype=np.bool_)
            for one in nodes:
                found |= _truth(one, truths, size)
            return found
        case Except(negated):
            return ~_truth(negated, truths, size)
        case _:
            assert_never(node)


def _code(node: Node, places: Mapping[str, int]) -> Iterator[int]:
    match node:
        case str():
            yield places[node]
        case Every(nodes) | Some(nodes):
            joins, nothing = (AND, TRUE) if isinstance(node, Every) else (OR, FALSE)
            if not nodes:
                yield nothing
            for place, one in enumerate(nodes):
                yield from _code(one, places)
                if place:
                    yield joins
        case Except(negated):
            yield from _code(negated, places)
            yield NOT
        case _:
            assert_never(node)


def _depth(node: Node) -> int:
    match node:
        case str():
            return 1
        case Every(nodes) | Some(nodes):
            return max((_depth(one) + (place > 0) for place, one in enumerate(nodes)), default=1)
        case Except(negated):
            return _depth(negated)
        case _:
            assert_never(node)

"""References: what a definition uses: segments and lists as written; attributes and types where bound."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from enum import StrEnum

from satsuma.catalog.model import Attribute, Entity, InteractionType
from satsuma.language import bound, tree
from satsuma.language.tree import Ref, RefId
from satsuma.language.walk import all_conditions, with_inner


class Basis(StrEnum):
    """What a segment is based on: who its members are, what they do, or both."""

    PROFILE = "profile"
    INTERACTION = "interaction"
    MIXED = "mixed"


def segments_in(condition: tree.Condition) -> tuple[Ref, ...]:
    """Every segment that a condition refers to, once, in the order of first mention."""
    found: dict[Ref, None] = {}
    for node in all_conditions(condition):
        if isinstance(node, tree.InSegment | tree.Crossed):
            found[node.segment] = None
    return tuple(found)


def lists_in(condition: tree.Condition) -> tuple[Ref, ...]:
    """Every list that a condition refers to, once, in the order of first mention."""
    return tuple({node.list: None for node in all_conditions(condition) if isinstance(node, tree.InList)})


def with_ids(
    condition: tree.Condition,
    segment_id: Callable[[str], int | None],
    list_id: Callable[[str], int | None],
) -> tree.Condition:
    """A condition with names of segments and lists turned into numbers; those without one are left.

    This is the stored form: a rename breaks nothing.
    """

    def numbered(ref: Ref, number_of: Callable[[str], int | None]) -> Ref:
        number = number_of(ref) if isinstance(ref, str) else None
        return ref if number is None else RefId(number)

    return _with_refs(condition, lambda ref: numbered(ref, segment_id), lambda ref: numbered(ref, list_id))


def with_names(
    condition: tree.Condition,
    segment_name: Callable[[int], str | None],
    list_name: Callable[[int], str | None],
) -> tree.Condition:
    """A condition with numbers of segments and lists turned into names, as people see it."""

    def named(ref: Ref, name_of: Callable[[int], str | None]) -> Ref:
        name = name_of(ref.id) if isinstance(ref, RefId) else None
        return ref if name is None else name

    return _with_refs(condition, lambda ref: named(ref, segment_name), lambda ref: named(ref, list_name))


def _with_refs(
    condition: tree.Condition, segment: Callable[[Ref], Ref], in_list: Callable[[Ref], Ref]
) -> tree.Condition:
    match with_inner(condition, lambda inner: _with_refs(inner, segment, in_list)):
        case tree.InSegment(ref):
            return tree.InSegment(segment(ref))
        case tree.Crossed() as node:
            return replace(node, segment=segment(node.segment))
        case tree.InList(ref):
            return tree.InList(in_list(ref))
        case node:
            return node


def attributes_in(condition: bound.Condition) -> tuple[Attribute, ...]:
    """Every attribute that a bound condition reads or crosses, by number."""
    found = {part.number: part for part in _parts(condition) if isinstance(part, Attribute)}
    return tuple(found[number] for number in sorted(found))


def types_in(condition: bound.Condition) -> tuple[InteractionType, ...]:
    """Every interaction type that a bound condition reads, by name."""
    found = {part.name: part for part in _parts(condition) if isinstance(part, InteractionType)}
    return tuple(found[name] for name in sorted(found))


def segment_ids_in(condition: bound.Condition) -> tuple[int, ...]:
    """The numbers of all segments that a bound condition refers to, ascending."""
    found = {part.segment for part in _parts(condition) if isinstance(part, bound.InSegment | bound.Crossed)}
    return tuple(sorted(found))


def crossings_in(condition: bound.Condition) -> tuple[bound.Crossed, ...]:
    """Every question of a bound condition about who entered or left."""
    return tuple(part for part in _parts(condition) if isinstance(part, bound.Crossed))


def segments_held_in(condition: bound.Condition) -> tuple[int, ...]:
    """The numbers of the segments whose past matters for how long something is so, ascending."""
    held = (part.condition for part in _parts(condition) if isinstance(part, bound.Held))
    return tuple(sorted({number for one in held for number in segment_ids_in(one)}))


def list_ids_in(condition: bound.Condition) -> tuple[int, ...]:
    """The numbers of all lists that a bound condition refers to, ascending."""
    return tuple(sorted({part.list for part in _parts(condition) if isinstance(part, bound.InList)}))


def reads_others(condition: bound.Condition, audience: Entity) -> bool:
    """Whether a bound condition on records of an audience reads other records of it, or their keys.

    It does where it ranks them, or crosses or reads a reference to them.
    """
    return any(_is_about_others(part, audience) for part in _parts(condition))


def _is_about_others(part: object, audience: Entity) -> bool:
    match part:
        case bound.Top():
            return True
        case bound.Step(target=target):
            return target.number == audience.number
        case Attribute(to=to):
            return to == audience.name
        case _:
            return False


def _parts(node: object) -> Iterator[object]:
    """A bound node and everything in it; attributes, types and entities of the catalog are not entered."""
    waiting = [node]
    while waiting:
        here = waiting.pop()
        if isinstance(here, tuple):
            waiting += here
            continue
        yield here
        if is_dataclass(here) and not isinstance(here, Attribute | InteractionType | Entity):
            waiting += [getattr(here, one.name) for one in fields(here)]


_BEHAVIOUR = (bound.Did, bound.Occurrence, bound.Sequence)
_PROFILE = (
    bound.IsMissing,
    bound.Compare,
    bound.Between,
    bound.OneOf,
    bound.TextTest,
    bound.HasAny,
    bound.HasAll,
    bound.IsSet,
    bound.Within,
    bound.MoreThan,
    bound.Anniversary,
    bound.Near,
    bound.InList,
    bound.Consent,
    bound.Sample,
)


def basis(condition: bound.Condition) -> Basis:
    """What a segment is based on; one that holds only segments, or nothing, counts as based on profiles."""
    kinds = set(_kinds(condition))
    if kinds == {Basis.PROFILE, Basis.INTERACTION}:
        return Basis.MIXED
    return kinds.pop() if kinds else Basis.PROFILE


def _kinds(condition: bound.Condition) -> Iterator[Basis]:
    """The basis of each part; conditions on interactions are not entered."""
    match condition:
        case bound.All(conditions) | bound.AnyOf(conditions):
            for inner in conditions:
                yield from _kinds(inner)
        case bound.Not(inner) | bound.Held(inner):
            yield from _kinds(inner)
        case bound.Related(where=where):
            yield Basis.PROFILE
            yield from _kinds(where)
        case bound.Top(of=of, among=among):
            yield Basis.INTERACTION if isinstance(of, bound.Did) else Basis.PROFILE
            if among is not None:
                yield from _kinds(among)
        case _ if isinstance(condition, _BEHAVIOUR):
            yield Basis.INTERACTION
        case _ if isinstance(condition, _PROFILE):
            yield Basis.PROFILE
        case _:
            return

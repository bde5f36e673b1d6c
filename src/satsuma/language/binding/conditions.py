"""Conditions, bound: which may stand where, and the one table from each form to what binds it."""

from __future__ import annotations

from typing import assert_never

from satsuma.language import bound, tree
from satsuma.language.binding import behaviour, memberships
from satsuma.language.binding.comparisons import compare
from satsuma.language.binding.context import UNKNOWN, Context, Inside, Interactions, Records, Subject
from satsuma.language.binding.measures import measure, test
from satsuma.language.binding.operands import positive
from satsuma.language.binding.reads import steps
from satsuma.language.problems import within

_LOGIC = (tree.All, tree.AnyOf, tree.Not)
_ON_INTERACTIONS = (*_LOGIC, tree.Compare)
_ON_RECORDS = (*_LOGIC, tree.Compare, tree.Related)
_IN_HELD = (*_LOGIC, tree.Compare, tree.InSegment, tree.InList, tree.Consent)
_IN_COMPOUND = (*_LOGIC, tree.InSegment)


def bind_condition(ctx: Context, node: tree.Condition, subject: Subject, path: str) -> bound.Condition:
    """Binds a condition about a subject; where it has problems they are noted, and everyone meets it."""
    found = UNKNOWN if _is_misplaced(ctx, node, subject, path) else _bind(ctx, node, subject, path)
    ctx.places[id(found)] = (path, found)
    return found


def _is_misplaced(ctx: Context, node: tree.Condition, subject: Subject, path: str) -> bool:
    what = form_of(node)
    match subject:
        case Interactions():
            if isinstance(node, _ON_INTERACTIONS):
                return False
            message = f"found {what!r} in a condition on interactions, expected attribute, all, any or not"
            hint = "put it beside the condition on interactions, joined by all"
            ctx.error("place.interaction", path, message, hint)
        case Records(inside=Inside.HELD):
            if isinstance(node, _IN_HELD):
                return False
            expected = "attribute, segment, list, consent, all, any or not"
            ctx.error("place.held", path, f"found {what!r} inside held, expected {expected}")
        case Records(inside=Inside.COMPOUND):
            if isinstance(node, _IN_COMPOUND):
                return False
            message = f"found {what!r} in a compound segment, expected segment, all, any or not"
            ctx.error("place.compound", path, message, "make it a dynamic segment")
        case Records(entity):
            if entity.audience or isinstance(node, _ON_RECORDS):
                return False
            message = f"found {what!r} about {entity.name!r}, which is no audience"
            ctx.error("place.audience", path, f"{message}; expected attribute, related, all, any or not")
        case _:
            assert_never(subject)
    return True


def _bind(ctx: Context, node: tree.Condition, subject: Subject, path: str) -> bound.Condition:
    match node:
        case tree.All(conditions):
            return bound.All(_each(ctx, conditions, subject, within(path, "all")))
        case tree.AnyOf(conditions):
            return bound.AnyOf(_each(ctx, conditions, subject, within(path, "any")))
        case tree.Not(condition):
            return bound.Not(bind_condition(ctx, condition, subject, within(path, "not")))
        case tree.Compare():
            return compare(ctx, node, subject, path)
        case _ if isinstance(subject, Records):
            return _bind_on_record(ctx, node, subject, path)
        case _:
            return UNKNOWN


def _each(
    ctx: Context, conditions: tuple[tree.Condition, ...], subject: Subject, path: str
) -> tuple[bound.Condition, ...]:
    return tuple(bind_condition(ctx, one, subject, f"{path}[{i}]") for i, one in enumerate(conditions))


def _bind_on_record(ctx: Context, node: tree.Condition, subject: Records, path: str) -> bound.Condition:
    match node:
        case tree.Related():
            return _related(ctx, node, subject, path)
        case tree.Did():
            return behaviour.did(ctx, node, subject, path)
        case tree.Occurrence():
            return behaviour.occurrence(ctx, node, subject, path)
        case tree.Sequence():
            return behaviour.sequence(ctx, node, subject, path)
        case tree.Held():
            return _held(ctx, node, subject, path)
        case tree.InSegment():
            return memberships.in_segment(ctx, node, subject, path)
        case tree.InList():
            return memberships.in_list(ctx, node, subject, path)
        case tree.Crossed():
            return memberships.crossed(ctx, node, subject, path)
        case tree.Consent():
            return memberships.consent(ctx, node, path)
        case tree.Top():
            return behaviour.top(ctx, node, subject, path)
        case tree.Sample():
            return memberships.sample(ctx, node, path)
        case tree.All() | tree.AnyOf() | tree.Not() | tree.Compare():
            return _bind(ctx, node, subject, path)
        case _:
            assert_never(node)


def _related(ctx: Context, node: tree.Related, subject: Records, path: str) -> bound.Condition:
    way = steps(ctx, subject.entity, node.path, within(path, "related"))
    if way is None:
        return UNKNOWN
    there = Records(way[-1].target)
    where = bind_condition(ctx, node.where, there, within(path, "where"))
    measured = measure(ctx, node.measure, there, subject, within(path, "measure"))
    if measured is None:
        return UNKNOWN
    passes = test(ctx, node.test, measured[1], subject, within(path, "is"))
    if passes is None:
        return UNKNOWN
    return bound.Related(way, there.entity, where, measured[0], passes)


def _held(ctx: Context, node: tree.Held, subject: Records, path: str) -> bound.Condition:
    inner = Records(subject.entity, Inside.HELD)
    condition = bind_condition(ctx, node.condition, inner, within(path, "held"))
    if not positive(ctx, node.duration, within(within(path, "for"), "value")):
        return UNKNOWN
    return bound.Held(condition, node.op == ">=", node.duration)


def form_of(node: tree.Condition) -> str:
    """The key that tells a condition's form in JSON."""
    match node:
        case tree.Occurrence(which):
            return which
        case tree.Crossed(direction):
            return direction
        case _:
            return _KEYS[type(node)]


_KEYS: dict[type, str] = {
    tree.All: "all",
    tree.AnyOf: "any",
    tree.Not: "not",
    tree.Compare: "attribute",
    tree.Related: "related",
    tree.Did: "did",
    tree.Sequence: "sequence",
    tree.Held: "held",
    tree.InSegment: "segment",
    tree.InList: "list",
    tree.Consent: "consent",
    tree.Top: "top",
    tree.Sample: "sample",
}
